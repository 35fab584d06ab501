//===- KernelBuilder.h - Writes the function of one phase -------*- C++ -*-===//
//
// What all tiling passes share: the function that a phase becomes, how it gets
// at the step's context, the arena and the weights, and short words for loops
// and memory. All arithmetic on places is i64; memory is !llvm.ptr.
//
// The function of phase P of kind K at a level is
//
//   func.func @K.P(%step: !llvm.ptr, %thread: i64, %layer: i64)
//
// entered by every thread; `step` is the FathomStep of runtime/abi/step.h.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_KERNELBUILDER_H
#define FATHOM_PASSES_TILING_KERNELBUILDER_H

#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <cstdint>
#include <optional>

namespace fathom {

/// A CPU level. Its name on command lines: avx2, avx512, avx512-bf16.
enum class Level { Avx2, Avx512, Avx512Bf16 };

std::optional<Level> parseLevel(llvm::StringRef name);

/// Rows of a weight panel, tokens of a register tile.
constexpr int64_t kPanelRows = 64;
constexpr int64_t kTileTokens = 6;
/// Tokens of a cache page.
constexpr int64_t kPageTokens = 64;

constexpr int64_t roundUp(int64_t value, int64_t to) {
  return (value + to - 1) / to * to;
}

/// f32 values in one vector of the level: 8 or 16.
int64_t lanesOf(Level level);

/// How a storage type is multiplied at a level.
struct Dots {
  mlir::Type storage; ///< of the weights: f32, f16, bf16
  mlir::Type operand; ///< of the activations: bf16 for vdpbf16ps, else f32
  mlir::fathom::InstructionTile tile;
  int64_t depth;    ///< of the packed layout in K: 2 for bf16, else 1
  int64_t lanes;    ///< rows of one accumulator
  int64_t tileRows; ///< rows of a register tile: 64, or 16 at AVX2
  int64_t storageBytes;
  int64_t operandBytes;

  /// With `exact`, operands are f32 at every level.
  static Dots of(Level level, mlir::Type storage, bool exact = false);
  /// Bytes of one panel of 64 rows with `columns` columns.
  int64_t panelBytes(int64_t columns) const {
    return roundUp(columns, depth) * kPanelRows * storageBytes;
  }
};

/// Rows in memory, of a value of the step.
struct Rows {
  mlir::Value base;   ///< !llvm.ptr to row 0, column 0
  int64_t stride;     ///< elements from one row to the next
  mlir::Type element; ///< f32, bf16, i32
  int64_t columns;
};

class KernelBuilder : public mlir::ImplicitLocOpBuilder {
public:
  /// Creates the phase's function, names it in the phase's `code`, and stands
  /// in its body; it ends with finish().
  KernelBuilder(mlir::fathom::PhaseOp phase, Level level);
  void finish();

  Level level;
  mlir::Type storage; ///< the module's storage type: of caches and matrices
  mlir::Value step, thread, layer;
  mlir::fathom::PhaseOp phase;

  /// How weights of `packed`'s storage are multiplied here.
  Dots dotsOf(mlir::fathom::PackedOp packed, bool exact = false) {
    return Dots::of(level, packed.getStorage(), exact);
  }

  // Types and constants.
  mlir::Type ptr() { return ptrType; }
  mlir::Type i32() { return getI32Type(); }
  mlir::Type i64() { return getI64Type(); }
  mlir::Type f32() { return getF32Type(); }
  /// A vector of the level's lanes.
  mlir::VectorType lanes(mlir::Type element) {
    return mlir::VectorType::get({lanesOf(level)}, element);
  }
  mlir::Value constant(int64_t value); ///< i64
  mlir::Value constantI32(int64_t value);
  mlir::Value constantF32(double value);
  /// `type` is f32 or a vector of f32.
  mlir::Value splat(mlir::Type type, double value);

