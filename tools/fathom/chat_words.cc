// See chat_words.h.
#include "tools/fathom/chat_words.h"

#include "absl/strings/str_replace.h"
#include "absl/types/span.h"

namespace fathom::rt {
namespace {

// How people who come from ollama, llama.cpp or a shell call our commands.
struct Synonym {
  absl::string_view theirs, ours;
};
constexpr Synonym kSynonyms[] = {
    {"/?", "/help"},       {"/h", "/help"},           {"/commands", "/help"},
    {"/bye", "/exit"},     {"/quit", "/exit"},        {"/q", "/exit"},
    {"/clear", "/reset"},  {"/new", "/reset"},        {"/regen", "/retry"},
    {"/redo", "/retry"},   {"/regenerate", "/retry"}, {"/r", "/retry"},
    {"/open", "/load"},    {"/info", "/show"},        {"/model", "/show"},
    {"/editor", "/edit"},  {"/temp", "/temperature"}, {"/timings", "/stats"},
    {"/settings", "/set"}, {"/w", "/save"},
};

// What they know and Fathom has not, and what to do instead.
struct Elsewhere {
  absl::string_view theirs, answer;
};
constexpr Elsewhere kElsewhere[] = {
    {"/read", "/edit opens an editor, which can read a file"},
    {"/file", "/edit opens an editor, which can read a file"},
    {"/glob", "/edit opens an editor, which can read files"},
    {"/image", "a chat holds text only"},
    {"/audio", "a chat holds text only"},
    {"/multiline",
     "Alt-Enter, a '\\' at the end of a line or \"\"\" begin "
     "a new line"},
    {"/list", "'fathom chat NAME.fathom' talks with another model"},
    {"/run", "'fathom chat NAME.fathom' talks with another model"},
    {"/pull", "'fathom compile DIR -o NAME.fathom' makes a model's artifact"},
};
// The same for `/set` and what follows it.
constexpr Elsewhere kSetElsewhere[] = {
    {"num-ctx", "the context is as long as 'fathom compile --context' made it"},
    {"ctx-size",
     "the context is as long as 'fathom compile --context' made "
     "it"},
    {"num-thread", "'fathom chat --threads N' sets the threads"},
    {"threads", "'fathom chat --threads N' sets the threads"},
    {"format", "answers are text only"},
    {"history", "lines can be called up again, but are not kept"},
    {"nohistory", "lines are not kept"},
    {"mirostat", "sampling is by temperature, top-k, top-p and min-p"},
    {"typical-p", "sampling is by temperature, top-k, top-p and min-p"},
    {"tfs-z", "sampling is by temperature, top-k, top-p and min-p"},
    {"presence-penalty", "'/set repetition-penalty R' is the one penalty"},
    {"frequency-penalty", "'/set repetition-penalty R' is the one penalty"},
    {"repeat-last-n", "'/set repetition-penalty R' looks at all tokens"},
};

absl::string_view Find(absl::Span<const Elsewhere> table,
                       absl::string_view name) {
  for (const Elsewhere& entry : table) {
    if (entry.theirs == name) return entry.answer;
  }
  return {};
}

}  // namespace

absl::string_view OurCommand(absl::string_view name) {
  for (const Synonym& synonym : kSynonyms) {
    if (synonym.theirs == name) return synonym.ours;
  }
  return name;
}

std::vector<std::string> TheirCommands() {
  std::vector<std::string> names;
  for (const Synonym& synonym : kSynonyms) names.emplace_back(synonym.theirs);
  return names;
}

absl::string_view InsteadOfCommand(absl::string_view name) {
  return Find(kElsewhere, name);
}

absl::string_view InsteadOfSetting(absl::string_view name) {
  return Find(kSetElsewhere, absl::StrReplaceAll(name, {{"_", "-"}}));
}

}  // namespace fathom::rt
