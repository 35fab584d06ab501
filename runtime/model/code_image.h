// model.so in memory: nothing of it is mapped, let alone run, before its digest
// matches and its dynamic section asks for nothing outside of it.
#ifndef FATHOM_RUNTIME_MODEL_CODE_IMAGE_H_
#define FATHOM_RUNTIME_MODEL_CODE_IMAGE_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/io/artifact_files.h"

namespace fathom::rt {

inline constexpr uint64_t kCodeBytesMax = uint64_t{256} << 20;
inline constexpr uint64_t kDynamicEntriesMax = 4096;

// Whether `bytes` are a shared object for x86-64 that names no library, no
// path to look for one, and no function to be run when it is mapped.
absl::Status CheckSharedObject(absl::string_view bytes);

class CodeImage {
 public:
  // Copies the file into sealed memory, holds the copy against `sha256`, and
  // maps that very copy: what happens to the file afterwards does not matter.
  static absl::StatusOr<CodeImage> Load(const ArtifactFile& file,
                                        absl::Span<const uint8_t> sha256);
  ~CodeImage();
  CodeImage(CodeImage&& other) noexcept
      : memory_(std::move(other.memory_)),
        handle_(std::exchange(other.handle_, nullptr)) {}
  CodeImage& operator=(CodeImage&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(handle_, other.handle_);
    return *this;
  }

  // The function of this name; InvalidArgument when there is none.
  template <typename Function>
  absl::StatusOr<Function> Find(const std::string& symbol) const {
    auto address = FindAddress(symbol);
    if (!address.ok()) return address.status();
    return reinterpret_cast<Function>(*address);
  }

 private:
  CodeImage(OwnedDescriptor memory, void* handle)
      : memory_(std::move(memory)), handle_(handle) {}

  absl::StatusOr<void*> FindAddress(const std::string& symbol) const;

  // Stays open: the loader takes two objects with the same descriptor's path
  // for one and the same.
  OwnedDescriptor memory_;
  void* handle_ = nullptr;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_MODEL_CODE_IMAGE_H_
