//===- AssembleStep.cpp - The step function around the phases -------------===//
//
// The barrier, each thread's arena, the tables and the loop over phases. The
// counter of the barrier only grows: a thread that arrives as number v waits
// for the end of the round that v falls into.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/tiling/KernelBuilder.h"
#include "passes/tiling/Passes.h"
#include "passes/tiling/StepPhases.h"
#include "runtime/abi/step.h"

namespace fathom {
#define GEN_PASS_DEF_ASSEMBLESTEPPASS
#include "passes/tiling/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using mlir::fathom::CacheOp;
using mlir::fathom::PackedOp;
using mlir::fathom::PhaseOp;
using mlir::fathom::WeightOp;

/// How often a waiting thread looks before it asks the host to park it.
static constexpr int64_t kSpins = 2000;

namespace {

struct AssembleStep final
    : public ::fathom::impl::AssembleStepPassBase<AssembleStep> {
  using AssembleStepPassBase::AssembleStepPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (!::fathom::parseLevel(level)) {
      module.emitError("expects the level avx2, avx512 or avx512-bf16, but it "
                       "is \"")
          << level << '"';
      return signalPassFailure();
    }
    ImplicitLocOpBuilder builder(module.getLoc(), module.getContext());
    b = &builder;
    ptr = LLVM::LLVMPointerType::get(&getContext());
    auto tiled = module.walk([&](PhaseOp phase) {
      if (phase.getCode())
        return WalkResult::advance();
      phase.emitError("expects each phase to be tiled, but \"")
          << phase.getName() << "\" has no code";
      return WalkResult::interrupt();
    });
    if (tiled.wasInterrupted())
      return signalPassFailure();
    for (auto [symbol, mtp] : {std::pair("fathom_step_", false),
                               std::pair("fathom_mtp_step_", true)}) {
      auto phases = ::fathom::stepPhases(module, mtp);
      if (!phases.empty())
        emitStep(::fathom::levelSymbol(symbol, level), phases);
    }
    defineBarrier();
    defineThreadArena();
    erasePlanned();
  }

private:
  Value constant(Type type, int64_t value) {
    return arith::ConstantOp::create(*b, b->getIntegerAttr(type, value));
  }
  Value offset(Value pointer, int64_t bytes) {
    return LLVM::GEPOp::create(*b, ptr, b->getI8Type(), pointer,
                               ArrayRef<LLVM::GEPArg>{int32_t(bytes)});
  }
  Value field(Type type, Value step, int64_t bytes) {
    return LLVM::LoadOp::create(*b, type, offset(step, bytes));
  }

  /// A function of this name that is not seen from outside, empty so far.
  func::FuncOp internal(StringRef name, FunctionType type) {
    auto function = getOperation().lookupSymbol<func::FuncOp>(name);
    if (!function) {
      b->setInsertionPointToEnd(getOperation().getBody());
      function = func::FuncOp::create(*b, name, type);
    }
    function.setPrivate();
    b->setInsertionPointToStart(function.addEntryBlock());
    return function;
  }

  void defineBarrier() {
    auto function = internal("fathom.barrier", b->getFunctionType({ptr}, {}));
    Value step = function.getArgument(0);
    Type i64 = b->getI64Type();
    Value threads = arith::ExtUIOp::create(
        *b, i64,
        field(b->getI32Type(), step, offsetof(FathomStep, thread_count)));
    Value several = arith::CmpIOp::create(*b, arith::CmpIPredicate::ugt,
                                          threads, constant(i64, 1));
    auto branch = scf::IfOp::create(*b, several, /*withElseRegion=*/false);
    {
      OpBuilder::InsertionGuard guard(*b);
      b->setInsertionPointToStart(branch.thenBlock());
      emitWait(step, threads);
    }
    func::ReturnOp::create(*b);
  }

