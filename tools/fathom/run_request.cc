// See run_request.h.
#include "tools/fathom/run_request.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"
#include "simdjson.h"
#include "tools/fathom/input_file.h"

namespace fathom::rt {
absl::Status CheckUtf8(absl::string_view name, absl::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(name, " is not valid UTF-8"));
}

absl::Status CheckQuestion(absl::string_view name, absl::string_view text,
                           bool raw) {
  if (!raw) text = StripPythonSpace(text, /*left=*/true, /*right=*/true);
  if (!text.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is empty, expected a text"));
}

absl::StatusOr<AskRequest> ReadQuestion(bool raw) {
  constexpr char kName[] = "the question on standard input";
  FATHOM_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open("-"));
  FATHOM_ASSIGN_OR_RETURN(std::string text, file.ReadAll(kPromptBytesMax));
  // What ends a line in a file or from `echo` is no part of the question.
  absl::string_view line = text;
  if (absl::ConsumeSuffix(&line, "\n")) absl::ConsumeSuffix(&line, "\r");
  text.resize(line.size());
  FATHOM_RETURN_IF_ERROR(CheckUtf8(kName, text));
  FATHOM_RETURN_IF_ERROR(CheckQuestion(kName, text, raw));
  AskRequest request;
  request.prompt = std::move(text);
  return request;
}

absl::StatusOr<AskRequest> ReadMessages(const std::string& path) {
  FATHOM_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
  FATHOM_ASSIGN_OR_RETURN(const std::string json,
                          file.ReadAll(kPromptBytesMax));
  return ParseRequest(WithoutByteOrderMark(json), file.name(),
                      RequestForm::kConversation);
}

absl::StatusOr<std::vector<int32_t>> EncodePrompt(const AskRequest& request,
                                                  const PromptOptions& options,
                                                  TextModel& model) {
  if (request.conversation_json.has_value()) {
    if (options.raw || options.system.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found 'messages' with ", options.raw ? "--raw" : "--system",
          ", expected a 'prompt' with it"));
    }
    return model.EncodeRequest(*request.conversation_json);
  }
  FATHOM_RETURN_IF_ERROR(
      CheckQuestion("the prompt", *request.prompt, options.raw));
  if (options.raw) return model.EncodeRaw(*request.prompt);
  std::vector<ChatMessage> messages;
  if (options.system.has_value()) {
    messages.push_back({"system", *options.system});
  }
  messages.push_back({"user", *request.prompt});
  return model.EncodeChat(messages);
}

}  // namespace fathom::rt
