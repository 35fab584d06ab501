// See verbs.h.
#include "tools/cli/verbs.h"

#include <string>
#include <vector>

#include "tools/cli/nearest.h"

namespace fathom {
namespace {

constexpr Verb kVerbs[] = {
    {"compile", "Compile a model's folder to an artifact", true},
    {"run", "Ask a model one question and stream its answer", false},
    {"chat", "Talk with a model on the terminal", false},
    {"inspect", "Show what an artifact holds", false},
    {"bench", "Measure an artifact's speed against the machine's limits",
     false},
    {"logits", "Write the logits of given tokens to a file", false},
    {"tokenize", "Turn text into token ids, or back", false},
    {"template", "Render messages with a model's chat template", false},
};

}  // namespace

absl::Span<const Verb> Verbs() { return kVerbs; }

const Verb* FindVerb(absl::string_view name) {
  for (const Verb& verb : kVerbs) {
    if (verb.name == name) return &verb;
  }
  return nullptr;
}

const Verb* NearestVerb(absl::string_view name) {
  std::vector<std::string> names;
  for (const Verb& verb : kVerbs) names.emplace_back(verb.name);
  return FindVerb(Nearest(name, names));
}

}  // namespace fathom
