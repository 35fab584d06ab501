// How positions rotate, as config.json says it and transformers reads it.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/config_groups.h"

namespace fathom::rt {
namespace {

constexpr absl::string_view kWhat = "config.json";
constexpr double kThetaMin = 1.5;
constexpr double kThetaMax = 1e12;
constexpr double kFactorMin = 1e-3;
constexpr double kFactorMax = 65536;
constexpr double kBetaMin = 1e-3;
constexpr double kBetaMax = 1e6;
constexpr double kMscaleMax = 100;

absl::Status ReadNothing(ConfigReader*, const ModelConfig&, RopeConfig*) {
  return absl::OkStatus();
}

absl::Status ReadFactor(ConfigReader* group, const ModelConfig&,
                        RopeConfig* rope) {
  return group->Number("factor", kFactorMin, kFactorMax, &rope->factor);
}

// Beside the group it counts before the one in it; without either the model
// has been trained at all of its positions.
absl::Status ReadOriginalPositions(ConfigReader* group,
                                   const ModelConfig& config,
                                   RopeConfig* rope) {
  if (rope->original_positions > 0) {
    group->Ignore({"original_max_position_embeddings"});
    return absl::OkStatus();
  }
  rope->original_positions = config.position_limit;
  return group->OptionalWhole("original_max_position_embeddings", 1,
                              kPositionsMax, &rope->original_positions);
}

// Where `key` is 0, transformers takes the default, as it does for null.
absl::Status ReadBeta(ConfigReader* group, absl::string_view key, double* out) {
  double given = 0;
  FATHOM_RETURN_IF_ERROR(group->OptionalNumber(key, 0, kBetaMax, &given));
  if (given == 0) return absl::OkStatus();
  if (given < kBetaMin) return group->Number(key, kBetaMin, kBetaMax, out);
  *out = given;
  return absl::OkStatus();
}

absl::Status ReadYarn(ConfigReader* group, const ModelConfig& config,
                      RopeConfig* rope) {
  FATHOM_RETURN_IF_ERROR(ReadOriginalPositions(group, config, rope));
  FATHOM_ASSIGN_OR_RETURN(
      JsonValue factor,
      group->Get("factor", absl::StrCat("a number from ", kFactorMin, " to ",
                                        kFactorMax, ", or null")));
  if (factor.IsNull()) {
    rope->factor = static_cast<double>(config.position_limit) /
                   static_cast<double>(rope->original_positions);
  } else {
    FATHOM_RETURN_IF_ERROR(ReadFactor(group, config, rope));
  }
  FATHOM_RETURN_IF_ERROR(ReadBeta(group, "beta_fast", &rope->beta_fast));
  FATHOM_RETURN_IF_ERROR(ReadBeta(group, "beta_slow", &rope->beta_slow));
  if (rope->beta_fast < rope->beta_slow) {
    return absl::InvalidArgumentError(absl::StrCat(
        kWhat, ": the rope group has beta_fast ", rope->beta_fast,
        " below beta_slow ", rope->beta_slow, ", expected it at or above"));
  }
  FATHOM_RETURN_IF_ERROR(
      group->OptionalNumber("mscale", 0, kMscaleMax, &rope->mscale));
  FATHOM_RETURN_IF_ERROR(group->OptionalNumber("mscale_all_dim", 0, kMscaleMax,
                                               &rope->mscale_all_dim));
  if (auto attention_factor = group->Find("attention_factor")) {
    FATHOM_ASSIGN_OR_RETURN(rope->attention_factor,
                            NumberIn(*attention_factor, 1e-3, kMscaleMax));
  }
  auto truncate = group->FindOrNull("truncate");
  if (!truncate) return absl::OkStatus();
  rope->truncate = false;  // What null is to Python.
  return group->OptionalBool("truncate", &rope->truncate);
}

absl::Status ReadLlama3(ConfigReader* group, const ModelConfig& config,
                        RopeConfig* rope) {
  FATHOM_RETURN_IF_ERROR(ReadOriginalPositions(group, config, rope));
  FATHOM_RETURN_IF_ERROR(ReadFactor(group, config, rope));
  FATHOM_RETURN_IF_ERROR(group->Number("low_freq_factor", 1e-3, kFactorMax,
                                       &rope->low_freq_factor));
  FATHOM_RETURN_IF_ERROR(group->Number("high_freq_factor", 1e-3, kFactorMax,
                                       &rope->high_freq_factor));
  if (rope->high_freq_factor < rope->low_freq_factor) {
    return absl::InvalidArgumentError(
        absl::StrCat(kWhat, ": the rope group has high_freq_factor ",
                     rope->high_freq_factor, " below low_freq_factor ",
                     rope->low_freq_factor, ", expected it at or above"));
  }
  return absl::OkStatus();
}

struct RopeTypeRow {
  RopeType type;
  absl::string_view name;
  absl::Status (*read)(ConfigReader*, const ModelConfig&, RopeConfig*);
};
constexpr RopeTypeRow kRopeTypes[] = {
    {RopeType::kDefault, "default", ReadNothing},
    {RopeType::kLinear, "linear", ReadFactor},
    {RopeType::kDynamic, "dynamic", ReadFactor},
    {RopeType::kYarn, "yarn", ReadYarn},
    {RopeType::kLlama3, "llama3", ReadLlama3},
};

absl::StatusOr<RopeTypeRow> TypeFrom(const JsonValue& value) {
  FATHOM_ASSIGN_OR_RETURN(absl::string_view name, value.AsString());
  for (const RopeTypeRow& row : kRopeTypes) {
    if (row.name == name) return row;
  }
  return value.Expected(
      "\"default\", \"linear\", \"dynamic\", \"yarn\" or \"llama3\": no other "
      "value is supported");
}

// `type` is the older name of `rope_type`, which counts where both are there.
absl::StatusOr<RopeTypeRow> ReadType(absl::string_view name,
                                     ConfigReader* group, ModelConfig* config) {
  std::optional<JsonValue> type = group->FindOrNull("rope_type");
  std::optional<JsonValue> older = group->FindOrNull("type");
  if (!type && !older) return kRopeTypes[0];
  FATHOM_ASSIGN_OR_RETURN(RopeTypeRow row, TypeFrom(type ? *type : *older));
  if (type && older &&
      !(older->kind() == JsonValue::Kind::kString &&
        *older->AsString() == row.name)) {
    config->warnings.push_back(
        absl::StrCat(kWhat, ": '", name, ".type' is left out: '", name,
                     ".rope_type' is \"", row.name, "\""));
  }
  return row;
}

// Keys that this type of rope does not read. transformers ignores them too; a
// group among them would be a rope of its own for some layers.
absl::Status CollectUnread(absl::string_view name, const ConfigReader& group,
                           ModelConfig* config) {
  for (const JsonMember& member : group.Unread()) {
    if (member.second.IsNull()) continue;
    if (member.second.kind() == JsonValue::Kind::kObject) {
      return member.second.Expected(
          "no group here: one rope for all layers is computed");
    }
    config->unknown_keys.push_back(
        absl::StrCat(kWhat, ": '", name, ".", Shown(member.first), "'"));
  }
  return absl::OkStatus();
}

// `top_theta` is what stands beside the group, if anything.
absl::Status ReadGroup(absl::string_view name, const JsonValue& object,
                       std::optional<double> top_theta, ModelConfig* config) {
  RopeConfig* rope = &config->rope;
  FATHOM_ASSIGN_OR_RETURN(ConfigReader group, ConfigReader::Read(object));
  FATHOM_ASSIGN_OR_RETURN(RopeTypeRow row, ReadType(name, &group, config));
  rope->type = row.type;
  FATHOM_RETURN_IF_ERROR(
      group.OptionalNumber("rope_theta", kThetaMin, kThetaMax, &rope->theta));
  if (top_theta && rope->theta != *top_theta) {
    config->warnings.push_back(absl::StrCat(kWhat, ": 'rope_theta' of ",
                                            *top_theta, " is left out: '", name,
                                            ".rope_theta' is ", rope->theta));
  }
  FATHOM_RETURN_IF_ERROR(group.OnlyNumber("partial_rotary_factor", 1));
  FATHOM_RETURN_IF_ERROR(row.read(&group, *config, rope));
  // DeepSeek's attention reads it whatever the type is.
  if (config->architecture == Architecture::kDeepseekV3 &&
      row.type != RopeType::kDefault) {
    FATHOM_RETURN_IF_ERROR(group.OptionalNumber("mscale_all_dim", 0, kMscaleMax,
                                                &rope->mscale_all_dim));
  }
  return CollectUnread(name, group, config);
}

// The group at `key`; nothing where it is absent, null, false or empty, which
// is all the same to transformers.
std::optional<JsonValue> FindGroup(ConfigReader* reader,
                                   absl::string_view key) {
  std::optional<JsonValue> group = reader->Find(key);
  if (group && IsFalsy(*group)) group.reset();
  return group;
}

}  // namespace

absl::Status ReadRope(ConfigReader* reader, ModelConfig* config) {
  std::optional<double> theta;
  if (auto given = reader->Find("rope_theta")) {
    FATHOM_ASSIGN_OR_RETURN(theta, NumberIn(*given, kThetaMin, kThetaMax));
    config->rope.theta = *theta;
  }
  FATHOM_RETURN_IF_ERROR(reader->OnlyNumber("partial_rotary_factor", 1));
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalWhole("original_max_position_embeddings", 1,
                            kPositionsMax, &config->rope.original_positions));
  auto scaling = FindGroup(reader, "rope_scaling");
  auto parameters = FindGroup(reader, "rope_parameters");
  if (scaling) {
    if (parameters) {
      config->warnings.push_back(absl::StrCat(
          kWhat, ": 'rope_parameters' is left out beside 'rope_scaling'"));
    }
    return ReadGroup("rope_scaling", *scaling, theta, config);
  }
  if (parameters) {
    return ReadGroup("rope_parameters", *parameters, theta, config);
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
