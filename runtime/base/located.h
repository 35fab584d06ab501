// Says in a message which file it is about.
#ifndef FATHOM_RUNTIME_BASE_LOCATED_H_
#define FATHOM_RUNTIME_BASE_LOCATED_H_

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// `status` with `place` for the name that its message begins with: what parses
// "config.json" does not know which one it is.
inline absl::Status Located(const absl::Status& status, absl::string_view name,
                            absl::string_view place) {
  if (!absl::StartsWith(status.message(), name)) return status;
  return absl::Status(
      status.code(), absl::StrCat(place, status.message().substr(name.size())));
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_LOCATED_H_
