//===- PackPlan.cpp - Sizes and checks of recipes -------------------------===//
//
// See PackPlan.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/PackPlan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom {

const char *storageName(Storage storage) {
  switch (storage) {
  case Storage::f32:
    return "f32";
  case Storage::f16:
    return "f16";
  case Storage::bf16:
    return "bf16";
  }
  return "?";
}

uint64_t SourceTensor::elements() const {
  uint64_t count = 1;
  for (uint64_t dimension : shape)
    count *= dimension;
  return count;
}

uint64_t Piece::rowsBefore(uint64_t row) const {
  if (row <= first)
    return 0;
  uint64_t past = row - first;
  uint64_t before = rows <= group
                        ? past
                        : past / every * group + std::min(past % every, group);
  return std::min(before, rows);
}

uint64_t PackedMatrix::panelBytes() const {
  uint64_t depth = storage == Storage::bf16 ? (columns + 1) / 2 * 2 : columns;
  return depth * kRowsPerPanel * storageBytes(storage);
}

uint64_t PackedMatrix::bytes() const {
  if (layout != PackedLayout::panels)
    return rows * columns * storageBytes(storage);
  return (rows + kRowsPerPanel - 1) / kRowsPerPanel * panelBytes();
}

uint64_t PackedMatrix::values() const {
  uint64_t sum = 0;
  for (const Piece &piece : pieces)
    sum += piece.rows * columns;
  return sum;
}

std::string PackedMatrix::layoutName() const {
  switch (layout) {
  case PackedLayout::panels:
    return absl::StrCat("panels<", storageName(storage), ", ", kRowsPerPanel,
                        "x", storage == Storage::bf16 ? 2 : 1, ">");
  case PackedLayout::rows:
    return absl::StrCat("rows<", storageName(storage), ">");
  case PackedLayout::vector:
    return absl::StrCat("vector<", storageName(storage), ">");
  }
  return "?";
}

uint64_t PackedWeight::bytes() const {
  uint64_t end = 0;
  for (const PackedMember &member : members)
    end = std::max(end, member.offset + member.matrix.bytes());
  return end;
}

uint64_t PackedWeight::alignment() const {
  // Pages for what is read as a stream or fetched by itself.
  bool isVector =
      members.size() == 1 && members[0].matrix.layout == PackedLayout::vector;
  return isVector ? 64 : 4096;
}

static absl::Status checkPiece(const PackPlan &plan, const PackedWeight &weight,
                               const PackedMatrix &matrix, const Piece &piece) {
  auto bad = [&](const std::string &what) {
    return absl::InternalError(
        absl::StrCat("weight '", rt::Shown(weight.name), "': ", what));
  };
  if (piece.source >= plan.sources.size())
    return bad("a piece without a source");
  const SourceTensor &source = plan.sources[piece.source];
  if (piece.rows < 1 || piece.group < 1 ||
      (piece.rows > piece.group && piece.every < piece.group))
    return bad(absl::StrFormat("found a piece of %d rows in groups of %d every "
                               "%d, expected groups that do not overlap",
                               piece.rows, piece.group, piece.every));
  uint64_t last = piece.offset + (piece.rows - 1) * piece.rowStride +
                  (matrix.columns - 1) * piece.columnStride;
  if (last >= source.elements())
    return bad(absl::StrFormat("found a piece that ends at element %d of '%s', "
                               "expected an end within %d",
                               last, rt::Shown(source.name),
                               source.elements()));
  uint64_t row = piece.packedRow(piece.rows - 1);
  if (row >= matrix.rows)
    return bad(absl::StrFormat("found a piece that ends in row %d, expected "
                               "an end within %d rows",
                               row, matrix.rows));
  return absl::OkStatus();
}

absl::Status checkPlan(const PackPlan &plan) {
  std::set<std::pair<int32_t, uint32_t>> places;
  for (const PackedWeight &weight : plan.weights) {
    if (weight.index >= plan.weights.size() ||
        !places.emplace(weight.layer, weight.index).second)
      return absl::InternalError(absl::StrFormat(
          "weight '%s': found slot %d, expected a free one below %d",
          rt::Shown(weight.name), weight.index, plan.weights.size()));
    uint64_t next = 0;
    for (const auto &[offset, matrix] : weight.members) {
      if (matrix.rows < 1 || matrix.columns < 1 || offset % 256 != 0 ||
          offset < next)
        return absl::InternalError(absl::StrFormat(
            "weight '%s': found a member of [%d, %d] at byte %d, expected one "
            "that is not empty at a multiple of 256 from %d on",
            rt::Shown(weight.name), matrix.rows, matrix.columns, offset, next));
      next = offset + matrix.bytes();
      for (const Piece &piece : matrix.pieces)
        FATHOM_RETURN_IF_ERROR(checkPiece(plan, weight, matrix, piece));
    }
    if (weight.members.empty())
      return absl::InternalError(absl::StrCat(
          "weight '", rt::Shown(weight.name), "': it has no members"));
  }
  return absl::OkStatus();
}

} // namespace fathom
