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

#include "absl/strings/str_cat.h"
#include "compiler/artifact/FileOutput.h"
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
  std::string parent =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  FileDescriptor folder(
      open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0)
    return openError("cannot open the folder", parent, errno);
  std::string temporary = absl::StrCat(".fathom-tmp.", getpid(), ".out");
  unlinkat(folder.get(), temporary.c_str(), 0); // Of a dead run.
  absl::Status status =
      writeFile(folder.get(), temporary, path, bytes.data(), bytes.size());
  if (status.ok() && renameat(folder.get(), temporary.c_str(), folder.get(),
                              path.c_str() + (slash + 1)) != 0)
    status = machineError("cannot put in place", path, errno);
  if (!status.ok())
    unlinkat(folder.get(), temporary.c_str(), 0);
  return status;
}

} // namespace fathom
