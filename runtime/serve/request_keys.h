// Keys of OpenAI's requests that change nothing here, or that are computed at
// one value only.
#ifndef FATHOM_RUNTIME_SERVE_REQUEST_KEYS_H_
#define FATHOM_RUNTIME_SERVE_REQUEST_KEYS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/base/json.h"

namespace fathom::rt {

// Whether `key` is without effect here whatever its value is, as "model".
bool IsUnusedKey(absl::string_view key);

// Whether `key` is one of which a request may hold only the neutral value: the
// one that asks for what is done anyway, as "n" 1.
bool IsNeutralKey(absl::string_view key);

// InvalidArgument where `value`, of the neutral key `key` of `request`, asks
// for something else; it says what is not computed.
absl::Status CheckNeutral(absl::string_view key, const JsonValue& value,
                          const JsonValue& request);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_REQUEST_KEYS_H_
