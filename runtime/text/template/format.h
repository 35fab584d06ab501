// Python's ways to format: "%s" % x, "{}".format(x), and what both share.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_FORMAT_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_FORMAT_H_

#include <string>

#include "absl/status/statusor.h"
#include "runtime/text/template/builtins.h"

namespace fathom::rt {

// A double in one of the styles e, f, g and r (repr), lower case, without its
// sign; `alternate` keeps a point without digits, and zeros at the end of g.
std::string FormatDouble(double number, char style, int precision,
                         bool alternate);
// The digits that a precision may ask for.
inline constexpr int64_t kFormatPrecisionMax = 100'000;

// `format % values`; of Markup the values are escaped.
absl::StatusOr<Value> FormatPercent(TemplateContext& context,
                                    const Text& format, const Value& values);
// format.format(*positional, **named); of Markup the values are escaped.
absl::StatusOr<Value> FormatBraces(TemplateContext& context, const Text& format,
                                   const std::vector<Value>& positional,
                                   const Dict& named);
// Appends format(value, spec).
absl::Status AppendFormatted(TemplateContext& context, const Value& value,
                             const Text& spec, TextBuilder* out);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_FORMAT_H_
