//===- Provenance.h - What an artifact was made from ------------*- C++ -*-===//
//
// Nothing here depends on where files lie or when: the same inputs give the
// same bytes.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_DRIVER_PROVENANCE_H
#define FATHOM_COMPILER_DRIVER_PROVENANCE_H

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "compiler/driver/Compile.h"
#include "runtime/io/checkpoint.h"
#include "runtime/schema/manifest_generated.h"

namespace fathom {

/// What a model is called: its folder, or its configuration's file where that
/// is not config.json; links resolved.
std::string modelName(const std::string &path);

/// Versions of Fathom and LLVM.
std::string compilerVersion();

/// The options that decide what is made, in one spelling.
std::string optionsText(const CompileOptions &options, uint64_t contextTokens);

/// Notes the configuration files whole, and of each shard the header.
absl::Status noteModelFiles(const std::string &model,
                            const std::optional<rt::Checkpoint> &checkpoint,
                            schema::ManifestT &manifest);

} // namespace fathom

#endif // FATHOM_COMPILER_DRIVER_PROVENANCE_H
