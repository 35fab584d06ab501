// A file that appears whole or not at all.
#ifndef FATHOM_RUNTIME_IO_ATOMIC_FILE_H_
#define FATHOM_RUNTIME_IO_ATOMIC_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// Writes under a temporary name beside `path`; Commit() syncs it and puts it
// in place, also over an older file. Destroyed before that, nothing is left.
// Not thread-safe.
class AtomicFile {
 public:
  // Refuses a path where something else than a regular file lies.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(
      const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  absl::Status WriteAt(uint64_t offset, absl::string_view bytes);
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int descriptor);

  absl::Status Failed(const char* what) const;

  std::string path_;
  std::string temporary_;  // empty once it is in place
  int descriptor_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_ATOMIC_FILE_H_
