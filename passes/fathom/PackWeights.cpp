//===- PackWeights.cpp - Products over packed weights ---------------------===//
//
// Each product of the model form becomes one over a weight as the generated
// code will read it; nothing is fused yet.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/PackedWeights.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

struct PackWeights final
    : public ::fathom::impl::PackWeightsPassBase<PackWeights> {
  using PackWeightsPassBase::PackWeightsPassBase;

  void runOnOperation() override {
    ::fathom::PackedWeights weights(getOperation());
    OpBuilder builder(&getContext());
    auto replace = [&](Operation *op, Value x, FlatSymbolRefAttr weight,
                       FlatSymbolRefAttr bias, Value asking) {
      builder.setInsertionPoint(op);
      if (bias)
        bias = weights.whole(bias, Layout::Vector);
      auto project =
          ProjectOp::create(builder, op->getLoc(), op->getResult(0).getType(),
                            x, weights.whole(weight, Layout::Panels),
                            FlatSymbolRefAttr(), FloatAttr(), bias, UnitAttr(),
                            UnitAttr(), IntegerAttr(), ValueRange(), asking);
      op->replaceAllUsesWith(project);
      op->erase();
    };
    getOperation().walk([&](Operation *op) {
      if (auto linear = dyn_cast<LinearOp>(op))
        replace(op, linear.getX(), linear.getWeightAttr(), linear.getBiasAttr(),
                Value());
      else if (auto logits = dyn_cast<LogitsOp>(op))
        replace(op, logits.getX(), logits.getWeightAttr(), FlatSymbolRefAttr(),
                logits.getTokens());
      else if (auto embedding = dyn_cast<EmbeddingOp>(op))
        if (weights.weight(embedding.getTableAttr()))
          embedding.setTableAttr(
              weights.whole(embedding.getTableAttr(), Layout::Rows));
    });
  }
};

} // namespace
