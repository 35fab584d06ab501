//===- CheckForm.cpp - Whether a module is in a named form ----------------===//
//
// The definitions of RATIONALE.md, each with its number as a comment.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomNumbers.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "passes/fathom/ModuleFacts.h"
#include "passes/fathom/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_CHECKFORMPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

// The one result of every check: `op` is no part of the form.
LogicalResult misplaced(Operation *op, StringRef expected) {
  return op->emitError("found '")
         << op->getName() << "', expected " << expected;
}

bool isView(Operation *op) {
  return isa<arith::ConstantOp, tensor::DimOp, tensor::ExtractSliceOp>(op);
}

// (M2), (P2): a function is of a kind and runs from its top to its bottom.
LogicalResult checkKind(func::FuncOp function) {
  if (!function->getAttrOfType<StringAttr>("fathom.kind"))
    return function.emitError("found no 'fathom.kind', expected the kind of "
                              "layer that the function is");
  return ::fathom::checkOneBlock(function);
}

// (M2): a layer says which ones it is.
LogicalResult checkLayers(func::FuncOp function) {
  StringRef kind =
      function->getAttrOfType<StringAttr>("fathom.kind").getValue();
  if (kind == "embed" || kind == "head" ||
      function->getAttrOfType<DenseI64ArrayAttr>("fathom.layers"))
    return success();
  return function.emitError("found no 'fathom.layers', expected the numbers of "
                            "the layers that the function is");
}

LogicalResult checkModel(ModuleOp module) {
  for (Operation &op : *module.getBody()) {
    // (M1)
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function && !isa<WeightOp, CacheOp>(op))
      return misplaced(&op, "weights, caches and functions in the model form");
    if (!function)
      continue;
    if (failed(checkKind(function)))
      return failure();
    for (Operation &inner : function.getBody().front().without_terminator())
      // (M3)
      if (!isView(&inner) &&
          !isa<EmbeddingOp, RmsNormOp, LinearOp, SwigluOp, LogitsOp, RotaryOp,
               RopeOp, CacheAppendOp, AttentionOp, LatentAttentionOp, RouteOp,
               ExpertsOp, arith::AddFOp, tensor::ConcatOp>(inner))
        return misplaced(&inner, "an operation of the model form");
    if (failed(checkLayers(function)))
      return failure();
  }
  return success();
}

// (P5): what `op` names is packed and has a slot.
LogicalResult checkSlots(Operation *op, SymbolTable &symbols) {
  for (NamedAttribute attribute : op->getAttrDictionary()) {
    auto name = dyn_cast<FlatSymbolRefAttr>(attribute.getValue());
    Operation *symbol = name ? symbols.lookup(name.getAttr()) : nullptr;
    if (!name || isa_and_nonnull<CacheOp>(symbol))
      continue;
    auto packed = dyn_cast_or_null<PackedOp>(symbol);
    if (!packed || !packed.getSlot())
      return op->emitError("found ")
             << name << (packed ? " without a slot" : " that is not packed")
             << ", expected a packed weight with a slot";
  }
  return success();
}

LogicalResult checkPhase(PhaseOp phase, SymbolTable &symbols) {
  bool scores = false;
  for (Operation &op : phase.getBody().front().without_terminator()) {
    // (P3)
    if (!isa<EmbeddingOp, RotaryOp, ProjectOp, AttendOp, AttendLatentOp,
             DispatchOp, ExpertGateUpOp, ExpertDownOp>(op))
      return misplaced(&op, "the work of a phase");
    if (failed(checkSlots(&op, symbols)))
      return failure();
    auto project = dyn_cast<ProjectOp>(op);
    scores |= project && project.getAsking();
  }
  // (P4)
  if (!phase.getPlaces() && !scores)
    return phase.emitError("found no places of its results, expected one for "
                           "each, since they are no logits");
  return success();
}

// (P6): each row that a step may have fits where the phase writes it.
LogicalResult checkInside(PhaseOp phase, int64_t tokens, int64_t bytes) {
  constexpr int64_t kElementBytes = 4;
  SmallVector<Exact> ends = {
      Exact(phase.getScratch().value_or(0)) +
      static_cast<int64_t>(phase.getScratchBytes().value_or(0))};
  if (phase.getPlaces())
    for (auto place : phase.getPlaces()->getAsRange<PlaceAttr>())
      ends.push_back(Exact(tokens) * place.getStride() * kElementBytes +
                     place.getOffset());
  for (Exact end : ends)
    if (!end.isAtMost(bytes))
      return phase.emitError("found memory up to byte ")
             << end << " of the arena, expected at most its " << bytes
             << " shared ones";
  return success();
}

LogicalResult checkPlanned(ModuleOp module) {
  // (P1)
  for (StringRef name : {"fathom.step_tokens_max", "fathom.storage",
                         "fathom.arena_shared_bytes"})
    if (!module->hasAttr(name))
      return module.emitError("found no '")
             << name << "', expected it in the planned form";
  auto numberOf = [&](StringRef name) {
    auto number = module->getAttrOfType<IntegerAttr>(name);
    return number ? number.getInt() : 0;
  };
  int64_t tokens = numberOf("fathom.step_tokens_max");
  int64_t bytes = numberOf("fathom.arena_shared_bytes");
  SymbolTable symbols(module);
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function && !isa<WeightOp, CacheOp, PackedOp>(op))
      return misplaced(&op, "weights, caches, packed weights and functions in "
                            "the planned form");
    if (!function)
      continue;
    if (failed(checkKind(function)))
      return failure();
    for (Operation &inner : function.getBody().front().without_terminator()) {
      // (P2)
      auto phase = dyn_cast<PhaseOp>(inner);
      if (!phase && !isView(&inner))
        return misplaced(&inner, "phases and slices of columns");
      if (phase && (failed(checkPhase(phase, symbols)) ||
                    failed(checkInside(phase, tokens, bytes))))
        return failure();
    }
    if (failed(checkLayers(function)))
      return failure();
  }
  return success();
}

