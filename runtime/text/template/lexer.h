// Cuts a Jinja template into tokens, with the whitespace rules chat templates
// are written for: trim_blocks and lstrip_blocks on, no trailing newline kept.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_LEXER_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_LEXER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// The longest template source, in bytes.
inline constexpr size_t kTemplateSourceBytesMax = 1 << 20;

struct TemplateToken {
  enum class Kind {
    kData,        // text outside of tags
    kBlockBegin,  // {%
    kBlockEnd,    // %}
    kPrintBegin,  // {{
    kPrintEnd,    // }}
    kName,
    kString,   // with its escapes resolved
    kInteger,  // with its decimal digits
    kFloat,
    kOperator,
    kEnd,
  };
  Kind kind = Kind::kEnd;
  int line = 1;
  std::string text;
  double number = 0;  // of kFloat
};

// The tokens of `source`, ended by one of kind kEnd. Comments are left out and
// raw blocks are data.
absl::StatusOr<std::vector<TemplateToken>> LexTemplate(
    absl::string_view source);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_LEXER_H_
