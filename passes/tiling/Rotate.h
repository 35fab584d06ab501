//===- Rotate.h - Rotary embedding of one head ------------------*- C++ -*-===//
//
// fathom.rope for one head of one token, in float32. Where the rotated values
// go is up to the caller.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_ROTATE_H
#define FATHOM_PASSES_TILING_ROTATE_H

#include "passes/tiling/KernelBuilder.h"

namespace fathom {

struct Rotation {
  int64_t width;  ///< of a head
  int64_t offset; ///< the first channel that is rotated
  int64_t rope;   ///< how many are
  mlir::fathom::Pairing pairing;
};

/// Takes the values (f32 or a vector of f32) of channels from `channel` on.
using StoreChannels =
    llvm::function_ref<void(mlir::Value channel, mlir::Value values)>;

/// Calls `store` with the rotated head at `head` (f32); `rotary` is the token's
/// row of cosines and sines. Without `vectors`, one channel at a time.
void emitRotation(KernelBuilder &b, const Rotation &rotation, mlir::Value head,
                  mlir::Value rotary, bool vectors, StoreChannels store);

/// Calls `store` with channels [begin, end) of the f32 at `source`.
void emitCopy(KernelBuilder &b, mlir::Value source, int64_t begin, int64_t end,
              bool vectors, StoreChannels store);

} // namespace fathom

#endif // FATHOM_PASSES_TILING_ROTATE_H
