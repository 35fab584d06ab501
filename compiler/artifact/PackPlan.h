//===- PackPlan.h - What the weights file is made of ------------*- C++ -*-===//
//
// The recipes of all packed weights of an artifact, as plain data: which rows
// of which tensors of the checkpoint become which packed bytes. No values.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_PACKPLAN_H
#define FATHOM_COMPILER_ARTIFACT_PACKPLAN_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fathom {

enum class Storage { f32, f16, bf16 };
enum class PackedLayout { panels, rows, vector };

inline constexpr uint64_t kRowsPerPanel = 64;

inline uint64_t storageBytes(Storage storage) {
  return storage == Storage::f32 ? 4 : 2;
}
const char *storageName(Storage storage);

/// One scale a block of `rows` x `columns` float8 codes.
struct SourceScales {
  std::string tensor;
  uint64_t rows;
  uint64_t columns;
};

/// A tensor of the checkpoint, as the model expects it.
struct SourceTensor {
  std::string name;
  std::vector<uint64_t> shape;
  /// What its values are once read; the checkpoint may hold another float type.
  Storage value;
  /// Of codes, where the checkpoint has those.
  std::optional<SourceScales> scales;

  uint64_t elements() const;
  /// Of a row; a vector is one row.
  uint64_t columns() const { return shape.empty() ? 1 : shape.back(); }
};

/// Row i of the piece becomes row `first + (i / group) * every + i % group` of
/// the packed matrix; its column j is element
/// `offset + i * rowStride + j * columnStride` of the source.
struct Piece {
  uint32_t source; // Into PackPlan::sources.
  uint64_t rows;
  uint64_t offset;
  uint64_t rowStride;
  uint64_t columnStride;
  uint64_t first;
  uint64_t group;
  uint64_t every;

  /// How many rows of the piece lie before packed row `row`.
  uint64_t rowsBefore(uint64_t row) const;
  uint64_t packedRow(uint64_t i) const {
    return first + i / group * every + i % group;
  }
};

/// Rows that no piece names are zeros. A panel holds 64 rows (the last one is
/// padded with zeros) and lies as
///
///   f32, f16   [columns][64]
///   bf16       [ceil(columns / 2)][64][2], an odd column padded with zeros
///
/// `rows` and `vector` are row-major; a vector has one column.
struct PackedMatrix {
  PackedLayout layout;
  Storage storage;
  uint64_t rows;
  uint64_t columns;
  std::vector<Piece> pieces;

  uint64_t bytes() const;
  uint64_t panelBytes() const;
  /// Of the numbers that come from sources, without padding.
  uint64_t values() const;
  /// "panels<bf16, 64x2>".
  std::string layoutName() const;
};

struct PackedMember {
  uint64_t offset; // Bytes into the entry.
  PackedMatrix matrix;
};

/// One entry of the step's weight tables: one matrix, or an expert's block.
struct PackedWeight {
  std::string name;
  int32_t layer; // -1: global
  uint32_t index;
  std::vector<PackedMember> members;

  uint64_t bytes() const;
  uint64_t alignment() const;
};

struct PackPlan {
  std::vector<SourceTensor> sources;
  std::vector<PackedWeight> weights; // In the order of the file.
};

/// Whether every piece lies inside of its source and of its matrix. An error
/// here is the compiler's own.
absl::Status checkPlan(const PackPlan &plan);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_PACKPLAN_H
