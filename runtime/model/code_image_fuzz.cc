// Any bytes as model.so: the check of what it asks the loader for ends, and
// stays inside of them. Nothing is mapped here.
#include <cstddef>
#include <cstdint>

#include "runtime/model/code_image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fathom::rt::CheckSharedObject({reinterpret_cast<const char*>(data), size})
      .IgnoreError();
  return 0;
}
