//===- SourceReader.h - Rows of packed matrices from sources ----*- C++ -*-===//
//
// Collects the rows of a packed matrix from the tensors its pieces name, in
// the storage type, through buffers of bounded size.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_SOURCEREADER_H
#define FATHOM_COMPILER_ARTIFACT_SOURCEREADER_H

#include <array>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "compiler/artifact/PackPlan.h"
#include "compiler/artifact/TensorSource.h"

namespace fathom {

/// The sources of a plan, found and checked against what the model expects.
struct BoundSources {
  struct Bound {
    FoundTensor tensor;
    FoundTensor scales; // Where `isScaled`.
    /// Float8 codes, which the checkpoint may have for some sources of a weight
    /// only.
    bool isScaled = false;
  };
  const PackPlan *plan;
  const TensorSource *source;
  std::vector<Bound> bound; // One a PackPlan::sources.
};

/// Looks up every source: InvalidArgument with what was found and expected
/// where one is missing or has another shape or type.
absl::StatusOr<BoundSources> bindSources(const PackPlan &plan,
                                         const TensorSource &source);

/// Row j of a column range: element j is at `data + j * stride` elements.
struct RowView {
  const char *data;
  uint64_t stride;
};
using RowViews = std::array<RowView, kRowsPerPanel>;

/// Not thread-safe: each thread has its own.
class SourceReader {
public:
  explicit SourceReader(const BoundSources &sources) : sources(sources) {}

  /// Views of columns [firstColumn, firstColumn + columns) of the packed rows
  /// [firstRow, firstRow + rows), at most 64, in the matrix's storage type.
  /// They are good until the next call.
  absl::Status collect(const PackedMatrix &matrix, uint64_t firstRow,
                       uint64_t rows, uint64_t firstColumn, uint64_t columns,
                       RowViews &views);

private:
  /// What was read last: elements [begin, end) of a source, converted.
  struct Span {
    uint32_t source;
    Storage storage;
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t lastUse = 0;
    std::vector<char> values;
  };

  absl::Status collectPiece(const PackedMatrix &matrix, const Piece &piece,
                            uint64_t firstRow, uint64_t rows,
                            uint64_t firstColumn, uint64_t columns,
                            RowViews &views);
  absl::StatusOr<const char *> readSpan(uint32_t source, Storage storage,
                                        uint64_t begin, uint64_t end);
  absl::Status readElements(uint32_t source, Storage storage, uint64_t begin,
                            uint64_t count, char *out);
  absl::Status readScaled(uint32_t source, Storage storage, uint64_t begin,
                          uint64_t count, char *out);
  Span &freeSpan();

  const BoundSources &sources;
  std::vector<Span> spans;
  uint64_t call = 0;
  std::vector<char> raw;
  std::vector<char> scales;
  std::vector<char> zeros;
};

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_SOURCEREADER_H
