//===- AttentionParts.h - What attention is matched by ----------*- C++ -*-===//
//
// Shared by the passes that fuse the two kinds of attention.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_FATHOM_ATTENTIONPARTS_H
#define FATHOM_PASSES_FATHOM_ATTENTIONPARTS_H

#include "dialects/Fathom/IR/FathomOps.h"
#include "passes/fathom/ColumnViews.h"

namespace fathom {

/// The only append to `cache` in the block of `reader`, in front of it and of
/// the same tokens; nothing where there is none such.
inline mlir::fathom::CacheAppendOp onlyAppend(mlir::Operation *reader,
                                              mlir::FlatSymbolRefAttr cache,
                                              mlir::Value tokens) {
  mlir::fathom::CacheAppendOp found;
  for (auto append :
       reader->getBlock()->getOps<mlir::fathom::CacheAppendOp>()) {
    if (append.getCacheAttr() != cache)
      continue;
    if (found || append.getTokens() != tokens ||
        !append->isBeforeInBlock(reader))
      return nullptr;
    found = append;
  }
  return found;
}

/// Whether the columns of `second` begin where those of `first` end.
inline bool follows(ColumnView first, ColumnView second) {
  return first.base == second.base &&
         first.offset + first.columns == second.offset;
}

} // namespace fathom

#endif // FATHOM_PASSES_FATHOM_ATTENTIONPARTS_H
