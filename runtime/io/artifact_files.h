// The files of an artifact's folder: the folder is opened once and all else
// relative to it, so that a loader sees one artifact even while another takes
// its place.
#ifndef FATHOM_RUNTIME_IO_ARTIFACT_FILES_H_
#define FATHOM_RUNTIME_IO_ARTIFACT_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

inline constexpr char kManifestFile[] = "manifest.bin";
inline constexpr char kCodeFile[] = "model.so";
inline constexpr char kWeightsFile[] = "weights.safetensors";

// Owns a file descriptor.
class OwnedDescriptor {
 public:
  explicit OwnedDescriptor(int descriptor = -1) : descriptor_(descriptor) {}
  ~OwnedDescriptor();
  OwnedDescriptor(OwnedDescriptor&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// Owns a mapping of memory.
class OwnedMapping {
 public:
  OwnedMapping() = default;
  OwnedMapping(void* data, size_t bytes)
      : data_(static_cast<char*>(data)), bytes_(bytes) {}
  ~OwnedMapping();
  OwnedMapping(OwnedMapping&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        bytes_(std::exchange(other.bytes_, 0)) {}
  OwnedMapping& operator=(OwnedMapping&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  // Zeroed memory that is only taken as it is touched, in huge pages where it
  // fills some and the machine gives them. ResourceExhausted says what for.
  static absl::StatusOr<OwnedMapping> Zeroed(size_t bytes,
                                             absl::string_view what);

  char* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  char* data_ = nullptr;
  size_t bytes_ = 0;
};

// A regular file of the folder, open for reading. All offsets are checked
// against the size it had when it was opened.
class ArtifactFile {
 public:
  ArtifactFile(OwnedDescriptor descriptor, uint64_t bytes, std::string name)
      : descriptor_(std::move(descriptor)),
        bytes_(bytes),
        name_(std::move(name)) {}

  uint64_t bytes() const { return bytes_; }
  const std::string& name() const { return name_; }

  // Fills [data, data + bytes) from `offset`; DataLoss when the file ends
  // before. May be called by several threads at once.
  absl::Status Read(uint64_t offset, void* data, size_t bytes) const;

  // The whole file, refused when it is longer than `bytes_max`.
  absl::StatusOr<std::string> ReadAll(uint64_t bytes_max) const;

  // The whole file mapped for reading; empty when the file is.
  absl::StatusOr<OwnedMapping> Map() const;

 private:
  OwnedDescriptor descriptor_;
  uint64_t bytes_;
  std::string name_;
};

class ArtifactFolder {
 public:
  // NotFound or InvalidArgument when there is no folder at `path`.
  static absl::StatusOr<ArtifactFolder> Open(const std::string& path);

  // `name` is a single component. Links are not followed.
  absl::StatusOr<ArtifactFile> OpenFile(const std::string& name) const;

 private:
  ArtifactFolder(OwnedDescriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  OwnedDescriptor descriptor_;
  std::string path_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_ARTIFACT_FILES_H_
