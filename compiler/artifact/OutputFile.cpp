//===- OutputFile.cpp - One file, whole or not at all ---------------------===//
//
// See OutputFile.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/OutputFile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/artifact/FileOutput.h"
#include "compiler/artifact/Leftovers.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom {

/// For what is no regular file: a pipe, a terminal, a device.
static absl::Status writeStream(int fd, const std::string &name,
                                const std::string &bytes) {
  for (size_t done = 0; done < bytes.size();) {
    ssize_t count = write(fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return machineError("cannot write", name, errno);
    done += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

/// Creates a file under a temporary name, which is put into `temporary`, and
/// locks it.
static absl::StatusOr<FileDescriptor>
createTemporary(int folder, const std::string &shown, std::string &temporary) {
  for (int number = 0; number < kTemporaryTries; ++number) {
    temporary = absl::StrCat(kTemporaryPrefix, getpid(), ".", number);
    FileDescriptor file(openat(folder, temporary.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.get() < 0 && errno != EEXIST)
      return machineError("cannot create", shown, errno);
    if (file.get() >= 0 && lockTemporary(folder, temporary, file.get()))
      return file;
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "cannot create a temporary file beside '", rt::Shown(shown), "'"));
}

/// Puts a file of these bytes in place of `name`; `shown` is for messages.
static absl::Status replaceFile(int folder, const std::string &name,
                                const std::string &shown,
                                const std::string &bytes) {
  std::string temporary;
  FATHOM_ASSIGN_OR_RETURN(FileDescriptor file,
                          createTemporary(folder, shown, temporary));
  absl::Status status =
      writeAt(file.get(), shown, 0, bytes.data(), bytes.size());
  if (status.ok() && fsync(file.get()) != 0)
    status = machineError("cannot write", shown, errno);
  if (status.ok() &&
      renameat(folder, temporary.c_str(), folder, name.c_str()) != 0)
    status = machineError("cannot move into place", shown, errno);
  if (!status.ok())
    unlinkat(folder, temporary.c_str(), 0);
  return status;
}

absl::Status writeOutput(const std::string &path, const std::string &bytes) {
  if (path.empty())
    return writeStream(STDOUT_FILENO, "standard output", bytes);
  struct stat about;
  bool isThere = stat(path.c_str(), &about) == 0;
  if (isThere && S_ISDIR(about.st_mode))
    return absl::InvalidArgumentError(
        absl::StrCat("output '", rt::Shown(path),
                     "': found a folder, expected a free name or a file"));
  if (isThere && !S_ISREG(about.st_mode)) {
    FileDescriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0)
      return openError("cannot open", path, errno);
    return writeStream(file.get(), path, bytes);
  }
  size_t slash = path.rfind('/');
  size_t nameBytes = path.size() - (slash + 1);
  if (nameBytes < 1 || nameBytes > NAME_MAX)
    return absl::InvalidArgumentError(
        absl::StrCat("output '", rt::Shown(path), "': found a file name of ",
                     nameBytes, " bytes, expected 1 to ", NAME_MAX));
  if (absl::StartsWith(path.substr(slash + 1), kTemporaryPrefix))
    return absl::InvalidArgumentError(absl::StrCat(
        "output '", rt::Shown(path),
        "': found the name of a temporary file, expected another name"));
  std::string parent =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  FileDescriptor folder(
      open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0)
    return openError("cannot open the folder", parent, errno);
  FATHOM_RETURN_IF_ERROR(removeLeftovers(folder.get(), parent));
  return replaceFile(folder.get(), path.substr(slash + 1), path, bytes);
}

} // namespace fathom
