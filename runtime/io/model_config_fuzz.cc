// Any bytes as a configuration: refused, or a model whose numbers hold
// together and whose rotary frequencies are finite. What follows the first
// NUL is generation_config.json.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/base/status.h"
#include "runtime/io/rope.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::optional<absl::string_view> generation;
  size_t end = bytes.find('\0');
  if (end != absl::string_view::npos) generation = bytes.substr(end + 1);
  auto config = fathom::rt::ParseModelConfig(bytes.substr(0, end), generation);
  if (!config.ok()) return 0;
  FATHOM_CHECK(config->layer_count >= 1 && config->hidden_size >= 1);
  FATHOM_CHECK(config->head_count % config->kv_head_count == 0 ||
               config->latent);
  FATHOM_CHECK(!config->eos.empty());
  for (int64_t id : config->eos) {
    FATHOM_CHECK(id >= 0 && id < config->vocabulary_size);
  }
  if (config->experts) {
    const fathom::rt::ExpertsConfig& experts = *config->experts;
    FATHOM_CHECK(experts.count % experts.groups == 0);
    FATHOM_CHECK(experts.per_token <=
                 experts.count / experts.groups * experts.top_groups);
  }
  fathom::rt::RopeTable rope = fathom::rt::ComputeRope(*config);
  FATHOM_CHECK(static_cast<int64_t>(rope.frequencies.size()) * 2 ==
               config->rotary_dim());
  for (float frequency : rope.frequencies) {
    FATHOM_CHECK(std::isfinite(frequency) && frequency > 0);
  }
  FATHOM_CHECK(std::isfinite(rope.attention_factor) &&
               rope.attention_factor > 0);
  FATHOM_CHECK(std::isfinite(rope.softmax_scale) && rope.softmax_scale > 0);
  return 0;
}