  // i64 arithmetic.
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, int64_t b) { return add(a, constant(b)); }
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t b) { return mul(a, constant(b)); }
  mlir::Value div(mlir::Value a, mlir::Value b); ///< both not negative
  mlir::Value div(mlir::Value a, int64_t b) { return div(a, constant(b)); }
  mlir::Value rem(mlir::Value a, mlir::Value b);
  mlir::Value rem(mlir::Value a, int64_t b) { return rem(a, constant(b)); }
  mlir::Value ceilDiv(mlir::Value a, int64_t b);
  mlir::Value smallest(mlir::Value a, mlir::Value b);
  mlir::Value largest(mlir::Value a, mlir::Value b);
  mlir::Value less(mlir::Value a, mlir::Value b);  ///< i1, signed
  mlir::Value equal(mlir::Value a, mlir::Value b); ///< i1
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b);
  mlir::Value toI64(mlir::Value i32);
  mlir::Value toI32(mlir::Value i64);

  // Memory. Loads and stores claim the alignment of an element only.
  mlir::Value offset(mlir::Value pointer, mlir::Value bytes);
  mlir::Value offset(mlir::Value pointer, int64_t bytes) {
    return offset(pointer, constant(bytes));
  }
  /// The address of element `index` of an array of `element`.
  mlir::Value at(mlir::Value pointer, mlir::Value index, mlir::Type element);
  /// `type` is a scalar or a vector.
  mlir::Value load(mlir::Type type, mlir::Value pointer);
  void store(mlir::Value value, mlir::Value pointer);
  /// Stores the first `count` (i64) values of a vector.
  void storeFirst(mlir::Value vector, mlir::Value pointer, mlir::Value count);
  /// f32 values (scalar or vector) rounded to `element`, and back.
  mlir::Value convertFromF32(mlir::Value value, mlir::Type element);
  mlir::Value convertToF32(mlir::Value value);

  // Control. Bodies are called once, with the builder inside.
  void forRange(mlir::Value begin, mlir::Value end, int64_t stepBy,
                llvm::function_ref<void(mlir::Value)> body);
  /// A loop that carries values; the body returns the next ones.
  llvm::SmallVector<mlir::Value>
  forCarry(mlir::Value begin, mlir::Value end, int64_t stepBy,
           mlir::ValueRange initial,
           llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                             mlir::ValueRange)>
               body);
  void ifThen(mlir::Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise = nullptr);

  // The step's context.
  mlir::Value fieldPointer(size_t byteOffset); ///< loads a pointer
  mlir::Value fieldU32(size_t byteOffset);     ///< loads, as i64
  mlir::Value fieldU64(size_t byteOffset);
  mlir::Value tokenCount();
  mlir::Value threadCount();
  /// This thread's part [begin, end) of `count` things.
  std::pair<mlir::Value, mlir::Value> share(mlir::Value count);
  std::pair<mlir::Value, mlir::Value> share(int64_t count) {
    return share(constant(count));
  }

  // Values, weights, caches, arena.
  /// Where a value of the step lies: an argument, the result of a phase, or a
  /// slice of columns of one. A value of an operation in this phase is the
  /// phase's result that yields it.
  Rows rows(mlir::Value value);
  mlir::Value row(const Rows &rows, mlir::Value index) {
    return at(rows.base, mul(index, rows.stride), rows.element);
  }
  mlir::fathom::PackedOp packed(mlir::FlatSymbolRefAttr name);
  /// Its address in this layer; of `expert` (i64) where it has experts.
  mlir::Value weight(mlir::fathom::PackedOp packed,
                     mlir::Value expert = nullptr);
  /// The class number of a cache: its place among the module's caches.
  int64_t cacheClass(mlir::FlatSymbolRefAttr name);
  /// Bytes of one layer in one page of the cache.
  int64_t cacheLayerBytes(mlir::fathom::CacheOp cache);
  /// The address of this layer in page `number` (i64) of the sequence in
  /// `slot` (i64).
  mlir::Value cachePage(mlir::FlatSymbolRefAttr name, mlir::Value slot,
                        mlir::Value number);
  /// This phase's scratch in the shared part.
  mlir::Value sharedScratch();
  /// `bytes` of this thread's own memory, 64-aligned, new at each call within
  /// one phase and dead after it.
  mlir::Value threadScratch(int64_t bytes);

  /// Waits for all threads: what they stored before is seen after it. To be
  /// reached by all threads alike.
  void barrier();

private:
  mlir::func::FuncOp function;
  mlir::Type ptrType;
  mlir::ModuleOp module;
  int64_t threadBytes = 0;
};

} // namespace fathom

#endif // FATHOM_PASSES_TILING_KERNELBUILDER_H
