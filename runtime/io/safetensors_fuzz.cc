// Any bytes as a file: refused, or its tensors tile it, typed and unique.
#include <cstddef>
#include <cstdint>
#include <set>

#include "runtime/base/status.h"
#include "runtime/io/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view file(reinterpret_cast<const char*>(data), size);
  auto bytes = fathom::rt::ReadSafetensorsHeaderBytes(file, size, "fuzz");
  if (!bytes.ok()) return 0;
  auto tensors =
      fathom::rt::ParseSafetensorsHeader(file.substr(8, *bytes), size, "fuzz");
  if (!tensors.ok()) return 0;
  std::set<std::string> names;
  uint64_t next = 8 + *bytes;
  for (const fathom::rt::TensorInfo& tensor : *tensors) {
    FATHOM_CHECK(names.insert(tensor.name).second);
    FATHOM_CHECK(tensor.begin_bytes == next);
    uint64_t expected = fathom::rt::DTypeBytes(tensor.dtype);
    for (uint64_t dim : tensor.shape) expected *= dim;
    FATHOM_CHECK(tensor.end_bytes - tensor.begin_bytes == expected);
    next = tensor.end_bytes;
  }
  FATHOM_CHECK(next == size);
  return 0;
}
