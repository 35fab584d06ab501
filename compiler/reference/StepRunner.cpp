//===- StepRunner.cpp - Runs the compiled step on seeded inputs -----------===//
//
// See StepRunner.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/StepRunner.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/tiling/CacheLayout.h"
#include "passes/tiling/KernelBuilder.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>
#include <thread>

namespace fathom {

using namespace mlir::fathom;

/// All bits set: a NaN in f32, f16 and bf16, an impossible index in i32.
static constexpr char kPoison = static_cast<char>(0xff);

void StepTokens::add(llvm::ArrayRef<int32_t> newIds, int32_t slot,
                     int32_t position, int32_t shift, int32_t role,
                     llvm::ArrayRef<bool> asks) {
  FathomRun run{};
  run.slot = slot;
  run.first_token = static_cast<int32_t>(ids.size());
  run.token_count = static_cast<int32_t>(newIds.size());
  run.first_position = position;
  run.role = role;
  runs.push_back(run);
  for (auto [i, id] : llvm::enumerate(newIds)) {
    if (asks[i])
      asking.push_back(static_cast<int32_t>(ids.size()));
    ids.push_back(id);
    slots.push_back(slot);
    positions.push_back(position + shift + static_cast<int32_t>(i));
  }
}

llvm::StringRef Captured::row(int64_t i) const {
  int64_t size = columns * bytesOfNumber(element);
  return llvm::StringRef(bytes.data() + i * size, size);
}

double Captured::at(int64_t i, int64_t j) const {
  int64_t size = bytesOfNumber(element);
  return loadNumber(element, bytes.data() + (i * columns + j) * size);
}

Matrix Captured::toMatrix() const {
  Matrix matrix(rows, columns);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      matrix.row(i)[j] = at(i, j);
  return matrix;
}

static int64_t columnsOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType()).getDimSize(1);
}

int64_t rowsOf(mlir::Value result, int64_t tokens) {
  mlir::Value value = insideOf(result);
  if (auto dispatch = value.getDefiningOp<DispatchOp>())
    if (value == dispatch.getLists())
      return columnsOf(dispatch.getLogits()) + 1 +
             tokens * columnsOf(dispatch.getIds());
  if (auto gateUp = value.getDefiningOp<ExpertGateUpOp>()) {
    auto dispatch = insideOf(gateUp.getLists()).getDefiningOp<DispatchOp>();
    return tokens * columnsOf(dispatch.getIds());
  }
  return tokens;
}

/// The product that makes logits in a phase, if there is one.
static ProjectOp scoringOf(PhaseOp phase) {
  for (auto project : phase.getBody().getOps<ProjectOp>())
    if (project.getAsking())
      return project;
  return ProjectOp();
}

StepRunner::StepRunner(mlir::ModuleOp planned, const StepJit &jit,
                       const PackedMemory &weights, llvm::StringRef level,
                       int64_t slots, int64_t tokensPerSlot, bool mtp)
    : planned(planned), jit(jit), weights(weights), level(level), slots(slots),
      pagesPerSlot(llvm::divideCeil(tokensPerSlot, kPageTokens)),
      function(mtp ? jit.mtpStep : jit.step), phases(stepPhases(planned, mtp)),
      live(liveValues(phases)) {
  auto storage = planned->getAttrOfType<mlir::TypeAttr>("fathom.storage");
  mlir::Type type = storage ? storage.getValue()
                            : mlir::Float32Type::get(planned.getContext());
  operand = Dots::of(*parseLevel(level), type).operand;
  reset(0);
}

void StepRunner::reset(uint64_t shuffle) {
  cacheBytes.clear();
  pageTables.clear();
  caches.clear();
  tablePointers.clear();
  int64_t layers = 1;
  for (const StepPhase &phase : phases)
    layers = std::max(layers, phase.layer + 1);
  std::mt19937_64 random(shuffle);
  for (auto cache : planned.getOps<CacheOp>()) {
    int64_t pages = slots * pagesPerSlot;
    std::vector<int32_t> numbers;
    for (int64_t page = 0; page < pages; ++page)
      numbers.push_back(static_cast<int32_t>(page));
    if (shuffle)
      std::shuffle(numbers.begin(), numbers.end(), random);
    pageTables.push_back(std::move(numbers));
    // Room for every layer, though generated code may keep fewer in a page.
    cacheBytes.emplace_back(pages * layers * CacheLayout::of(cache).layerBytes +
                            64);
  }
  for (auto &bytes : cacheBytes) {
    auto address = reinterpret_cast<uintptr_t>(bytes.data());
    caches.push_back(reinterpret_cast<void *>(llvm::alignTo(address, 64)));
  }
  for (const auto &table : pageTables)
    tablePointers.push_back(table.data());
}

