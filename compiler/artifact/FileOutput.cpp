//===- FileOutput.cpp - Writing files whole -------------------------------===//
//
// See FileOutput.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/FileOutput.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom {

/// What one call takes at most, well below the kernel's own limit.
static constexpr uint64_t kWriteBytesMax = uint64_t{1} << 26;

FileDescriptor::~FileDescriptor() { close(); }

int FileDescriptor::close() {
  if (fd < 0)
    return 0;
  // Linux has closed it even where EINTR is returned.
  int result = ::close(std::exchange(fd, -1));
  return result == 0 || errno == EINTR ? 0 : errno;
}

absl::Status machineError(const char *what, const std::string &name,
                          int error) {
  return absl::FailedPreconditionError(
      absl::StrCat(what, " '", rt::Shown(name), "': ", std::strerror(error)));
}

absl::Status openError(const char *what, const std::string &name, int error) {
  absl::Status status = machineError(what, name, error);
  switch (error) {
  case ENOENT:
  case ENOTDIR:
  case ENAMETOOLONG:
  case ELOOP:
    return absl::InvalidArgumentError(status.message());
  default:
    return status;
  }
}

absl::Status writeAt(int fd, const std::string &name, uint64_t offset,
                     const char *data, uint64_t bytes) {
  while (bytes > 0) {
    ssize_t done = pwrite(fd, data, std::min(bytes, kWriteBytesMax),
                          static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return machineError("cannot write", name, done < 0 ? errno : ENOSPC);
    data += done;
    offset += static_cast<uint64_t>(done);
    bytes -= static_cast<uint64_t>(done);
  }
  return absl::OkStatus();
}

absl::Status writeFile(int folder, const std::string &name,
                       const std::string &shown, const char *data,
                       uint64_t bytes) {
  FileDescriptor file(openat(folder, name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0)
    return machineError("cannot create", shown, errno);
  FATHOM_RETURN_IF_ERROR(writeAt(file.get(), shown, 0, data, bytes));
  if (fsync(file.get()) != 0)
    return machineError("cannot write", shown, errno);
  if (int error = file.close())
    return machineError("cannot write", shown, error);
  return absl::OkStatus();
}

} // namespace fathom
