//===- SourceReader.cpp - Rows of packed matrices from sources ------------===//
//
// A run of rows is read as one span where its elements lie close enough
// together, else row by row or column by column, whichever is less.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/SourceReader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/artifact/Convert.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/block_scales.h"

namespace fathom {

/// A span of so many elements is read whole even where few are needed.
static constexpr uint64_t kSmallSpan = uint64_t{1} << 18;
/// Spans kept from one call to the next.
static constexpr size_t kKeptSpans = 4;

/// A value that is NaN or infinite, or becomes so as `storage`.
static absl::Status notFinite(const SourceTensor &tensor, uint64_t element,
                              Storage storage) {
  return absl::InvalidArgumentError(absl::StrFormat(
      "tensor '%s': element %d is not finite as %s, expected one that is",
      rt::Shown(tensor.name), element, storageName(storage)));
}

absl::Status SourceReader::collect(const PackedMatrix &matrix,
                                   uint64_t firstRow, uint64_t rows,
                                   uint64_t firstColumn, uint64_t columns,
                                   RowViews &views) {
  ++call;
  size_t zeroBytes = columns * storageBytes(matrix.storage);
  if (zeros.size() < zeroBytes)
    zeros.resize(zeroBytes);
  views.fill({zeros.data(), 1});
  for (const Piece &piece : matrix.pieces)
    FATHOM_RETURN_IF_ERROR(collectPiece(matrix, piece, firstRow, rows,
                                        firstColumn, columns, views));
  return absl::OkStatus();
}

absl::Status SourceReader::collectPiece(const PackedMatrix &matrix,
                                        const Piece &piece, uint64_t firstRow,
                                        uint64_t rows, uint64_t firstColumn,
                                        uint64_t columns, RowViews &views) {
  uint64_t begin = piece.rowsBefore(firstRow);
  uint64_t end = piece.rowsBefore(firstRow + rows);
  if (begin == end)
    return absl::OkStatus();
  uint64_t count = end - begin;
  uint64_t size = storageBytes(matrix.storage);
  uint64_t rowStride = piece.rowStride, columnStride = piece.columnStride;
  uint64_t origin = piece.offset + firstColumn * columnStride;
  uint64_t low = origin + begin * rowStride;
  uint64_t rowSpan = (columns - 1) * columnStride + 1;
  uint64_t columnSpan = (count - 1) * rowStride + 1;
  uint64_t span = rowSpan + columnSpan - 1;
  auto view = [&](uint64_t i) -> RowView & {
    return views[piece.packedRow(i) - firstRow];
  };

  uint64_t needed = count * columns;
  if (span <= std::max(needed + needed / 4, kSmallSpan)) {
    // A transposed piece is read for all of its rows, the next panel's too.
    uint64_t whole = rowSpan + (piece.rows - 1) * rowStride;
    bool takesAll = columnStride > rowStride && whole <= kSmallSpan;
    uint64_t from = takesAll ? origin : low;
    uint64_t to = takesAll ? origin + whole : low + span;
    FATHOM_ASSIGN_OR_RETURN(const char *values,
                            readSpan(piece.source, matrix.storage, from, to));
    for (uint64_t i = begin; i < end; ++i)
      view(i) = {values + (origin + i * rowStride - from) * size, columnStride};
    return absl::OkStatus();
  }

  Span &kept = freeSpan();
  kept.begin = kept.end = 0; // Not one run of elements: of no use later.
  kept.lastUse = call;
  if (count * rowSpan <= columns * columnSpan) {
    kept.values.resize(count * rowSpan * size);
    for (uint64_t i = 0; i < count; ++i) {
      char *row = kept.values.data() + i * rowSpan * size;
      FATHOM_RETURN_IF_ERROR(readElements(piece.source, matrix.storage,
                                          low + i * rowStride, rowSpan, row));
      view(begin + i) = {row, columnStride};
    }
    return absl::OkStatus();
  }
  kept.values.resize(columns * columnSpan * size);
  for (uint64_t j = 0; j < columns; ++j)
    FATHOM_RETURN_IF_ERROR(
        readElements(piece.source, matrix.storage, low + j * columnStride,
                     columnSpan, kept.values.data() + j * columnSpan * size));
  for (uint64_t i = 0; i < count; ++i)
    view(begin + i) = {kept.values.data() + i * rowStride * size, columnSpan};
  return absl::OkStatus();
}

SourceReader::Span &SourceReader::freeSpan() {
  Span *oldest = nullptr;
  for (Span &span : spans)
    if (span.lastUse < call && (!oldest || span.lastUse < oldest->lastUse))
      oldest = &span;
  if (oldest && spans.size() >= kKeptSpans)
    return *oldest;
  // Views point into the values, which stay where they are when this grows.
  return spans.emplace_back();
}

absl::StatusOr<const char *> SourceReader::readSpan(uint32_t source,
                                                    Storage storage,
                                                    uint64_t begin,
                                                    uint64_t end) {
  uint64_t size = storageBytes(storage);
  for (Span &span : spans)
    if (span.begin < span.end && span.source == source &&
        span.storage == storage && span.begin <= begin && end <= span.end) {
      span.lastUse = call;
      return span.values.data() + (begin - span.begin) * size;
    }
  Span &span = freeSpan();
  span.begin = span.end = 0;
  span.lastUse = call;
  span.values.resize((end - begin) * size);
  FATHOM_RETURN_IF_ERROR(
      readElements(source, storage, begin, end - begin, span.values.data()));
  span.source = source;
  span.storage = storage;
  span.begin = begin;
  span.end = end;
  return span.values.data();
}

absl::Status SourceReader::readElements(uint32_t source, Storage storage,
                                        uint64_t begin, uint64_t count,
                                        char *out) {
  const SourceTensor &expected = sources.plan->sources[source];
  if (sources.bound[source].isScaled)
    return readScaled(source, storage, begin, count, out);
  const FoundTensor &tensor = sources.bound[source].tensor;
  uint64_t elementBytes = rt::DTypeBytes(tensor.dtype);
  raw.resize(count * elementBytes);
  FATHOM_RETURN_IF_ERROR(sources.source->read(
      tensor, begin * elementBytes, count * elementBytes, raw.data()));
  uint64_t good = convert(tensor.dtype, raw.data(), count, storage, out);
  return good == count ? absl::OkStatus()
                       : notFinite(expected, begin + good, storage);
}

absl::Status SourceReader::readScaled(uint32_t source, Storage storage,
                                      uint64_t begin, uint64_t count,
                                      char *out) {
  const SourceTensor &expected = sources.plan->sources[source];
  const BoundSources::Bound &bound = sources.bound[source];
  uint64_t width = expected.columns();
  uint64_t blockRows = expected.scales->rows;
  uint64_t blockColumns = expected.scales->columns;
  uint64_t blocks = (width + blockColumns - 1) / blockColumns;
  uint64_t firstBlockRow = begin / width / blockRows;
  uint64_t lastBlockRow = (begin + count - 1) / width / blockRows;
  raw.resize(count);
  FATHOM_RETURN_IF_ERROR(
      sources.source->read(bound.tensor, begin, count, raw.data()));
  uint64_t scaleBytes = rt::DTypeBytes(bound.scales.dtype);
  scales.resize((lastBlockRow - firstBlockRow + 1) * blocks * scaleBytes);
  FATHOM_RETURN_IF_ERROR(
      sources.source->read(bound.scales, firstBlockRow * blocks * scaleBytes,
                           scales.size(), scales.data()));

  uint64_t size = storageBytes(storage);
  for (uint64_t done = 0; done < count;) {
    uint64_t row = (begin + done) / width, column = (begin + done) % width;
    uint64_t blockEnd = (column / blockColumns + 1) * blockColumns;
    uint64_t run = std::min(std::min(blockEnd, width) - column, count - done);
    uint64_t block = row / blockRows * blocks + column / blockColumns;
    float scale = rt::ScaleAt(bound.scales.dtype,
                              scales.data() + (block - firstBlockRow * blocks) *
                                                  scaleBytes);
    if (!std::isfinite(scale))
      return absl::InvalidArgumentError(absl::StrFormat(
          "tensor '%s': found the scale %g at [%d, %d], expected a finite one",
          rt::Shown(expected.scales->tensor), scale, block / blocks,
          block % blocks));
    uint64_t good = convertScaled(raw.data() + done, run, scale, storage,
                                  out + done * size);
    if (good != run)
      return notFinite(expected, begin + done + good, storage);
    done += run;
  }
  return absl::OkStatus();
}

} // namespace fathom
