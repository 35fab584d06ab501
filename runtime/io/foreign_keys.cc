// See foreign_keys.h.
#include "runtime/io/foreign_keys.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/io/config_reader.h"

namespace fathom::rt {
namespace {

// A key of another architecture. Beside null it may have the number `neutral`,
// or be false or nothing where there is none: then it changes nothing.
struct ForeignKey {
  absl::string_view name;
  std::optional<double> neutral;
};

constexpr ForeignKey kForeignKeys[] = {
    // Norms that our layers do not have, or have elsewhere.
    {"use_qk_norm", {}},
    {"qk_norm", {}},
    {"qk_layernorm", {}},
    {"use_post_norm", {}},
    {"sandwich_norm", {}},
    {"apply_residual_connection_post_layernorm", {}},
    // Biases.
    {"attention_bias", {}},
    {"mlp_bias", {}},
    {"use_bias", {}},
    {"use_qkv_bias", {}},
    {"lm_head_bias", {}},
    // Logits and scores that are squashed or scaled.
    {"attn_logit_softcapping", {}},
    {"final_logit_softcapping", {}},
    {"logit_softcapping", {}},
    {"query_pre_attn_scalar", {}},
    {"attention_multiplier", {}},
    {"attn_temperature_tuning", {}},
    {"logit_scale", 1},
    {"logits_scaling", 1},
    // Activations that are scaled.
    {"embedding_multiplier", 1},
    {"residual_multiplier", 1},
    {"scale_emb", 1},
    {"scale_depth", {}},
    {"swiglu_limit", {}},
    // Which tokens see which.
    {"use_sliding_window", {}},
    {"sliding_window", {}},
    {"sliding_window_pattern", {}},
    {"attention_chunk_size", {}},
    {"use_bidirectional_attention", {}},
    {"index_topk", {}},
    // Layers that are wired in another way.
    {"parallel_attn", {}},
    {"use_parallel_residual", {}},
    {"cross_attention_layers", {}},
    {"no_rope_layers", {}},
    {"no_rope_layer_interval", {}},
    {"num_kv_shared_layers", 0},
    {"hc_mult", 1},
    // Experts of other routers than ours.
    {"num_experts", 0},
    {"num_local_experts", 0},
    {"n_routed_experts", 0},
    {"n_shared_experts", 0},
    {"moe_num_experts", 0},
};

// Top-level keys that begin so are about positions, attention or storage: one
// that we do not know there may change the result.
constexpr absl::string_view kGroupPrefixes[] = {
    "rope",       "rotary",  "partial_rotary", "attention",
    "attn",       "sliding", "quant",          "qk_",
    "kv_",        "q_lora",  "alibi",          "yarn",
    "layer_types"};

bool IsNeutral(const JsonValue& value, std::optional<double> neutral) {
  if (!neutral.has_value()) return IsFalsy(value);
  return value.IsNull() || NumberIn(value, *neutral, *neutral).ok();
}

}  // namespace

absl::StatusOr<bool> IsHarmlessForeignKey(const JsonMember& member) {
  for (const ForeignKey& key : kForeignKeys) {
    if (key.name != member.first) continue;
    if (IsNeutral(member.second, key.neutral)) return true;
    return member.second.Expected(absl::StrCat(
        key.neutral.has_value() ? absl::StrCat(*key.neutral) : "false",
        ": what other architectures compute with this key is not supported"));
  }
  // Absent, to all who read it.
  if (member.second.IsNull()) return true;
  for (absl::string_view prefix : kGroupPrefixes) {
    if (absl::StartsWith(member.first, prefix) && !IsFalsy(member.second)) {
      return member.second.Expected(
          "it to be absent: unknown keys about positions, attention or "
          "quantisation may change the result");
    }
  }
  return false;
}

}  // namespace fathom::rt
