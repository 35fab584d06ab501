//===- KernelBuilder.cpp - Writes the function of one phase ---------------===//
//
// The function, its values, weights and scratch. Words for arithmetic, memory
// and loops are in KernelWords.cpp.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/KernelBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/tiling/CacheLayout.h"
#include "runtime/abi/step.h"

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

std::optional<Level> parseLevel(StringRef name) {
  if (name == "avx2")
    return Level::Avx2;
  if (name == "avx512")
    return Level::Avx512;
  if (name == "avx512-bf16")
    return Level::Avx512Bf16;
  return std::nullopt;
}

int64_t lanesOf(Level level) { return level == Level::Avx2 ? 8 : 16; }

Dots Dots::of(Level level, Type storage, bool exact) {
  Dots dots;
  dots.storage = storage;
  dots.lanes = lanesOf(level);
  dots.tileRows = level == Level::Avx2 ? 16 : kPanelRows;
  dots.depth = storage.isBF16() ? 2 : 1;
  dots.storageBytes = storage.isF32() ? 4 : 2;
  bool native = level == Level::Avx512Bf16 && storage.isBF16() && !exact;
  dots.operand =
      native ? storage : Type(Float32Type::get(storage.getContext()));
  dots.operandBytes = native ? 2 : 4;
  dots.tile = native                 ? InstructionTile::Dpbf16_512
              : level == Level::Avx2 ? InstructionTile::Fma256
                                     : InstructionTile::Fma512;
  return dots;
}

/// The kind function around a phase.
static func::FuncOp functionOf(PhaseOp phase) {
  return phase->getParentOfType<func::FuncOp>();
}

KernelBuilder::KernelBuilder(PhaseOp phase, Level level)
    : ImplicitLocOpBuilder(phase.getLoc(), phase.getContext()), level(level),
      phase(phase), ptrType(LLVM::LLVMPointerType::get(phase.getContext())),
      module(phase->getParentOfType<ModuleOp>()) {
  auto declared = module->getAttrOfType<TypeAttr>("fathom.storage");
  storage = declared ? declared.getValue() : Type(getF32Type());
  std::string name =
      (functionOf(phase).getSymName() + "." + phase.getName()).str();
  // A packed weight may be named alike.
  while (module.lookupSymbol(name))
    name += "_code";
  setInsertionPointToEnd(module.getBody());
  function = func::FuncOp::create(
      *this, name, getFunctionType({ptrType, getI64Type(), getI64Type()}, {}));
  function.setPrivate();
  phase.setCodeAttr(FlatSymbolRefAttr::get(getContext(), name));
  Block *body = function.addEntryBlock();
  setInsertionPointToStart(body);
  step = body->getArgument(0);
  thread = body->getArgument(1);
  layer = body->getArgument(2);
}

void KernelBuilder::finish() {
  func::ReturnOp::create(*this);
  auto known = module->getAttrOfType<IntegerAttr>("fathom.arena_thread_bytes");
  if (!known || known.getInt() < threadBytes)
    module->setAttr("fathom.arena_thread_bytes",
                    getI64IntegerAttr(threadBytes));
}

//===----------------------------------------------------------------------===//
// The step's context
//===----------------------------------------------------------------------===//

Value KernelBuilder::fieldPointer(size_t byteOffset) {
  return load(ptrType, offset(step, byteOffset));
}

Value KernelBuilder::fieldU32(size_t byteOffset) {
  Value loaded = load(i32(), offset(step, byteOffset));
  return arith::ExtUIOp::create(*this, i64(), loaded);
}

Value KernelBuilder::fieldU64(size_t byteOffset) {
  return load(i64(), offset(step, byteOffset));
}

Value KernelBuilder::tokenCount() {
  return fieldU32(offsetof(FathomStep, token_count));
}

Value KernelBuilder::threadCount() {
  return fieldU32(offsetof(FathomStep, thread_count));
}

std::pair<Value, Value> KernelBuilder::share(Value count) {
  Value threads = threadCount();
  return {div(mul(count, thread), threads),
          div(mul(count, add(thread, 1)), threads)};
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// The place that was planned for an argument or a phase's result.
static PlaceAttr placeOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return function ? function.getArgAttrOfType<PlaceAttr>(
                          argument.getArgNumber(), "fathom.place")
                    : PlaceAttr();
  }
  auto phase = value.getDefiningOp<PhaseOp>();
  if (!phase || !phase.getPlaces())
    return PlaceAttr();
  return cast<PlaceAttr>(
      (*phase.getPlaces())[cast<OpResult>(value).getResultNumber()]);
}

/// The phase's result that yields `value`, or `value` itself.
static Value outsideOf(PhaseOp phase, Value value) {
  for (OpOperand &use : value.getUses())
    if (auto yield = dyn_cast<YieldOp>(use.getOwner()))
      if (yield->getParentOp() == phase)
        return phase.getResult(use.getOperandNumber());
  return value;
}

/// Whether `value` is what the host hands to a step that enters with hidden
/// rows: an argument of its first function.
static bool isEntryHidden(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto function =
      argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp())
               : func::FuncOp();
  auto kind = function ? function->getAttrOfType<StringAttr>("fathom.kind")
                       : StringAttr();
  return kind && kind.getValue().ends_with("embed");
}

