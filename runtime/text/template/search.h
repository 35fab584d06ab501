// Finding one string in another in linear time, whatever they are: both may
// come from a request.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_SEARCH_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_SEARCH_H_

#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// Where `part` is first found in `bytes`, from `from` on, or npos.
inline size_t Search(absl::string_view bytes, absl::string_view part,
                     size_t from = 0) {
  if (from > bytes.size()) return absl::string_view::npos;
  if (part.empty()) return from;
  // The C library's search takes linear time; that of std::string does not.
  const void* found = memmem(bytes.data() + from, bytes.size() - from,
                             part.data(), part.size());
  if (found == nullptr) return absl::string_view::npos;
  return static_cast<const char*>(found) - bytes.data();
}

// Where it is last found.
inline size_t SearchLast(absl::string_view bytes, absl::string_view part) {
  std::string backwards(bytes.rbegin(), bytes.rend());
  std::string wanted(part.rbegin(), part.rend());
  size_t at = Search(backwards, wanted);
  if (at == absl::string_view::npos) return at;
  return bytes.size() - at - part.size();
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_SEARCH_H_
