// See generation_keys.h.
#include "runtime/io/generation_keys.h"

#include <limits>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fathom::rt {
namespace {

// What is done with a key. Of one that is not computed, the kind says with
// which values it changes nothing; null always is one.
enum class Kind {
  kComputed,         // in generation_config.cc
  kHarmless,         // any value
  kOnlyNull,         // no other
  kOnlyFalse,        // false
  kOnlyEmpty,        // an empty list or object
  kOnlyOne,          // 1
  kFromOne,          // numbers from 1 on
  kUpToZero,         // numbers up to 0
  kOutsideUnit,      // numbers up to 0 or from 1 on
  kUnlessQuantized,  // strings but "quantized"
};

// Where a key that is not off has an effect.
enum class When { kAlways, kSampling, kGreedy };

struct GenerationKey {
  absl::string_view name;
  Kind kind;
  When when = When::kAlways;
};

// All that transformers 5.23's GenerationConfig knows.
constexpr GenerationKey kKeys[] = {
    {"do_sample", Kind::kComputed},
    {"temperature", Kind::kComputed},
    {"top_k", Kind::kComputed},
    {"top_p", Kind::kComputed},
    {"min_p", Kind::kComputed},
    {"repetition_penalty", Kind::kComputed},
    {"max_length", Kind::kComputed},
    {"max_new_tokens", Kind::kComputed},
    {"bos_token_id", Kind::kComputed},
    {"eos_token_id", Kind::kComputed},
    // Which tokens may come next.
    {"top_h", Kind::kOnlyNull, When::kSampling},
    {"typical_p", Kind::kFromOne, When::kSampling},
    {"epsilon_cutoff", Kind::kOutsideUnit, When::kSampling},
    {"eta_cutoff", Kind::kOutsideUnit, When::kSampling},
    {"penalty_alpha", Kind::kUpToZero, When::kGreedy},
    {"encoder_repetition_penalty", Kind::kOnlyOne},
    {"no_repeat_ngram_size", Kind::kUpToZero},
    {"encoder_no_repeat_ngram_size", Kind::kUpToZero},
    {"bad_words_ids", Kind::kOnlyEmpty},
    {"force_words_ids", Kind::kOnlyEmpty},
    {"constraints", Kind::kOnlyEmpty},
    {"suppress_tokens", Kind::kOnlyEmpty},
    {"begin_suppress_tokens", Kind::kOnlyEmpty},
    {"sequence_bias", Kind::kOnlyEmpty},
    {"forced_bos_token_id", Kind::kOnlyNull},
    {"force_bos_token_to_be_generated", Kind::kOnlyFalse},
    {"forced_eos_token_id", Kind::kOnlyNull},
    {"forced_decoder_ids", Kind::kOnlyEmpty},
    {"exponential_decay_length_penalty", Kind::kOnlyNull},
    {"guidance_scale", Kind::kOnlyOne},
    {"watermarking_config", Kind::kOnlyNull},
    {"token_healing", Kind::kOnlyFalse},
    {"dola_layers", Kind::kOnlyNull},
    {"assistant_ensemble_weight", Kind::kOnlyNull},
    // An int4 cache holds other values than ours.
    {"cache_implementation", Kind::kUnlessQuantized},
    // How many tokens come.
    {"min_length", Kind::kUpToZero},
    {"min_new_tokens", Kind::kUpToZero},
    {"max_time", Kind::kOnlyNull},
    {"stop_strings", Kind::kOnlyEmpty},
    {"is_assistant", Kind::kOnlyFalse},
    // How many answers come.
    {"num_beams", Kind::kOnlyOne},
    {"num_return_sequences", Kind::kOnlyOne},
    // Arguments of generate(), which transformers refuses in this file.
    {"logits_processor", Kind::kOnlyNull},
    {"stopping_criteria", Kind::kOnlyNull},
    {"prefix_allowed_tokens_fn", Kind::kOnlyNull},
    {"synced_gpus", Kind::kOnlyNull},
    {"assistant_model", Kind::kOnlyNull},
    {"streamer", Kind::kOnlyNull},
    {"negative_prompt_ids", Kind::kOnlyNull},
    {"negative_prompt_attention_mask", Kind::kOnlyNull},
    // Of several beams, which num_beams refuses.
    {"num_beam_groups", Kind::kHarmless},
    {"diversity_penalty", Kind::kHarmless},
    {"early_stopping", Kind::kHarmless},
    {"length_penalty", Kind::kHarmless},
    {"low_memory", Kind::kHarmless},
    // Change no finite logits, or only by a constant.
    {"renormalize_logits", Kind::kHarmless},
    {"remove_invalid_values", Kind::kHarmless},
    // How a cache is kept, and code compiled.
    {"use_cache", Kind::kHarmless},
    {"cache_config", Kind::kHarmless},
    {"max_cache_len", Kind::kHarmless},
    {"prefill_chunk_size", Kind::kHarmless},
    {"compile_config", Kind::kHarmless},
    {"disable_compile", Kind::kHarmless},
    {"continuous_batching_config", Kind::kHarmless},
    // Speculation that leaves the tokens as they are.
    {"use_mtp", Kind::kHarmless},
    {"speculation_type", Kind::kHarmless},
    {"num_assistant_tokens", Kind::kHarmless},
    {"num_assistant_tokens_schedule", Kind::kHarmless},
    {"assistant_confidence_threshold", Kind::kHarmless},
    {"assistant_early_exit", Kind::kHarmless},
    {"assistant_lookbehind", Kind::kHarmless},
    {"target_lookbehind", Kind::kHarmless},
    {"prompt_lookup_num_tokens", Kind::kHarmless},
    {"max_matching_ngram_size", Kind::kHarmless},
    // What generate() returns beside the tokens.
    {"return_dict_in_generate", Kind::kHarmless},
    {"output_attentions", Kind::kHarmless},
    {"output_hidden_states", Kind::kHarmless},
    {"output_scores", Kind::kHarmless},
    {"output_logits", Kind::kHarmless},
    // Of encoders, padding, and where the file comes from.
    {"decoder_start_token_id", Kind::kHarmless},
    {"pad_token_id", Kind::kHarmless},
    {"trust_remote_code", Kind::kHarmless},
    {"_from_model_config", Kind::kHarmless},
    {"_commit_hash", Kind::kHarmless},
    {"transformers_version", Kind::kHarmless},
};

// As Python compares it: of what a double does not hold only the sign counts.
std::optional<double> NumberOf(const JsonValue& value) {
  if (auto wide = value.AsWideNumber()) {
    if (*wide == "NaN") return std::nullopt;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return absl::StartsWith(*wide, "-") ? -kInfinity : kInfinity;
  }
  const absl::StatusOr<double> number = value.AsNumber();
  if (!number.ok()) return std::nullopt;
  return *number;
}

bool ChangesNothing(const JsonValue& value, Kind kind) {
  using ValueKind = JsonValue::Kind;
  const std::optional<double> number = NumberOf(value);
  switch (kind) {
    case Kind::kComputed:
    case Kind::kHarmless: return true;
    case Kind::kOnlyNull: return value.IsNull();
    case Kind::kOnlyFalse:
      return value.kind() == ValueKind::kBool && !*value.AsBool();
    case Kind::kOnlyEmpty:
      return (value.kind() == ValueKind::kArray && value.AsArray()->empty()) ||
             (value.kind() == ValueKind::kObject && value.AsObject()->empty());
    case Kind::kOnlyOne: return number == 1;
    case Kind::kFromOne: return number >= 1;
    case Kind::kUpToZero: return number.has_value() && *number <= 0;
    case Kind::kOutsideUnit:
      return number.has_value() && (*number <= 0 || *number >= 1);
    case Kind::kUnlessQuantized:
      return value.kind() == ValueKind::kString &&
             *value.AsString() != "quantized";
  }
  return false;
}

absl::string_view ExpectedOf(Kind kind) {
  switch (kind) {
    case Kind::kComputed:
    case Kind::kHarmless: return "any value";
    case Kind::kOnlyNull: return "null";
    case Kind::kOnlyFalse: return "false or null";
    case Kind::kOnlyEmpty: return "an empty list or null";
    case Kind::kOnlyOne: return "1 or null";
    case Kind::kFromOne: return "at least 1, or null";
    case Kind::kUpToZero:
    case Kind::kOutsideUnit: return "0 or null";
    case Kind::kUnlessQuantized:
      return "the name of a cache that is not quantised, or null";
  }
  return "";
}

}  // namespace

absl::Status CheckUncomputedKeys(bool samples, ConfigReader* reader) {
  for (const GenerationKey& key : kKeys) {
    if (key.kind == Kind::kComputed) continue;
    const std::optional<JsonValue> value = reader->Find(key.name);
    if (!value || ChangesNothing(*value, key.kind)) continue;
    if (key.when == (samples ? When::kGreedy : When::kSampling)) continue;
    return value->Expected(absl::StrCat(
        ExpectedOf(key.kind), ": Fathom does not compute what it asks for"));
  }
  return absl::OkStatus();
}

void IgnoreGenerationKeys(ConfigReader* reader) {
  for (const GenerationKey& key : kKeys) reader->Find(key.name);
}

}  // namespace fathom::rt
