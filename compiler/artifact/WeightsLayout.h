//===- WeightsLayout.h - Where each weight lies in its file -----*- C++ -*-===//
//
// The header of weights.safetensors and every offset, known before the first
// byte is written.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_WEIGHTSLAYOUT_H
#define FATHOM_COMPILER_ARTIFACT_WEIGHTSLAYOUT_H

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/artifact/PackPlan.h"

namespace fathom {

struct WeightsLayout {
  std::string header;            // With its length; padded to a page.
  std::vector<uint64_t> offsets; // Into the file, one a PackPlan::weights.
  uint64_t bytes = 0;            // Of the file.
};

/// Entries follow each other in the plan's order. Vectors and rows keep their
/// type and shape; panels are bytes (U8); so are gaps, as "padding.N".
absl::StatusOr<WeightsLayout> layOutWeights(const PackPlan &plan);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_WEIGHTSLAYOUT_H
