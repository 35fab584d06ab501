//===- Attention.h - Attention on matrices, in float64 ----------*- C++ -*-===//
//
// What operations of the model form and of the planned form have in common.
// Faults are reported as diagnostics of `op`.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_ATTENTION_H
#define FATHOM_COMPILER_REFERENCE_ATTENTION_H

#include "compiler/reference/Frame.h"

namespace fathom {

/// fathom.rope
mlir::FailureOr<Matrix> rotate(mlir::Operation *op, const Matrix &x,
                               const Matrix &rotary, int64_t heads,
                               int64_t offset, mlir::fathom::Pairing pairing);

/// fathom.cache_append
mlir::LogicalResult append(mlir::Operation *op, mlir::FlatSymbolRefAttr cache,
                           const std::vector<Token> &tokens,
                           llvm::ArrayRef<const Matrix *> parts, Frame &frame);

/// fathom.attention
mlir::FailureOr<Matrix> attend(mlir::Operation *op, llvm::StringRef cache,
                               const std::vector<Token> &tokens,
                               const Matrix &q, int64_t heads, int64_t kvHeads,
                               double scale, Frame &frame);

/// The widths of fathom.latent_attention.
struct LatentShape {
  int64_t heads, nope, rope, value, latent;
};

/// fathom.latent_attention, expanded as its formula is written. Head h has the
/// rows [h * nope, (h + 1) * nope) of `keys` and as many of `values`.
mlir::FailureOr<Matrix> attendExpanded(mlir::Operation *op,
                                       llvm::StringRef cache,
                                       const std::vector<Token> &tokens,
                                       const Matrix &q, const Matrix &keys,
                                       const Matrix &values, LatentShape shape,
                                       double scale, Frame &frame);

/// The same, absorbed: head h has the rows [h * latent, (h + 1) * latent) of
/// `transposed`, its keys the other way round.
mlir::FailureOr<Matrix>
attendAbsorbed(mlir::Operation *op, llvm::StringRef cache,
               const std::vector<Token> &tokens, const Matrix &q,
               const Matrix &transposed, const Matrix &values,
               LatentShape shape, double scale, Frame &frame);

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_ATTENTION_H
