// Continuing a conversation's last message: the prompt ends where it ends, so
// that the model goes on with it.
#ifndef FATHOM_RUNTIME_TEXT_FINAL_MESSAGE_H_
#define FATHOM_RUNTIME_TEXT_FINAL_MESSAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/text/template.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

// The names that reasoning goes by in a message; templates read the first, some
// the second.
inline constexpr absl::string_view kReasoningFields[] = {
    "reasoning_content", "thinking", "reasoning"};

// As transformers does it: the message is marked at its end before rendering,
// and what was rendered is cut at the mark.
class FinalMessage {
 public:
  // Marks the last of `messages`, which are mappings. `field` names what of it
  // is continued: a text, or true for its `content`.
  static absl::StatusOr<FinalMessage> Mark(Arena& arena, const Value& field,
                                           std::vector<Value>* messages);

  // InvalidArgument where `program` reads no such field.
  absl::Status CheckProgram(const TemplateProgram& program) const;

  // What was rendered of the marked messages, up to the end of the last; what
  // is foreign of it stays so. InvalidArgument when the message is not in it.
  absl::Status Cut(Rendered* rendered) const;

 private:
  std::string text_;
  std::vector<std::string> fields_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_FINAL_MESSAGE_H_
