//===- Frame.h - One run of one function ------------------------*- C++ -*-===//
//
// The values computed so far, and how each operation computes its own. There is
// one `evaluate` an operation, in the file named like the operation's .td.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_FRAME_H
#define FATHOM_COMPILER_REFERENCE_FRAME_H

#include "compiler/reference/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseMap.h"

namespace fathom {

struct Frame {
  Interpreter &interpreter;
  const WeightSource &weights;
  int64_t layer;
  llvm::DenseMap<mlir::Value, Argument> values;

  const Matrix &matrix(mlir::Value value) const {
    return std::get<Matrix>(values.find(value)->second);
  }
  const std::vector<Token> &tokens(mlir::Value value) const {
    return std::get<StepInput>(values.find(value)->second).tokens;
  }
  void set(mlir::Value value, Matrix matrix) {
    values[value] = std::move(matrix);
  }

  /// Sets `value` if its computation did not fail.
  mlir::LogicalResult set(mlir::Value value, mlir::FailureOr<Matrix> matrix) {
    if (mlir::failed(matrix))
      return mlir::failure();
    values[value] = std::move(*matrix);
    return mlir::success();
  }

  /// The weight or packed weight that `op` names, checked against its type; a
  /// vector is one row.
  mlir::FailureOr<Matrix> weight(mlir::Operation *op,
                                 mlir::FlatSymbolRefAttr name,
                                 int64_t expert = 0) const;
  /// What `packed` holds, without its padding.
  mlir::FailureOr<Matrix> packed(mlir::Operation *op,
                                 mlir::fathom::PackedOp packed,
                                 int64_t expert) const;
  /// Each row of `x` as fathom.rms_norm makes it.
  mlir::FailureOr<Matrix> normalize(mlir::Operation *op, const Matrix &x,
                                    mlir::FlatSymbolRefAttr norm,
                                    llvm::APFloat eps) const;
  /// Runs the operations of `block` but its last.
  mlir::LogicalResult run(mlir::Block &block);
};

mlir::LogicalResult evaluate(mlir::fathom::EmbeddingOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::RmsNormOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::LinearOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::SwigluOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::LogitsOp op, Frame &frame);

mlir::LogicalResult evaluate(mlir::fathom::RotaryOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::RopeOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::CacheAppendOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::AttentionOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::LatentAttentionOp op, Frame &frame);

mlir::LogicalResult evaluate(mlir::fathom::RouteOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::ExpertsOp op, Frame &frame);

mlir::LogicalResult evaluate(mlir::fathom::ProjectOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::AttendOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::AttendLatentOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::DispatchOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::ExpertGateUpOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::ExpertDownOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::fathom::PhaseOp op, Frame &frame);

mlir::LogicalResult evaluate(mlir::arith::AddFOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::arith::ConstantOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::tensor::CastOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::tensor::ConcatOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::tensor::DimOp op, Frame &frame);
mlir::LogicalResult evaluate(mlir::tensor::ExtractSliceOp op, Frame &frame);

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_FRAME_H
