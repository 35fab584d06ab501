//===- BindSources.cpp - Finds the tensors of a plan ----------------------===//
//
// Every tensor is looked up and compared with what the model expects before a
// byte is written.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "compiler/artifact/Convert.h"
#include "compiler/artifact/SourceReader.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/block_scales.h"

namespace fathom {

/// Missing tensors that a message names.
static constexpr size_t kNamedMissing = 5;

static std::string shapeText(const std::vector<uint64_t> &shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

static absl::Status checkShape(const std::string &name,
                               const FoundTensor &found,
                               const std::vector<uint64_t> &expected) {
  if (found.shape == expected)
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "tensor '%s': found the shape %s, expected %s", rt::Shown(name),
      shapeText(found.shape), shapeText(expected)));
}

static absl::Status checkType(const std::string &name, const FoundTensor &found,
                              bool good, const char *expected) {
  if (good)
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "tensor '%s': found the type %s, expected %s", rt::Shown(name),
      std::string(rt::DTypeName(found.dtype)), expected));
}

static absl::Status checkSource(const SourceTensor &expected,
                                const BoundSources::Bound &bound) {
  FATHOM_RETURN_IF_ERROR(
      checkShape(expected.name, bound.tensor, expected.shape));
  if (!bound.isScaled)
    return checkType(expected.name, bound.tensor,
                     isPlainFloat(bound.tensor.dtype), "F32, F16 or BF16");
  FATHOM_RETURN_IF_ERROR(checkType(expected.name, bound.tensor,
                                   bound.tensor.dtype == rt::DType::kF8E4M3,
                                   "F8_E4M3"));
  const SourceScales &scales = *expected.scales;
  FATHOM_RETURN_IF_ERROR(checkType(scales.tensor, bound.scales,
                                   rt::IsScaleType(bound.scales.dtype),
                                   rt::kScaleTypes.data()));
  std::vector<uint64_t> blocks = rt::ScaleShape(
      expected.shape[0], expected.shape[1], scales.rows, scales.columns);
  if (rt::IsScaleShape(bound.scales.shape, blocks))
    return absl::OkStatus();
  return checkShape(scales.tensor, bound.scales, blocks);
}

absl::StatusOr<BoundSources> bindSources(const PackPlan &plan,
                                         const TensorSource &source) {
  BoundSources result{&plan, &source, {}};
  result.bound.resize(plan.sources.size());
  std::vector<std::string> missing;
  // Whether it is there.
  auto find = [&](const std::string &name,
                  FoundTensor &to) -> absl::StatusOr<bool> {
    absl::StatusOr<FoundTensor> found = source.find(name);
    if (!found.ok())
      return absl::IsNotFound(found.status()) ? absl::StatusOr<bool>(false)
                                              : found.status();
    to = *std::move(found);
    return true;
  };
  for (size_t i = 0; i < plan.sources.size(); ++i) {
    const SourceTensor &expected = plan.sources[i];
    BoundSources::Bound &bound = result.bound[i];
    FATHOM_ASSIGN_OR_RETURN(bool isThere, find(expected.name, bound.tensor));
    if (!isThere)
      missing.push_back(expected.name);
    if (!expected.scales)
      continue;
    FATHOM_ASSIGN_OR_RETURN(bound.isScaled,
                            find(expected.scales->tensor, bound.scales));
    if (isThere && !bound.isScaled && bound.tensor.dtype == rt::DType::kF8E4M3)
      missing.push_back(expected.scales->tensor);
  }
  if (!missing.empty()) {
    std::vector<std::string> named;
    for (size_t i = 0; i < std::min(missing.size(), kNamedMissing); ++i)
      named.push_back(absl::StrCat("'", rt::Shown(missing[i]), "'"));
    return absl::InvalidArgumentError(absl::StrFormat(
        "the checkpoint lacks %d of %d tensors: %s%s", missing.size(),
        plan.sources.size(), absl::StrJoin(named, ", "),
        missing.size() > named.size() ? ", ..." : ""));
  }
  for (size_t i = 0; i < plan.sources.size(); ++i)
    FATHOM_RETURN_IF_ERROR(checkSource(plan.sources[i], result.bound[i]));
  return result;
}

} // namespace fathom
