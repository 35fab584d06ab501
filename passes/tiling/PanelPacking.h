//===- PanelPacking.h - Row-major rows become weight panels -----*- C++ -*-===//
//
// The 64 tokens of a page, made into panels in scratch memory: with tokens as
// the panel's rows for scores, with tokens as its K for values.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_PANELPACKING_H
#define FATHOM_PASSES_TILING_PANELPACKING_H

#include "passes/tiling/KernelBuilder.h"

namespace fathom {

/// 64 row-major rows of a storage type.
struct PageRows {
  mlir::Value base;
  int64_t stride; ///< elements
};

/// Writes `columns` columns of `rows` as K of a panel, from the step on that
/// `panel` points at; an odd one gets a zero beside it where a step is a pair.
void packTokensAsRows(KernelBuilder &b, const Dots &dots, PageRows rows,
                      int64_t columns, mlir::Value panel);

/// Writes `columns` columns of `rows` as rows of panels whose K is the tokens.
/// Panel rows after the last column keep what they hold.
void packTokensAsColumns(KernelBuilder &b, const Dots &dots, PageRows rows,
                         int64_t columns, mlir::Value panels);

} // namespace fathom

#endif // FATHOM_PASSES_TILING_PANELPACKING_H
