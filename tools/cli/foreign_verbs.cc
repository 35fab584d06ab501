// See foreign_verbs.h.
#include "tools/cli/foreign_verbs.h"

namespace fathom {
namespace {

struct ForeignVerb {
  absl::string_view verb;
  absl::string_view advice;
};

constexpr absl::string_view kDownload =
    "download a model's folder from its publisher, then use 'fathom compile "
    "DIR -o NAME.fathom'";
constexpr absl::string_view kFiles =
    "an artifact is a folder; use 'ls', 'cp', 'mv' and 'rm -r'";
constexpr absl::string_view kShow = "use 'fathom inspect NAME.fathom'";
constexpr absl::string_view kAsk = "use 'fathom run NAME.fathom \"QUESTION\"'";
constexpr absl::string_view kChat = "use 'fathom chat NAME.fathom'";
constexpr absl::string_view kCompile =
    "use 'fathom compile DIR -o NAME.fathom'";
constexpr absl::string_view kQuantize =
    "the type of the weights is chosen by 'fathom compile DIR -o NAME.fathom "
    "--weights bf16|f16|f32'";
constexpr absl::string_view kServe =
    "there is no server; use 'fathom run' for one question or 'fathom chat' "
    "for a conversation";
constexpr absl::string_view kProcesses =
    "there is no server: each 'fathom run' and 'fathom chat' is a process of "
    "its own, and 'ps' and 'kill' show and end it";
constexpr absl::string_view kMeasure = "use 'fathom bench NAME.fathom'";
constexpr absl::string_view kTokens = "use 'fathom tokenize NAME.fathom|DIR'";
constexpr absl::string_view kRender = "use 'fathom template NAME.fathom|DIR'";
constexpr absl::string_view kLogits =
    "use 'fathom logits NAME.fathom --tokens IDS -o FILE' for the logits of a "
    "text";
constexpr absl::string_view kVersion = "use 'fathom --version'";

constexpr ForeignVerb kVerbs[] = {
    {"ask", kAsk},
    {"benchmark", kMeasure},
    {"build", kCompile},
    {"cat", kShow},
    {"cli", kAsk},
    {"complete", kAsk},
    {"completion", kAsk},
    {"convert", kCompile},
    {"cp", kFiles},
    {"create", kCompile},
    {"delete", kFiles},
    {"detokenize", "use 'fathom tokenize --decode NAME.fathom|DIR'"},
    {"download", kDownload},
    {"embedding", kLogits},
    {"export", kCompile},
    {"fetch", kDownload},
    {"generate", kAsk},
    {"get", kDownload},
    {"import", kCompile},
    {"info", kShow},
    {"install", kDownload},
    {"list", kFiles},
    {"ls", kFiles},
    {"make", kCompile},
    {"models", kFiles},
    {"mv", kFiles},
    {"perplexity", kLogits},
    {"ppl", kLogits},
    {"prompt", kAsk},
    {"ps", kProcesses},
    {"pull", kDownload},
    {"push", "an artifact is a folder; use 'rsync' or 'tar' to send it"},
    {"quantise", kQuantize},
    {"quantize", kQuantize},
    {"query", kAsk},
    {"remove", kFiles},
    {"render", kRender},
    {"rm", kFiles},
    {"serve", kServe},
    {"server", kServe},
    {"show", kShow},
    {"simple", kAsk},
    {"start", kServe},
    {"stop", kProcesses},
    {"talk", kChat},
    {"tokenise", kTokens},
    {"tokens", kTokens},
    {"upgrade", kVersion},
    {"ver", kVersion},
};

}  // namespace

absl::string_view AdviceForVerb(absl::string_view verb) {
  for (const ForeignVerb& known : kVerbs) {
    if (known.verb == verb) return known.advice;
  }
  return "";
}

}  // namespace fathom
