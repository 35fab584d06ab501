// See foreign_words.h.
#include "tools/cli/foreign_words.h"

#include "absl/types/span.h"

namespace fathom {
namespace {

struct ForeignWord {
  absl::string_view word;
  absl::string_view advice;  // or, of an option, the name of ours
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

constexpr ForeignWord kVerbs[] = {
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

constexpr absl::string_view kContext =
    "'fathom compile --context TOKENS' sets the context";
constexpr absl::string_view kModel =
    "the artifact is an argument without an option";
constexpr absl::string_view kNoAccelerator = "models run on the CPU";
constexpr absl::string_view kPromptFile =
    "'--prompt -' reads the prompt from standard input";
constexpr absl::string_view kVerbose =
    "figures are written to standard error anyway";

// What has no option of the same meaning.
constexpr ForeignWord kOptions[] = {
    {"--ctx-size", kContext}, {"--device", kNoAccelerator},
    {"--file", kPromptFile},  {"--gpu-layers", kNoAccelerator},
    {"--model", kModel},      {"--n-gpu-layers", kNoAccelerator},
    {"--num-ctx", kContext},  {"--num-gpu", kNoAccelerator},
    {"--verbose", kVerbose},  {"-c", kContext},
    {"-f", kPromptFile},      {"-m", kModel},
    {"-ngl", kNoAccelerator}, {"-v", kVerbose},
};

// Our name of what others call so.
constexpr ForeignWord kSynonyms[] = {
    {"--ctx-size", "--context"},
    {"--dtype", "--weights"},
    {"--format", "--json"},
    {"--max-length", "--max-tokens"},
    {"--max-new-tokens", "--max-tokens"},
    {"--n-gen", "--decode-tokens"},
    {"--n-predict", "--max-tokens"},
    {"--n-prompt", "--prompt-tokens"},
    {"--num-ctx", "--context"},
    {"--num-predict", "--max-tokens"},
    {"--num-thread", "--threads"},
    {"--num-threads", "--threads"},
    {"--out", "-o"},
    {"--outfile", "-o"},
    {"--output", "-o"},
    {"--outtype", "--weights"},
    {"--predict", "--max-tokens"},
    {"--quant", "--weights"},
    {"--quantize", "--weights"},
    {"--repeat-penalty", "--repetition-penalty"},
    {"--sys", "--system"},
    {"--system-prompt", "--system"},
    {"--temp", "--temperature"},
    {"-c", "--context"},
    {"-q", "--weights"},
    {"-s", "--seed"},
    {"-sys", "--system"},
};

absl::string_view Find(absl::Span<const ForeignWord> words,
                       absl::string_view word) {
  for (const ForeignWord& known : words) {
    if (known.word == word) return known.advice;
  }
  return "";
}

}  // namespace

absl::string_view AdviceForVerb(absl::string_view verb) {
  return Find(kVerbs, verb);
}

absl::string_view AdviceForOption(absl::string_view option) {
  return Find(kOptions, option);
}

absl::string_view SynonymOfOption(absl::string_view option) {
  return Find(kSynonyms, option);
}

}  // namespace fathom
