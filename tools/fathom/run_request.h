// What `fathom run` is asked: read from its command line, standard input or a
// file, and turned into token ids.
#ifndef FATHOM_TOOLS_FATHOM_RUN_REQUEST_H_
#define FATHOM_TOOLS_FATHOM_RUN_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/request_json.h"
#include "runtime/serve/text_model.h"

namespace fathom::rt {

// The longest question on standard input, and the longest file of messages.
inline constexpr size_t kPromptBytesMax = size_t{64} << 20;

absl::Status CheckUtf8(absl::string_view name, absl::string_view text);

// A question that asks nothing is refused: one that is empty, or holds nothing
// but white space. A raw one may be white space: models have tokens for it.
absl::Status CheckQuestion(absl::string_view name, absl::string_view text,
                           bool raw);

// The question on standard input, without the line break at its end.
absl::StatusOr<AskRequest> ReadQuestion(bool raw);

// The conversation in the file called `path`, "-" for standard input.
absl::StatusOr<AskRequest> ReadMessages(const std::string& path);

// What a request is rendered with.
struct PromptOptions {
  std::optional<std::string> system;  // not for a conversation
  bool raw = false;                   // not for a conversation either
};

// The request's prompt as the model takes it. InvalidArgument where a question
// asks nothing, or where the options do not suit the request.
absl::StatusOr<std::vector<int32_t>> EncodePrompt(const AskRequest& request,
                                                  const PromptOptions& options,
                                                  TextModel& model);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_RUN_REQUEST_H_
