// How text of any bytes is made fit to show.
#ifndef FATHOM_RUNTIME_BASE_ESCAPING_H_
#define FATHOM_RUNTIME_BASE_ESCAPING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// `text` on one line, without what steers a terminal: printable characters of
// all scripts stay as they are. Control and format characters (those that
// reorder text among them), characters that are private or that Unicode does
// not assign, and bytes that are not UTF-8 are escaped as in C, byte by byte;
// so are quotes and backslashes.
std::string Escaped(absl::string_view text);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_ESCAPING_H_
