//===- ColumnViews.cpp - Columns of a value -------------------------------===//
//
// Slices of columns, made and looked through.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/ColumnViews.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace fathom {

int64_t columnsOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getDimSize(1);
}

/// Whether `size` is the number of rows of `source`.
static bool isRowsOf(OpFoldResult size, Value source) {
  auto type = cast<RankedTensorType>(source.getType());
  if (auto constant = getConstantIntValue(size))
    return *constant == type.getDimSize(0);
  // All activations of a function have one row a token, so the rows of any of
  // them will do.
  auto dim = cast<Value>(size).getDefiningOp<tensor::DimOp>();
  return dim && dim.getConstantIndex() == 0;
}

ColumnView viewOf(Value value) {
  ColumnView view{value};
  auto hasColumns = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.getRank() == 2;
  };
  if (!hasColumns(value))
    return view; // Tokens are no columns of anything.
  view.columns = columnsOf(value);
  while (auto slice = view.base.getDefiningOp<tensor::ExtractSliceOp>()) {
    if (!hasColumns(slice.getSource()))
      break;
    auto row = getConstantIntValue(slice.getMixedOffsets()[0]);
    auto column = getConstantIntValue(slice.getMixedOffsets()[1]);
    if (!slice.hasUnitStride() || row != 0 || !column ||
        !isRowsOf(slice.getMixedSizes()[0], slice.getSource()))
      break;
    view.base = slice.getSource();
    view.offset += *column;
  }
  return view;
}

Value materialize(OpBuilder &builder, Location loc, ColumnView view) {
  if (view.offset == 0 && view.columns == columnsOf(view.base))
    return view.base;
  auto type = cast<RankedTensorType>(view.base.getType());
  OpFoldResult rows = builder.getIndexAttr(type.getDimSize(0));
  if (type.isDynamicDim(0))
    rows = tensor::DimOp::create(builder, loc, view.base, 0).getResult();
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  auto result = RankedTensorType::get({type.getDimSize(0), view.columns},
                                      type.getElementType());
  return tensor::ExtractSliceOp::create(
      builder, loc, result, view.base,
      ArrayRef<OpFoldResult>{zero, builder.getIndexAttr(view.offset)},
      ArrayRef<OpFoldResult>{rows, builder.getIndexAttr(view.columns)},
      ArrayRef<OpFoldResult>{one, one});
}

void dropDead(func::FuncOp function) {
  function.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
}

} // namespace fathom
