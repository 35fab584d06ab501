//===- OutputFolder.cpp - An artifact, whole or not at all --------------===//
//
// See OutputFolder.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/OutputFolder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/artifact/Leftovers.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom {

namespace {

constexpr size_t kNameBytesMax = 255;

/// For the signal's handler alone, which may neither allocate nor lock.
std::atomic<int> signalParent{-1};
std::atomic<int> signalFolder{-1};
char signalName[kNameBytesMax + 1];

/// Whether what stands at the target may be replaced.
absl::Status checkTarget(int parent, const std::string &name,
                         const std::string &shown) {
  struct stat about;
  if (fstatat(parent, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? absl::OkStatus()
                           : machineError("cannot look at", shown, errno);
  auto refuse = [&](const std::string &what) {
    return absl::InvalidArgumentError(
        absl::StrCat("output '", rt::Shown(shown), "': found ", what,
                     ", expected a free name or an artifact to replace"));
  };
  if (!S_ISDIR(about.st_mode))
    return refuse("something that is not a folder");
  FileDescriptor folder(openFolder(parent, name.c_str()));
  if (folder.get() < 0)
    return machineError("cannot open", shown, errno);
  FATHOM_ASSIGN_OR_RETURN(std::vector<std::string> names,
                          namesIn(folder.get(), shown));
  bool isArtifact = names.empty();
  for (const std::string &file : names) {
    isArtifact |= file == rt::kManifestFile;
    if (!isArtifactFile(file))
      return refuse(
          absl::StrCat("a folder with '", rt::Shown(file), "' in it"));
  }
  return isArtifact
             ? absl::OkStatus()
             : refuse(absl::StrCat("a folder without ", rt::kManifestFile));
}

/// Splits "a/b/" into "a" and "b".
absl::Status splitTarget(const std::string &target, std::string &parent,
                         std::string &name) {
  std::string path = target;
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  size_t slash = path.rfind('/');
  parent = slash == std::string::npos ? "."
           : slash == 0               ? "/"
                                      : path.substr(0, slash);
  name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name.empty() || name.size() > kNameBytesMax)
    return absl::InvalidArgumentError(
        absl::StrCat("output '", rt::Shown(target), "': found a name of ",
                     name.size(), " bytes, expected 1 to ", kNameBytesMax));
  if (name == "." || name == ".." || absl::StartsWith(name, kTemporaryPrefix))
    return absl::InvalidArgumentError(
        absl::StrCat("output '", rt::Shown(target), "': found the name '",
                     rt::Shown(name), "', expected one of a folder's own"));
  return absl::OkStatus();
}

} // namespace

absl::StatusOr<std::unique_ptr<OutputFolder>>
OutputFolder::create(const std::string &target) {
  std::unique_ptr<OutputFolder> result(new OutputFolder);
  result->target = target;
  FATHOM_RETURN_IF_ERROR(splitTarget(target, result->parentPath, result->name));
  result->parent = FileDescriptor(
      open(result->parentPath.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (result->parent.get() < 0)
    return openError("cannot open the folder", result->parentPath, errno);
  FATHOM_RETURN_IF_ERROR(
      checkTarget(result->parent.get(), result->name, target));
  FATHOM_RETURN_IF_ERROR(
      removeLeftovers(result->parent.get(), result->parentPath));
  FATHOM_RETURN_IF_ERROR(result->makeTemporary());
  return result;
}

absl::Status OutputFolder::makeTemporary() {
  for (int number = 0; number < kTemporaryTries; ++number) {
    std::string candidate =
        absl::StrCat(kTemporaryPrefix, getpid(), ".", number);
    if (mkdirat(parent.get(), candidate.c_str(), 0777) != 0) {
      if (errno == EEXIST)
        continue;
      return machineError("cannot create a folder in", parentPath, errno);
    }
    folder = FileDescriptor(openFolder(parent.get(), candidate.c_str()));
    if (folder.get() < 0 ||
        !lockTemporary(parent.get(), candidate, folder.get())) {
      if (folder.get() < 0 && errno != ENOENT) {
        int error = errno;
        unlinkat(parent.get(), candidate.c_str(), AT_REMOVEDIR);
        return machineError("cannot open a folder in", parentPath, error);
      }
      continue;
    }
    temporary = candidate;
    std::memcpy(signalName, candidate.c_str(), candidate.size() + 1);
    signalFolder = folder.get();
    signalParent = parent.get();
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "cannot create a temporary folder in '", rt::Shown(parentPath), "'"));
}

OutputFolder::~OutputFolder() {
  signalParent = -1;
  if (!temporary.empty())
    removeFolder(parent.get(), temporary, folder.get());
}

std::string OutputFolder::pathOf(const char *file) const {
  return absl::StrCat(target, target.back() == '/' ? "" : "/", file);
}

absl::Status OutputFolder::commit() {
  if (fsync(folder.get()) != 0)
    return machineError("cannot write", target, errno);
  int moved = renameat2(parent.get(), temporary.c_str(), parent.get(),
                        name.c_str(), RENAME_NOREPLACE);
  bool isExchange = moved != 0 && errno == EEXIST;
  if (isExchange)
    moved = renameat2(parent.get(), temporary.c_str(), parent.get(),
                      name.c_str(), RENAME_EXCHANGE);
  if (moved != 0)
    return machineError("cannot move into place", target, errno);
  if (fsync(parent.get()) != 0) {
    // Whether it would last is not known: back to what is known to.
    int error = errno;
    renameat2(parent.get(), name.c_str(), parent.get(), temporary.c_str(),
              isExchange ? RENAME_EXCHANGE : RENAME_NOREPLACE);
    return machineError("cannot write the folder", parentPath, error);
  }
  signalParent = -1;
  std::string old = std::exchange(temporary, "");
  if (isExchange) {
    FileDescriptor replaced(openFolder(parent.get(), old.c_str()));
    if (replaced.get() >= 0)
      removeFolder(parent.get(), old, replaced.get());
  }
  return absl::OkStatus();
}

void removeTemporariesOnSignal() {
  int parentFd = signalParent.load(), folderFd = signalFolder.load();
  if (parentFd < 0)
    return;
  for (const char *file : kArtifactFiles)
    unlinkat(folderFd, file, 0);
  unlinkat(parentFd, signalName, AT_REMOVEDIR);
}

} // namespace fathom
