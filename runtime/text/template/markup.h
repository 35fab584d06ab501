// HTML: escaping text, which makes it Markup, and the way back.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_MARKUP_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_MARKUP_H_

#include "absl/status/statusor.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

// Appends `text` with &, <, >, ' and " escaped.
void AppendEscapedText(const Text& text, TextBuilder* out);
// Appends str() of a value, escaped unless it is Markup.
absl::Status AppendEscaped(Arena& arena, const Value& value, TextBuilder* out);
// The same as a value, which is Markup.
absl::StatusOr<const Text*> Escape(Arena& arena, const Value& value);
// Python's html.unescape(); the result is not Markup.
absl::StatusOr<Value> Unescape(Arena& arena, const Text& text);
// Markup.striptags(): without tags and comments, space collapsed, unescaped.
absl::StatusOr<Value> StripTags(Arena& arena, const Text& text);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_MARKUP_H_
