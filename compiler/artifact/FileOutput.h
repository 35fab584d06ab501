//===- FileOutput.h - Writing files whole -----------------------*- C++ -*-===//
//
// A descriptor that closes itself, and writes that are repeated until all
// bytes are out. A failure is the machine's: exit code 3.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_ARTIFACT_FILEOUTPUT_H
#define FATHOM_COMPILER_ARTIFACT_FILEOUTPUT_H

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fathom {

class FileDescriptor {
public:
  explicit FileDescriptor(int fd = -1) : fd(fd) {}
  FileDescriptor(FileDescriptor &&other) : fd(std::exchange(other.fd, -1)) {}
  FileDescriptor &operator=(FileDescriptor &&other) {
    std::swap(fd, other.fd);
    return *this;
  }
  ~FileDescriptor();
  int get() const { return fd; }
  /// Closes now: 0, or the error number.
  int close();

private:
  int fd;
};

/// "cannot write 'x': No space left on device".
absl::Status machineError(const char *what, const std::string &name, int error);
/// The same for a path of the command line: one that leads nowhere is the
/// input's fault, whatever else is the machine's.
absl::Status openError(const char *what, const std::string &name, int error);

/// Writes all of `bytes` at `offset`. `name` is for messages.
absl::Status writeAt(int fd, const std::string &name, uint64_t offset,
                     const char *data, uint64_t bytes);

/// Creates `name` in the folder, writes `data`, syncs and closes. `shown` is
/// for messages: the file as the user named it.
absl::Status writeFile(int folder, const std::string &name,
                       const std::string &shown, const char *data,
                       uint64_t bytes);

} // namespace fathom

#endif // FATHOM_COMPILER_ARTIFACT_FILEOUTPUT_H