Rows KernelBuilder::rows(Value value) {
  int64_t column = 0;
  int64_t columns = cast<RankedTensorType>(value.getType()).getDimSize(1);
  while (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>()) {
    column += slice.getStaticOffsets()[1];
    value = slice.getSource();
  }
  if (value.getParentBlock() == &phase.getBody().front())
    value = outsideOf(phase, value);
  if (isEntryHidden(value)) {
    Value base = offset(fieldPointer(offsetof(FathomStep, hidden_in)),
                        column * static_cast<int64_t>(sizeof(float)));
    int64_t stride = cast<RankedTensorType>(value.getType()).getDimSize(1);
    return {base, stride, f32(), columns};
  }
  PlaceAttr place = placeOf(value);
  if (!place) {
    phase.emitError("expects a place for each value of the step, but this one "
                    "has none: ")
        << value.getType();
    return {arith::ConstantOp::create(*this, getI64IntegerAttr(0)), 0, f32(),
            columns};
  }
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  if (place.getOperand())
    element = Dots::of(level, storage).operand;
  int64_t elementBytes = element.isBF16() ? 2 : 4;
  Value base = offset(fieldPointer(offsetof(FathomStep, arena)),
                      place.getOffset() + column * elementBytes);
  return {base, place.getStride(), element, columns};
}

//===----------------------------------------------------------------------===//
// Weights and caches
//===----------------------------------------------------------------------===//

PackedOp KernelBuilder::packed(FlatSymbolRefAttr name) {
  auto found = SymbolTable::lookupNearestSymbolFrom<PackedOp>(module, name);
  if (!found)
    phase.emitError("expects ") << name << " to be a fathom.packed";
  return found;
}

Value KernelBuilder::weight(PackedOp packed, Value expert) {
  Value table =
      packed.getKind()
          ? load(ptrType,
                 at(fieldPointer(offsetof(FathomStep, layers)), layer, ptrType))
          : fieldPointer(offsetof(FathomStep, globals));
  Value slot = constant(packed.getSlot().value_or(0));
  if (expert)
    slot = add(slot, expert);
  return offset(load(ptrType, at(table, slot, ptrType)),
                packed.getAt().value_or(0));
}

int64_t KernelBuilder::cacheClass(FlatSymbolRefAttr name) {
  int64_t number = 0;
  for (auto cache : module.getOps<CacheOp>()) {
    if (cache.getSymNameAttr() == name.getAttr())
      return number;
    ++number;
  }
  phase.emitError("expects ") << name << " to be a fathom.cache";
  return 0;
}

int64_t KernelBuilder::cacheLayerBytes(CacheOp cache) {
  return CacheLayout::of(cache).layerBytes;
}

/// How many layers keep something in a cache: the largest layer number of the
/// functions that name it, and one.
static int64_t cacheLayers(ModuleOp module, FlatSymbolRefAttr name) {
  int64_t layers = 1;
  for (auto function : module.getOps<func::FuncOp>()) {
    auto numbers = function->getAttrOfType<DenseI64ArrayAttr>("fathom.layers");
    if (!numbers || numbers.empty())
      continue;
    if (SymbolTable::symbolKnownUseEmpty(name.getAttr(), function))
      continue;
    layers = std::max(layers, *llvm::max_element(numbers.asArrayRef()) + 1);
  }
  return layers;
}

Value KernelBuilder::cachePage(FlatSymbolRefAttr name, Value slot,
                               Value number) {
  auto cache = SymbolTable::lookupNearestSymbolFrom<CacheOp>(module, name);
  int64_t cls = cacheClass(name);
  int64_t layerBytes = cacheLayerBytes(cache);
  int64_t pageBytes = cacheLayers(module, name) * layerBytes;
  Value tables = fieldPointer(offsetof(FathomStep, page_tables));
  Value table = load(ptrType, at(tables, constant(cls), ptrType));
  Value perSlot = fieldU64(offsetof(FathomStep, pages_per_slot));
  Value entry = add(mul(slot, perSlot), number);
  Value page = toI64(load(i32(), at(table, entry, i32())));
  Value caches = fieldPointer(offsetof(FathomStep, caches));
  Value base = load(ptrType, at(caches, constant(cls), ptrType));
  return offset(base, add(mul(page, pageBytes), mul(layer, layerBytes)));
}

//===----------------------------------------------------------------------===//
// Scratch and barrier
//===----------------------------------------------------------------------===//

Value KernelBuilder::sharedScratch() {
  if (!phase.getScratch())
    phase.emitError("expects shared scratch to be planned");
  return offset(fieldPointer(offsetof(FathomStep, arena)),
                static_cast<int64_t>(phase.getScratch().value_or(0)));
}

/// A function that the assembly pass defines, declared where it is missing.
static void declare(ModuleOp module, StringRef name, FunctionType type) {
  if (module.lookupSymbol(name))
    return;
  OpBuilder builder(module.getBodyRegion());
  func::FuncOp::create(builder, module.getLoc(), name, type).setPrivate();
}

Value KernelBuilder::threadScratch(int64_t bytes) {
  StringRef name = "fathom.thread_arena";
  declare(module, name, getFunctionType({ptrType, i64()}, {ptrType}));
  int64_t begin = threadBytes;
  threadBytes += roundUp(bytes, 64);
  Value base =
      func::CallOp::create(*this, name, ptrType, ValueRange{step, thread})
          .getResult(0);
  return offset(base, begin);
}

void KernelBuilder::barrier() {
  StringRef name = "fathom.barrier";
  declare(module, name, getFunctionType({ptrType}, {}));
  func::CallOp::create(*this, name, TypeRange{}, ValueRange{step});
}

} // namespace fathom
