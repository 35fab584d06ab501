//===- CacheLayout.cpp - How a page of a cache lies in memory -------------===//
//
// See CacheLayout.h.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/CacheLayout.h"

#include "passes/tiling/KernelBuilder.h"

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

CacheLayout CacheLayout::of(CacheOp cache) {
  CacheLayout layout{};
  layout.heads = cache.getHeads().value_or(1);
  layout.elementBytes = cache.getElement().isF32() ? 4 : 2;
  ArrayRef<int64_t> parts = cache.getParts();
  if (parts.size() == 1) {
    layout.keyHeadBytes = kPageTokens * parts[0] * layout.elementBytes;
    layout.valuesOffset = layout.layerBytes = roundUp(layout.keyHeadBytes, 64);
    return layout;
  }
  int64_t depth = cache.getElement().isBF16() ? 2 : 1;
  layout.keyHeadBytes = roundUp(parts[0] / layout.heads, depth) * kPageTokens *
                        layout.elementBytes;
  layout.valueHeadBytes = roundUp(parts[1] / layout.heads, kPanelRows) *
                          kPageTokens * layout.elementBytes;
  layout.valuesOffset = layout.heads * layout.keyHeadBytes;
  layout.layerBytes =
      layout.valuesOffset + layout.heads * layout.valueHeadBytes;
  return layout;
}

} // namespace fathom
