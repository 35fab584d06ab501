//===- LayerBuilder.h - Writes one function and its weights -----*- C++ -*-===//
//
// What the functions of every architecture are put together from. Weights are
// declared before the function that uses them, each name after its kind, so
// that a kind stands alone.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_IMPORT_LAYERBUILDER_H
#define FATHOM_COMPILER_IMPORT_LAYERBUILDER_H

#include "compiler/import/Import.h"
#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/io/rope.h"

namespace fathom {

/// What all functions of a model share while they are written.
struct ModelContext {
  const rt::ModelConfig &config;
  const CheckpointTraits &traits;
  rt::RopeTable rope;
  mlir::Type storage;
  mlir::ModuleOp module;
};

/// Writes the function `name` of `kind` and the weights it uses.
class LayerBuilder {
public:
  LayerBuilder(ModelContext &model, llvm::StringRef name, llvm::StringRef kind,
               llvm::ArrayRef<int64_t> layers, mlir::TypeRange arguments,
               mlir::TypeRange results);

  mlir::Value argument(unsigned i) { return function.getArgument(i); }
  /// Ends the function.
  void finish(mlir::ValueRange results);

  /// The type of a tensor with a row a token.
  mlir::RankedTensorType rows(int64_t columns) {
    return mlir::RankedTensorType::get({mlir::ShapedType::kDynamic, columns},
                                       builder.getF32Type());
  }
  static int64_t columns(mlir::Value x) {
    return mlir::cast<mlir::RankedTensorType>(x.getType()).getDimSize(1);
  }

  /// A vector of float32: a norm's weight or a bias.
  mlir::FlatSymbolRefAttr vector(llvm::StringRef name, int64_t size,
                                 llvm::StringRef source);
  /// A matrix of the storage type, in float8 where the checkpoint is.
  mlir::FlatSymbolRefAttr matrix(llvm::StringRef name, int64_t rows,
                                 int64_t columns, llvm::StringRef source,
                                 int64_t experts = 0);
  /// The same of one that is not in float8 where nobody says so.
  mlir::FlatSymbolRefAttr plainMatrix(llvm::StringRef name, int64_t rows,
                                      int64_t columns, llvm::StringRef source);
  /// Such a matrix of float32, which decides and is never rounded.
  mlir::FlatSymbolRefAttr routerMatrix(llvm::StringRef name, int64_t rows,
                                       int64_t columns, llvm::StringRef source);

  mlir::Value norm(mlir::Value x, llvm::StringRef name, llvm::StringRef source,
                   double eps);
  /// A linear layer whose weight is `source` + ".weight", and ".bias".
  mlir::Value linear(mlir::Value x, int64_t columns, llvm::StringRef name,
                     llvm::StringRef source, bool hasBias = false);
  mlir::Value linear(mlir::Value x, int64_t columns,
                     mlir::FlatSymbolRefAttr weight,
                     mlir::FlatSymbolRefAttr bias = {});
  /// down(swiglu(gate(x), up(x)))
  mlir::Value gatedLayer(mlir::Value x, int64_t size, llvm::StringRef prefix,
                         llvm::StringRef source, bool hasBias = false);
  /// Whether the checkpoint holds `source` for a layer of this function;
  /// `otherwise` for a configuration alone.
  bool holds(llvm::StringRef source, bool otherwise) const {
    return model.traits.holds(source, layers, otherwise);
  }
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value rotary(mlir::Value tokens);
  /// The columns [first, first + count) of `x`.
  mlir::Value slice(mlir::Value x, int64_t first, int64_t count);
  mlir::Value concat(mlir::Value a, mlir::Value b);

  mlir::OpBuilder builder;
  mlir::Location loc;
  ModelContext &model;

private:
  mlir::FlatSymbolRefAttr declare(llvm::StringRef name,
                                  mlir::RankedTensorType type,
                                  llvm::StringRef source, int64_t experts,
                                  mlir::fathom::BlockScalesAttr scales);

  /// How the checkpoint scales a matrix, if it does.
  mlir::fathom::BlockScalesAttr scales(llvm::StringRef source, int64_t rows,
                                       int64_t columns, int64_t experts,
                                       bool isLinear);

  std::string kind;
  llvm::SmallVector<int64_t> layers;
  mlir::func::FuncOp function;
};

/// Attention, from the normed state to what is added to the residual.
mlir::Value buildGroupedAttention(LayerBuilder &layer, mlir::Value tokens,
                                  mlir::Value x, mlir::Value rotary);
mlir::Value buildLatentAttention(LayerBuilder &layer, mlir::Value tokens,
                                 mlir::Value x, mlir::Value rotary);
/// Routed and shared experts.
mlir::Value buildExperts(LayerBuilder &layer, mlir::Value x);

} // namespace fathom

#endif // FATHOM_COMPILER_IMPORT_LAYERBUILDER_H
