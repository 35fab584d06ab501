//===- ManifestFromModule.cpp - What a planned module says ----------------===//
//
// See ManifestFromModule.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/ManifestFromModule.h"

#include "compiler/artifact/PackPlanFromModule.h"
#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/tiling/CacheLayout.h"
#include "passes/tiling/KernelBuilder.h"
#include "passes/tiling/StepPhases.h"
#include "runtime/abi/step.h"

#include <algorithm>
#include <set>
#include <string>

namespace fathom {

using mlir::fathom::CacheOp;
using mlir::fathom::PackedOp;
using mlir::fathom::PhaseOp;
using mlir::fathom::PlaceAttr;

static uint64_t number(mlir::ModuleOp module, llvm::StringRef name) {
  auto attribute = module->getAttrOfType<mlir::IntegerAttr>(name);
  return attribute ? static_cast<uint64_t>(attribute.getInt()) : 0;
}

static llvm::StringRef typeName(mlir::Type type) {
  return type.isF32() ? "f32" : type.isF16() ? "f16" : "bf16";
}

static llvm::StringRef kindOf(mlir::func::FuncOp function) {
  auto kind = function->getAttrOfType<mlir::StringAttr>("fathom.kind");
  return kind ? kind.getValue() : "";
}

static bool isMtp(llvm::StringRef kind) { return kind.starts_with("mtp"); }

static uint64_t mtpLayers(mlir::ModuleOp module) {
  std::set<int64_t> layers;
  for (auto function : module.getOps<mlir::func::FuncOp>())
    if (isMtp(kindOf(function)))
      for (int64_t layer : layersOfKind(module, kindOf(function)))
        layers.insert(layer);
  return layers.size();
}

/// How many layers have experts, the extra prediction layers not counted.
static uint64_t expertLayers(const PackPlan &plan, uint64_t layerCount) {
  std::set<int32_t> layers;
  for (const PackedWeight &weight : plan.weights)
    if (weight.members.size() > 1 && weight.layer >= 0 &&
        static_cast<uint64_t>(weight.layer) < layerCount)
      layers.insert(weight.layer);
  return layers.size();
}

static void describeCaches(mlir::ModuleOp module, schema::ManifestT &manifest) {
  for (auto cache : module.getOps<CacheOp>()) {
    auto entry = std::make_unique<schema::CacheClassT>();
    entry->name = cache.getSymName().str();
    entry->page_tokens = kPageTokens;
    entry->layer_bytes = CacheLayout::of(cache).layerBytes;
    entry->layer_count =
        manifest.model->layer_count + manifest.model->mtp_layer_count;
    entry->page_stride_bytes =
        roundUp(entry->layer_count * entry->layer_bytes, 64);
    entry->element = typeName(cache.getElement()).str();
    for (int64_t part : cache.getParts())
      entry->values_per_token += part;
    manifest.caches.push_back(std::move(entry));
  }
}

static void describePhases(mlir::ModuleOp module, schema::ManifestT &manifest) {
  auto describe = [&](bool mtp, auto &phases) {
    for (const StepPhase &phase : stepPhases(module, mtp)) {
      auto entry = std::make_unique<schema::PhaseT>();
      entry->name = phase.name;
      entry->layer = static_cast<int32_t>(phase.layer);
      phases.push_back(std::move(entry));
    }
  };
  describe(false, manifest.phases);
  describe(true, manifest.mtp_phases);
}

namespace {
/// The buffers of one function: where its phases' values lie, from the phase
/// that makes one to the last that reads it.
class BufferList {
public:
  BufferList(mlir::func::FuncOp function, uint64_t stepTokens)
      : function(function), stepTokens(stepTokens),
        phases(function.getOps<PhaseOp>()) {}

  void describe(schema::ManifestT &manifest);

private:
  uint32_t phaseOf(mlir::Operation *op) const;
  uint32_t lastUse(mlir::Value value) const;
  uint64_t rowsOf(mlir::OpResult result) const;

