//===- FuseProjections.cpp - One product for several of one input ---------===//
//
// Queries, keys and values (or the compressed ones) are rows of one weight: a
// thread then has one long run of panels instead of three short ones.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/ColumnViews.h"
#include "passes/fathom/PackedWeights.h"
#include "passes/fathom/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace fathom {
#define GEN_PASS_DEF_FUSEPROJECTIONSPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

// Gates are interleaved with their upper halves by another pass, and a router's
// weight stays in f32.
bool canJoin(ProjectOp op) {
  if (op.getNorm() || op.getSwiglu() || op.getExact() || op.getAsking() ||
      op.getSlices() || !op.getPlus().empty())
    return false;
  return llvm::none_of(op->getUsers(), [](Operation *user) {
    return isa<SwigluOp, RouteOp, DispatchOp>(user);
  });
}

struct FuseProjections final
    : public ::fathom::impl::FuseProjectionsPassBase<FuseProjections> {
  using FuseProjectionsPassBase::FuseProjectionsPassBase;

  void runOnOperation() override {
    ::fathom::PackedWeights weights(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      llvm::MapVector<std::pair<Value, Type>, SmallVector<ProjectOp>> siblings;
      function.walk([&](ProjectOp op) {
        if (canJoin(op))
          siblings[{op.getX(), weights.packed(op.getWeightAttr()).getStorage()}]
              .push_back(op);
      });
      for (auto &[key, ops] : siblings)
        if (ops.size() > 1)
          fuse(ops, weights);
    }
  }

  // The biases of `ops` under one another; zeros where one has none.
  FlatSymbolRefAttr fuseBiases(ArrayRef<ProjectOp> ops,
                               ::fathom::PackedWeights &weights) {
    ::fathom::Recipe recipe{Layout::Vector, Float32Type::get(&getContext()), 0,
                            1};
    SmallVector<FlatSymbolRefAttr> names;
    for (ProjectOp op : ops) {
      if (FlatSymbolRefAttr name = op.getBiasAttr()) {
        for (auto piece :
             weights.packed(name).getPieces().getAsRange<PieceAttr>())
          recipe.pieces.push_back(::fathom::shifted(piece, recipe.rows));
        recipe.storage = weights.packed(name).getStorage();
        names.push_back(name);
      }
      recipe.rows += ::fathom::columnsOf(op.getResult());
    }
    return names.empty() ? FlatSymbolRefAttr()
                         : weights.create(::fathom::joinedStem(names), recipe);
  }

  void fuse(ArrayRef<ProjectOp> ops, ::fathom::PackedWeights &weights) {
    ProjectOp first = ops.front();
    ::fathom::Recipe recipe{Layout::Panels,
                            weights.packed(first.getWeightAttr()).getStorage(),
                            0, ::fathom::columnsOf(first.getX())};
    SmallVector<FlatSymbolRefAttr> names;
    for (ProjectOp op : ops) {
      PackedOp packed = weights.packed(op.getWeightAttr());
      for (auto piece : packed.getPieces().getAsRange<PieceAttr>())
        recipe.pieces.push_back(::fathom::shifted(piece, recipe.rows));
      recipe.rows += packed.getRows();
      names.push_back(op.getWeightAttr());
    }
    OpBuilder builder(first);
    auto type = cast<RankedTensorType>(first.getType());
    auto joined = ProjectOp::create(
        builder, first.getLoc(),
        RankedTensorType::get({type.getDimSize(0), recipe.rows},
                              type.getElementType()),
        first.getX(), weights.create(::fathom::joinedStem(names), recipe),
        FlatSymbolRefAttr(), FloatAttr(), fuseBiases(ops, weights), UnitAttr(),
        UnitAttr(), IntegerAttr(), ValueRange(), Value());
    int64_t offset = 0;
    for (ProjectOp op : ops) {
      int64_t columns = ::fathom::columnsOf(op.getResult());
      op.replaceAllUsesWith(::fathom::materialize(
          builder, op.getLoc(), {joined.getResult(), offset, columns}));
      offset += columns;
    }
    for (ProjectOp op : ops) {
      FlatSymbolRefAttr weight = op.getWeightAttr(), bias = op.getBiasAttr();
      op.erase();
      weights.dropUnused(weight);
      if (bias)
        weights.dropUnused(bias);
    }
  }
};

} // namespace
