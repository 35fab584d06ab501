//===- OutputFolder.h - An artifact, whole or not at all ------*- C++ -*-===//
//
// A folder that is filled under a temporary name and put in place in one step.
//
// Invariants:
//  1. What stands at the target is the old artifact, or nothing, until commit;
//     from then on it is the new one, complete and synced.
//  2. Until then it is locked under a temporary name, as Leftovers.h has it.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_OUTPUTFOLDER_H
#define FATHOM_COMPILER_ARTIFACT_OUTPUTFOLDER_H

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "compiler/artifact/FileOutput.h"

namespace fathom {

class OutputFolder {
public:
  /// Checks that `target` is free or an artifact, removes what dead runs left
  /// beside it, and makes the temporary folder.
  static absl::StatusOr<std::unique_ptr<OutputFolder>>
  create(const std::string &target);

  /// Removes the temporary folder where it was not committed.
  ~OutputFolder();

  int fd() const { return folder.get(); }
  /// For messages: where the user will find this file of the artifact.
  std::string pathOf(const char *file) const;
  /// Puts the folder in place of `target`, and removes what stood there.
  absl::Status commit();

private:
  OutputFolder() = default;
  absl::Status makeTemporary();

  FileDescriptor parent;
  FileDescriptor folder;
  std::string target; // As it was given.
  std::string parentPath;
  std::string name;      // Of the target in its parent.
  std::string temporary; // In the same parent; empty once committed.
};

/// Removes temporary folders of this process; for a signal's handler.
void removeTemporariesOnSignal();

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_OUTPUTFOLDER_H
