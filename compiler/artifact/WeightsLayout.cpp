//===- WeightsLayout.cpp - Where each weight lies in its file -------------===//
//
// See WeightsLayout.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/WeightsLayout.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/io/safetensors.h"

namespace fathom {

static constexpr uint64_t kPageBytes = 4096;

/// Whether the name can stand in JSON as it is.
static bool isPlainName(const std::string &name) {
  if (name.empty() || name.size() > rt::kSafetensorsNameBytesMax)
    return false;
  for (char c : name)
    if (c <= ' ' || c > '~' || c == '"' || c == '\\')
      return false;
  return true;
}

static std::string typeAndShape(const PackedWeight &weight) {
  const PackedMatrix &matrix = weight.members[0].matrix;
  if (weight.members.size() != 1 || matrix.layout == PackedLayout::panels)
    return absl::StrCat("\"dtype\":\"U8\",\"shape\":[", weight.bytes(), "]");
  const char *type = matrix.storage == Storage::f32   ? "F32"
                     : matrix.storage == Storage::f16 ? "F16"
                                                      : "BF16";
  std::string columns = matrix.layout == PackedLayout::vector
                            ? ""
                            : absl::StrCat(",", matrix.columns);
  return absl::StrCat("\"dtype\":\"", type, "\",\"shape\":[", matrix.rows,
                      columns, "]");
}

absl::StatusOr<WeightsLayout> layOutWeights(const PackPlan &plan) {
  WeightsLayout layout;
  std::string json = "{";
  uint64_t end = 0, paddings = 0;
  auto add = [&](const std::string &name, const std::string &type,
                 uint64_t bytes) {
    absl::StrAppend(&json, json.size() > 1 ? "," : "", "\"", name, "\":{", type,
                    ",\"data_offsets\":[", end, ",", end + bytes, "]}");
    end += bytes;
  };
  for (const PackedWeight &weight : plan.weights) {
    if (!isPlainName(weight.name))
      return absl::InternalError(absl::StrCat(
          "'", rt::Shown(weight.name), "' is not a valid name for a weight"));
    uint64_t gap = (0 - end) & (weight.alignment() - 1);
    if (gap > 0)
      add(absl::StrCat("padding.", paddings++),
          absl::StrCat("\"dtype\":\"U8\",\"shape\":[", gap, "]"), gap);
    layout.offsets.push_back(end);
    add(weight.name, typeAndShape(weight), weight.bytes());
  }
  json += "}";
  // The data begins on a page, so that its alignment is the file's.
  uint64_t header = (8 + json.size() + kPageBytes - 1) & ~(kPageBytes - 1);
  json.resize(header - 8, ' ');
  if (json.size() > rt::kSafetensorsHeaderBytesMax)
    return absl::InvalidArgumentError(absl::StrFormat(
        "found %d weights, whose names take %d bytes, expected at most %d",
        plan.weights.size(), json.size(), rt::kSafetensorsHeaderBytesMax));
  for (int i = 0; i < 8; ++i)
    layout.header.push_back(static_cast<char>(json.size() >> (8 * i)));
  layout.header += json;
  for (uint64_t &offset : layout.offsets)
    offset += header;
  layout.bytes = header + end;
  return layout;
}

} // namespace fathom
