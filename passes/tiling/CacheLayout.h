//===- CacheLayout.h - How a page of a cache lies in memory -----*- C++ -*-===//
//
// A page holds the rows of 64 tokens of one layer, as the dot instructions will
// read them.
//
// A cache of two parts holds keys and values, one pair a head. Keys of a head
// are a weight panel whose rows are the page's tokens; values are panels whose
// rows are channels and whose K runs over the tokens:
//
//   keys    f32, f16: [head][channel][64 tokens]
//           bf16:     [head][channel / 2][64 tokens][2]
//   values  f32, f16: [head][panel of 64 channels][64 tokens][64 channels]
//           bf16:     [head][panel][32 pairs of tokens][64 channels][2 tokens]
//
// A cache of one part holds row-major latent rows: [64 tokens][width].
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_CACHELAYOUT_H
#define FATHOM_PASSES_TILING_CACHELAYOUT_H

#include "dialects/Fathom/IR/FathomOps.h"

#include <cstdint>

namespace fathom {

struct CacheLayout {
  int64_t heads;
  int64_t elementBytes;
  int64_t keyHeadBytes;   ///< of one head's keys; of all rows with one part
  int64_t valueHeadBytes; ///< of one head's values, 0 with one part
  int64_t valuesOffset;   ///< where the values of head 0 begin
  int64_t layerBytes;     ///< of one layer in one page, a multiple of 64

  static CacheLayout of(mlir::fathom::CacheOp cache);
};

} // namespace fathom

#endif // FATHOM_PASSES_TILING_CACHELAYOUT_H
