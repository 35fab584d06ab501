// The compiler's part that reads the normalizer.
#include <memory>
#include <utility>

#include "runtime/base/status.h"
#include "runtime/text/tokenizer_build.h"
#include "runtime/text/tokenizer_step_reader.h"

namespace fathom::rt {
namespace {

using fathom::schema::NormalizerKind;
using fathom::schema::NormalizerStepT;

NormalizerStepT& Add(NormalizerKind kind, TokenizerBuild* build) {
  auto& steps = build->tables.normalizer;
  steps.push_back(std::make_unique<NormalizerStepT>());
  steps.back()->kind = kind;
  return *steps.back();
}

// A step that has nothing but its type.
template <NormalizerKind kKind>
absl::Status ReadPlain(const JsonValue& step, TokenizerBuild* build) {
  Add(kKind, build);
  return CheckKeys(step, {"type"});
}

absl::Status ReadStrip(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(
      CheckKeys(step, {"type", "strip_left", "strip_right"}));
  NormalizerStepT& strip = Add(NormalizerKind::Strip, build);
  for (auto [key, flag] : {std::pair{"strip_left", &strip.left},
                           std::pair{"strip_right", &strip.right}}) {
    FATHOM_ASSIGN_OR_RETURN(JsonValue value, step.Get(key));
    FATHOM_ASSIGN_OR_RETURN(*flag, value.AsBool());
  }
  return absl::OkStatus();
}

absl::Status ReadReplace(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "pattern", "content"}));
  FATHOM_ASSIGN_OR_RETURN(StepPattern pattern, PatternAt(step));
  NormalizerStepT& replace =
      Add(pattern.is_regex ? NormalizerKind::ReplacePattern
                           : NormalizerKind::ReplaceText,
          build);
  replace.pattern = std::move(pattern.text);
  FATHOM_ASSIGN_OR_RETURN(replace.content, ReplacementAt(step, "content"));
  return absl::OkStatus();
}

absl::Status ReadPrepend(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "prepend"}));
  FATHOM_ASSIGN_OR_RETURN(Add(NormalizerKind::Prepend, build).content,
                          ReplacementAt(step, "prepend", 1));
  return absl::OkStatus();
}

constexpr StepReader kReaders[] = {
    {"NFC", ReadPlain<NormalizerKind::Nfc>},
    {"NFD", ReadPlain<NormalizerKind::Nfd>},
    {"NFKC", ReadPlain<NormalizerKind::Nfkc>},
    {"NFKD", ReadPlain<NormalizerKind::Nfkd>},
    {"Lowercase", ReadPlain<NormalizerKind::Lowercase>},
    {"StripAccents", ReadPlain<NormalizerKind::StripAccents>},
    {"Strip", ReadStrip},
    {"Replace", ReadReplace},
    {"Prepend", ReadPrepend},
    {"Nmt", ReadPlain<NormalizerKind::Nmt>},
    {"ByteLevel", ReadPlain<NormalizerKind::ByteAlphabet>},
};

}  // namespace

absl::Status BuildNormalizer(const JsonValue& root, TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> steps,
                          StepsAt(root, "normalizer", "normalizers"));
  for (const JsonValue& step : steps) {
    FATHOM_RETURN_IF_ERROR(ReadStep(step, kReaders, build));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
