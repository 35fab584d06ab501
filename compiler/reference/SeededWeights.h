//===- SeededWeights.h - Weights of a test, packed --------------*- C++ -*-===//
//
// Values out of a seed, as the interpreter asks for them and as generated code
// reads them. The packing is the recipe, element by element: slow and obvious,
// so that it may be held against the fast one.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_SEEDEDWEIGHTS_H
#define FATHOM_COMPILER_REFERENCE_SEEDEDWEIGHTS_H

#include "compiler/reference/Interpreter.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fathom {

class SeededWeights {
public:
  /// Values are rounded to the storage of the packed weights that hold them, so
  /// that the interpreter and generated code see the same ones.
  SeededWeights(mlir::ModuleOp module, uint64_t seed);

  /// Of a matrix, uniform with a variance of 1 / columns; of a vector, between
  /// 0.75 and 1.25.
  std::vector<double> values(mlir::fathom::WeightOp weight, int64_t layer,
                             int64_t expert) const;
  WeightSource source() const;

private:
  uint64_t seed;
  std::map<std::string, mlir::Type> storages;
};

/// The packed weights of a planned module in memory, with the tables that
/// generated code finds them by.
class PackedMemory {
public:
  PackedMemory(mlir::ModuleOp module, const SeededWeights &weights);

  const void *const *const *layers() const { return layerTables.data(); }
  const void *const *globals() const { return globalTable.data(); }

private:
  using Table = std::vector<const void *>;
  using Block = std::vector<char>;

  void pack(mlir::ModuleOp module, mlir::fathom::PackedOp packed, int64_t layer,
            const SeededWeights &weights);
  Block &block(int64_t layer, int64_t slot);

  /// By layer (-1: none) and slot.
  std::map<std::pair<int64_t, int64_t>, Block> blocks;
  std::vector<Table> tables;
  std::vector<const void *const *> layerTables;
  Table globalTable;
};

/// Stores `value`, rounded to `type`, and reads it back.
void storeNumber(mlir::Type type, double value, char *to);
double loadNumber(mlir::Type type, const char *from);
int64_t bytesOfNumber(mlir::Type type);

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_SEEDEDWEIGHTS_H
