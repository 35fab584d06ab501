//===- FuseExperts.cpp - Experts as two grouped products ------------------===//
//
// The chosen experts become a dispatch, their first halves and their second
// halves. An expert's two matrices lie in one block, so that it can be fetched
// and placed by itself.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/ColumnViews.h"
#include "passes/fathom/Interleave.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_FUSEEXPERTSPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;
using ::fathom::PackedWeights;
using ::fathom::Recipe;

namespace {

constexpr int64_t kMemberAlignBytes = 64;

struct FuseExperts final
    : public ::fathom::impl::FuseExpertsPassBase<FuseExperts> {
  using FuseExpertsPassBase::FuseExpertsPassBase;

  void runOnOperation() override {
    PackedWeights weights(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      function.walk([&](ExpertsOp op) { fuse(op, weights); });
      ::fathom::dropDead(function);
    }
  }

  void fuse(ExpertsOp op, PackedWeights &weights);
};

// Both matrices of an expert, the second after the first.
std::pair<FlatSymbolRefAttr, FlatSymbolRefAttr>
packBlock(ExpertsOp op, PackedWeights &weights) {
  WeightOp gate = weights.weight(op.getGateAttr());
  WeightOp up = weights.weight(op.getUpAttr());
  WeightOp down = weights.weight(op.getDownAttr());
  auto gateType = cast<RankedTensorType>(gate.getType());
  auto downType = cast<RankedTensorType>(down.getType());
  Recipe first =
      ::fathom::interleave(::fathom::wholePiece(gate), ::fathom::wholePiece(up),
                           gateType.getElementType(), gateType.getDimSize(1));
  first.experts = *gate.getExperts();
  first.at = 0;
  Recipe second{
      Layout::Panels,
      downType.getElementType(),
      downType.getDimSize(0),
      downType.getDimSize(1),
      *down.getExperts(),
      ::fathom::roundUp(::fathom::panelBytes(first), kMemberAlignBytes),
      {::fathom::wholePiece(down)}};
  return {weights.create(
              ::fathom::joinedStem({op.getGateAttr(), op.getUpAttr()}), first),
          weights.create(::fathom::stemOf(op.getDownAttr()), second)};
}

void FuseExperts::fuse(ExpertsOp op, PackedWeights &weights) {
  auto route = op.getIds().getDefiningOp<RouteOp>();
  auto norm = op.getX().getDefiningOp<RmsNormOp>();
  if (!route || !norm || op.getWeights() != route.getWeights())
    return;
  // A rounding decides which experts run, so the router rounds no operand.
  if (auto router = route.getLogits().getDefiningOp<ProjectOp>())
    router.setExact(true);
  FlatSymbolRefAttr bias = route.getBiasAttr();
  if (bias)
    bias = weights.whole(bias, Layout::Vector);
  OpBuilder builder(route);
  auto entries =
      RankedTensorType::get({ShapedType::kDynamic, 1}, builder.getI32Type());
  auto dispatch = DispatchOp::create(
      builder, route.getLoc(), route.getIds().getType(),
      route.getWeights().getType(), entries, route.getLogits(), bias,
      route.getScoringAttr(), route.getGroupsAttr(), route.getTopGroupsAttr(),
      route.getByBestAttr(), route.getScaleAttr(), route.getNormalizeAttr());
  route.getIds().replaceAllUsesWith(dispatch.getIds());
  route.getWeights().replaceAllUsesWith(dispatch.getWeights());
  route.erase();

  auto [gateUp, down] = packBlock(op, weights);
  auto inner =
      cast<RankedTensorType>(weights.weight(op.getGateAttr()).getType());
  builder.setInsertionPoint(op);
  auto h = ExpertGateUpOp::create(
      builder, op.getLoc(),
      RankedTensorType::get({ShapedType::kDynamic, inner.getDimSize(0)},
                            builder.getF32Type()),
      norm.getX(), dispatch.getLists(), gateUp,
      weights.whole(norm.getWeightAttr(), Layout::Vector), norm.getEpsAttr());
  auto y = ExpertDownOp::create(
      builder, op.getLoc(), op.getType(), h.getResult(), dispatch.getWeights(),
      dispatch.getLists(), down, IntegerAttr(), Value());
  op.replaceAllUsesWith(y.getResult());
  op.erase();
}

} // namespace