mlir::Type StepRunner::elementOf(const PlacedValue &placed) const {
  auto type = mlir::cast<mlir::RankedTensorType>(placed.value.getType());
  return placed.place.getOperand() ? operand : type.getElementType();
}

Captured StepRunner::capture(mlir::Value result, const FathomStep &step) const {
  PlaceAttr place = placeOf(result);
  Captured captured;
  captured.element = elementOf({result, place});
  captured.rows = rowsOf(result, step.token_count);
  captured.columns = columnsOf(result);
  int64_t size = bytesOfNumber(captured.element);
  for (int64_t i = 0; i < captured.rows; ++i) {
    const char *row =
        step.arena + place.getOffset() + i * place.getStride() * size;
    captured.bytes.insert(captured.bytes.end(), row,
                          row + captured.columns * size);
  }
  return captured;
}

/// Poisons all of the first `bytes` of the arena but the values that are read
/// after phase `phase`.
void StepRunner::poisonDead(size_t phase, const FathomStep &step,
                            int64_t bytes) const {
  std::vector<std::pair<int64_t, int64_t>> kept;
  for (const PlacedValue &placed : live[phase]) {
    int64_t begin = placed.place.getOffset();
    int64_t size = bytesOfNumber(elementOf(placed));
    kept.emplace_back(begin, begin + rowsOf(placed.value, step.token_count) *
                                         placed.place.getStride() * size);
  }
  kept.emplace_back(bytes, bytes);
  llvm::sort(kept);
  int64_t dead = 0;
  for (auto [begin, end] : kept) {
    if (begin > dead)
      std::memset(step.arena + dead, kPoison, begin - dead);
    dead = std::max(dead, end);
  }
}

static Captured captureFloats(mlir::MLIRContext *context,
                              const std::vector<float> &values, int64_t rows,
                              int64_t columns) {
  Captured captured;
  captured.element = mlir::Float32Type::get(context);
  captured.rows = rows;
  captured.columns = columns;
  const char *bytes = reinterpret_cast<const char *>(values.data());
  captured.bytes.assign(bytes, bytes + rows * columns * sizeof(float));
  return captured;
}

/// The choice of experts in a phase, if there is one.
static DispatchOp dispatchOf(PhaseOp phase) {
  auto ops = phase.getBody().getOps<DispatchOp>();
  return ops.empty() ? DispatchOp() : *ops.begin();
}

/// Gives the CPU away: tests run side by side, and a thread that only yields
/// takes the time of those it waits for.
static void sleepShortly(const FathomStep *, const uint64_t *, uint64_t) {
  std::this_thread::sleep_for(std::chrono::microseconds(20));
}

/// What one step reads and writes, but for caches and weights.
struct StepRunner::Memory {
  FathomStep step{};
  int64_t sharedBytes = 0, threadBytes = 0;
  std::vector<char> arena;
  alignas(64) uint64_t counter[8] = {};
  int64_t vocabulary = 0, width = 0, choices = 0;
  std::vector<float> logits, hidden;
  /// Of all layers with experts, one after another.
  std::vector<int32_t> experts;
};

