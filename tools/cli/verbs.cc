// See verbs.h.
#include "tools/cli/verbs.h"

#include <string>
#include <vector>

#include "tools/cli/nearest.h"

namespace fathom {
namespace {

constexpr Verb kVerbs[] = {
    {"compile", "Compile a model's folder to an artifact"},
    {"run", "Ask a model one question and stream its answer"},
    {"chat", "Talk with a model on the terminal"},
    {"inspect", "Show what an artifact holds"},
    {"bench", "Measure an artifact's speed against the machine's limits"},
    {"logits", "Write the logits of given tokens to a file"},
    {"tokenize", "Turn text into token ids, or back"},
    {"template", "Render messages with a model's chat template"},
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
