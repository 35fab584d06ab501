//===- TiledPasses.cpp - What passes to the tiled form preserve -----------===//
//
// See TiledPasses.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/TiledPasses.h"

namespace fathom {

using namespace mlir::fathom;

/// As the Preserves line of each pass says: a tidy test holds this list to
/// them. Probes are no part of a step.
static constexpr TiledPass kTiled[] = {
    {"fathom-add-probes", 0, 0, 0, 0},
    {"fathom-assemble-step", 0, 0, 0, 0},
    {"fathom-share-code", 0, 0, 0, 0},
    {"fathom-tile-attend", 2e-6, 5e-4, 5e-3, 1e-2},
    {"fathom-tile-attend-latent", 2e-6, 5e-4, 5e-3, 1e-2},
    {"fathom-tile-dispatch", 1e-6, 1e-6, 1e-6, 1e-6},
    {"fathom-tile-embed", 1e-7, 1e-7, 1e-7, 1e-7},
    {"fathom-tile-experts", 2e-6, 2e-6, 2e-6, 1e-2},
    {"fathom-tile-project", 2e-6, 2e-6, 2e-6, 1e-2},
};

/// What the phase appends to is kept in this type; f32 where it does not.
static mlir::Type cacheType(PhaseOp phase) {
  mlir::Type type = mlir::Float32Type::get(phase.getContext());
  for (mlir::Operation &op : phase.getBody().getOps())
    if (auto name = op.getAttrOfType<mlir::FlatSymbolRefAttr>("cache"))
      if (auto cache =
              mlir::SymbolTable::lookupNearestSymbolFrom<CacheOp>(phase, name))
        type = cache.getElement();
  return type;
}

double TiledPass::preserves(PhaseOp phase, unsigned number,
                            bool hasBf16Dots) const {
  auto yield = mlir::cast<YieldOp>(phase.getBody().front().getTerminator());
  mlir::Value value = yield.getValues()[number];
  // Rows of a table and numbers of experts are copied, not computed.
  if (value.getDefiningOp<EmbeddingOp>() ||
      mlir::cast<mlir::RankedTensorType>(value.getType())
          .getElementType()
          .isInteger())
    return 0;
  if (hasBf16Dots)
    return bf16Dots;
  mlir::Type cache = cacheType(phase);
  return cache.isF16() ? f16Cache : cache.isBF16() ? bf16Cache : result;
}

static const TiledPass &named(llvm::StringRef name) {
  return *llvm::find_if(
      kTiled, [&](const TiledPass &pass) { return pass.name == name; });
}

const TiledPass &tiledBy(PhaseOp phase) {
  auto holds = [&](auto... kinds) {
    return llvm::any_of(phase.getBody().getOps(), [&](mlir::Operation &op) {
      return mlir::isa<decltype(kinds)...>(op);
    });
  };
  if (holds(EmbeddingOp(), RotaryOp()))
    return named("fathom-tile-embed");
  if (holds(AttendOp()))
    return named("fathom-tile-attend");
  if (holds(AttendLatentOp()))
    return named("fathom-tile-attend-latent");
  if (holds(DispatchOp()))
    return named("fathom-tile-dispatch");
  if (holds(ExpertGateUpOp(), ExpertDownOp()))
    return named("fathom-tile-experts");
  return named("fathom-tile-project");
}

const TiledPass &assembleStep() { return named("fathom-assemble-step"); }

} // namespace fathom
