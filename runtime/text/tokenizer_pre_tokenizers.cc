// The compiler's part that reads the pre-tokenizer.
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/pre_tokenizer.h"
#include "runtime/text/tokenizer_build.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_step_reader.h"

namespace fathom::rt {
namespace {

using fathom::schema::SplitKind;
using fathom::schema::SplitT;
using Behavior = fathom::schema::CutBehavior;
using Scheme = fathom::schema::PrependScheme;

constexpr NamedValue<Behavior> kBehaviors[] = {
    {"Removed", Behavior::Removed},
    {"Isolated", Behavior::Isolated},
    {"MergedWithPrevious", Behavior::MergedWithPrevious},
    {"MergedWithNext", Behavior::MergedWithNext},
    {"Contiguous", Behavior::Contiguous},
};
constexpr NamedValue<Scheme> kSchemes[] = {
    {"always", Scheme::Always},
    {"never", Scheme::Never},
    {"first", Scheme::First},
};

SplitT& Add(SplitKind kind, TokenizerBuild* build) {
  auto& splits = build->tables.splits;
  splits.push_back(std::make_unique<SplitT>());
  splits.back()->kind = kind;
  return *splits.back();
}

// A step that has nothing but its type.
template <SplitKind kKind>
absl::Status ReadPlain(const JsonValue& step, TokenizerBuild* build) {
  Add(kKind, build);
  return CheckKeys(step, {"type"});
}

// A text as a pattern that matches just it.
std::string Escaped(absl::string_view text) {
  std::string pattern;
  for (char c : text) {
    if (absl::string_view("\\.+*?()|[]{}^$").find(c) !=
        absl::string_view::npos) {
      pattern += '\\';
    }
    pattern += c;
  }
  return pattern;
}

absl::Status ReadSplit(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(
      CheckKeys(step, {"type", "pattern", "behavior", "invert"}));
  SplitT& split = Add(SplitKind::Pattern, build);
  FATHOM_ASSIGN_OR_RETURN(split.behavior, NamedAt(step, "behavior", kBehaviors,
                                                  std::optional<Behavior>()));
  FATHOM_ASSIGN_OR_RETURN(split.invert, BoolAt(step, "invert", false));
  FATHOM_ASSIGN_OR_RETURN(StepPattern pattern, PatternAt(step));
  split.pattern =
      pattern.is_regex ? std::move(pattern.text) : Escaped(pattern.text);
  return absl::OkStatus();
}

absl::Status ReadDigits(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "individual_digits"}));
  FATHOM_ASSIGN_OR_RETURN(bool individual,
                          BoolAt(step, "individual_digits", false));
  Add(individual ? SplitKind::Digits : SplitKind::DigitRuns, build);
  return absl::OkStatus();
}

absl::Status ReadPunctuation(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "behavior"}));
  FATHOM_ASSIGN_OR_RETURN(
      Add(SplitKind::Punctuation, build).behavior,
      NamedAt(step, "behavior", kBehaviors, std::optional(Behavior::Isolated)));
  return absl::OkStatus();
}

absl::Status ReadDelimiter(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "delimiter"}));
  FATHOM_ASSIGN_OR_RETURN(Add(SplitKind::Delimiter, build).content,
                          CharacterAt(step, "delimiter"));
  return absl::OkStatus();
}

absl::Status ReadFixedLength(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "length"}));
  SplitT& split = Add(SplitKind::FixedLength, build);
  split.length = 5;
  if (std::optional<JsonValue> length = step.Find("length")) {
    FATHOM_ASSIGN_OR_RETURN(uint64_t value, length->AsUnsigned(1, UINT32_MAX));
    split.length = static_cast<uint32_t>(value);
  }
  return absl::OkStatus();
}

absl::Status ReadMetaspace(const JsonValue& step, TokenizerBuild* build) {
  // `str_rep` is what older files call the replacement, once more.
  FATHOM_RETURN_IF_ERROR(
      CheckKeys(step, {"type", "replacement", "add_prefix_space",
                       "prepend_scheme", "split", "str_rep"}));
  SplitT& split = Add(SplitKind::Metaspace, build);
  FATHOM_ASSIGN_OR_RETURN(split.content, CharacterAt(step, "replacement"));
  FATHOM_ASSIGN_OR_RETURN(
      split.prepend,
      NamedAt(step, "prepend_scheme", kSchemes, std::optional(Scheme::Always)));
  FATHOM_ASSIGN_OR_RETURN(bool prefix, BoolAt(step, "add_prefix_space", true));
  if (!prefix && split.prepend != Scheme::Never) {
    return step.Find("add_prefix_space")
        ->Expected("true where 'prepend_scheme' is not \"never\"");
  }
  FATHOM_ASSIGN_OR_RETURN(split.cuts, BoolAt(step, "split", true));
  return absl::OkStatus();
}

absl::Status ReadByteLevel(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(
      step, {"type", "add_prefix_space", "trim_offsets", "use_regex"}));
  FATHOM_ASSIGN_OR_RETURN(JsonValue prefix, step.Get("add_prefix_space"));
  FATHOM_ASSIGN_OR_RETURN(bool adds_space, prefix.AsBool());
  // Files older than the key mean true.
  FATHOM_ASSIGN_OR_RETURN(bool use_regex, BoolAt(step, "use_regex", true));
  if (adds_space) Add(SplitKind::PrefixSpace, build);
  if (use_regex) {
    Add(SplitKind::Pattern, build).pattern = std::string(kByteLevelPattern);
  }
  Add(SplitKind::ByteAlphabet, build);
  return absl::OkStatus();
}

absl::Status ReadBert(const JsonValue& step, TokenizerBuild* build) {
  Add(SplitKind::Whitespace, build);
  Add(SplitKind::Punctuation, build);
  return CheckKeys(step, {"type"});
}

constexpr StepReader kReaders[] = {
    {"Split", ReadSplit},
    {"ByteLevel", ReadByteLevel},
    {"Metaspace", ReadMetaspace},
    {"Digits", ReadDigits},
    {"Punctuation", ReadPunctuation},
    {"Whitespace", ReadPlain<SplitKind::Words>},
    {"WhitespaceSplit", ReadPlain<SplitKind::Whitespace>},
    {"CharDelimiterSplit", ReadDelimiter},
    {"FixedLength", ReadFixedLength},
    {"BertPreTokenizer", ReadBert},
};

}  // namespace

absl::Status BuildPreTokenizer(const JsonValue& root, TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> steps,
                          StepsAt(root, "pre_tokenizer", "pretokenizers"));
  for (const JsonValue& step : steps) {
    FATHOM_RETURN_IF_ERROR(ReadStep(step, kReaders, build));
  }
  auto& splits = build->tables.splits;
  // Characters that stand for bytes need not be written where nothing but the
  // model sees them.
  build->tables.byte_level = !splits.empty() &&
                             splits.back()->kind == SplitKind::ByteAlphabet &&
                             !build->needs_characters;
  if (build->tables.byte_level) splits.pop_back();
  if (splits.size() > kSplitsMax) {
    return root.Find("pre_tokenizer")
        ->Expected(absl::StrCat("at most ", kSplitsMax, " steps"));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
