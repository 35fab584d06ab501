//===- LayerBuilder.cpp - Writes one function and its weights -------------===//
//
// Every operation's types follow from its operands and the columns asked for.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/LayerBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace fathom {

using namespace mlir::fathom;

LayerBuilder::LayerBuilder(ModelContext &model, llvm::StringRef name,
                           llvm::StringRef kind, llvm::ArrayRef<int64_t> layers,
                           mlir::TypeRange arguments, mlir::TypeRange results)
    : builder(model.module.getContext()), loc(builder.getUnknownLoc()),
      model(model), kind(kind.str()), layers(layers) {
  builder.setInsertionPointToEnd(model.module.getBody());
  function = mlir::func::FuncOp::create(
      builder, loc, name, builder.getFunctionType(arguments, results));
  function->setAttr("fathom.kind", builder.getStringAttr(kind));
  if (!layers.empty())
    function->setAttr("fathom.layers", builder.getDenseI64ArrayAttr(layers));
  builder.setInsertionPointToEnd(function.addEntryBlock());
}

void LayerBuilder::finish(mlir::ValueRange results) {
  mlir::func::ReturnOp::create(builder, loc, results);
}

mlir::FlatSymbolRefAttr LayerBuilder::declare(llvm::StringRef name,
                                              mlir::RankedTensorType type,
                                              llvm::StringRef source,
                                              int64_t experts,
                                              BlockScalesAttr scales) {
  mlir::OpBuilder before(function);
  std::string symbol = kind + "." + name.str();
  WeightOp::create(before, loc, symbol, type,
                   experts ? builder.getI64IntegerAttr(experts) : nullptr,
                   builder.getStringAttr(source), scales);
  return mlir::FlatSymbolRefAttr::get(builder.getContext(), symbol);
}

mlir::FlatSymbolRefAttr LayerBuilder::vector(llvm::StringRef name, int64_t size,
                                             llvm::StringRef source) {
  return declare(name,
                 mlir::RankedTensorType::get({size}, builder.getF32Type()),
                 source, 0, {});
}

BlockScalesAttr LayerBuilder::scales(llvm::StringRef source, int64_t rows,
                                     int64_t columns, int64_t experts,
                                     bool isLinear) {
  const auto &fp8 = model.config.fp8;
  if (!fp8 || !model.traits.isScaled(source, layers, experts, isLinear, *fp8))
    return {};
  bool isWhole = fp8->block_rows == 0;
  return BlockScalesAttr::get(builder.getContext(), scalesOf(source),
                              isWhole ? rows : fp8->block_rows,
                              isWhole ? columns : fp8->block_columns);
}

mlir::FlatSymbolRefAttr LayerBuilder::matrix(llvm::StringRef name, int64_t rows,
                                             int64_t columns,
                                             llvm::StringRef source,
                                             int64_t experts) {
  return declare(
      name, mlir::RankedTensorType::get({rows, columns}, model.storage), source,
      experts, scales(source, rows, columns, experts, /*isLinear=*/true));
}

mlir::FlatSymbolRefAttr LayerBuilder::plainMatrix(llvm::StringRef name,
                                                  int64_t rows, int64_t columns,
                                                  llvm::StringRef source) {
  return declare(
      name, mlir::RankedTensorType::get({rows, columns}, model.storage), source,
      0, scales(source, rows, columns, 0, /*isLinear=*/false));
}

mlir::FlatSymbolRefAttr LayerBuilder::routerMatrix(llvm::StringRef name,
                                                   int64_t rows,
                                                   int64_t columns,
                                                   llvm::StringRef source) {
  return declare(
      name, mlir::RankedTensorType::get({rows, columns}, builder.getF32Type()),
      source, 0, scales(source, rows, columns, 0, /*isLinear=*/false));
}

mlir::Value LayerBuilder::norm(mlir::Value x, llvm::StringRef name,
                               llvm::StringRef source, double eps) {
  return RmsNormOp::create(builder, loc, x.getType(), x,
                           vector(name, columns(x), source.str() + ".weight"),
                           builder.getF64FloatAttr(eps));
}

mlir::Value LayerBuilder::linear(mlir::Value x, int64_t outputs,
                                 llvm::StringRef name, llvm::StringRef source,
                                 bool hasBias) {
  auto weight = matrix(name, outputs, columns(x), source.str() + ".weight");
  mlir::FlatSymbolRefAttr bias;
  if (hasBias)
    bias = vector(name.str() + "_bias", outputs, source.str() + ".bias");
  return linear(x, outputs, weight, bias);
}

mlir::Value LayerBuilder::linear(mlir::Value x, int64_t outputs,
                                 mlir::FlatSymbolRefAttr weight,
                                 mlir::FlatSymbolRefAttr bias) {
  return LinearOp::create(builder, loc, rows(outputs), x, weight, bias);
}

mlir::Value LayerBuilder::gatedLayer(mlir::Value x, int64_t size,
                                     llvm::StringRef prefix,
                                     llvm::StringRef source, bool hasBias) {
  auto part = [&](mlir::Value input, int64_t outputs, llvm::StringRef name) {
    return linear(input, outputs, (prefix + name).str(),
                  (source + "." + name).str(), hasBias);
  };
  mlir::Value gate = part(x, size, "gate_proj");
  mlir::Value up = part(x, size, "up_proj");
  mlir::Value gated = SwigluOp::create(builder, loc, gate.getType(), gate, up);
  return part(gated, columns(x), "down_proj");
}

mlir::Value LayerBuilder::add(mlir::Value a, mlir::Value b) {
  return mlir::arith::AddFOp::create(builder, loc, a, b);
}

mlir::Value LayerBuilder::rotary(mlir::Value tokens) {
  return RotaryOp::create(
      builder, loc, rows(model.config.rotary_dim()), tokens,
      builder.getDenseF32ArrayAttr(model.rope.frequencies),
      builder.getF32FloatAttr(static_cast<float>(model.rope.attention_factor)));
}

mlir::Value LayerBuilder::slice(mlir::Value x, int64_t first, int64_t count) {
  mlir::Value zero = mlir::arith::ConstantIndexOp::create(builder, loc, 0);
  mlir::Value tokens = mlir::tensor::DimOp::create(builder, loc, x, zero);
  using Index = mlir::OpFoldResult;
  auto at = [&](int64_t i) -> Index { return builder.getIndexAttr(i); };
  return mlir::tensor::ExtractSliceOp::create(
      builder, loc, rows(count), x, {at(0), at(first)},
      {Index(tokens), at(count)}, {at(1), at(1)});
}

mlir::Value LayerBuilder::concat(mlir::Value a, mlir::Value b) {
  return mlir::tensor::ConcatOp::create(builder, loc,
                                        rows(columns(a) + columns(b)),
                                        /*dim=*/1, mlir::ValueRange{a, b});
}

} // namespace fathom
