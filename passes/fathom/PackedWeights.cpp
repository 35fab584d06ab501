//===- PackedWeights.cpp - Recipes for weights ----------------------------===//
//
// Makes, finds and drops `fathom.packed` symbols.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/PackedWeights.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

int64_t roundUp(int64_t value, int64_t unit) {
  return llvm::divideCeil(value, unit) * unit;
}

int64_t panelBytes(const Recipe &recipe) {
  // Columns come in pairs for bf16; see the layouts of fathom.packed.
  int64_t columns =
      recipe.storage.isBF16() ? roundUp(recipe.columns, 2) : recipe.columns;
  return roundUp(recipe.rows, 64) * columns *
         (recipe.storage.getIntOrFloatBitWidth() / 8);
}

PieceAttr shifted(PieceAttr piece, int64_t rows) {
  return PieceAttr::get(piece.getContext(), piece.getSource(), piece.getRows(),
                        piece.getOffset(), piece.getRowStride(),
                        piece.getColumnStride(), piece.getFirst() + rows,
                        piece.getGroup(), piece.getEvery());
}

PieceAttr wholePiece(WeightOp weight) {
  auto type = cast<RankedTensorType>(weight.getType());
  int64_t rows = type.getDimSize(0);
  int64_t columns = type.getRank() == 1 ? 1 : type.getDimSize(1);
  return PieceAttr::get(weight.getContext(), FlatSymbolRefAttr::get(weight),
                        rows, 0, columns, 1, 0, rows, rows);
}

FlatSymbolRefAttr PackedWeights::whole(FlatSymbolRefAttr name, Layout layout) {
  WeightOp source = weight(name);
  PieceAttr piece = wholePiece(source);
  for (auto known : module.getOps<PackedOp>())
    if (known.getLayout() == layout && known.getPieces().size() == 1 &&
        known.getPieces()[0] == piece)
      return FlatSymbolRefAttr::get(known);
  Type storage = cast<RankedTensorType>(source.getType()).getElementType();
  return create(stemOf(name), {layout,
                               storage,
                               piece.getRows(),
                               piece.getRowStride(),
                               std::nullopt,
                               std::nullopt,
                               {piece}});
}

FlatSymbolRefAttr PackedWeights::create(StringRef stem, const Recipe &recipe) {
  // Before the functions that use it, after the weights that it uses.
  Block::iterator place = module.getBody()->end();
  auto functions = module.getOps<func::FuncOp>();
  if (!functions.empty())
    place = (*functions.begin())->getIterator();
  OpBuilder builder(module.getContext());
  std::string name = stem.str();
  if (symbols.lookup(name))
    name += ".packed";
  auto number = [&](std::optional<int64_t> value) {
    return value ? builder.getI64IntegerAttr(*value) : IntegerAttr();
  };
  auto op = PackedOp::create(
      builder, module.getLoc(), builder.getStringAttr(name),
      LayoutAttr::get(module.getContext(), recipe.layout),
      TypeAttr::get(recipe.storage), builder.getI64IntegerAttr(recipe.rows),
      builder.getI64IntegerAttr(recipe.columns), number(recipe.experts),
      number(recipe.at), IntegerAttr(), StringAttr(),
      builder.getArrayAttr(recipe.pieces));
  return FlatSymbolRefAttr::get(symbols.insert(op, place));
}

void PackedWeights::dropUnused(FlatSymbolRefAttr name) {
  PackedOp op = packed(name);
  if (op && SymbolTable::symbolKnownUseEmpty(op.getOperation(), module))
    symbols.erase(op);
}

std::string stemOf(FlatSymbolRefAttr name) {
  StringRef stem = name.getValue();
  stem.consume_back(".packed");
  stem.consume_back("_proj");
  return stem.str();
}

std::string joinedStem(ArrayRef<FlatSymbolRefAttr> names) {
  std::string joined = stemOf(names.front());
  for (FlatSymbolRefAttr name : names.drop_front()) {
    std::string stem = stemOf(name);
    joined += "_" + stem.substr(stem.rfind('.') + 1);
  }
  return joined;
}

} // namespace fathom
