//===- SeededWeights.cpp - Weights of a test, packed ----------------------===//
//
// See SeededWeights.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/SeededWeights.h"

#include "compiler/reference/Numbers.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/xxhash.h"

#include <cmath>
#include <cstring>

namespace fathom {

using namespace mlir::fathom;

/// Rows of a panel, as the generated code has them.
static constexpr int64_t kPanelRows = 64;

int64_t bytesOfNumber(mlir::Type type) {
  return type.getIntOrFloatBitWidth() / 8;
}

void storeNumber(mlir::Type type, double value, char *to) {
  if (type.isF32()) {
    auto number = static_cast<float>(value);
    std::memcpy(to, &number, sizeof number);
    return;
  }
  llvm::APFloat rounded(value);
  bool losesInfo = false;
  rounded.convert(mlir::cast<mlir::FloatType>(type).getFloatSemantics(),
                  llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  uint64_t bits = rounded.bitcastToAPInt().getZExtValue();
  std::memcpy(to, &bits, bytesOfNumber(type));
}

double loadNumber(mlir::Type type, const char *from) {
  if (type.isF32()) {
    float number;
    std::memcpy(&number, from, sizeof number);
    return number;
  }
  uint64_t bits = 0;
  std::memcpy(&bits, from, bytesOfNumber(type));
  if (type.isInteger(32))
    return static_cast<int32_t>(bits);
  auto number = mlir::cast<mlir::FloatType>(type);
  return llvm::APFloat(number.getFloatSemantics(),
                       llvm::APInt(number.getWidth(), bits))
      .convertToDouble();
}

SeededWeights::SeededWeights(mlir::ModuleOp module, uint64_t seed)
    : seed(seed) {
  for (auto packed : module.getOps<PackedOp>())
    for (auto piece : packed.getPieces().getAsRange<PieceAttr>())
      storages[piece.getSource().getValue().str()] = packed.getStorage();
}

/// The next number of splitmix64, in [-1, 1).
static double nextUniform(uint64_t &state) {
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-52 - 1.0;
}

std::vector<double> SeededWeights::values(WeightOp weight, int64_t layer,
                                          int64_t expert) const {
  auto type = mlir::cast<mlir::RankedTensorType>(weight.getType());
  std::string name = weight.getSymName().str();
  auto found = storages.find(name);
  mlir::Type storage =
      found == storages.end() ? type.getElementType() : found->second;
  uint64_t state =
      llvm::xxh3_64bits(name) + seed * 1000003 + layer * 8191 + expert * 131;
  bool vector = type.getRank() == 1;
  double width = std::sqrt(3.0 / static_cast<double>(type.getShape().back()));
  std::vector<double> result(type.getNumElements());
  for (double &value : result) {
    double uniform = nextUniform(state);
    value = vector ? 1.0 + 0.25 * uniform : uniform * width;
    value = roundTo(storage, roundTo(type.getElementType(), value));
  }
  return result;
}

WeightSource SeededWeights::source() const {
  return [this](WeightOp weight, int64_t layer, int64_t expert) {
    return std::optional(values(weight, layer, expert));
  };
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

/// Bytes of a packed weight, or of one expert of it.
static int64_t bytesOf(PackedOp packed) {
  int64_t rows = packed.getRows(), columns = packed.getColumns();
  int64_t size = bytesOfNumber(packed.getStorage());
  if (packed.getLayout() != Layout::Panels)
    return rows * columns * size;
  int64_t depth = packed.getStorage().isBF16() ? 2 : 1;
  return llvm::alignTo(rows, kPanelRows) * llvm::alignTo(columns, depth) * size;
}

/// Where element (row, column) lies, in elements.
static int64_t placeOf(PackedOp packed, int64_t row, int64_t column) {
  int64_t columns = packed.getColumns();
  if (packed.getLayout() != Layout::Panels)
    return row * columns + column;
  int64_t depth = packed.getStorage().isBF16() ? 2 : 1;
  int64_t steps = llvm::divideCeil(columns, depth);
  int64_t step = row / kPanelRows * steps + column / depth;
  return (step * kPanelRows + row % kPanelRows) * depth + column % depth;
}

PackedMemory::Block &PackedMemory::block(int64_t layer, int64_t slot) {
  return blocks[{layer, slot}];
}

void PackedMemory::pack(mlir::ModuleOp module, PackedOp packed, int64_t layer,
                        const SeededWeights &weights) {
  int64_t slot = packed.getSlot().value_or(0);
  int64_t at = packed.getAt().value_or(0);
  int64_t size = bytesOfNumber(packed.getStorage());
  int64_t experts = packed.getExperts().value_or(1);
  int64_t columns = packed.getColumns();
  for (int64_t e = 0; e < experts; ++e) {
    Block &bytes = block(layer, slot + e);
    bytes.resize(std::max<size_t>(bytes.size(), at + bytesOf(packed)));
    for (auto piece : packed.getPieces().getAsRange<PieceAttr>()) {
      auto weight = module.lookupSymbol<WeightOp>(piece.getSource());
      std::vector<double> values =
          weights.values(weight, std::max<int64_t>(layer, 0), e);
      for (int64_t i = 0; i < piece.getRows(); ++i)
        for (int64_t j = 0; j < columns; ++j) {
          int64_t row = piece.getFirst() +
                        i / piece.getGroup() * piece.getEvery() +
                        i % piece.getGroup();
          storeNumber(packed.getStorage(),
                      values[piece.getOffset() + i * piece.getRowStride() +
                             j * piece.getColumnStride()],
                      bytes.data() + at + placeOf(packed, row, j) * size);
        }
    }
  }
}

PackedMemory::PackedMemory(mlir::ModuleOp module,
                           const SeededWeights &weights) {
  std::map<std::string, std::vector<int64_t>> layersOfKind;
  int64_t layerCount = 0;
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    auto kind = function->getAttrOfType<mlir::StringAttr>("fathom.kind");
    auto layers =
        function->getAttrOfType<mlir::DenseI64ArrayAttr>("fathom.layers");
    if (!kind || !layers)
      continue;
    for (int64_t layer : layers.asArrayRef()) {
      layersOfKind[kind.str()].push_back(layer);
      layerCount = std::max(layerCount, layer + 1);
    }
  }
  for (auto packed : module.getOps<PackedOp>()) {
    if (!packed.getKind())
      pack(module, packed, -1, weights);
    else
      for (int64_t layer : layersOfKind[packed.getKind()->str()])
        pack(module, packed, layer, weights);
  }
  tables.resize(layerCount);
  for (auto &[key, bytes] : blocks) {
    Table &table = key.first < 0 ? globalTable : tables[key.first];
    table.resize(std::max<size_t>(table.size(), key.second + 1));
    table[key.second] = bytes.data();
  }
  for (const Table &table : tables)
    layerTables.push_back(table.data());
}

} // namespace fathom
