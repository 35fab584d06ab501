// How positions rotate, as config.json says it.
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/config_groups.h"

namespace fathom::rt {
namespace {

constexpr double kThetaMin = 1.5;
constexpr double kThetaMax = 1e12;
constexpr double kFactorMax = 65536;
constexpr double kBetaMin = 1e-3;
constexpr double kBetaMax = 1e6;
constexpr double kMscaleMax = 100;

struct RopeTypeRow {
  RopeType type;
  absl::string_view name;
  absl::string_view keys;
};
constexpr RopeTypeRow kRopeTypes[] = {
    {RopeType::kDefault, "default", "rope_type and rope_theta"},
    {RopeType::kYarn, "yarn",
     "rope_type, rope_theta, factor, original_max_position_embeddings, "
     "beta_fast, beta_slow, mscale, mscale_all_dim, attention_factor and "
     "truncate"},
    {RopeType::kLlama3, "llama3",
     "rope_type, rope_theta, factor, original_max_position_embeddings, "
     "low_freq_factor and high_freq_factor"},
};

absl::StatusOr<RopeTypeRow> TypeFrom(const JsonValue& value) {
  FATHOM_ASSIGN_OR_RETURN(absl::string_view name, value.AsString());
  for (const RopeTypeRow& row : kRopeTypes) {
    if (row.name == name) return row;
  }
  return value.Expected(
      "\"default\", \"yarn\" or \"llama3\": no other is computed");
}

// `type` is the older name of `rope_type`.
absl::StatusOr<RopeTypeRow> ReadType(const JsonValue& object,
                                     ConfigReader* group) {
  std::optional<JsonValue> type = group->Find("rope_type");
  std::optional<JsonValue> older = group->Find("type");
  if (!type && !older) return group->Get("rope_type").status();
  FATHOM_ASSIGN_OR_RETURN(RopeTypeRow row, TypeFrom(type ? *type : *older));
  if (type && older) {
    FATHOM_ASSIGN_OR_RETURN(RopeTypeRow again, TypeFrom(*older));
    if (again.type != row.type) {
      return older->Expected(
          absl::StrCat("\"", row.name, "\" as 'rope_type' says"));
    }
  }
  return row;
}

absl::Status ReadScaled(ConfigReader* group, RopeConfig* rope) {
  FATHOM_RETURN_IF_ERROR(group->Number("factor", 1, kFactorMax, &rope->factor));
  return group->Integer("original_max_position_embeddings", 1, kPositionsMax,
                        &rope->original_positions);
}

absl::Status ReadYarn(ConfigReader* group, RopeConfig* rope) {
  FATHOM_RETURN_IF_ERROR(ReadScaled(group, rope));
  FATHOM_RETURN_IF_ERROR(
      group->OptionalNumber("beta_fast", kBetaMin, kBetaMax, &rope->beta_fast));
  FATHOM_RETURN_IF_ERROR(
      group->OptionalNumber("beta_slow", kBetaMin, kBetaMax, &rope->beta_slow));
  if (rope->beta_fast < rope->beta_slow) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config.json: the rope group has beta_fast ", rope->beta_fast,
        " below beta_slow ", rope->beta_slow, ", expected it at or above"));
  }
  FATHOM_RETURN_IF_ERROR(
      group->OptionalNumber("mscale", 0, kMscaleMax, &rope->mscale));
  FATHOM_RETURN_IF_ERROR(group->OptionalNumber("mscale_all_dim", 0, kMscaleMax,
                                               &rope->mscale_all_dim));
  if (auto factor = group->Find("attention_factor")) {
    FATHOM_ASSIGN_OR_RETURN(rope->attention_factor,
                            NumberIn(*factor, 1e-3, kMscaleMax));
  }
  return group->OptionalBool("truncate", &rope->truncate);
}

absl::Status ReadLlama3(ConfigReader* group, RopeConfig* rope) {
  FATHOM_RETURN_IF_ERROR(ReadScaled(group, rope));
  FATHOM_RETURN_IF_ERROR(group->Number("low_freq_factor", 1e-3, kFactorMax,
                                       &rope->low_freq_factor));
  FATHOM_RETURN_IF_ERROR(group->Number("high_freq_factor", 1e-3, kFactorMax,
                                       &rope->high_freq_factor));
  if (rope->high_freq_factor < rope->low_freq_factor) {
    return absl::InvalidArgumentError(
        absl::StrCat("config.json: the rope group has high_freq_factor ",
                     rope->high_freq_factor, " below low_freq_factor ",
                     rope->low_freq_factor, ", expected it at or above"));
  }
  return absl::OkStatus();
}

absl::Status ReadGroup(const JsonValue& object, RopeConfig* rope) {
  FATHOM_ASSIGN_OR_RETURN(ConfigReader group, ConfigReader::Read(object));
  FATHOM_ASSIGN_OR_RETURN(RopeTypeRow row, ReadType(object, &group));
  rope->type = row.type;
  FATHOM_RETURN_IF_ERROR(
      group.OptionalNumber("rope_theta", kThetaMin, kThetaMax, &rope->theta));
  FATHOM_RETURN_IF_ERROR(group.OnlyNumber("partial_rotary_factor", 1));
  switch (row.type) {
    case RopeType::kDefault: break;
    case RopeType::kYarn: FATHOM_RETURN_IF_ERROR(ReadYarn(&group, rope)); break;
    case RopeType::kLlama3:
      FATHOM_RETURN_IF_ERROR(ReadLlama3(&group, rope));
      break;
  }
  return group.RefuseUnread(row.keys);
}

}  // namespace

absl::Status ReadRope(ConfigReader* reader, RopeConfig* rope) {
  double theta = 0;
  FATHOM_RETURN_IF_ERROR(
      reader->OptionalNumber("rope_theta", kThetaMin, kThetaMax, &theta));
  if (theta > 0) rope->theta = theta;
  std::optional<JsonValue> scaling = reader->Find("rope_scaling");
  std::optional<JsonValue> parameters = reader->Find("rope_parameters");
  if (scaling && parameters) {
    return scaling->Expected("null or nothing beside 'rope_parameters'");
  }
  if (!scaling && !parameters) return absl::OkStatus();
  FATHOM_RETURN_IF_ERROR(ReadGroup(scaling ? *scaling : *parameters, rope));
  if (theta > 0 && rope->theta != theta) {
    return absl::InvalidArgumentError(
        absl::StrCat("config.json: key 'rope_theta' is ", theta, ", expected ",
                     rope->theta, " as in the rope group"));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
