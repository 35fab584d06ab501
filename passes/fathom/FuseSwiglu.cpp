//===- FuseSwiglu.cpp - Gate and up in one product ------------------------===//
//
// Gate and up rows alternate by eight, so that both halves of a gated value
// meet in the registers of one tile and only their product is stored.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/ColumnViews.h"
#include "passes/fathom/Interleave.h"
#include "passes/fathom/PackedWeights.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_FUSESWIGLUPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

// A product that does nothing but this, for this one use.
bool isPlain(ProjectOp op) {
  return op && op->hasOneUse() && !op.getNorm() && !op.getSwiglu() &&
         !op.getExact() && !op.getAsking() && !op.getSlices() &&
         op.getPlus().empty();
}

// The piece of a weight that is one matrix in its own order, or null.
PieceAttr onlyPiece(PackedOp packed) {
  if (packed.getPieces().size() != 1)
    return nullptr;
  auto piece = cast<PieceAttr>(packed.getPieces()[0]);
  bool whole = piece.getRows() == static_cast<int64_t>(packed.getRows()) &&
               piece.getFirst() == 0 && piece.getGroup() >= piece.getRows();
  return whole ? piece : nullptr;
}

struct FuseSwiglu final
    : public ::fathom::impl::FuseSwigluPassBase<FuseSwiglu> {
  using FuseSwigluPassBase::FuseSwigluPassBase;

  void runOnOperation() override {
    ::fathom::PackedWeights weights(getOperation());
    getOperation().walk([&](SwigluOp op) {
      auto gate = op.getGate().getDefiningOp<ProjectOp>();
      auto up = op.getUp().getDefiningOp<ProjectOp>();
      // Both have a bias, or neither.
      if (isPlain(gate) && isPlain(up) && gate.getX() == up.getX() &&
          gate.getBias().has_value() == up.getBias().has_value())
        fuse(op, gate, up, weights);
    });
  }

  // Two packed weights, or two biases, with alternating rows; nothing where
  // they do not lie as they would have to.
  std::optional<::fathom::Recipe> alternate(PackedOp gate, PackedOp up) {
    PieceAttr gatePiece = onlyPiece(gate), upPiece = onlyPiece(up);
    if (!gatePiece || !upPiece || gate.getStorage() != up.getStorage())
      return std::nullopt;
    return ::fathom::interleave(gatePiece, upPiece, gate.getStorage(),
                                static_cast<int64_t>(gate.getColumns()),
                                gate.getLayout());
  }

  void fuse(SwigluOp op, ProjectOp gate, ProjectOp up,
            ::fathom::PackedWeights &weights) {
    FlatSymbolRefAttr gateName = gate.getWeightAttr();
    FlatSymbolRefAttr upName = up.getWeightAttr();
    FlatSymbolRefAttr gateBias = gate.getBiasAttr(), upBias = up.getBiasAttr();
    auto recipe = alternate(weights.packed(gateName), weights.packed(upName));
    std::optional<::fathom::Recipe> biasRecipe;
    if (gateBias)
      biasRecipe = alternate(weights.packed(gateBias), weights.packed(upBias));
    if (!recipe || (gateBias && !biasRecipe))
      return;
    FlatSymbolRefAttr bias;
    if (biasRecipe)
      bias =
          weights.create(::fathom::joinedStem({gateBias, upBias}), *biasRecipe);
    OpBuilder builder(op);
    auto joined = ProjectOp::create(
        builder, op.getLoc(), op.getType(), gate.getX(),
        weights.create(::fathom::joinedStem({gateName, upName}), *recipe),
        FlatSymbolRefAttr(), FloatAttr(), bias, builder.getUnitAttr(),
        UnitAttr(), IntegerAttr(), ValueRange(), Value());
    op.replaceAllUsesWith(joined.getResult());
    op.erase();
    gate.erase();
    up.erase();
    weights.dropUnused(gateName);
    weights.dropUnused(upName);
    if (gateBias) {
      weights.dropUnused(gateBias);
      weights.dropUnused(upBias);
    }
  }
};

} // namespace
