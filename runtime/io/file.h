// Files that nobody vouches for: regular ones only (or links to those), read
// at offsets in limits. A pipe, device or folder is refused before it is read.
#ifndef FATHOM_RUNTIME_IO_FILE_H_
#define FATHOM_RUNTIME_IO_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fathom::rt {

// An open regular file. Reading is safe from any number of threads.
class File {
 public:
  // `path` may lie anywhere; the file is named by it in messages.
  static absl::StatusOr<File> Open(const std::string& path);
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  // Its size when it was opened.
  uint64_t bytes() const { return bytes_; }
  const std::string& path() const { return path_; }
  int descriptor() const { return descriptor_; }

  // Fills `out` with the bytes from `offset_bytes` on; DataLoss when the file
  // ends before that.
  absl::Status ReadAt(uint64_t offset_bytes, absl::Span<char> out) const;

  // The whole file, of at most `bytes_max` bytes.
  absl::StatusOr<std::string> ReadAll(uint64_t bytes_max) const;

 private:
  friend class Folder;
  File(int descriptor, uint64_t bytes, std::string path)
      : descriptor_(descriptor), bytes_(bytes), path_(std::move(path)) {}
  static absl::StatusOr<File> OpenIn(int folder, const std::string& name,
                                     std::string path);

  int descriptor_ = -1;
  uint64_t bytes_ = 0;
  std::string path_;
};

// An open folder: what is opened in it comes from the same one, even if the
// path is given to another meanwhile.
class Folder {
 public:
  static absl::StatusOr<Folder> Open(const std::string& path);
  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&& other) noexcept;
  ~Folder();

  // `name` may not leave the folder: neither '/' in it nor "..". A link to a
  // regular file anywhere is followed.
  absl::StatusOr<File> OpenFile(absl::string_view name) const;

  // Whether something of that name is there.
  bool Has(absl::string_view name) const;

  // Whether that is a folder, or a link to one.
  bool HasFolder(absl::string_view name) const;

  // The folder `name` in this one, or one that a link of that name leads to.
  absl::StatusOr<Folder> OpenFolder(absl::string_view name) const;

  // The names of what is in it, sorted, but for "." and "..". InvalidArgument
  // when there are more than `names_max`.
  absl::StatusOr<std::vector<std::string>> List(size_t names_max) const;

  const std::string& path() const { return path_; }

 private:
  Folder(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  absl::Status CheckName(absl::string_view name) const;

  int descriptor_ = -1;
  std::string path_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_FILE_H_
