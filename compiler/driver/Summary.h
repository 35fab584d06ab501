//===- Summary.h - What was written, for the user ---------------*- C++ -*-===//
//
// The last lines of `fathom compile`.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_DRIVER_SUMMARY_H
#define FATHOM_COMPILER_DRIVER_SUMMARY_H

#include <string>
#include <vector>

#include "runtime/schema/manifest_generated.h"

namespace fathom {

/// Two lines about the artifact at `path` that `manifest` describes, as
///   wrote 'r1.fathom' in 12.3 s: 3.09 GB of bf16 weights, 236 kB of code for
///   avx512-bf16
///   qwen2, 28 layers, 1.54 billion parameters, context 4096 tokens
/// The second is one that `fathom inspect` says more about.
std::vector<std::string> artifactSummary(const std::string &path,
                                         const schema::ManifestT &manifest,
                                         double seconds);

/// One line about a form that was written to the file `path`.
std::string formSummary(const std::string &path, const std::string &form,
                        uint64_t bytes, double seconds);

} // namespace fathom

#endif // FATHOM_COMPILER_DRIVER_SUMMARY_H
