//===- AddProbes.cpp - Functions that measure the machine -----------------===//
//
// The read probe sums 256 bytes a turn into four accumulators. The dot probe
// has as many independent accumulators as a register tile.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/tiling/KernelBuilder.h"
#include "passes/tiling/Passes.h"
#include "passes/tiling/StepPhases.h"

namespace fathom {
#define GEN_PASS_DEF_ADDPROBESPASS
#include "passes/tiling/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using ::fathom::Dots;
using ::fathom::Level;
using mlir::fathom::TileDotOp;

namespace {

/// Bytes that the read probe takes a turn; its streams are consecutive.
constexpr int64_t kTurnBytes = 256;
/// Independent accumulators of the dot probe, and dots of each a round.
constexpr int64_t kAccumulators = 12;
constexpr int64_t kDotsOfEach = 8;

struct AddProbes final : public ::fathom::impl::AddProbesPassBase<AddProbes> {
  using AddProbesPassBase::AddProbesPassBase;

  void runOnOperation() override {
    auto parsed = ::fathom::parseLevel(level);
    if (!parsed) {
      getOperation().emitError("expects a level of avx2, avx512 or "
                               "avx512-bf16, but it is \"")
          << level << '"';
      return signalPassFailure();
    }
    ImplicitLocOpBuilder builder(getOperation().getLoc(), &getContext());
    b = &builder;
    addReadProbe();
    auto storage = getOperation()->getAttrOfType<TypeAttr>("fathom.storage");
    addDotProbe(Dots::of(*parsed,
                         storage ? storage.getValue() : Type(b->getF32Type())));
  }

private:
  Value constant(int64_t value) {
    return arith::ConstantOp::create(*b, b->getI64IntegerAttr(value));
  }
  Value zero(VectorType type) {
    return arith::ConstantOp::create(*b, b->getZeroAttr(type));
  }

  func::FuncOp begin(StringRef prefix, TypeRange inputs) {
    b->setInsertionPointToEnd(getOperation().getBody());
    auto function =
        func::FuncOp::create(*b, ::fathom::levelSymbol(prefix, level),
                             b->getFunctionType(inputs, {b->getI64Type()}));
    b->setInsertionPointToStart(function.addEntryBlock());
    return function;
  }

  void addReadProbe() {
    Type ptr = LLVM::LLVMPointerType::get(&getContext());
    auto function = begin("fathom_read_probe_", {ptr, b->getI64Type()});
    bool wide = level != "avx2";
    int64_t lanes = wide ? 8 : 4;
    auto type = VectorType::get({lanes}, b->getI64Type());
    int64_t loads = kTurnBytes / (lanes * 8);
    SmallVector<Value> sums(loads, zero(type));
    auto loop = scf::ForOp::create(*b, constant(0), function.getArgument(1),
                                   constant(kTurnBytes), sums);
    {
      OpBuilder::InsertionGuard guard(*b);
      b->setInsertionPointToStart(loop.getBody());
      SmallVector<Value> next;
      for (int64_t i = 0; i < loads; ++i) {
        Value at = arith::AddIOp::create(*b, loop.getInductionVar(),
                                         constant(i * lanes * 8));
        Value pointer = LLVM::GEPOp::create(*b, ptr, b->getI8Type(),
                                            function.getArgument(0),
                                            ArrayRef<LLVM::GEPArg>{at});
        Value loaded = LLVM::LoadOp::create(*b, type, pointer, 32);
        next.push_back(
            arith::XOrIOp::create(*b, loop.getRegionIterArgs()[i], loaded));
      }
      scf::YieldOp::create(*b, next);
    }
    Value all = loop.getResult(0);
    for (int64_t i = 1; i < loads; ++i)
      all = arith::XOrIOp::create(*b, all, loop.getResult(i));
    Value sum =
        vector::ReductionOp::create(*b, vector::CombiningKind::XOR, all);
    func::ReturnOp::create(*b, sum);
  }

  void addDotProbe(const Dots &dots) {
    Type ptr = LLVM::LLVMPointerType::get(&getContext());
    auto function = begin("fathom_dot_probe_", {b->getI64Type(), ptr});
    Value sink = function.getArgument(1);
    auto sumType = VectorType::get({dots.lanes}, b->getF32Type());
    auto weightType = VectorType::get({dots.lanes * dots.depth}, dots.storage);
    auto operandType = VectorType::get({dots.depth}, dots.operand);
    // From memory, so that nothing is known of them.
    Value weights = LLVM::LoadOp::create(*b, weightType, sink, 4);
    Value operand = LLVM::LoadOp::create(*b, operandType, sink, 4);
    Value start = LLVM::LoadOp::create(*b, sumType, sink, 4);
    SmallVector<Value> sums;
    for (int64_t i = 0; i < kAccumulators; ++i) {
      // Different, so that they stay apart.
      Value number = arith::ConstantOp::create(
          *b, DenseElementsAttr::get(sumType, static_cast<float>(i)));
      sums.push_back(arith::AddFOp::create(*b, start, number));
    }
    auto loop = scf::ForOp::create(*b, constant(0), function.getArgument(0),
                                   constant(1), sums);
    {
      OpBuilder::InsertionGuard guard(*b);
      b->setInsertionPointToStart(loop.getBody());
      SmallVector<Value> next(loop.getRegionIterArgs());
      for (int64_t turn = 0; turn < kDotsOfEach; ++turn)
        for (Value &sum : next)
          sum =
              TileDotOp::create(*b, sumType, sum, weights, operand, dots.tile);
      scf::YieldOp::create(*b, next);
    }
    Value all = loop.getResult(0);
    for (int64_t i = 1; i < kAccumulators; ++i)
      all = arith::AddFOp::create(*b, all, loop.getResult(i));
    LLVM::StoreOp::create(*b, all, sink, 4);
    int64_t operations =
        2 * kAccumulators * kDotsOfEach * dots.lanes * dots.depth;
    func::ReturnOp::create(*b, constant(operations));
  }

  ImplicitLocOpBuilder *b = nullptr;
};

} // namespace
