// Making links of the addresses in a text.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_URLIZE_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_URLIZE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

struct UrlizeStyle {
  bool has_limit = false;
  int64_t limit = 0;  // of the address that is shown, in code points
  const Text* rel = nullptr;
  const Text* target = nullptr;      // or null
  std::vector<std::string> schemes;  // besides http and https
};

// Whether `text` is a scheme such as "tel:" or "git://".
bool IsUriScheme(absl::string_view text);

// Jinja's urlize() of an escaped text.
absl::StatusOr<Value> Urlize(Arena& arena, const Text& escaped,
                             const UrlizeStyle& style);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_URLIZE_H_