  void emitWait(Value step, Value threads) {
    Type i64 = b->getI64Type();
    Value counter = field(ptr, step, offsetof(FathomStep, barrier));
    Value arrived = LLVM::AtomicRMWOp::create(*b, LLVM::AtomicBinOp::add,
                                              counter, constant(i64, 1),
                                              LLVM::AtomicOrdering::acq_rel);
    Value round = arith::DivUIOp::create(*b, arrived, threads);
    Value target = arith::MulIOp::create(
        *b, arith::AddIOp::create(*b, round, constant(i64, 1)), threads);

    auto loop =
        scf::WhileOp::create(*b, TypeRange{i64}, ValueRange{constant(i64, 0)});
    OpBuilder::InsertionGuard guard(*b);
    b->createBlock(&loop.getBefore(), {}, {i64}, {b->getLoc()});
    Value spins = loop.getBefore().getArgument(0);
    Value now = LLVM::LoadOp::create(*b, i64, counter, /*alignment=*/8,
                                     /*isVolatile=*/false,
                                     /*isNonTemporal=*/false,
                                     /*isInvariant=*/false,
                                     /*isInvariantGroup=*/false,
                                     LLVM::AtomicOrdering::acquire);
    Value missing =
        arith::CmpIOp::create(*b, arith::CmpIPredicate::ult, now, target);
    scf::ConditionOp::create(*b, missing, spins);

    b->createBlock(&loop.getAfter(), {}, {i64}, {b->getLoc()});
    Value count = loop.getAfter().getArgument(0);
    LLVM::CallIntrinsicOp::create(*b, b->getStringAttr("llvm.x86.sse2.pause"),
                                  ValueRange{});
    Value tired = arith::CmpIOp::create(*b, arith::CmpIPredicate::uge, count,
                                        constant(i64, kSpins));
    auto rest = scf::IfOp::create(*b, tired, /*withElseRegion=*/false);
    {
      OpBuilder::InsertionGuard inner(*b);
      b->setInsertionPointToStart(rest.thenBlock());
      Value park = field(ptr, step, offsetof(FathomStep, park));
      auto type = LLVM::LLVMFunctionType::get(
          LLVM::LLVMVoidType::get(&getContext()), {ptr, ptr, i64});
      LLVM::CallOp::create(*b, type, ValueRange{park, step, counter, target});
    }
    Value next = arith::AddIOp::create(*b, count, constant(i64, 1));
    scf::YieldOp::create(*b, ValueRange{next});
  }

  void defineThreadArena() {
    ModuleOp module = getOperation();
    if (!module.lookupSymbol("fathom.thread_arena"))
      return;
    Type i64 = b->getI64Type();
    auto function =
        internal("fathom.thread_arena", b->getFunctionType({ptr, i64}, {ptr}));
    auto bytesOf = [&](StringRef name) {
      auto attribute = module->getAttrOfType<IntegerAttr>(name);
      return attribute ? attribute.getInt() : 0;
    };
    Value arena =
        field(ptr, function.getArgument(0), offsetof(FathomStep, arena));
    Value own = arith::MulIOp::create(
        *b, function.getArgument(1),
        constant(i64, bytesOf("fathom.arena_thread_bytes")));
    Value begin = arith::AddIOp::create(
        *b, own, constant(i64, bytesOf("fathom.arena_shared_bytes")));
    Value place = LLVM::GEPOp::create(*b, ptr, b->getI8Type(), arena,
                                      ArrayRef<LLVM::GEPArg>{begin});
    func::ReturnOp::create(*b, place);
  }

  /// A constant table of i32.
  Value table(StringRef name, ArrayRef<int32_t> values) {
    auto type = LLVM::LLVMArrayType::get(b->getI32Type(), values.size());
    {
      OpBuilder::InsertionGuard guard(*b);
      b->setInsertionPointToStart(getOperation().getBody());
      LLVM::GlobalOp::create(*b, type, /*isConstant=*/true,
                             LLVM::Linkage::Internal, name,
                             b->getI32TensorAttr(values));
    }
    return LLVM::AddressOfOp::create(*b, ptr, name);
  }

