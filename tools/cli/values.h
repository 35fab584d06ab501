// What an option or an argument takes, by the name that help gives it.
#ifndef FATHOM_TOOLS_CLI_VALUES_H_
#define FATHOM_TOOLS_CLI_VALUES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/cli/page.h"

namespace fathom {

enum class ValueKind {
  kText,    // anything: nothing to complete
  kWords,   // one of a few words
  kFile,    // a file's name
  kFolder,  // a folder's name
};

struct Values {
  absl::string_view name;  // "LEVEL", or the option "--from" itself
  ValueKind kind;
  absl::Span<const absl::string_view> words;  // of kWords
};

// Of an option by its own name, else by that of its value; kText for one that
// is not known.
const Values& ValuesOf(const PageEntry& entry);

// The row of `name`, which there is.
const Values& ValuesNamed(absl::string_view name);

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_VALUES_H_
