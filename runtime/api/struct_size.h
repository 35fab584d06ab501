// Structs of the C API that begin with their size: between callers and a
// library of different versions.
#ifndef FATHOM_RUNTIME_API_STRUCT_SIZE_H_
#define FATHOM_RUNTIME_API_STRUCT_SIZE_H_

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "absl/strings/str_format.h"
#include "runtime/api/api_error.h"

namespace fathom::rt {

// No struct is larger: what says so holds garbage.
inline constexpr size_t kStructBytesMax = 4096;

// The sizes that a caller may state: from the first version's on, which every
// struct still has, since no version added a field yet.
template <typename T>
fathom_code CheckStructSize(const char* name, size_t struct_size) {
  if (struct_size >= sizeof(T) && struct_size <= kStructBytesMax) {
    return FATHOM_OK;
  }
  return Fail(FATHOM_ERROR_ARGUMENT,
              absl::StrFormat("%s: struct_size is %d, expected %d: set it to "
                              "the size of the struct",
                              name, struct_size, sizeof(T)));
}

// Copies the caller's options over the defaults in *options; null changes
// nothing. A caller that is newer than the library may have set fields that are
// not known here: refused, never ignored.
template <typename T>
fathom_code ReadStruct(const char* name, const T* given, T* options) {
  if (given == nullptr) return FATHOM_OK;
  const size_t bytes = given->struct_size;
  const fathom_code code = CheckStructSize<T>(name, bytes);
  if (code != FATHOM_OK) return code;
  const auto* from = reinterpret_cast<const char*>(given);
  if (std::any_of(from + sizeof(T), from + bytes,
                  [](char byte) { return byte != 0; })) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                absl::StrFormat("%s: found a field that this version of the "
                                "library does not know, expected zeros",
                                name));
  }
  std::memcpy(options, from, sizeof(T));
  return FATHOM_OK;
}

// Copies `value` to the caller's struct, whose size was checked, and zeros to
// what is not known here.
template <typename T>
void WriteStruct(const T& value, T* given) {
  const size_t bytes = given->struct_size;
  auto* to = reinterpret_cast<char*>(given);
  std::memcpy(to, &value, sizeof(T));
  std::memset(to + sizeof(T), 0, bytes - sizeof(T));
  given->struct_size = bytes;
}

// The init functions: `defaults` under the caller's size.
template <typename T>
fathom_code InitStruct(const char* name, const T& defaults, T* given,
                       size_t struct_size) {
  if (given == nullptr) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                absl::StrFormat("%s is null, expected a struct", name));
  }
  const fathom_code code = CheckStructSize<T>(name, struct_size);
  if (code != FATHOM_OK) return code;
  given->struct_size = struct_size;
  WriteStruct(defaults, given);
  return FATHOM_OK;
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_API_STRUCT_SIZE_H_
