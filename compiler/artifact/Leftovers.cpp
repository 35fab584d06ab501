//===- Leftovers.cpp - What runs that died have left ----------------------===//
//
// See Leftovers.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/Leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "absl/strings/match.h"
#include "compiler/artifact/FileOutput.h"
#include "runtime/base/status.h"

namespace fathom {

bool isArtifactFile(const std::string &name) {
  return std::count(std::begin(kArtifactFiles), std::end(kArtifactFiles),
                    name) > 0;
}

int openFolder(int parent, const char *name) {
  return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

absl::StatusOr<std::vector<std::string>> namesIn(int folder,
                                                 const std::string &shown) {
  int copy = openFolder(folder, ".");
  DIR *stream = copy < 0 ? nullptr : fdopendir(copy);
  if (!stream)
    return machineError("cannot read", shown, errno);
  std::vector<std::string> names;
  errno = 0;
  while (dirent *entry = readdir(stream))
    if (std::strcmp(entry->d_name, ".") != 0 &&
        std::strcmp(entry->d_name, "..") != 0)
      names.push_back(entry->d_name);
  int error = errno;
  closedir(stream);
  if (error != 0)
    return machineError("cannot read", shown, error);
  return names;
}

void removeFolder(int parent, const std::string &name, int folder) {
  absl::StatusOr<std::vector<std::string>> names = namesIn(folder, name);
  if (!names.ok())
    return;
  for (const std::string &file : *names)
    if (isArtifactFile(file))
      unlinkat(folder, file.c_str(), 0);
  unlinkat(parent, name.c_str(), AT_REMOVEDIR);
}

bool lockTemporary(int parent, const std::string &name, int fd) {
  struct stat own, named;
  // Where there are no locks, nobody takes it for a leftover.
  bool isLocked = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
  return isLocked && fstat(fd, &own) == 0 &&
         fstatat(parent, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         own.st_ino == named.st_ino && own.st_dev == named.st_dev;
}

absl::Status removeLeftovers(int parent, const std::string &parentPath) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<std::string> names,
                          namesIn(parent, parentPath));
  for (const std::string &name : names) {
    if (!absl::StartsWith(name, kTemporaryPrefix))
      continue;
    FileDescriptor left(
        openat(parent, name.c_str(),
               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat about;
    if (left.get() < 0 || flock(left.get(), LOCK_EX | LOCK_NB) != 0 ||
        fstat(left.get(), &about) != 0)
      continue;
    if (S_ISDIR(about.st_mode))
      removeFolder(parent, name, left.get());
    else if (S_ISREG(about.st_mode))
      unlinkat(parent, name.c_str(), 0);
  }
  return absl::OkStatus();
}

} // namespace fathom
