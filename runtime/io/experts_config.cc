// Which experts run, as config.json says it. transformers reads the counts
// alone and computes sigmoid scores in groups; DeepSeek's own code and the
// other engines also read how scores are made and in which layers.
#include <string>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/config_groups.h"
#include "runtime/io/ignored_keys.h"

namespace fathom::rt {
namespace {

constexpr absl::string_view kWhat = "config.json";

absl::Status Inconsistent(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(kWhat, ": ", text));
}

void WarnOfKey(absl::string_view key, const std::string& value,
               absl::string_view instead, ModelConfig* config) {
  config->warnings.push_back(absl::StrCat(
      kWhat, ": '", key, "' is ", value,
      " and is computed so; transformers does not read the key and computes ",
      instead));
}

absl::Status CheckExperts(const ExpertsConfig& experts) {
  if (experts.count % experts.groups != 0) {
    return Inconsistent(absl::StrCat("n_group is ", experts.groups,
                                     ", expected a divisor of the ",
                                     experts.count, " of n_routed_experts"));
  }
  int64_t group_size = experts.count / experts.groups;
  if (experts.groups > 1 && group_size < 2 && !experts.groups_by_best) {
    return Inconsistent(absl::StrCat("n_group is ", experts.groups,
                                     ", expected at least two "
                                     "of the ",
                                     experts.count, " experts in a group"));
  }
  if (experts.top_groups > experts.groups) {
    return Inconsistent(absl::StrCat("topk_group is ", experts.top_groups,
                                     ", expected at most the ", experts.groups,
                                     " of n_group"));
  }
  if (experts.per_token > experts.top_groups * group_size) {
    return Inconsistent(
        absl::StrCat("num_experts_per_tok is ", experts.per_token,
                     ", expected at most the ", experts.top_groups * group_size,
                     " experts of ", experts.top_groups, " groups"));
  }
  return absl::OkStatus();
}

absl::Status ReadScoring(ConfigReader* reader, ModelConfig* config) {
  auto scoring = reader->Find("scoring_func");
  if (!scoring) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(absl::string_view name, scoring->AsString());
  if (name == "sigmoid") return absl::OkStatus();
  if (name != "softmax") {
    return scoring->Expected(
        "\"sigmoid\" or \"softmax\": no other value is supported");
  }
  config->experts->scoring = Scoring::kSoftmax;
  WarnOfKey("scoring_func", "\"softmax\"", "sigmoid", config);
  return absl::OkStatus();
}

struct MethodRow {
  absl::string_view name;
  bool has_bias;
  bool has_groups;
  bool by_best;
};
constexpr MethodRow kMethods[] = {
    {"noaux_tc", true, true, false},
    {"greedy", false, false, false},
    {"group_limited_greedy", false, true, true},
};

absl::Status ReadMethod(ConfigReader* reader, ModelConfig* config) {
  auto method = reader->Find("topk_method");
  if (!method) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(absl::string_view name, method->AsString());
  const MethodRow* row = nullptr;
  for (const MethodRow& candidate : kMethods) {
    if (candidate.name == name) row = &candidate;
  }
  if (row == nullptr) {
    return method->Expected(
        "\"noaux_tc\", \"greedy\" or \"group_limited_greedy\": no other value "
        "is supported");
  }
  ExpertsConfig& experts = *config->experts;
  const bool drops_groups = experts.groups != experts.top_groups;
  experts.has_bias = row->has_bias;
  experts.groups_by_best = row->by_best;
  if (!row->has_groups) experts.groups = experts.top_groups = 1;
  if (drops_groups && (row->by_best || !row->has_groups)) {
    WarnOfKey("topk_method", absl::StrCat("\"", name, "\""), "noaux_tc",
              config);
  }
  return absl::OkStatus();
}

// The number of groups, null being one, and of those that stay.
absl::Status ReadGroups(ConfigReader* reader, ExpertsConfig* experts) {
  auto groups = reader->FindOrNull("n_group");
  if (groups && groups->IsNull()) {
    return reader->OnlyNumber("topk_group", 1);
  }
  FATHOM_RETURN_IF_ERROR(
      reader->IntegerOr("n_group", 1, kExpertsMax, 8, &experts->groups));
  if (experts->groups == 1) return reader->OnlyNumber("topk_group", 1);
  return reader->IntegerOr("topk_group", 1, kExpertsMax, 4,
                           &experts->top_groups);
}

absl::Status ReadStride(ConfigReader* reader, ModelConfig* config) {
  int64_t& stride = config->experts->layer_stride;
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalWhole("moe_layer_freq", 1, kLayersMax, &stride));
  if (stride != 1) {
    WarnOfKey("moe_layer_freq", absl::StrCat(stride), "1", config);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadExperts(ConfigReader* reader, ModelConfig* config) {
  ExpertsConfig& experts = config->experts.emplace();
  // Where a key is absent, the number is that of transformers' class.
  FATHOM_RETURN_IF_ERROR(reader->IntegerOr(
      "first_k_dense_replace", 0, kLayersMax, 3, &experts.first_layer));
  FATHOM_RETURN_IF_ERROR(
      reader->Integer("n_routed_experts", 1, kExpertsMax, &experts.count));
  FATHOM_RETURN_IF_ERROR(reader->IntegerOr(
      "num_experts_per_tok", 1, kExpertsPerTokenMax, 8, &experts.per_token));
  FATHOM_RETURN_IF_ERROR(reader->Integer("moe_intermediate_size", 1,
                                         kIntermediateMax,
                                         &experts.intermediate_size));
  if (!reader->FindOrNull("n_shared_experts")) experts.shared_count = 1;
  FATHOM_RETURN_IF_ERROR(reader->OptionalInteger(
      "n_shared_experts", 0, kSharedExpertsMax, &experts.shared_count));
  FATHOM_RETURN_IF_ERROR(ReadGroups(reader, &experts));
  FATHOM_RETURN_IF_ERROR(reader->NumberOr("routed_scaling_factor", 1e-3, 1000,
                                          2.5, &experts.scale));
  // Null is false to Python, no key is true.
  experts.normalize = !reader->FindOrNull("norm_topk_prob");
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalBool("norm_topk_prob", &experts.normalize));
  FATHOM_RETURN_IF_ERROR(ReadScoring(reader, config));
  FATHOM_RETURN_IF_ERROR(ReadMethod(reader, config));
  FATHOM_RETURN_IF_ERROR(ReadStride(reader, config));
  FATHOM_RETURN_IF_ERROR(reader->OnlyNumber(
      "num_local_experts", static_cast<double>(experts.count)));
  FATHOM_RETURN_IF_ERROR(reader->OptionalInteger("num_nextn_predict_layers", 0,
                                                 1, &config->mtp_layer_count));
  FATHOM_RETURN_IF_ERROR(CheckExperts(experts));
  return IgnoreKeys(IgnoredIn::kExperts, reader);
}

}  // namespace fathom::rt