  void emitStep(StringRef name, ArrayRef<::fathom::StepPhase> phases) {
    Type i32 = b->getI32Type();
    b->setInsertionPointToEnd(getOperation().getBody());
    auto function = func::FuncOp::create(
        *b, name, b->getFunctionType({ptr, i32, i32, i32}, {}));
    b->setInsertionPointToStart(function.addEntryBlock());

    SmallVector<StringRef> kernels;
    SmallVector<int32_t> kernelOf, layerOf;
    for (::fathom::StepPhase entry : phases) {
      StringRef code = *entry.phase.getCode();
      auto *found = llvm::find(kernels, code);
      kernelOf.push_back(found - kernels.begin());
      if (found == kernels.end())
        kernels.push_back(code);
      layerOf.push_back(std::max<int64_t>(entry.layer, 0));
    }
    Value kernelTable = table((name + ".kernels").str(), kernelOf);
    Value layerTable = table((name + ".layers").str(), layerOf);

    auto loop = scf::ForOp::create(*b, function.getArgument(2),
                                   function.getArgument(3), constant(i32, 1));
    {
      OpBuilder::InsertionGuard guard(*b);
      b->setInsertionPointToStart(loop.getBody());
      emitPhase(function, loop.getInductionVar(), kernels, kernelTable,
                layerTable);
    }
    func::ReturnOp::create(*b);
  }

  void emitPhase(func::FuncOp function, Value phase,
                 ArrayRef<StringRef> kernels, Value kernelTable,
                 Value layerTable) {
    Type i32 = b->getI32Type(), i64 = b->getI64Type();
    auto entry = [&](Value from) -> Value {
      Value at = LLVM::GEPOp::create(*b, ptr, i32, from,
                                     ArrayRef<LLVM::GEPArg>{phase});
      return LLVM::LoadOp::create(*b, i32, at);
    };
    Value kernel = entry(kernelTable);
    Value layer = arith::ExtSIOp::create(*b, i64, entry(layerTable));
    Value step = function.getArgument(0);
    Value thread = arith::ExtUIOp::create(*b, i64, function.getArgument(1));

    Value number = arith::IndexCastOp::create(*b, b->getIndexType(), kernel);
    auto cases = llvm::to_vector(llvm::seq<int64_t>(0, kernels.size()));
    auto choice = scf::IndexSwitchOp::create(*b, TypeRange{}, number, cases,
                                             cases.size());
    {
      OpBuilder::InsertionGuard guard(*b);
      for (auto [region, name] :
           llvm::zip_equal(choice.getCaseRegions(), kernels)) {
        b->createBlock(&region);
        func::CallOp::create(*b, name, TypeRange{},
                             ValueRange{step, thread, layer});
        scf::YieldOp::create(*b);
      }
      b->createBlock(&choice.getDefaultRegion());
      scf::YieldOp::create(*b);
    }
    declareBarrier();
    func::CallOp::create(*b, "fathom.barrier", TypeRange{}, ValueRange{step});
  }

  void declareBarrier() {
    if (getOperation().lookupSymbol("fathom.barrier"))
      return;
    OpBuilder::InsertionGuard guard(*b);
    b->setInsertionPointToStart(getOperation().getBody());
    func::FuncOp::create(*b, "fathom.barrier", b->getFunctionType({ptr}, {}))
        .setPrivate();
  }

  // What is left is code: internal, but for the steps and probes.
  void erasePlanned() {
    for (Operation &op :
         llvm::make_early_inc_range(*getOperation().getBody())) {
      if (isa<WeightOp, PackedOp, CacheOp>(op) || op.hasAttr("fathom.kind"))
        op.erase();
      else if (auto function = dyn_cast<func::FuncOp>(op);
               function && function.isPrivate())
        function->setAttr(
            "llvm.linkage",
            LLVM::LinkageAttr::get(&getContext(), LLVM::Linkage::Internal));
    }
  }

  ImplicitLocOpBuilder *b = nullptr;
  Type ptr;
};

} // namespace
