//===- PackPlanFromModule.cpp - Recipes of a planned module ---------------===//
//
// See PackPlanFromModule.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/PackPlanFromModule.h"

#include "compiler/import/Import.h"
#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

namespace fathom {

using mlir::fathom::PackedOp;
using mlir::fathom::PieceAttr;
using mlir::fathom::WeightOp;

std::vector<int64_t> layersOfKind(mlir::ModuleOp module, llvm::StringRef kind) {
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    auto name = function->getAttrOfType<mlir::StringAttr>("fathom.kind");
    auto layers =
        function->getAttrOfType<mlir::DenseI64ArrayAttr>("fathom.layers");
    if (name && layers && name.getValue() == kind)
      return layers.asArrayRef().vec();
  }
  return {};
}

static Storage storageOf(mlir::Type type) {
  return type.isF32()   ? Storage::f32
         : type.isF16() ? Storage::f16
                        : Storage::bf16;
}

static PackedLayout layoutOf(mlir::fathom::Layout layout) {
  switch (layout) {
  case mlir::fathom::Layout::Panels:
    return PackedLayout::panels;
  case mlir::fathom::Layout::Rows:
    return PackedLayout::rows;
  case mlir::fathom::Layout::Vector:
    return PackedLayout::vector;
  }
  llvm_unreachable("an enumerator of no name");
}

namespace {

/// Where an entry stands in the file: before the layers (-1), a layer, or
/// after all; then the slot.
using Place = std::pair<int64_t, int64_t>;

class PlanBuilder {
public:
  explicit PlanBuilder(mlir::ModuleOp module) : module(module), table(module) {}

  PackPlan build();

private:
  void addEntry(llvm::ArrayRef<PackedOp> members, int64_t layer);
  PackedMatrix matrix(PackedOp packed, int64_t layer, int64_t expert);
  uint32_t source(WeightOp weight, int64_t layer, int64_t expert);
  bool isUsedBehindLayers(PackedOp packed);

  mlir::ModuleOp module;
  mlir::SymbolTable table;
  PackPlan plan;
  std::unordered_map<std::string, uint32_t> sourceNumbers;
};

} // namespace

uint32_t PlanBuilder::source(WeightOp weight, int64_t layer, int64_t expert) {
  std::string name = sourceName(weight.getSource(), layer, expert);
  auto [found, isNew] = sourceNumbers.emplace(name, plan.sources.size());
  if (!isNew)
    return found->second;
  auto type = mlir::cast<mlir::RankedTensorType>(weight.getType());
  SourceTensor tensor{name, {}, storageOf(type.getElementType()), {}};
  for (int64_t dimension : type.getShape())
    tensor.shape.push_back(static_cast<uint64_t>(dimension));
  if (auto scales = weight.getScales())
    tensor.scales = {sourceName(scales->getTensor(), layer, expert),
                     static_cast<uint64_t>(scales->getRows()),
                     static_cast<uint64_t>(scales->getColumns())};
  plan.sources.push_back(std::move(tensor));
  return found->second;
}

PackedMatrix PlanBuilder::matrix(PackedOp packed, int64_t layer,
                                 int64_t expert) {
  PackedMatrix result{layoutOf(packed.getLayout()),
                      storageOf(packed.getStorage()),
                      static_cast<uint64_t>(packed.getRows()),
                      static_cast<uint64_t>(packed.getColumns()),
                      {}};
  for (auto piece : packed.getPieces().getAsRange<PieceAttr>()) {
    auto weight = table.lookup<WeightOp>(piece.getSource().getValue());
    auto number = [](int64_t value) { return static_cast<uint64_t>(value); };
    result.pieces.push_back(
        {source(weight, layer, expert), number(piece.getRows()),
         number(piece.getOffset()), number(piece.getRowStride()),
         number(piece.getColumnStride()), number(piece.getFirst()),
         number(piece.getGroup()), number(piece.getEvery())});
  }
  return result;
}

void PlanBuilder::addEntry(llvm::ArrayRef<PackedOp> members, int64_t layer) {
  PackedOp first = members.front();
  int64_t slot = first.getSlot().value_or(0);
  int64_t experts = first.getExperts().value_or(0);
  std::string name = first.getSymName().str();
  std::string prefix;
  if (first.getKind()) {
    prefix = "layers." + std::to_string(layer) + ".";
    std::string kind = first.getKind()->str() + ".";
    if (llvm::StringRef(name).starts_with(kind))
      name.erase(0, kind.size());
  }
  for (int64_t expert = 0; expert < std::max<int64_t>(experts, 1); ++expert) {
    PackedWeight weight;
    weight.name =
        prefix + (experts == 0 ? name : "experts." + std::to_string(expert));
    weight.layer = first.getKind() ? static_cast<int32_t>(layer) : -1;
    weight.index = static_cast<uint32_t>(slot + expert);
    for (PackedOp member : members)
      weight.members.push_back(
          {static_cast<uint64_t>(member.getAt().value_or(0)),
           matrix(member, layer, expert)});
    plan.weights.push_back(std::move(weight));
  }
}

bool PlanBuilder::isUsedBehindLayers(PackedOp packed) {
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    auto kind = function->getAttrOfType<mlir::StringAttr>("fathom.kind");
    if (kind && kind.getValue().ends_with("head") &&
        !mlir::SymbolTable::symbolKnownUseEmpty(packed.getSymNameAttr(),
                                                function))
      return true;
  }
  return false;
}

PackPlan PlanBuilder::build() {
  // Members of a block share kind and slot, and lie by `at`.
  std::map<std::pair<std::string, int64_t>, std::vector<PackedOp>> entries;
  for (PackedOp packed : module.getOps<PackedOp>())
    entries[{packed.getKind().value_or("").str(), packed.getSlot().value_or(0)}]
        .push_back(packed);
  std::map<Place, std::pair<std::vector<PackedOp>, int64_t>> places;
  constexpr int64_t kBehind = INT64_MAX;
  for (auto &[key, members] : entries) {
    llvm::sort(members, [](PackedOp a, PackedOp b) {
      return a.getAt().value_or(0) < b.getAt().value_or(0);
    });
    const auto &[kind, slot] = key;
    if (kind.empty()) {
      int64_t group = isUsedBehindLayers(members.front()) ? kBehind : -1;
      places[{group, slot}] = {members, -1};
      continue;
    }
    for (int64_t layer : layersOfKind(module, kind))
      places[{layer, slot}] = {members, layer};
  }
  for (auto &[place, entry] : places)
    addEntry(entry.first, entry.second);
  return std::move(plan);
}

PackPlan packPlanOf(mlir::ModuleOp module) {
  return PlanBuilder(module).build();
}

} // namespace fathom
