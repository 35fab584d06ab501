// Messages whose content is a list of parts, as OpenAI's clients send them,
// given to templates that take only strings.
#ifndef FATHOM_RUNTIME_TEXT_CONTENT_PARTS_H_
#define FATHOM_RUNTIME_TEXT_CONTENT_PARTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

// The contents of a request that are lists.
class ListedContents {
 public:
  // InvalidArgument that names a part which is an image, a sound or a file:
  // whatever a template makes of it, no model sees it.
  static absl::StatusOr<ListedContents> Read(absl::string_view request_json);

  bool empty() const { return is_empty_; }

  // Whether the template that wrote `prompt` went through the lists: the texts
  // stand in it in their order, and no list as Python prints it.
  bool StandIn(absl::string_view prompt) const;

 private:
  bool is_empty_ = true;
  std::vector<std::string> texts_;    // without white space around them
  std::vector<std::string> printed_;  // a list of each role
};

// The texts of the list `content`, of message `index`, each on a line of its
// own. InvalidArgument that names a part which is no text.
absl::StatusOr<Value> JoinTexts(Arena& arena, const Value& content,
                                size_t index);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_CONTENT_PARTS_H_