LogicalResult checkTiled(ModuleOp module) {
  bool steps = false;
  WalkResult walked = module.walk([&](Operation *op) {
    // (T1)
    auto function = dyn_cast<func::FuncOp>(op);
    steps |= function && function.getSymName().starts_with("fathom_step_");
    // (T2)
    if (function && function.isExternal()) {
      function.emitError("found a function without a body, expected the code "
                         "of everything that is called");
      return WalkResult::interrupt();
    }
    // (T3)
    StringRef dialect = op->getName().getDialectNamespace();
    if (!isa<TileDotOp, ModuleOp>(op) &&
        !llvm::is_contained(
            {"arith", "cf", "func", "llvm", "scf", "ub", "vector"}, dialect))
      return WalkResult(misplaced(op, "scalars, vectors, loops, addresses and "
                                      "instruction tiles in the tiled form"));
    return WalkResult::advance();
  });
  if (walked.wasInterrupted())
    return failure();
  if (!steps)
    return module.emitError("found no function 'fathom_step_*', expected the "
                            "step of a level");
  return success();
}

// (L1), (L2): `op` is code of LLVM that needs nothing from outside.
LogicalResult checkCode(Operation *op) {
  // (L1)
  if (!isa<ModuleOp>(op) &&
      !isa_and_nonnull<LLVM::LLVMDialect>(op->getDialect()))
    return misplaced(op, "operations of LLVM in the llvm form");
  // (L2)
  if (auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
      function && function.isExternal())
    return function.emitError("found a function without a body, expected the "
                              "code of everything that is called");
  if (auto global = dyn_cast<LLVM::GlobalOp>(op);
      global && !global.getValueOrNull() && !global.getInitializerBlock())
    return global.emitError("found a global without a value, expected those of "
                            "everything that is read");
  if (isa<LLVM::InlineAsmOp>(op))
    return misplaced(op, "instructions that LLVM knows");
  return success();
}

// (L3): what is seen from outside is what the runtime looks up.
LogicalResult checkEntry(LLVM::LLVMFuncOp function, bool &isStep) {
  if (function.getLinkage() == LLVM::Linkage::Internal ||
      function.getLinkage() == LLVM::Linkage::Private)
    return success();
  StringRef name = function.getSymName();
  isStep |= name.starts_with("fathom_step_");
  MLIRContext *context = function.getContext();
  Type ptr = LLVM::LLVMPointerType::get(context);
  Type i32 = IntegerType::get(context, 32), i64 = IntegerType::get(context, 64);
  Type none = LLVM::LLVMVoidType::get(context);
  Type expected;
  if (name.starts_with("fathom_step_") || name.starts_with("fathom_mtp_step_"))
    expected = LLVM::LLVMFunctionType::get(none, {ptr, i32, i32, i32});
  else if (name.starts_with("fathom_read_probe_"))
    expected = LLVM::LLVMFunctionType::get(i64, {ptr, i64});
  else if (name.starts_with("fathom_dot_probe_"))
    expected = LLVM::LLVMFunctionType::get(i64, {i64, ptr});
  else
    return function.emitError("found a function that is seen from outside, "
                              "expected steps and probes alone");
  if (function.getFunctionType() == expected)
    return success();
  return function.emitError("found the type ")
         << function.getFunctionType() << ", expected " << expected
         << ", as runtime/abi/step.h says";
}

LogicalResult checkLLVM(ModuleOp module) {
  WalkResult walked = module.walk<WalkOrder::PreOrder>(
      [](Operation *op) { return WalkResult(checkCode(op)); });
  if (walked.wasInterrupted())
    return failure();
  bool steps = false;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (failed(checkEntry(function, steps)))
      return failure();
  if (!steps)
    return module.emitError("found no function 'fathom_step_*', expected the "
                            "step of a level");
  return success();
}

struct CheckForm final : public ::fathom::impl::CheckFormPassBase<CheckForm> {
  using CheckFormPassBase::CheckFormPassBase;

  void runOnOperation() override {
    if (failed(check()))
      signalPassFailure();
  }

  LogicalResult check() {
    ModuleOp module = getOperation();
    if (form == "model")
      return success(succeeded(checkModel(module)) &&
                     // (M4)
                     succeeded(::fathom::checkModelFacts(module)) &&
                     // (M5)
                     succeeded(::fathom::checkKinds(module)));
    if (form == "planned")
      return success(succeeded(checkPlanned(module)) &&
                     // (P7)
                     succeeded(::fathom::checkModelFacts(module)) &&
                     succeeded(::fathom::checkPlanFacts(module)) &&
                     succeeded(::fathom::checkKinds(module)));
    if (form == "tiled" || form == "llvm")
      return success(
          succeeded(form == "tiled" ? checkTiled(module) : checkLLVM(module)) &&
          // (T4), (L4)
          succeeded(::fathom::checkModelFacts(module)) &&
          succeeded(::fathom::checkCodeFacts(module)));
    return getOperation().emitError("found the form '")
           << form << "', expected model, planned, tiled or llvm";
  }
};

} // namespace