void StepRunner::prepare(Memory &memory, const StepTokens &tokens,
                         int64_t threads, llvm::ArrayRef<float> hidden) const {
  if (auto bytes = planned->getAttrOfType<mlir::IntegerAttr>(
          "fathom.arena_shared_bytes"))
    memory.sharedBytes = bytes.getInt();
  memory.threadBytes = threads * jit.threadBytes;
  memory.arena.assign(memory.sharedBytes + memory.threadBytes + 64, kPoison);
  int64_t asking = tokens.asking.size(), layersWithExperts = 0;
  for (StepPhase phase : phases) {
    if (DispatchOp dispatch = dispatchOf(phase.phase)) {
      memory.choices = columnsOf(dispatch.getIds());
      ++layersWithExperts;
    }
    if (ProjectOp project = scoringOf(phase.phase)) {
      memory.vocabulary = columnsOf(project.getResult());
      memory.width = columnsOf(project.getX());
    }
  }
  memory.logits.resize(asking * memory.vocabulary);
  memory.hidden.resize(asking * memory.width);
  memory.experts.assign(layersWithExperts * tokens.size() * memory.choices, -1);

  FathomStep &step = memory.step;
  step.struct_bytes = sizeof(step);
  step.abi_version = FATHOM_ABI_VERSION;
  step.thread_count = static_cast<uint32_t>(threads);
  step.token_count = static_cast<uint32_t>(tokens.size());
  step.run_count = static_cast<uint32_t>(tokens.runs.size());
  step.logit_count = static_cast<uint32_t>(asking);
  step.token_ids = tokens.ids.data();
  step.positions = tokens.positions.data();
  step.slots = tokens.slots.data();
  step.runs = tokens.runs.data();
  step.logit_tokens = tokens.asking.data();
  step.logits = memory.logits.data();
  step.hidden = memory.hidden.data();
  step.experts = memory.experts.empty() ? nullptr : memory.experts.data();
  step.hidden_in = hidden.data();
  step.page_tables = tablePointers.data();
  step.caches = caches.data();
  step.pages_per_slot = pagesPerSlot;
  step.layers = weights.layers();
  step.globals = weights.globals();
  step.arena = reinterpret_cast<char *>(
      llvm::alignTo(reinterpret_cast<uintptr_t>(memory.arena.data()), 64));
  step.barrier = memory.counter;
  step.park = sleepShortly;
}

void StepRunner::enter(const FathomStep &step, uint32_t first,
                       uint32_t end) const {
  std::vector<std::thread> others;
  for (uint32_t thread = 1; thread < step.thread_count; ++thread)
    others.emplace_back([&, thread] { function(&step, thread, first, end); });
  function(&step, 0, first, end);
  for (std::thread &other : others)
    other.join();
}

std::vector<Captured> StepRunner::captureLast(const Memory &memory) const {
  mlir::MLIRContext *context = operand.getContext();
  int64_t asking = memory.step.logit_count;
  return {captureFloats(context, memory.logits, asking, memory.vocabulary),
          captureFloats(context, memory.hidden, asking, memory.width)};
}

std::vector<Captured> StepRunner::runAtOnce(const StepTokens &tokens,
                                            int64_t threads,
                                            llvm::ArrayRef<float> hidden) {
  Memory memory;
  prepare(memory, tokens, threads, hidden);
  enter(memory.step, 0, phases.size());
  return captureLast(memory);
}

std::vector<CapturedPhase> StepRunner::run(const StepTokens &tokens,
                                           int64_t threads,
                                           llvm::ArrayRef<float> hidden) {
  Memory memory;
  prepare(memory, tokens, threads, hidden);
  const FathomStep &step = memory.step;
  int64_t idsOfLayer = tokens.size() * memory.choices;
  const int32_t *nextIds = memory.experts.data();
  std::vector<CapturedPhase> captured;
  for (auto [number, phase] : llvm::enumerate(phases)) {
    PhaseOp op = phase.phase;
    // What only this phase uses holds nothing yet.
    if (op.getScratch())
      std::memset(step.arena + *op.getScratch(), kPoison,
                  op.getScratchBytes().value_or(0));
    std::memset(step.arena + memory.sharedBytes, kPoison, memory.threadBytes);
    enter(step, number, number + 1);

    CapturedPhase results{phase, {}};
    if (scoringOf(op))
      results.values = captureLast(memory);
    else
      for (mlir::Value result : op.getResults())
        results.values.push_back(capture(result, step));
    if (dispatchOf(op)) {
      Captured ids;
      ids.element = mlir::IntegerType::get(planned.getContext(), 32);
      ids.rows = tokens.size();
      ids.columns = memory.choices;
      const char *bytes = reinterpret_cast<const char *>(nextIds);
      ids.bytes.assign(bytes, bytes + idsOfLayer * sizeof(int32_t));
      results.values.push_back(std::move(ids));
      nextIds += idsOfLayer;
    }
    poisonDead(number, step, memory.sharedBytes);
    captured.push_back(std::move(results));
  }
  return captured;
}

} // namespace fathom
