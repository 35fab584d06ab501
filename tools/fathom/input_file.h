// A file that the user named on the command line: any kind of it, a pipe and
// standard input included.
#ifndef FATHOM_TOOLS_FATHOM_INPUT_FILE_H_
#define FATHOM_TOOLS_FATHOM_INPUT_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

class InputFile {
 public:
  // "-" is standard input. InvalidArgument or NotFound where the path leads to
  // nothing that can be read.
  static absl::StatusOr<InputFile> Open(const std::string& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  int descriptor() const { return descriptor_; }
  const std::string& name() const { return name_; }  // fit for messages

  // All that it gives, of at most `bytes_max` bytes.
  absl::StatusOr<std::string> ReadAll(size_t bytes_max) const;

 private:
  InputFile(int descriptor, bool owned, std::string name)
      : descriptor_(descriptor), owned_(owned), name_(std::move(name)) {}

  int descriptor_;
  bool owned_;
  std::string name_;
};

// `text` without the byte order mark that editors on Windows begin files with.
absl::string_view WithoutByteOrderMark(absl::string_view text);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_INPUT_FILE_H_
