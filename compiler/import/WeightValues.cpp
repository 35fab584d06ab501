//===- WeightValues.cpp - A checkpoint's weights, one at a time -----------===//
//
// Puts the numbers into a weight's source and opens what it names.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/WeightValues.h"

#include "absl/strings/str_cat.h"
#include "compiler/import/Import.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom {

static absl::StatusOr<const rt::TensorInfo *>
find(const rt::Checkpoint &checkpoint, const std::string &name) {
  if (const rt::TensorInfo *tensor = checkpoint.Find(name))
    return tensor;
  return absl::InvalidArgumentError(
      absl::StrCat("the checkpoint lacks the tensor '", rt::Shown(name), "'"));
}

absl::StatusOr<rt::WeightReader> openWeight(mlir::fathom::WeightOp weight,
                                            int64_t layer, int64_t expert,
                                            const rt::Checkpoint &checkpoint) {
  FATHOM_ASSIGN_OR_RETURN(
      const rt::TensorInfo *tensor,
      find(checkpoint, sourceName(weight.getSource(), layer, expert)));
  auto scales = weight.getScales();
  std::string name;
  if (scales)
    name = sourceName(scales->getTensor(), layer, expert);
  if (!scales || !isScaled(checkpoint, *tensor, name))
    return rt::WeightReader::Open(checkpoint, *tensor);
  FATHOM_ASSIGN_OR_RETURN(const rt::TensorInfo *found, find(checkpoint, name));
  return rt::WeightReader::OpenBlocks(checkpoint, *tensor, *found,
                                      scales->getRows(), scales->getColumns());
}

} // namespace fathom
