// The arguments of a chat request, apart from the variables that it gives the
// template.
#ifndef FATHOM_RUNTIME_TEXT_REQUEST_ARGUMENTS_H_
#define FATHOM_RUNTIME_TEXT_REQUEST_ARGUMENTS_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

// Null where the request does not have one, or where it is null and that means
// the same. The values belong to the request.
struct RequestArguments {
  const Value* messages = nullptr;               // a list, not empty
  const Value* tools = nullptr;                  // a list of mappings
  const Value* documents = nullptr;              // a list of mappings
  const Value* chat_template = nullptr;          // text
  const Value* add_generation_prompt = nullptr;  // may be null, in JSON
  const Value* continue_final_message = nullptr;
  // Everything else, for the template.
  std::vector<std::pair<Value, Value>> variables;
};

// Takes a request apart as transformers' apply_chat_template(**request) does,
// with these differences:
//  - what would stand in `conversation` is called `messages`;
//  - the members of `chat_template_kwargs`, which servers know, are taken as if
//    they stood in the request itself;
//  - `tokenize`, `return_dict` and `return_tensors` are valid and without
//    effect: they say in which form Python returns the prompt;
//  - a parameter whose effect is not computed (`truncation`, `padding`, ...) is
//    refused by name unless its value turns it off.
// InvalidArgument says what was found and what was expected.
absl::StatusOr<RequestArguments> ReadArguments(const Value& request);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_REQUEST_ARGUMENTS_H_
