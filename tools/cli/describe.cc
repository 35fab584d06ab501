// See describe.h.
#include "tools/cli/describe.h"

#include "absl/strings/str_cat.h"
#include "tools/cli/completion.h"
#include "tools/cli/man_page.h"
#include "tools/cli/verbs.h"

namespace fathom {
namespace {

constexpr char kFront[] = "fathom";

// The front page names the verbs' pages, those the front page.
std::vector<std::string> SeeAlso(const Page& page) {
  if (page.name != kFront) return {kFront};
  std::vector<std::string> names;
  for (const Verb& verb : Verbs()) {
    names.push_back(absl::StrCat(kFront, "-", verb.name));
  }
  return names;
}

}  // namespace

std::string Described(const Page& page, absl::string_view form) {
  const bool is_front = page.name == kFront;
  if (form == "man") return ManPage(page, SeeAlso(page));
  if (form == "bash") return is_front ? BashFront() : BashVerb(page);
  if (form == "zsh") return is_front ? ZshFront() : ZshVerb(page);
  return "";
}

}  // namespace fathom
