//===- ManifestText.h - Tokens and templates in the manifest ----*- C++ -*-===//
//
// What the manifest takes from a folder's text files and configuration.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_MANIFESTTEXT_H
#define FATHOM_COMPILER_ARTIFACT_MANIFESTTEXT_H

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "runtime/io/model_config.h"
#include "runtime/schema/manifest_generated.h"

namespace fathom {

/// What a request does where it says nothing else, and where it stops.
void describeGeneration(const rt::ModelConfig &config,
                        schema::ManifestT &manifest);

/// Compiles the tokenizer and the chat templates of `folder`, and notes the
/// digests of the files read. The vocabulary's size is known by now. Where the
/// folder lacks one of them, so does the manifest, and `warnings` gets a line,
/// as it does for a template that cannot be compiled.
absl::Status describeText(const std::string &folder,
                          schema::ManifestT &manifest,
                          std::vector<std::string> &warnings);

/// Adds the digest of a file's bytes to what the artifact was made from.
void noteInput(const std::string &name, absl::string_view bytes,
               schema::ManifestT &manifest);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_MANIFESTTEXT_H
