//===- AbsorbLatent.cpp - Latent attention in both of its forms -----------===//
//
// Matches the one way in which a layer of latent attention is written in the
// model form. The weight that makes keys and values is packed once for each
// form; both packings hold the same values.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/AttentionParts.h"
#include "passes/fathom/PackedWeights.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_ABSORBLATENTPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;
using ::fathom::ColumnView;
using ::fathom::PackedWeights;
using ::fathom::roundUp;

namespace {

constexpr int64_t kPanelRows = 64; // Each head begins a panel of its own.

// What is appended for a token: the normalised latent row beside the rotated
// key, both made of consecutive columns of one value.
struct LatentRow {
  RmsNormOp norm;
  RopeOp key;
  ColumnView columns;
};

std::optional<LatentRow> matchRow(CacheAppendOp append) {
  if (!append || append.getParts().size() != 1)
    return std::nullopt;
  auto joined = append.getParts()[0].getDefiningOp<tensor::ConcatOp>();
  if (!joined || joined.getDim() != 1 || joined.getInputs().size() != 2)
    return std::nullopt;
  LatentRow row{joined.getInputs()[0].getDefiningOp<RmsNormOp>(),
                joined.getInputs()[1].getDefiningOp<RopeOp>(),
                {}};
  if (!row.norm || !row.key || row.key.getHeads() != 1 ||
      row.key.getOffset() != 0)
    return std::nullopt;
  row.columns = ::fathom::viewOf(row.norm.getX());
  ColumnView key = ::fathom::viewOf(row.key.getX());
  if (!::fathom::follows(row.columns, key))
    return std::nullopt;
  row.columns.columns += key.columns;
  return row;
}

struct AbsorbLatent final
    : public ::fathom::impl::AbsorbLatentPassBase<AbsorbLatent> {
  using AbsorbLatentPassBase::AbsorbLatentPassBase;

  void runOnOperation() override {
    PackedWeights weights(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      function.walk([&](LatentAttentionOp op) { fuse(op, weights); });
      ::fathom::dropDead(function);
    }
  }

  void fuse(LatentAttentionOp op, PackedWeights &weights);
};

// Packs `rows` rows a head of the weight, each head in panels of its own.
// `first` is the row of a head's matrix where they begin; `transposed` makes
// rows of its columns.
FlatSymbolRefAttr packHeads(LatentAttentionOp op, PackedWeights &weights,
                            StringRef suffix, int64_t first, int64_t rows,
                            int64_t columns, bool transposed) {
  WeightOp source = weights.weight(op.getWeightAttr());
  auto type = cast<RankedTensorType>(source.getType());
  int64_t latent = type.getDimSize(1), heads = op.getHeads();
  int64_t headRows = op.getNope() + op.getValue();
  int64_t padded = roundUp(rows, kPanelRows);
  ::fathom::Recipe recipe{Layout::Panels, type.getElementType(), heads * padded,
                          columns};
  for (int64_t head = 0; head < heads; ++head)
    recipe.pieces.push_back(PieceAttr::get(
        op.getContext(), op.getWeightAttr(), rows,
        (head * headRows + first) * latent, transposed ? 1 : latent,
        transposed ? latent : 1, head * padded, rows, rows));
  return weights.create(::fathom::stemOf(op.getWeightAttr()) + suffix.str(),
                        recipe);
}

void AbsorbLatent::fuse(LatentAttentionOp op, PackedWeights &weights) {
  auto rotated = op.getQ().getDefiningOp<RopeOp>();
  CacheAppendOp append =
      ::fathom::onlyAppend(op, op.getCacheAttr(), op.getTokens());
  std::optional<LatentRow> row = matchRow(append);
  if (!rotated || !row || rotated.getHeads() != op.getHeads() ||
      rotated.getOffset() != op.getNope() ||
      ::fathom::columnsOf(rotated.getRotary()) !=
          static_cast<int64_t>(op.getRope()) ||
      rotated.getRotary() != row->key.getRotary() ||
      rotated.getPairing() != row->key.getPairing())
    return;
  int64_t nope = op.getNope(), value = op.getValue();
  int64_t latent = ::fathom::columnsOf(row->norm.getX());
  OpBuilder builder(op);
  auto attend = AttendLatentOp::create(
      builder, op.getLoc(), op.getType(), op.getTokens(), rotated.getX(),
      ::fathom::materialize(builder, op.getLoc(), row->columns),
      rotated.getRotary(),
      weights.whole(row->norm.getWeightAttr(), Layout::Vector),
      row->norm.getEpsAttr(), op.getCacheAttr(),
      packHeads(op, weights, ".absorbed", 0, latent, nope, true),
      packHeads(op, weights, ".expanded", 0, nope, latent, false),
      packHeads(op, weights, ".values", nope, value, latent, false),
      op.getHeadsAttr(), op.getNopeAttr(), op.getRopeAttr(), op.getValueAttr(),
      rotated.getPairingAttr(), op.getScaleAttr());
  op.replaceAllUsesWith(attend.getResult());
  op.erase();
  append.erase();
}

} // namespace
