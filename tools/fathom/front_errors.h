// What to type instead of a first word that is no verb.
#ifndef FATHOM_TOOLS_FATHOM_FRONT_ERRORS_H_
#define FATHOM_TOOLS_FATHOM_FRONT_ERRORS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fathom {

// One line about `word`, which is not a verb: a typo, another program's verb,
// or the name of an artifact or a model.
std::string NotAVerb(absl::string_view word);

// One line about `word`, an option that does not stand alone.
std::string NotAFrontOption(absl::string_view word);

}  // namespace fathom

#endif  // FATHOM_TOOLS_FATHOM_FRONT_ERRORS_H_
