// What a model is, as its config.json and generation_config.json say: read
// strictly, each number in its range and the numbers consistent. What is not
// computed exactly as written is refused by name, never guessed.
#ifndef FATHOM_RUNTIME_IO_MODEL_CONFIG_H_
#define FATHOM_RUNTIME_IO_MODEL_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

inline constexpr size_t kConfigBytesMax = size_t{1} << 20;
inline constexpr int64_t kVocabularyMax = 1048576;
inline constexpr int64_t kHiddenMax = 65536;
inline constexpr int64_t kIntermediateMax = 1048576;
inline constexpr int64_t kLayersMax = 1024;
inline constexpr int64_t kHeadsMax = 1024;
inline constexpr int64_t kHeadDimMax = 4096;
inline constexpr int64_t kRankMax = 65536;
inline constexpr int64_t kExpertsMax = 4096;
inline constexpr int64_t kExpertsPerTokenMax = 64;
inline constexpr int64_t kSharedExpertsMax = 64;
// Positions are float32 where angles are computed: whole numbers up to here.
inline constexpr int64_t kPositionsMax = 16777216;
inline constexpr int64_t kStopTokensMax = 64;
inline constexpr int64_t kNewTokensMax = 2147483647;
// transformers' default: sampling takes the likeliest so many tokens where
// generation_config.json says nothing.
inline constexpr int64_t kTopKDefault = 50;

enum class Architecture { kDeepseekV3, kQwen2, kLlama };
// As `model_type` says it: "qwen2".
absl::string_view ArchitectureName(Architecture architecture);

// Of `dynamic`, what is computed lies within the model's own positions, where
// it changes nothing.
enum class RopeType { kDefault, kLinear, kDynamic, kYarn, kLlama3 };

struct RopeConfig {
  RopeType type = RopeType::kDefault;
  double theta = 10000;
  // Of all but the default.
  double factor = 1;
  // Of yarn and llama3.
  int64_t original_positions = 0;
  // Of yarn.
  double beta_fast = 32;
  double beta_slow = 1;
  double mscale = 0;  // 0: not given
  // Of yarn, and in DeepSeek's attention of all but the default. 0: not given.
  double mscale_all_dim = 0;
  std::optional<double> attention_factor;
  bool truncate = true;
  // Of llama3.
  double low_freq_factor = 1;
  double high_freq_factor = 1;
};

// Which linear layers add a bias.
struct BiasConfig {
  // Those of the queries, keys and values; under latent attention those of
  // what they are compressed to.
  bool inputs = false;
  bool output = false;  // of attention
  bool mlp = false;     // of dense layers
};

// Latent attention (MLA).
struct LatentConfig {
  int64_t q_rank = 0;  // 0: one projection for the queries
  int64_t kv_rank = 0;
  int64_t nope_dim = 0;
  int64_t rope_dim = 0;
  int64_t value_dim = 0;
  // Which channels rotate together: (0, 1), (2, 3), ... or, as in the other
  // architectures, each with the one half of them further.
  bool adjacent_pairs = true;
};

enum class Scoring { kSigmoid, kSoftmax };

struct ExpertsConfig {
  int64_t first_layer = 0;  // layers before it are dense
  int64_t layer_stride =
      1;  // of the others, those that it divides have experts
  int64_t count = 0;
  int64_t per_token = 0;
  int64_t intermediate_size = 0;
  int64_t shared_count = 0;  // fused into one layer of so many times the size
  Scoring scoring = Scoring::kSigmoid;
  // Whether the choice is corrected by a bias where no checkpoint says so.
  bool has_bias = true;
  int64_t groups = 1;
  int64_t top_groups = 1;
  bool groups_by_best = false;  // not by the sum of their two best
  double scale = 1;
  bool normalize = false;

  bool IsIn(int64_t layer) const {
    return layer >= first_layer && layer % layer_stride == 0;
  }
};

// Weights in float8_e4m3fn with one scale a block, or one for a whole matrix.
struct Fp8Config {
  int64_t block_rows = 0;  // 0: the matrix is one block
  int64_t block_columns = 0;
  // Names of modules, or how they begin or end, that are stored as they were.
  std::vector<std::string> kept_modules;

  // Whether the linear layer `module` is one of them.
  bool Keeps(absl::string_view module) const;
};

// What generation_config.json asks for; nothing where it does not say.
struct GenerationDefaults {
  std::optional<bool> sample;
  std::optional<double> temperature;
  std::optional<int64_t> top_k;
  std::optional<double> top_p;
  std::optional<double> min_p;
  std::optional<double> repetition_penalty;
  std::optional<int64_t> max_new_tokens;  // at most kNewTokensMax
  // Of prompt and output together; nothing beside max_new_tokens, which wins.
  std::optional<int64_t> max_length;  // at most kNewTokensMax
};

struct ModelConfig {
  Architecture architecture = Architecture::kLlama;
  int64_t vocabulary_size = 0;  // rows of the embedding
  int64_t hidden_size = 0;
  int64_t intermediate_size = 0;
  int64_t layer_count = 0;
  int64_t head_count = 0;
  int64_t kv_head_count = 0;  // unused under latent attention
  int64_t head_dim = 0;       // unused under latent attention
  int64_t position_limit = 0;
  double norm_eps = 0;
  bool tied_embeddings = false;
  BiasConfig biases;
  RopeConfig rope;
  std::optional<LatentConfig> latent;
  std::optional<ExpertsConfig> experts;
  int64_t mtp_layer_count = 0;  // after the layers, at most 1
  std::optional<Fp8Config> fp8;

  std::optional<int64_t> bos;
  std::vector<int64_t> eos;  // at least one
  GenerationDefaults generation;

  // Keys that no table of ours knows, as "config.json: 'a'".
  std::vector<std::string> unknown_keys;
  // What the configuration says that transformers reads in another way or not
  // at all, and what is computed, one line each.
  std::vector<std::string> warnings;

  // The channels of a head that rotate.
  int64_t rotary_dim() const { return latent ? latent->rope_dim : head_dim; }
};

// `generation_json` is nothing where the folder has no such file. Its eos and
// bos win over those of `config_json`.
absl::StatusOr<ModelConfig> ParseModelConfig(
    absl::string_view config_json,
    std::optional<absl::string_view> generation_json);

// The names of the unknown keys, of many the first; empty where there are none.
std::string UnknownKeys(const ModelConfig& config);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_MODEL_CONFIG_H_
