// See input_file.h.
#include "tools/fathom/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "runtime/base/quoting.h"

namespace fathom::rt {

absl::StatusOr<InputFile> InputFile::Open(const std::string& path) {
  if (path == "-") return InputFile(STDIN_FILENO, false, "standard input");
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const int error = errno;
    const std::string message =
        absl::StrCat("cannot open '", Shown(path), "': ", strerror(error));
    if (error == EMFILE || error == ENFILE || error == ENOMEM) {
      return absl::ResourceExhaustedError(message);
    }
    return absl::NotFoundError(message);
  }
  InputFile file(descriptor, true, absl::StrCat("'", Shown(path), "'"));
  struct stat status;
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.name(), " is a folder, expected a file"));
  }
  return file;
}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(other.descriptor_),
      owned_(std::exchange(other.owned_, false)),
      name_(std::move(other.name_)) {}

InputFile::~InputFile() {
  if (owned_) close(descriptor_);
}

absl::StatusOr<std::string> InputFile::ReadAll(size_t bytes_max) const {
  std::string text;
  std::vector<char> buffer(size_t{64} << 10);
  for (;;) {
    const ssize_t bytes = read(descriptor_, buffer.data(), buffer.size());
    if (bytes == 0) return text;
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) {
      return absl::ResourceExhaustedError(
          absl::StrCat("cannot read ", name_, ": ", strerror(errno)));
    }
    text.append(buffer.data(), static_cast<size_t>(bytes));
    if (text.size() > bytes_max) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s has more than %d bytes, expected at most that many", name_,
          bytes_max));
    }
  }
}

absl::string_view WithoutByteOrderMark(absl::string_view text) {
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");
  return text;
}

}  // namespace fathom::rt
