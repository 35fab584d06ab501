#include "runtime/io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

constexpr size_t kNameBytesMax = 255;
// pread takes at most some 2 GiB at once.
constexpr size_t kReadBytesMax = size_t{1} << 30;

// What went wrong with `path`: the input's fault where a name leads nowhere,
// the machine's otherwise.
absl::Status Failed(absl::string_view path, absl::string_view what, int error) {
  std::string text =
      absl::StrCat(Shown(path), ": cannot ", what, ": ", ::strerror(error));
  switch (error) {
    case ENOENT: return absl::NotFoundError(text);
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case ENXIO: return absl::InvalidArgumentError(text);
    case EMFILE:
    case ENFILE:
    case ENOMEM: return absl::ResourceExhaustedError(text);
    default: return absl::FailedPreconditionError(text);
  }
}

absl::string_view KindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISSOCK(mode)) return "a socket";
  return "no file";
}

absl::Status CheckRegular(const struct stat& status, absl::string_view path) {
  if (S_ISREG(status.st_mode)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(Shown(path), ": is ", KindOf(status.st_mode),
                   ", expected a regular file or a link to one"));
}

bool StaysInFolder(absl::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax && name != "." &&
         name != ".." && !absl::StrContains(name, '/') &&
         !absl::StrContains(name, '\0');
}

void CloseDescriptor(int descriptor) {
  if (descriptor >= 0) ::close(descriptor);
}

// As the Hub's cache has of files that were not fetched.
bool IsLink(int folder, const std::string& name) {
  struct stat status;
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISLNK(status.st_mode);
}

}  // namespace

absl::StatusOr<File> File::Open(const std::string& path) {
  return OpenIn(AT_FDCWD, path, path);
}

absl::StatusOr<File> File::OpenIn(int folder, const std::string& name,
                                  std::string path) {
  struct stat status;
  // Looked at before it is opened: opening a device can already do something.
  if (::fstatat(folder, name.c_str(), &status, 0) != 0) {
    const int error = errno;
    if (error == ENOENT && IsLink(folder, name)) {
      return absl::NotFoundError(absl::StrCat(
          Shown(path),
          ": is a link to a file that is not there; download it, too"));
    }
    return Failed(path, "open", error);
  }
  FATHOM_RETURN_IF_ERROR(CheckRegular(status, path));
  int descriptor = -1;
  do {
    descriptor = ::openat(folder, name.c_str(),
                          O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return Failed(path, "open", errno);
  File file(descriptor, 0, std::move(path));
  // And again, for it may have been replaced meanwhile.
  if (::fstat(descriptor, &status) != 0) {
    return Failed(file.path_, "look at", errno);
  }
  FATHOM_RETURN_IF_ERROR(CheckRegular(status, file.path_));
  file.bytes_ = static_cast<uint64_t>(status.st_size);
  return file;
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(other.bytes_),
      path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(bytes_, other.bytes_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() { CloseDescriptor(descriptor_); }

absl::Status File::ReadAt(uint64_t offset_bytes, absl::Span<char> out) const {
  while (!out.empty()) {
    ssize_t got =
        ::pread(descriptor_, out.data(), std::min(out.size(), kReadBytesMax),
                static_cast<off_t>(offset_bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(path_, "read", errno);
    if (got == 0) {
      return absl::DataLossError(absl::StrCat(Shown(path_), ": ends at byte ",
                                              offset_bytes, ", expected ",
                                              out.size(), " bytes more"));
    }
    offset_bytes += static_cast<uint64_t>(got);
    out.remove_prefix(static_cast<size_t>(got));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> File::ReadAll(uint64_t bytes_max) const {
  if (bytes_ > bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(path_), ": has ", bytes_,
                     " bytes, expected at most ", bytes_max));
  }
  std::string bytes(static_cast<size_t>(bytes_), '\0');
  FATHOM_RETURN_IF_ERROR(ReadAt(0, absl::MakeSpan(bytes)));
  return bytes;
}

absl::StatusOr<Folder> Folder::Open(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Failed(path, "open the folder", errno);
  return Folder(descriptor, path);
}

Folder::Folder(Folder&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)) {}

Folder& Folder::operator=(Folder&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

Folder::~Folder() { CloseDescriptor(descriptor_); }

absl::Status Folder::CheckName(absl::string_view name) const {
  if (StaysInFolder(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(Shown(path_), ": found the file name '", Shown(name),
                   "', expected one without '/', not '..', of 1 to ",
                   kNameBytesMax, " bytes"));
}

absl::StatusOr<File> Folder::OpenFile(absl::string_view name) const {
  FATHOM_RETURN_IF_ERROR(CheckName(name));
  return File::OpenIn(descriptor_, std::string(name),
                      absl::StrCat(path_, "/", name));
}

bool Folder::Has(absl::string_view name) const {
  struct stat status;
  return StaysInFolder(name) &&
         ::fstatat(descriptor_, std::string(name).c_str(), &status,
                   AT_SYMLINK_NOFOLLOW) == 0;
}

bool Folder::HasFolder(absl::string_view name) const {
  struct stat status;
  return StaysInFolder(name) &&
         ::fstatat(descriptor_, std::string(name).c_str(), &status, 0) == 0 &&
         S_ISDIR(status.st_mode);
}

absl::StatusOr<Folder> Folder::OpenFolder(absl::string_view name) const {
  FATHOM_RETURN_IF_ERROR(CheckName(name));
  std::string path = absl::StrCat(path_, "/", name);
  int descriptor = ::openat(descriptor_, std::string(name).c_str(),
                            O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Failed(path, "open the folder", errno);
  return Folder(descriptor, std::move(path));
}

absl::StatusOr<std::vector<std::string>> Folder::List(size_t names_max) const {
  // A descriptor of its own: reading moves it on.
  int descriptor =
      ::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Failed(path_, "open the folder", errno);
  DIR* stream = ::fdopendir(descriptor);
  if (stream == nullptr) {
    absl::Status status = Failed(path_, "list the folder", errno);
    CloseDescriptor(descriptor);
    return status;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, ::closedir);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream);
    if (entry == nullptr) break;
    const absl::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == names_max) {
      return absl::InvalidArgumentError(
          absl::StrCat(Shown(path_), ": holds more than ", names_max,
                       " files, expected at most that many"));
    }
    names.emplace_back(name);
  }
  if (errno != 0) return Failed(path_, "list the folder", errno);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace fathom::rt
