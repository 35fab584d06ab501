// See pre_tokenizer.h.
#include "runtime/text/pre_tokenizer.h"

#include <utility>

#include "runtime/base/status.h"

namespace fathom::rt {

absl::Status PreTokenizer::Split(absl::string_view text, SplitScratch* scratch,
                                 std::vector<size_t>* ends) const {
  if (text.empty()) return absl::OkStatus();
  std::vector<size_t> now = {text.size()};
  for (const Step& step : steps_) {
    std::string stand_in;
    const absl::string_view matched =
        MakeStandIn(text, step.whose, &stand_in) ? stand_in : text;
    std::vector<size_t> next;
    next.reserve(now.size());
    size_t begin = 0;
    for (size_t end : now) {
      // A piece is a text of its own: look-ahead does not see beyond it.
      FATHOM_RETURN_IF_ERROR(step.pattern.Split(
          matched.substr(begin, end - begin), begin, scratch, &next));
      begin = end;
    }
    now = std::move(next);
  }
  ends->insert(ends->end(), now.begin(), now.end());
  return absl::OkStatus();
}

}  // namespace fathom::rt
