//===- TileAttendLatent.cpp - Latent attention becomes loops --------------===//
//
// The function of the phase: queries and cache rows are written, all threads
// wait, then each run is attended in the form that its role picks. The forms
// are in LatentExpanded.cpp and LatentAbsorbed.cpp.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/tiling/LatentKernel.h"
#include "passes/tiling/Math.h"
#include "passes/tiling/Operands.h"
#include "passes/tiling/Passes.h"
#include "passes/tiling/Rotate.h"

namespace fathom {
#define GEN_PASS_DEF_TILEATTENDLATENTPASS
#include "passes/tiling/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

/// The most tokens of a step, or what arenas are planned for where a module
/// does not say.
static int64_t stepTokensOf(ModuleOp module) {
  auto known = module->getAttrOfType<IntegerAttr>("fathom.step_tokens_max");
  return known ? known.getInt() : 512;
}

// Operands stay f32, as those of the products that make queries and latent rows
// do: see fathom-keep-score-operands.
LatentKernel::LatentKernel(KernelBuilder &b, AttendLatentOp op, CacheOp cache)
    : b(b), op(op), dots(Dots::of(b.level, cache.getElement(), /*exact=*/true)),
      heads(op.getHeads()), nope(op.getNope()), rope(op.getRope()),
      value(op.getValue()), latent(cache.getParts()[0] - rope),
      ropeStart(padded(nope)), queryWidth(ropeStart + padded(rope)),
      stepTokens(stepTokensOf(op->getParentOfType<ModuleOp>())),
      scale(op.getScale().convertToDouble()), q(b.rows(op.getQ())),
      compressed(b.rows(op.getLatent())), rotary(b.rows(op.getRotary())),
      result(b.rows(op.getResult())), queries(b.sharedScratch()) {}

Value LatentKernel::query(Value token, Value head) {
  Value number = b.add(b.mul(token, heads), head);
  return b.offset(queries, b.mul(number, queryWidth * dots.operandBytes));
}

Value LatentKernel::page(const Run &run, Value number) {
  return b.cachePage(op.getCacheAttr(), run.slot, number);
}

void LatentKernel::emitHeadProduct(
    FlatSymbolRefAttr weight, Value head, int64_t rowsOfHead, Value rows,
    std::function<Value(Value)> operand,
    std::function<void(Value, Value, ValueRange)> finished) {
  PackedOp packed = b.packed(weight);
  int64_t panels = roundUp(rowsOfHead, kPanelRows) / kPanelRows;
  Product product;
  product.dots = dots;
  product.panels = b.weight(packed);
  product.columns = packed.getColumns();
  product.firstPanel = b.mul(head, panels);
  product.endPanel = b.add(product.firstPanel, panels);
  product.tokens = rows;
  product.operand = operand;
  Value firstRow = b.mul(product.firstPanel, kPanelRows);
  product.finished = [&](Value token, Value row, ValueRange sums) {
    finished(token, b.sub(row, firstRow), sums);
  };
  emitProduct(b, product);
}

void LatentKernel::storeSums(ValueRange sums, Value row, Value channel,
                             Type element, int64_t columns) {
  for (auto [i, sum] : llvm::enumerate(sums)) {
    Value column = b.add(channel, i * dots.lanes);
    Value rounded = b.convertFromF32(sum, element);
    Value target = b.at(row, column, element);
    if (columns % kPanelRows == 0)
      b.store(rounded, target);
    else
      b.storeFirst(rounded, target, b.sub(b.constant(columns), column));
  }
}

namespace {

/// Writes the first part: what later parts read.
class Append {
public:
  explicit Append(LatentKernel &k)
      : k(k), b(k.b), norm(b.packed(k.op.getNormAttr())) {}

  void emit() {
    zeroPadding(b, k.result);
    shareTokens(b, k.heads + 1,
                [&](const Run &run, Value token, Value position, Value item) {
                  b.ifThen(
                      b.less(item, b.constant(k.heads)),
                      [&] { emitQuery(token, item); },
                      [&] { emitRow(run, token, position); });
                });
  }

private:
  void emitQuery(Value token, Value head) {
    int64_t width = k.nope + k.rope;
    Value from = b.at(b.row(k.q, token), b.mul(head, width), b.f32());
    Value to = k.query(token, head);
    auto store = [&](Value column, Value values) {
      b.store(b.convertFromF32(values, k.dots.operand),
              b.at(to, column, k.dots.operand));
    };
    emitCopy(b, from, 0, k.nope, /*vectors=*/true, store);
    Rotation rotation{k.rope, 0, k.rope, k.op.getPairing()};
    emitRotation(b, rotation, b.at(from, b.constant(k.nope), b.f32()),
                 b.row(k.rotary, token), /*vectors=*/true,
                 [&](Value channel, Value values) {
                   store(b.add(channel, k.ropeStart), values);
                 });
    Value zero = b.constantF32(0.0);
    for (int64_t pad = k.nope; pad < k.ropeStart; ++pad)
      store(b.constant(pad), zero);
    for (int64_t pad = k.ropeStart + k.rope; pad < k.queryWidth; ++pad)
      store(b.constant(pad), zero);
  }

