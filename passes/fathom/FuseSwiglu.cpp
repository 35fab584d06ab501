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
  return op && op->hasOneUse() && !op.getNorm() && !op.getBias() &&
         !op.getSwiglu() && !op.getExact() && !op.getAsking() &&
         !op.getSlices() && op.getPlus().empty();
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
      if (isPlain(gate) && isPlain(up) && gate.getX() == up.getX())
        fuse(op, gate, up, weights);
    });
  }

  void fuse(SwigluOp op, ProjectOp gate, ProjectOp up,
            ::fathom::PackedWeights &weights) {
    FlatSymbolRefAttr gateName = gate.getWeightAttr();
    FlatSymbolRefAttr upName = up.getWeightAttr();
    PackedOp gatePacked = weights.packed(gateName);
    PackedOp upPacked = weights.packed(upName);
    PieceAttr gatePiece = onlyPiece(gatePacked), upPiece = onlyPiece(upPacked);
    if (!gatePiece || !upPiece ||
        gatePacked.getStorage() != upPacked.getStorage())
      return;
    auto recipe =
        ::fathom::interleave(gatePiece, upPiece, gatePacked.getStorage(),
                             static_cast<int64_t>(gatePacked.getColumns()));
    OpBuilder builder(op);
    auto joined = ProjectOp::create(
        builder, op.getLoc(), op.getType(), gate.getX(),
        weights.create(::fathom::joinedStem({gateName, upName}), recipe),
        FlatSymbolRefAttr(), FloatAttr(), FlatSymbolRefAttr(),
        builder.getUnitAttr(), UnitAttr(), IntegerAttr(), ValueRange(),
        Value());
    op.replaceAllUsesWith(joined.getResult());
    op.erase();
    gate.erase();
    up.erase();
    weights.dropUnused(gateName);
    weights.dropUnused(upName);
  }
};

} // namespace
