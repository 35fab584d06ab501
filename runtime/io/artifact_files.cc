// See artifact_files.h.
#include "runtime/io/artifact_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/path_advice.h"

namespace fathom::rt {
namespace {

constexpr size_t kHugePageBytes = size_t{2} << 20;

absl::Status CannotOpen(absl::string_view path, int error) {
  const std::string message =
      absl::StrFormat("cannot open '%s': %s", Shown(path), strerror(error));
  switch (error) {
    case ENOENT: return absl::NotFoundError(message);
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG: return absl::InvalidArgumentError(message);
    default: return absl::FailedPreconditionError(message);
  }
}

int OpenAgain(int folder, const char* path, int flags) {
  int descriptor;
  do {
    descriptor = openat(folder, path, flags | O_RDONLY | O_CLOEXEC);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

}  // namespace

OwnedDescriptor::~OwnedDescriptor() {
  if (descriptor_ >= 0) close(descriptor_);
}

OwnedMapping::~OwnedMapping() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

absl::StatusOr<OwnedMapping> OwnedMapping::Zeroed(size_t bytes,
                                                  absl::string_view what) {
  if (bytes == 0) return OwnedMapping();
  const bool huge = bytes >= kHugePageBytes;
  const size_t spare = huge ? kHugePageBytes : 0;
  void* data = MAP_FAILED;
  if (bytes <= SIZE_MAX - spare) {
    data = mmap(nullptr, bytes + spare, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }
  if (data == MAP_FAILED) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("cannot get %d bytes of memory for %s", bytes, what));
  }
  char* begin = static_cast<char*>(data);
  if (huge) {
    // Aligned, so that huge pages fit; what is over at both ends goes back.
    const size_t over = reinterpret_cast<uintptr_t>(begin) % kHugePageBytes;
    const size_t head = over == 0 ? 0 : kHugePageBytes - over;
    if (head > 0) munmap(begin, head);
    begin += head;
    const size_t used = (bytes + 4095) / 4096 * 4096;
    const size_t mapped = (bytes + spare + 4095) / 4096 * 4096 - head;
    if (mapped > used) munmap(begin + used, mapped - used);
    madvise(begin, bytes, MADV_HUGEPAGE);
  }
  return OwnedMapping(begin, bytes);
}

absl::Status ArtifactFile::Read(uint64_t offset, void* data,
                                size_t bytes) const {
  char* to = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t got =
        pread(descriptor_.get(), to, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return absl::FailedPreconditionError(
          absl::StrFormat("%s: cannot read %d bytes at %d: %s", name_, bytes,
                          offset, strerror(errno)));
    }
    if (got == 0) {
      return absl::DataLossError(absl::StrFormat(
          "%s: found the end at %d, expected %d bytes more: the file changed "
          "while it was read",
          name_, offset, bytes));
    }
    to += got;
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ArtifactFile::ReadAll(uint64_t bytes_max) const {
  if (bytes_ > bytes_max) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: found %d bytes, expected at most %d", name_, bytes_, bytes_max));
  }
  std::string bytes(bytes_, '\0');
  FATHOM_RETURN_IF_ERROR(Read(0, bytes.data(), bytes.size()));
  return bytes;
}

absl::StatusOr<OwnedMapping> ArtifactFile::Map() const {
  if (bytes_ == 0) return OwnedMapping();
  void* data =
      mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, descriptor_.get(), 0);
  if (data == MAP_FAILED) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: cannot map %d bytes: %s", name_, bytes_, strerror(errno)));
  }
  return OwnedMapping(data, bytes_);
}

absl::StatusOr<ArtifactFolder> ArtifactFolder::Open(const std::string& path) {
  OwnedDescriptor descriptor(OpenAgain(AT_FDCWD, path.c_str(), O_DIRECTORY));
  if (descriptor.get() >= 0) {
    return ArtifactFolder(std::move(descriptor), path);
  }
  if (errno == ENOENT || errno == ENOTDIR) return NotAnArtifact(path);
  return CannotOpen(path, errno);
}

absl::StatusOr<ArtifactFile> ArtifactFolder::OpenFile(
    const std::string& name) const {
  FATHOM_CHECK(name.find('/') == std::string::npos && name != "..");
  const std::string shown = path_ + "/" + name;
  // Not blocking, so that a pipe under this name holds nobody up.
  OwnedDescriptor descriptor(
      OpenAgain(descriptor_.get(), name.c_str(), O_NOFOLLOW | O_NONBLOCK));
  if (descriptor.get() < 0 && errno == ENOENT) {
    if (name == kManifestFile) return NotAnArtifact(path_);
    return absl::NotFoundError(absl::StrFormat(
        "found no %s in '%s', expected an artifact as 'fathom compile' writes "
        "it",
        name, Shown(path_)));
  }
  if (descriptor.get() < 0) return CannotOpen(shown, errno);
  struct stat info = {};
  if (fstat(descriptor.get(), &info) != 0) return CannotOpen(shown, errno);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "'%s' is not a regular file, expected one", Shown(shown)));
  }
  return ArtifactFile(std::move(descriptor),
                      static_cast<uint64_t>(info.st_size), name);
}

}  // namespace fathom::rt
