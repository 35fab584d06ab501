// The compiler's part that reads the decoder.
#include <memory>
#include <optional>
#include <utility>

#include "runtime/base/status.h"
#include "runtime/text/tokenizer_build.h"
#include "runtime/text/tokenizer_step_reader.h"

namespace fathom::rt {
namespace {

using fathom::schema::DecoderKind;
using fathom::schema::DecoderStepT;

DecoderStepT& Add(DecoderKind kind, TokenizerBuild* build) {
  auto& steps = build->tables.decoder;
  steps.push_back(std::make_unique<DecoderStepT>());
  steps.back()->kind = kind;
  return *steps.back();
}

// A step that has nothing but its type.
template <DecoderKind kKind>
absl::Status ReadPlain(const JsonValue& step, TokenizerBuild* build) {
  Add(kKind, build);
  return CheckKeys(step, {"type"});
}

absl::Status ReadByteLevel(const JsonValue& step, TokenizerBuild* build) {
  Add(DecoderKind::ByteLevel, build);
  // None of them has a part in decoding.
  return CheckKeys(step,
                   {"type", "add_prefix_space", "trim_offsets", "use_regex"});
}

absl::Status ReadStrip(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "content", "start", "stop"}));
  DecoderStepT& strip = Add(DecoderKind::Strip, build);
  FATHOM_ASSIGN_OR_RETURN(strip.content, CharacterAt(step, "content"));
  for (auto [key, count] :
       {std::pair{"start", &strip.start}, std::pair{"stop", &strip.stop}}) {
    FATHOM_ASSIGN_OR_RETURN(JsonValue value, step.Get(key));
    FATHOM_ASSIGN_OR_RETURN(uint64_t number, value.AsUnsigned(0, UINT32_MAX));
    *count = static_cast<uint32_t>(number);
  }
  return absl::OkStatus();
}

absl::Status ReadMetaspace(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(
      CheckKeys(step, {"type", "replacement", "add_prefix_space",
                       "prepend_scheme", "split", "str_rep"}));
  DecoderStepT& metaspace = Add(DecoderKind::Metaspace, build);
  FATHOM_ASSIGN_OR_RETURN(metaspace.content, CharacterAt(step, "replacement"));
  constexpr NamedValue<bool> kDropsFirst[] = {
      {"always", true}, {"never", false}, {"first", true}};
  FATHOM_ASSIGN_OR_RETURN(
      metaspace.drops_first,
      NamedAt(step, "prepend_scheme", kDropsFirst, std::optional(true)));
  FATHOM_ASSIGN_OR_RETURN(bool prefix, BoolAt(step, "add_prefix_space", true));
  if (!prefix && metaspace.drops_first) {
    return step.Find("add_prefix_space")
        ->Expected("true where 'prepend_scheme' is not \"never\"");
  }
  return BoolAt(step, "split", true).status();  // has no part in decoding
}

absl::Status ReadReplace(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "pattern", "content"}));
  FATHOM_ASSIGN_OR_RETURN(StepPattern pattern, PatternAt(step));
  if (pattern.is_regex) {
    return step.Find("pattern")->Expected(
        "a 'String': Fathom decodes without regular expressions");
  }
  DecoderStepT& replace = Add(DecoderKind::Replace, build);
  replace.pattern = std::move(pattern.text);
  FATHOM_ASSIGN_OR_RETURN(replace.content, ReplacementAt(step, "content"));
  return absl::OkStatus();
}

absl::Status ReadBpe(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "suffix"}));
  FATHOM_ASSIGN_OR_RETURN(Add(DecoderKind::Suffix, build).content,
                          ReplacementAt(step, "suffix", 1));
  return absl::OkStatus();
}

absl::Status ReadWordPiece(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(step, {"type", "prefix", "cleanup"}));
  DecoderStepT& piece = Add(DecoderKind::WordPiece, build);
  FATHOM_ASSIGN_OR_RETURN(piece.content, ReplacementAt(step, "prefix"));
  FATHOM_ASSIGN_OR_RETURN(JsonValue cleanup, step.Get("cleanup"));
  FATHOM_ASSIGN_OR_RETURN(piece.cleans_up, cleanup.AsBool());
  return absl::OkStatus();
}

constexpr StepReader kReaders[] = {
    {"ByteLevel", ReadByteLevel},
    {"ByteFallback", ReadPlain<DecoderKind::ByteFallback>},
    {"Fuse", ReadPlain<DecoderKind::Fuse>},
    {"Strip", ReadStrip},
    {"Metaspace", ReadMetaspace},
    {"Replace", ReadReplace},
    {"BPEDecoder", ReadBpe},
    {"WordPiece", ReadWordPiece},
};

}  // namespace

absl::Status BuildDecoder(const JsonValue& root, TokenizerBuild* build) {
  const std::optional<JsonValue> decoder = root.Find("decoder");
  if (!decoder || decoder->IsNull()) {
    Add(DecoderKind::Spaces, build);
    return absl::OkStatus();
  }
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> steps,
                          StepsAt(root, "decoder", "decoders"));
  for (const JsonValue& step : steps) {
    FATHOM_RETURN_IF_ERROR(ReadStep(step, kReaders, build));
  }
  // No step at all is another thing than no decoder.
  if (steps.empty()) Add(DecoderKind::Fuse, build);
  return absl::OkStatus();
}

}  // namespace fathom::rt
