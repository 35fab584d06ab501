//===- Interpreter.cpp - What the model form means, in float64 ------------===//
//
// Walks a function's one block and gives each operation to its `evaluate`.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Interpreter.h"

#include "compiler/reference/Frame.h"
#include "llvm/ADT/TypeSwitch.h"

namespace fathom {

using namespace mlir::fathom;

mlir::FailureOr<Matrix> Frame::weight(mlir::Operation *op,
                                      mlir::FlatSymbolRefAttr name,
                                      int64_t expert) const {
  mlir::Operation *symbol =
      mlir::SymbolTable::lookupNearestSymbolFrom(op, name);
  if (auto found = mlir::dyn_cast_or_null<PackedOp>(symbol))
    return packed(op, found, expert);
  auto weight = mlir::dyn_cast_or_null<WeightOp>(symbol);
  if (!weight)
    return op->emitError("found no weight ") << name;
  auto shape = mlir::cast<mlir::RankedTensorType>(weight.getType()).getShape();
  Matrix matrix(shape.size() == 1 ? 1 : shape.front(), shape.back());
  std::optional<std::vector<double>> found = weights(weight, layer, expert);
  if (!found || found->size() != matrix.values.size())
    return op->emitError("found ")
           << (found ? found->size() : 0) << " values of weight " << name
           << ", expected " << matrix.values.size() << ", in layer " << layer;
  matrix.values = std::move(*found);
  return matrix;
}

/// Runs one operation, or reports that it is of no form that can be run here.
static mlir::LogicalResult step(mlir::Operation &op, Frame &frame) {
  return llvm::TypeSwitch<mlir::Operation *, mlir::LogicalResult>(&op)
      .Case<EmbeddingOp, RmsNormOp, LinearOp, SwigluOp, LogitsOp, RotaryOp,
            RopeOp, CacheAppendOp, AttentionOp, LatentAttentionOp, RouteOp,
            ExpertsOp, ProjectOp, AttendOp, AttendLatentOp, DispatchOp,
            ExpertGateUpOp, ExpertDownOp, PhaseOp, mlir::arith::AddFOp,
            mlir::arith::ConstantOp, mlir::tensor::CastOp,
            mlir::tensor::ConcatOp, mlir::tensor::DimOp,
            mlir::tensor::ExtractSliceOp>(
          [&](auto typed) { return evaluate(typed, frame); })
      .Default([](mlir::Operation *other) {
        return other->emitError(
            "found an operation the reference interpreter does not run, "
            "expected one of the model form or the planned form");
      });
}

/// Whether `argument` is of `type`, as far as `type` says.
static bool matches(mlir::Type type, const Argument &argument) {
  if (mlir::isa<TokensType>(type))
    return std::holds_alternative<StepInput>(argument);
  auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
  const auto *matrix = std::get_if<Matrix>(&argument);
  return tensor && matrix && tensor.getRank() == 2 &&
         (tensor.isDynamicDim(0) || tensor.getDimSize(0) == matrix->rows) &&
         (tensor.isDynamicDim(1) || tensor.getDimSize(1) == matrix->columns);
}

mlir::LogicalResult Frame::run(mlir::Block &block) {
  for (mlir::Operation &op : block.without_terminator()) {
    if (mlir::failed(step(op, *this)))
      return mlir::failure();
    llvm::SmallVector<mlir::Value> results;
    std::vector<Matrix> computed;
    for (mlir::Value result : op.getResults()) {
      if (!mlir::isa<mlir::RankedTensorType>(result.getType()))
        continue;
      if (!matches(result.getType(), values[result]))
        return op.emitError("computed another shape than ") << result.getType();
      if (!interpreter.isObserved())
        continue;
      results.push_back(result);
      computed.push_back(matrix(result));
    }
    if (computed.empty())
      continue;
    interpreter.notify(&op, layer, computed);
    for (auto [result, matrix] : llvm::zip_equal(results, computed))
      set(result, std::move(matrix));
  }
  return mlir::success();
}

mlir::FailureOr<std::vector<Matrix>>
Interpreter::run(mlir::func::FuncOp function, int64_t layer,
                 llvm::ArrayRef<Argument> arguments) {
  if (!function.getBody().hasOneBlock())
    return function.emitError("found ")
           << function.getBody().getBlocks().size() << " blocks, expected one";
  if (arguments.size() != function.getNumArguments())
    return function.emitError("found ")
           << arguments.size() << " arguments, expected "
           << function.getNumArguments();
  Frame frame{*this, weights, layer, llvm::DenseMap<mlir::Value, Argument>()};
  for (auto [value, argument] :
       llvm::zip_equal(function.getArguments(), arguments)) {
    if (!matches(value.getType(), argument))
      return function.emitError("found an argument ")
             << value.getArgNumber() << " of another kind or shape, expected "
             << value.getType();
    frame.values[value] = argument;
  }
  mlir::Block &block = function.getBody().front();
  if (mlir::failed(frame.run(block)))
    return mlir::failure();
  std::vector<Matrix> results;
  for (mlir::Value value : block.getTerminator()->getOperands()) {
    if (!std::holds_alternative<Matrix>(frame.values[value]))
      return function.emitError("found tokens, expected tensors, as results");
    results.push_back(frame.matrix(value));
  }
  return results;
}

void Interpreter::truncate(int64_t slot, int64_t length) {
  for (auto &[key, rows] : caches)
    if (std::get<2>(key) == slot)
      rows.erase(rows.lower_bound(length), rows.end());
}

} // namespace fathom
