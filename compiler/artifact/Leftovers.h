//===- Leftovers.h - What runs that died have left --------------*- C++ -*-===//
//
// Whatever is written stands under a temporary name until it is complete.
//
// Invariants:
//  1. A temporary file or folder of a live run is locked (flock) by that run.
//     One that can be locked was left by a run that died; the next run removes
//     it.
//  2. Nothing else is removed but files of this name, and folders of this name
//     that hold only the files of an artifact.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_LEFTOVERS_H
#define FATHOM_COMPILER_ARTIFACT_LEFTOVERS_H

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/io/artifact_files.h"

namespace fathom {

inline constexpr const char *kTemporaryPrefix = ".fathom-tmp.";
inline constexpr int kTemporaryTries = 16;
inline constexpr const char *kArtifactFiles[] = {
    rt::kManifestFile, rt::kCodeFile, rt::kWeightsFile};

bool isArtifactFile(const std::string &name);

int openFolder(int parent, const char *name);

/// The names in a folder, without "." and "..". `shown` is for messages.
absl::StatusOr<std::vector<std::string>> namesIn(int folder,
                                                 const std::string &shown);

/// Removes a folder of artifact files; leaves it where it holds others.
void removeFolder(int parent, const std::string &name, int folder);

/// Locks what this run has just created as `name`; false where another run took
/// it for a leftover before.
bool lockTemporary(int parent, const std::string &name, int fd);

/// Removes what runs left in `parent` that no longer live.
absl::Status removeLeftovers(int parent, const std::string &parentPath);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_LEFTOVERS_H