  mlir::func::FuncOp function;
  uint64_t stepTokens;
  llvm::SmallVector<PhaseOp> phases;
};
} // namespace

uint32_t BufferList::phaseOf(mlir::Operation *op) const {
  while (op->getParentOp() != function)
    op = op->getParentOp();
  auto *found = llvm::find(phases, llvm::dyn_cast<PhaseOp>(op));
  // The function's end keeps its results.
  return std::min<size_t>(found - phases.begin(), phases.size() - 1);
}

uint32_t BufferList::lastUse(mlir::Value value) const {
  uint32_t last = 0;
  for (mlir::Operation *user : value.getUsers())
    last = std::max(last, llvm::isa<mlir::tensor::ExtractSliceOp>(user)
                              ? lastUse(user->getResult(0))
                              : phaseOf(user));
  return last;
}

/// The most rows: one a token, or one a chosen expert.
uint64_t BufferList::rowsOf(mlir::OpResult result) const {
  auto made = [](mlir::Value value) {
    while (auto phase = value.getDefiningOp<PhaseOp>())
      value = phase.getBody().front().getTerminator()->getOperand(
          llvm::cast<mlir::OpResult>(value).getResultNumber());
    return value;
  };
  auto columns = [](mlir::Value value) -> uint64_t {
    return llvm::cast<mlir::RankedTensorType>(value.getType()).getDimSize(1);
  };
  mlir::Value value = made(result);
  if (auto gateUp = value.getDefiningOp<mlir::fathom::ExpertGateUpOp>())
    value = made(gateUp.getLists());
  auto dispatch = value.getDefiningOp<mlir::fathom::DispatchOp>();
  if (!dispatch || value != dispatch.getLists())
    return stepTokens;
  uint64_t choices = stepTokens * columns(dispatch.getWeights());
  return value == made(result) ? choices + columns(dispatch.getLogits()) + 1
                               : choices;
}

void BufferList::describe(schema::ManifestT &manifest) {
  auto add = [&](const std::string &name, uint64_t offset, uint64_t bytes,
                 uint32_t first, uint32_t last) {
    auto entry = std::make_unique<schema::BufferT>();
    entry->name = name;
    entry->offset = offset;
    entry->bytes = bytes;
    entry->kind = kindOf(function).str();
    entry->first_phase = first;
    entry->last_phase = last;
    manifest.buffers.push_back(std::move(entry));
  };
  for (auto [index, phase] : llvm::enumerate(phases)) {
    auto first = static_cast<uint32_t>(index);
    if (auto scratch = phase.getScratch())
      add((phase.getName() + ".scratch").str(), *scratch,
          phase.getScratchBytes().value_or(0), first, first);
    if (!phase.getPlaces())
      continue;
    for (auto [result, attribute] :
         llvm::zip_equal(phase->getResults(), *phase.getPlaces())) {
      auto place = llvm::cast<PlaceAttr>(attribute);
      std::string name = phase.getName().str();
      if (phase.getNumResults() > 1)
        name += "." + std::to_string(result.getResultNumber());
      add(name, place.getOffset(), rowsOf(result) * place.getStride() * 4,
          first, std::max(first, lastUse(result)));
    }
  }
}

/// Which weights a token reads, from how they are used.
namespace {
struct Uses {
  std::set<std::string> promptOnly;    // Expanded latent attention.
  std::set<std::string> generatedOnly; // Absorbed.
  std::set<std::string> mtpOnly;
};
} // namespace

static Uses usesOf(mlir::ModuleOp module) {
  Uses uses;
  module.walk([&](mlir::fathom::AttendLatentOp attend) {
    uses.promptOnly.insert(attend.getExpanded().str());
    uses.generatedOnly.insert(attend.getAbsorbed().str());
  });
  for (PackedOp packed : module.getOps<PackedOp>()) {
    bool isMain = false, isExtra = false;
    for (auto function : module.getOps<mlir::func::FuncOp>())
      if (!mlir::SymbolTable::symbolKnownUseEmpty(packed.getSymNameAttr(),
                                                  function))
        (isMtp(kindOf(function)) ? isExtra : isMain) = true;
    if (isExtra && !isMain)
      uses.mtpOnly.insert(packed.getSymName().str());
  }
  return uses;
}

/// What a generated token reads, and a prompt token multiplies.
static void describeCosts(mlir::ModuleOp module, schema::ManifestT &manifest) {
  schema::ModelT &model = *manifest.model;
  Uses uses = usesOf(module);
  for (PackedOp packed : module.getOps<PackedOp>()) {
    std::string name = packed.getSymName().str();
    if (uses.mtpOnly.count(name))
      continue;
    uint64_t rows = 0;
    for (auto piece : packed.getPieces().getAsRange<mlir::fathom::PieceAttr>())
      rows += piece.getRows();
    uint64_t values = rows * packed.getColumns();
    uint64_t bytes = values * (packed.getStorage().isF32() ? 4 : 2);
    bool isPanels = packed.getLayout() == mlir::fathom::Layout::Panels;
    // Of a table, a token reads its row.
    if (packed.getLayout() == mlir::fathom::Layout::Rows)
      bytes /= rows;
    uint64_t times = 1;
    if (packed.getKind())
      times = layersOfKind(module, *packed.getKind()).size();
    if (packed.getExperts())
      times *= model.experts_per_token;
    if (!uses.promptOnly.count(name))
      model.weight_bytes_per_token += times * bytes;
    if (!isPanels || uses.generatedOnly.count(name))
      continue;
    if (packed.getKind())
      model.prompt_macs_per_token += times * values;
    else
      model.head_macs += values;
  }
}

static void describeWeights(const PackPlan &plan, schema::ManifestT &manifest) {
  for (const PackedWeight &weight : plan.weights) {
    auto entry = std::make_unique<schema::WeightT>();
    entry->name = weight.name;
    entry->layer = weight.layer;
    entry->index = weight.index;
    entry->bytes = weight.bytes();
    for (const auto &[offset, matrix] : weight.members) {
      entry->layout +=
          (entry->layout.empty() ? "" : " + ") + matrix.layoutName();
      entry->shape.push_back(matrix.rows);
      if (matrix.layout != PackedLayout::vector)
        entry->shape.push_back(matrix.columns);
      for (const Piece &piece : matrix.pieces) {
        const std::string &source = plan.sources[piece.source].name;
        if (llvm::find(entry->sources, source) == entry->sources.end())
          entry->sources.push_back(source);
      }
    }
    manifest.weights.push_back(std::move(entry));
  }
}

void describeModule(mlir::ModuleOp module, const PackPlan &plan,
                    schema::ManifestT &manifest) {
  manifest.abi_version = FATHOM_ABI_VERSION;
  manifest.model = std::make_unique<schema::ModelT>();
  schema::ModelT &model = *manifest.model;
  if (auto name =
          module->getAttrOfType<mlir::StringAttr>("fathom.architecture"))
    model.architecture = name.str();
  model.hidden_size = number(module, "fathom.hidden_size");
  model.layer_count = number(module, "fathom.layer_count");
  model.mtp_layer_count = mtpLayers(module);
  model.vocabulary_size = number(module, "fathom.vocabulary_size");
  model.context_tokens = number(module, "fathom.context_tokens");
  model.position_limit = number(module, "fathom.position_limit");
  model.step_tokens_max = number(module, "fathom.step_tokens_max");
  model.expert_count = number(module, "fathom.expert_count");
  model.experts_per_token = number(module, "fathom.experts_per_token");
  model.expert_layer_count = expertLayers(plan, model.layer_count);
  for (const SourceTensor &source : plan.sources)
    model.parameter_count += source.elements();
  describeCaches(module, manifest);
  describePhases(module, manifest);
  for (auto function : module.getOps<mlir::func::FuncOp>())
    BufferList(function, model.step_tokens_max).describe(manifest);
  manifest.arena_shared_bytes =
      roundUp(number(module, "fathom.arena_shared_bytes"), 64);
  describeCosts(module, manifest);
  describeWeights(plan, manifest);
  auto storage = module->getAttrOfType<mlir::TypeAttr>("fathom.storage");
  manifest.weights_format =
      storage ? typeName(storage.getValue()).str() : "f32";
}

void describeLevel(mlir::ModuleOp tiled, const CpuLevel &level,
                   schema::ManifestT &manifest) {
  manifest.arena_thread_bytes = std::max<uint64_t>(
      manifest.arena_thread_bytes,
      roundUp(number(tiled, "fathom.arena_thread_bytes"), 64));
  auto entry = std::make_unique<schema::LevelT>();
  entry->name = level.name.str();
  for (llvm::StringRef feature : level.features)
    entry->features.push_back(feature.str());
  entry->step_symbol = levelSymbol("fathom_step_", level.name);
  if (!manifest.mtp_phases.empty())
    entry->mtp_symbol = levelSymbol("fathom_mtp_step_", level.name);
  entry->read_probe_symbol = levelSymbol("fathom_read_probe_", level.name);
  entry->dot_probe_symbol = levelSymbol("fathom_dot_probe_", level.name);
  bool hasPairs =
      level.name == "avx512-bf16" && manifest.weights_format == "bf16";
  entry->dot_name = hasPairs               ? "vdpbf16ps zmm"
                    : level.name == "avx2" ? "vfmadd231ps ymm"
                                           : "vfmadd231ps zmm";
  manifest.levels.push_back(std::move(entry));
}

} // namespace fathom
