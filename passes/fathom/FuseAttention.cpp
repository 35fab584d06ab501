//===- FuseAttention.cpp - Rotation, cache and attention in one -----------===//
//
// Matches the one way in which a layer of grouped-query attention is written in
// the model form, over slices of one product. Anything else is left as it is.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/AttentionParts.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_FUSEATTENTIONPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;
using ::fathom::ColumnView;

namespace {

struct FuseAttention final
    : public ::fathom::impl::FuseAttentionPassBase<FuseAttention> {
  using FuseAttentionPassBase::FuseAttentionPassBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      function.walk([&](AttentionOp op) { fuse(op); });
      ::fathom::dropDead(function);
    }
  }

  void fuse(AttentionOp op) {
    CacheAppendOp append =
        ::fathom::onlyAppend(op, op.getCacheAttr(), op.getTokens());
    if (!append || append.getParts().size() != 2)
      return;
    auto rotatedQ = op.getQ().getDefiningOp<RopeOp>();
    auto rotatedK = append.getParts()[0].getDefiningOp<RopeOp>();
    if (!rotatedQ || !rotatedK || rotatedQ.getHeads() != op.getHeads() ||
        rotatedK.getHeads() != op.getKvHeads() || rotatedQ.getOffset() != 0 ||
        rotatedK.getOffset() != 0 ||
        rotatedQ.getRotary() != rotatedK.getRotary() ||
        rotatedQ.getPairing() != rotatedK.getPairing())
      return;
    ColumnView q = ::fathom::viewOf(rotatedQ.getX());
    ColumnView k = ::fathom::viewOf(rotatedK.getX());
    ColumnView v = ::fathom::viewOf(append.getParts()[1]);
    if (!::fathom::follows(q, k) || !::fathom::follows(k, v))
      return;
    OpBuilder builder(op);
    q.columns += k.columns + v.columns;
    auto attend = AttendOp::create(
        builder, op.getLoc(), op.getType(), op.getTokens(),
        ::fathom::materialize(builder, op.getLoc(), q), rotatedQ.getRotary(),
        op.getCacheAttr(), op.getHeadsAttr(), op.getKvHeadsAttr(),
        rotatedQ.getPairingAttr(), op.getScaleAttr());
    op.replaceAllUsesWith(attend.getResult());
    op.erase();
    append.erase();
  }
};

} // namespace
