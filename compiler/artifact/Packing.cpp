//===- Packing.cpp - Any bytes of a packed matrix -------------------------===//
//
// A panel is transposed eight rows at a time: rows may lie 4096 bytes apart,
// and more of them than the cache has ways would evict each other.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/Packing.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/status.h"

namespace fathom {

namespace {

constexpr uint64_t kRowsAtOnce = 8;
constexpr uint64_t kColumnsAtOnce = 16;

/// out[k][row] = in[row][k], the elements of a row next to each other.
template <typename T>
void transposeNear(const RowViews &views, uint64_t columns, char *out) {
  for (uint64_t row = 0; row < kRowsPerPanel; row += kRowsAtOnce)
    for (uint64_t k = 0; k < columns; k += kColumnsAtOnce) {
      uint64_t end = std::min(columns, k + kColumnsAtOnce);
      for (uint64_t c = k; c < end; ++c) {
        T line[kRowsAtOnce];
        for (uint64_t r = 0; r < kRowsAtOnce; ++r)
          std::memcpy(&line[r], views[row + r].data + c * sizeof(T), sizeof(T));
        std::memcpy(out + (c * kRowsPerPanel + row) * sizeof(T), line,
                    sizeof line);
      }
    }
}

/// As above for rows with any distance between their elements, of which
/// `together` (1, or 2 for pairs) lie side by side in the result.
template <typename T>
void transposeFar(const RowViews &views, uint64_t columns, uint64_t together,
                  char *out) {
  for (uint64_t k = 0; k < columns; ++k) {
    char *line = out + k / together * kRowsPerPanel * together * sizeof(T);
    for (uint64_t row = 0; row < kRowsPerPanel; ++row)
      std::memcpy(line + (row * together + k % together) * sizeof(T),
                  views[row].data + k * views[row].stride * sizeof(T),
                  sizeof(T));
  }
}

/// Panel rows of columns [begin, end): `out` holds whole pairs, for bf16.
void transposePanel(const RowViews &views, Storage storage, uint64_t columns,
                    char *out) {
  bool isNear =
      std::all_of(views.begin(), views.end(),
                  [](const RowView &view) { return view.stride == 1; });
  if (storage == Storage::f32) {
    isNear ? transposeNear<uint32_t>(views, columns, out)
           : transposeFar<uint32_t>(views, columns, 1, out);
    return;
  }
  if (storage == Storage::f16) {
    isNear ? transposeNear<uint16_t>(views, columns, out)
           : transposeFar<uint16_t>(views, columns, 1, out);
    return;
  }
  uint64_t pairs = columns / 2;
  if (!isNear) {
    if (columns % 2)
      std::memset(out + pairs * kRowsPerPanel * 4, 0, kRowsPerPanel * 4);
    transposeFar<uint16_t>(views, columns, 2, out);
    return;
  }
  transposeNear<uint32_t>(views, pairs, out);
  if (columns % 2 == 0)
    return;
  for (uint64_t row = 0; row < kRowsPerPanel; ++row) {
    uint16_t pair[2] = {0, 0};
    std::memcpy(&pair[0], views[row].data + pairs * 4, 2);
    std::memcpy(out + (pairs * kRowsPerPanel + row) * 4, pair, 4);
  }
}

absl::Status packPanels(const PackedMatrix &matrix, uint64_t begin,
                        uint64_t end, SourceReader &reader, char *out) {
  uint64_t panelBytes = matrix.panelBytes();
  uint64_t together = matrix.storage == Storage::bf16 ? 2 : 1;
  uint64_t lineBytes = kRowsPerPanel * together * storageBytes(matrix.storage);
  RowViews views;
  for (uint64_t at = begin; at < end;) {
    uint64_t panel = at / panelBytes;
    uint64_t stop = std::min(end, (panel + 1) * panelBytes);
    uint64_t first = (at - panel * panelBytes) / lineBytes * together;
    uint64_t last = (stop - panel * panelBytes) / lineBytes * together;
    last = std::min(last, matrix.columns);
    FATHOM_RETURN_IF_ERROR(reader.collect(matrix, panel * kRowsPerPanel,
                                          kRowsPerPanel, first, last - first,
                                          views));
    transposePanel(views, matrix.storage, last - first, out + (at - begin));
    at = stop;
  }
  return absl::OkStatus();
}

absl::Status packRows(const PackedMatrix &matrix, uint64_t begin, uint64_t end,
                      SourceReader &reader, char *out) {
  uint64_t size = storageBytes(matrix.storage);
  uint64_t columns = matrix.columns;
  RowViews views;
  for (uint64_t at = begin / size; at < end / size;) {
    uint64_t row = at / columns, column = at % columns;
    // A row that is cut, or whole ones.
    uint64_t left = end / size - at;
    bool isCut = column != 0 || left < columns;
    uint64_t rows = isCut ? 1 : std::min(left / columns, kRowsPerPanel);
    uint64_t width = isCut ? std::min(columns - column, left) : columns;
    FATHOM_RETURN_IF_ERROR(
        reader.collect(matrix, row, rows, column, width, views));
    for (uint64_t r = 0; r < rows; ++r) {
      char *to = out + ((at + r * width) * size - begin);
      const RowView &view = views[r];
      if (view.stride == 1)
        std::memcpy(to, view.data, width * size);
      else
        for (uint64_t c = 0; c < width; ++c)
          std::memcpy(to + c * size, view.data + c * view.stride * size, size);
    }
    at += rows * width;
  }
  return absl::OkStatus();
}

} // namespace

absl::Status packBytes(const PackedMatrix &matrix, uint64_t begin, uint64_t end,
                       SourceReader &reader, char *out) {
  if (matrix.layout == PackedLayout::panels)
    return packPanels(matrix, begin, end, reader, out);
  return packRows(matrix, begin, end, reader, out);
}

} // namespace fathom
