//===- LowerInstructionTiles.cpp - Tiles become instructions --------------===//
//
// One function an instruction family. Whatever is added here must keep the
// order of the sum that fathom.tile_dot documents: results of one token and of
// hundreds are equal bit for bit because of it.
//
//===----------------------------------------------------------------------===//

#include "codegen/cpu/Passes.h"
#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace fathom {
#define GEN_PASS_DEF_LOWERINSTRUCTIONTILESPASS
#include "codegen/cpu/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using mlir::fathom::InstructionTile;
using mlir::fathom::TileDotOp;

namespace {

// The weights of each step of the sum as vectors of f32, exactly: one for f32
// and f16, the even and the odd elements for bf16.
SmallVector<Value> widenWeights(ImplicitLocOpBuilder &b, Value weights,
                                VectorType wide) {
  Type element = cast<VectorType>(weights.getType()).getElementType();
  if (element.isF32())
    return {weights};
  if (element.isF16())
    return {arith::ExtFOp::create(b, wide, weights)};

  auto words = VectorType::get(wide.getShape(), b.getI32Type());
  auto splat = [&](int64_t value) -> Value {
    auto attr = DenseElementsAttr::get(words, b.getI32IntegerAttr(value));
    return arith::ConstantOp::create(b, words, attr);
  };
  Value pairs = vector::BitCastOp::create(b, words, weights);
  Value even = arith::ShLIOp::create(b, pairs, splat(16));
  Value odd = arith::AndIOp::create(b, pairs, splat(-65536));
  return {vector::BitCastOp::create(b, wide, even),
          vector::BitCastOp::create(b, wide, odd)};
}

Value lowerFma(ImplicitLocOpBuilder &b, TileDotOp op) {
  auto wide = cast<VectorType>(op.getAcc().getType());
  Value sum = op.getAcc();
  for (auto [k, weights] :
       llvm::enumerate(widenWeights(b, op.getWeights(), wide))) {
    Value x = vector::ExtractOp::create(b, op.getX(), static_cast<int64_t>(k));
    Value broadcast = vector::BroadcastOp::create(b, wide, x);
    sum = vector::FMAOp::create(b, weights, broadcast, sum);
  }
  return sum;
}

Value lowerDpbf16(ImplicitLocOpBuilder &b, TileDotOp op) {
  auto acc = cast<VectorType>(op.getAcc().getType());
  auto word = VectorType::get({1}, b.getI32Type());
  auto words = VectorType::get(acc.getShape(), b.getI32Type());
  Value pair = vector::ExtractOp::create(
      b, vector::BitCastOp::create(b, word, op.getX()), int64_t{0});
  Value broadcast = vector::BroadcastOp::create(b, words, pair);
  Value x = vector::BitCastOp::create(b, op.getWeights().getType(), broadcast);
  return LLVM::CallIntrinsicOp::create(
             b, acc, b.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512"),
             ValueRange{op.getAcc(), op.getWeights(), x})
      .getResult(0);
}

struct LowerInstructionTiles final
    : public ::fathom::impl::LowerInstructionTilesPassBase<
          LowerInstructionTiles> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation()->walk([&](TileDotOp op) {
      ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
      builder.setInsertionPoint(op);
      Value result = op.getTile() == InstructionTile::Dpbf16_512
                         ? lowerDpbf16(builder, op)
                         : lowerFma(builder, op);
      rewriter.replaceOp(op, result);
    });
  }
};

} // namespace
