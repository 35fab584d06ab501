//===- SplitConcats.cpp - Products of rows side by side -------------------===//
//
// A product of a concatenation is a sum of products of its parts, each over its
// own columns of the weight: then each part can have its own prologue.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/ColumnViews.h"
#include "passes/fathom/PackedWeights.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_SPLITCONCATSPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;
using ::fathom::PackedWeights;

namespace {

// The columns [first, first + columns) of `packed`.
::fathom::Recipe columnsOfWeight(PackedOp packed, int64_t first,
                                 int64_t columns) {
  ::fathom::Recipe recipe{packed.getLayout(), packed.getStorage(),
                          static_cast<int64_t>(packed.getRows()), columns};
  for (auto piece : packed.getPieces().getAsRange<PieceAttr>())
    recipe.pieces.push_back(
        PieceAttr::get(piece.getContext(), piece.getSource(), piece.getRows(),
                       piece.getOffset() + first * piece.getColumnStride(),
                       piece.getRowStride(), piece.getColumnStride(),
                       piece.getFirst(), piece.getGroup(), piece.getEvery()));
  return recipe;
}

struct SplitConcats final
    : public ::fathom::impl::SplitConcatsPassBase<SplitConcats> {
  using SplitConcatsPassBase::SplitConcatsPassBase;

  void runOnOperation() override {
    PackedWeights weights(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      function.walk([&](ProjectOp op) {
        auto concat = op.getX().getDefiningOp<tensor::ConcatOp>();
        if (concat && concat.getDim() == 1 && !op.getNorm() &&
            !op.getSwiglu() && !op.getExact() && !op.getSlices() &&
            !op.getAsking() && op.getPlus().empty())
          split(op, concat, weights);
      });
      ::fathom::dropDead(function);
    }
  }

  void split(ProjectOp op, tensor::ConcatOp concat, PackedWeights &weights) {
    OpBuilder builder(op);
    FlatSymbolRefAttr name = op.getWeightAttr(), bias = op.getBiasAttr();
    PackedOp packed = weights.packed(name);
    int64_t first = 0;
    Value sum;
    for (auto [number, part] : llvm::enumerate(concat.getInputs())) {
      int64_t columns = ::fathom::columnsOf(part);
      auto weight = weights.create(::fathom::stemOf(name) + ".part" +
                                       std::to_string(number),
                                   columnsOfWeight(packed, first, columns));
      auto product = ProjectOp::create(
          builder, op.getLoc(), op.getType(), part, weight, FlatSymbolRefAttr(),
          FloatAttr(), number == 0 ? bias : FlatSymbolRefAttr(), UnitAttr(),
          UnitAttr(), IntegerAttr(), sum ? ValueRange(sum) : ValueRange(),
          Value());
      sum = product.getResult();
      first += columns;
    }
    op.replaceAllUsesWith(sum);
    op.erase();
    weights.dropUnused(name);
  }
};

} // namespace
