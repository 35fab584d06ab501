//===- Operands.h - What stands before a product ----------------*- C++ -*-===//
//
// Rows of a value as dot instructions take them: normalised where a norm is
// fused, converted where the type differs, in place where neither is needed.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_OPERANDS_H
#define FATHOM_PASSES_TILING_OPERANDS_H

#include "passes/tiling/KernelBuilder.h"

#include <vector>

namespace fathom {

/// Loads the first `count` (i64) values of `type`, a vector; zeros after them.
mlir::Value loadFirst(KernelBuilder &b, mlir::VectorType type,
                      mlir::Value pointer, mlir::Value count);

/// Which rows, and what becomes of them.
struct OperandSource {
  mlir::Value x;
  mlir::FlatSymbolRefAttr norm; ///< null: as they are
  double eps = 0;
  mlir::Type element; ///< what the dot instruction takes
  /// Only the rows of the tokens that ask; they also go to the context's
  /// `hidden` where it is not null.
  bool asking = false;

  bool operator==(const OperandSource &other) const {
    return x == other.x && norm == other.norm && eps == other.eps &&
           element == other.element && asking == other.asking;
  }
};

/// Prepares operands once for all products of a phase that read the same. The
/// first call for a source is to be reached by all threads alike, and to
/// dominate the others. One row is prepared by each thread for itself; several
/// are shared out, written to the phase's shared scratch and waited for.
class Operands {
public:
  explicit Operands(KernelBuilder &b) : b(b) {}

  /// Rows of `columns` values and zeros up to a multiple of 64, or in place.
  Rows prepare(const OperandSource &source);

  /// Whether rows of `source` are to be written, so need scratch memory.
  static bool needsScratch(KernelBuilder &b, const OperandSource &source);

private:
  struct Known {
    OperandSource source;
    Rows rows;
  };
  KernelBuilder &b;
  std::vector<Known> known;
  bool scratchUsed = false;
};

} // namespace fathom

#endif // FATHOM_PASSES_TILING_OPERANDS_H