  void emitRow(const Run &run, Value token, Value position) {
    Value page = k.page(run, b.div(position, kPageTokens));
    Value place = b.mul(b.rem(position, kPageTokens), k.cacheWidth());
    Value to = b.at(page, place, k.dots.storage);
    Value from = b.row(k.compressed, token);
    Value inverse = inverseRms(from);
    Value weights = b.weight(norm);
    eachVector([&](Value column, int64_t count) {
      Value values = arith::MulFOp::create(
          b, part(from, b.f32(), column, count),
          vector::BroadcastOp::create(b, b.lanes(b.f32()), inverse));
      values = arith::MulFOp::create(
          b, values, part(weights, norm.getStorage(), column, count));
      storeRow(b, k.dots.storage, values, b.at(to, column, k.dots.storage),
               count);
    });
    Rotation rotation{k.rope, 0, k.rope, k.op.getPairing()};
    emitRotation(b, rotation, b.at(from, b.constant(k.latent), b.f32()),
                 b.row(k.rotary, token), /*vectors=*/true,
                 [&](Value channel, Value values) {
                   b.store(b.convertFromF32(values, k.dots.storage),
                           b.at(to, b.add(channel, k.latent), k.dots.storage));
                 });
  }

  void eachVector(llvm::function_ref<void(Value, int64_t)> body) {
    int64_t whole = k.latent / k.dots.lanes * k.dots.lanes;
    b.forRange(b.constant(0), b.constant(whole), k.dots.lanes,
               [&](Value column) { body(column, k.dots.lanes); });
    if (whole < k.latent)
      body(b.constant(whole), k.latent - whole);
  }

  /// `count` values from `column` on as f32, zeros after them.
  Value part(Value pointer, Type element, Value column, int64_t count) {
    Value at = b.at(pointer, column, element);
    VectorType type = b.lanes(element);
    return b.convertToF32(count == k.dots.lanes
                              ? b.load(type, at)
                              : loadFirst(b, type, at, b.constant(count)));
  }

  Value inverseRms(Value from) {
    Value none = b.splat(b.lanes(b.f32()), 0.0);
    auto addSquare = [&](Value sum, Value column, int64_t count) -> Value {
      Value x = part(from, b.f32(), column, count);
      return vector::FMAOp::create(b, x, x, sum);
    };
    int64_t lanes = k.dots.lanes, whole = k.latent / lanes * lanes;
    Value sum = b.forCarry(b.constant(0), b.constant(whole), lanes, none,
                           [&](Value column, ValueRange now) {
                             return SmallVector<Value>{
                                 addSquare(now.front(), column, lanes)};
                           })
                    .front();
    if (whole < k.latent)
      sum = addSquare(sum, b.constant(whole), k.latent - whole);
    Value mean = arith::DivFOp::create(b, emitSumOfLanes(b, sum),
                                       b.constantF32(k.latent));
    double eps = k.op.getEps().convertToDouble();
    return emitReciprocalSqrt(
        b, arith::AddFOp::create(b, mean, b.constantF32(eps)));
  }

  LatentKernel &k;
  KernelBuilder &b;
  PackedOp norm;
};

} // namespace

void emitLatentAppend(LatentKernel &kernel) { Append(kernel).emit(); }

} // namespace fathom

namespace {

AttendLatentOp attendOf(PhaseOp phase) {
  auto ops = phase.getBody().front().getOps<AttendLatentOp>();
  return ops.empty() ? AttendLatentOp() : *ops.begin();
}

/// Reports what the kernel takes for granted about its operation.
LogicalResult check(AttendLatentOp op, PhaseOp phase, CacheOp cache) {
  if (!phase.getScratch())
    return op.emitOpError("expects its phase to have scratch memory for "
                          "queries, but it has none");
  for (FlatSymbolRefAttr name :
       {op.getAbsorbedAttr(), op.getExpandedAttr(), op.getValuesAttr()}) {
    auto packed = SymbolTable::lookupNearestSymbolFrom<PackedOp>(op, name);
    if (packed.getStorage() != cache.getElement())
      return op.emitOpError("expects ")
             << name << " to be panels of " << cache.getElement()
             << ", as its cache is";
  }
  return success();
}

struct TileAttendLatent final
    : public ::fathom::impl::TileAttendLatentPassBase<TileAttendLatent> {
  using TileAttendLatentPassBase::TileAttendLatentPassBase;

  void runOnOperation() override {
    auto chosen = ::fathom::parseLevel(level);
    if (!chosen) {
      getOperation().emitError("expects the level avx2, avx512 or avx512-bf16, "
                               "but it is \"")
          << level << "\"";
      return signalPassFailure();
    }
    SmallVector<PhaseOp> phases;
    getOperation().walk([&](PhaseOp phase) {
      if (!phase.getCode() && attendOf(phase))
        phases.push_back(phase);
    });
    for (PhaseOp phase : phases) {
      AttendLatentOp op = attendOf(phase);
      auto cache =
          SymbolTable::lookupNearestSymbolFrom<CacheOp>(op, op.getCacheAttr());
      if (failed(check(op, phase, cache)))
        return signalPassFailure();
      ::fathom::KernelBuilder builder(phase, *chosen);
      ::fathom::LatentKernel kernel(builder, op, cache);
      ::fathom::emitLatentAppend(kernel);
      builder.barrier();
      ::fathom::emitExpandedForm(kernel);
      ::fathom::emitAbsorbedForm(kernel);
      builder.finish();
    }
  }
};

} // namespace
