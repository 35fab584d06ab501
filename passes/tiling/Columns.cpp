//===- Columns.cpp - Finished sums on their way to memory -----------------===//
//
// See Columns.h.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/Columns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/tiling/Math.h"

using namespace mlir;

namespace fathom {

SmallVector<Value> gatedRows(KernelBuilder &b, int64_t lanes, ValueRange sums) {
  SmallVector<Value> result;
  for (size_t i = 0; i < sums.size(); i += 2) {
    Value gate = sums[i], up = sums[i + 1];
    if (lanes == 16) {
      SmallVector<int64_t> gates, ups;
      for (int64_t k = 0; k < 16; ++k) {
        gates.push_back(k < 8 ? k : k + 8);
        ups.push_back(gates.back() + 8);
      }
      gate = vector::ShuffleOp::create(b, sums[i], sums[i + 1], gates);
      up = vector::ShuffleOp::create(b, sums[i], sums[i + 1], ups);
    }
    result.push_back(arith::MulFOp::create(b, emitSilu(b, gate), up));
  }
  return result;
}

void storeColumns(KernelBuilder &b, ValueRange values, Value row, Value column,
                  const Rows &result, int64_t visited) {
  int64_t lanes = lanesOf(b.level);
  for (auto [i, value] : llvm::enumerate(values)) {
    Value first = b.add(column, i * lanes);
    Value at = b.at(row, first, result.element);
    Value converted = b.convertFromF32(value, result.element);
    if (visited <= result.stride)
      b.store(converted, at);
    else
      b.storeFirst(converted, at, b.sub(b.constant(result.stride), first));
  }
}

} // namespace fathom
