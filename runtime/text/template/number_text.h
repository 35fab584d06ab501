// Python's int() and float() of a string.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_NUMBER_TEXT_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_NUMBER_TEXT_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "runtime/text/template/integer.h"

namespace fathom::rt {

// None where Python raises an error.
std::optional<Integer> ParsePythonInteger(absl::string_view text, int64_t base);
std::optional<double> ParsePythonFloat(absl::string_view text);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_NUMBER_TEXT_H_
