#include "runtime/io/config_reader.h"

#include <cmath>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"

namespace fathom::rt {

absl::StatusOr<double> NumberIn(const JsonValue& value, double min,
                                double max) {
  const absl::StatusOr<double> number = value.AsNumber();
  if (number.ok() && *number >= min && *number <= max) return *number;
  return value.Expected(absl::StrCat("a number from ", min, " to ", max));
}

bool IsFalsy(const JsonValue& value) {
  switch (value.kind()) {
    case JsonValue::Kind::kNull: return true;
    case JsonValue::Kind::kBool: return !*value.AsBool();
    case JsonValue::Kind::kInteger:
    case JsonValue::Kind::kReal: return NumberIn(value, 0, 0).ok();
    case JsonValue::Kind::kString: return value.AsString()->empty();
    case JsonValue::Kind::kArray: return value.AsArray()->empty();
    case JsonValue::Kind::kObject: return value.AsObject()->empty();
  }
  return false;
}

absl::StatusOr<int64_t> WholeIn(const JsonValue& value, int64_t min,
                                int64_t max) {
  if (value.kind() == JsonValue::Kind::kReal) {
    FATHOM_ASSIGN_OR_RETURN(double number, value.AsNumber());
    if (number == std::floor(number) && number >= static_cast<double>(min) &&
        number <= static_cast<double>(max)) {
      return static_cast<int64_t>(number);
    }
  }
  return value.AsInteger(min, max);
}

absl::StatusOr<ConfigReader> ConfigReader::Read(const JsonValue& object) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonMember> members, object.AsObject());
  std::vector<Entry> entries;
  entries.reserve(members.size());
  for (JsonMember& member : members) entries.push_back({std::move(member)});
  return ConfigReader(object, std::move(entries));
}

ConfigReader::Entry* ConfigReader::Mark(absl::string_view key) {
  for (Entry& entry : entries_) {
    if (entry.member.first == key) {
      entry.is_read = true;
      return &entry;
    }
  }
  return nullptr;
}

absl::StatusOr<JsonValue> ConfigReader::Get(absl::string_view key,
                                            absl::string_view expected) {
  Mark(key);
  return object_.Get(key, expected);
}

std::optional<JsonValue> ConfigReader::FindOrNull(absl::string_view key) {
  Entry* entry = Mark(key);
  if (entry == nullptr) return std::nullopt;
  return entry->member.second;
}

std::optional<JsonValue> ConfigReader::Find(absl::string_view key) {
  std::optional<JsonValue> value = FindOrNull(key);
  if (value && value->IsNull()) return std::nullopt;
  return value;
}

absl::Status ConfigReader::Integer(absl::string_view key, int64_t min,
                                   int64_t max, int64_t* out) {
  FATHOM_ASSIGN_OR_RETURN(
      JsonValue value,
      Get(key, absl::StrCat("a whole number from ", min, " to ", max)));
  FATHOM_ASSIGN_OR_RETURN(*out, value.AsInteger(min, max));
  return absl::OkStatus();
}

absl::Status ConfigReader::OptionalInteger(absl::string_view key, int64_t min,
                                           int64_t max, int64_t* out) {
  return Find(key) ? Integer(key, min, max, out) : absl::OkStatus();
}

absl::Status ConfigReader::IntegerOr(absl::string_view key, int64_t min,
                                     int64_t max, int64_t fallback,
                                     int64_t* out) {
  *out = fallback;
  return Mark(key) ? Integer(key, min, max, out) : absl::OkStatus();
}

absl::Status ConfigReader::NumberOr(absl::string_view key, double min,
                                    double max, double fallback, double* out) {
  *out = fallback;
  return Mark(key) ? Number(key, min, max, out) : absl::OkStatus();
}

absl::Status ConfigReader::OptionalWhole(absl::string_view key, int64_t min,
                                         int64_t max, int64_t* out) {
  std::optional<JsonValue> value = Find(key);
  if (!value) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(*out, WholeIn(*value, min, max));
  return absl::OkStatus();
}

absl::Status ConfigReader::Number(absl::string_view key, double min, double max,
                                  double* out) {
  FATHOM_ASSIGN_OR_RETURN(
      JsonValue value,
      Get(key, absl::StrCat("a number from ", min, " to ", max)));
  FATHOM_ASSIGN_OR_RETURN(*out, NumberIn(value, min, max));
  return absl::OkStatus();
}

absl::Status ConfigReader::OptionalNumber(absl::string_view key, double min,
                                          double max, double* out) {
  return Find(key) ? Number(key, min, max, out) : absl::OkStatus();
}

absl::Status ConfigReader::Bool(absl::string_view key, bool* out) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue value, Get(key, "true or false"));
  FATHOM_ASSIGN_OR_RETURN(*out, value.AsBool());
  return absl::OkStatus();
}

absl::Status ConfigReader::OptionalBool(absl::string_view key, bool* out) {
  return Find(key) ? Bool(key, out) : absl::OkStatus();
}

absl::Status ConfigReader::OnlyString(
    absl::string_view key, std::initializer_list<absl::string_view> names) {
  std::optional<JsonValue> found = Find(key);
  if (!found || (found->kind() == JsonValue::Kind::kString &&
                 absl::c_linear_search(names, *found->AsString()))) {
    return absl::OkStatus();
  }
  return found->Expected(
      absl::StrCat("\"", *names.begin(), "\": no other value is supported"));
}

absl::Status ConfigReader::OnlyBool(absl::string_view key, bool value) {
  std::optional<JsonValue> found = Find(key);
  if (!found ||
      (found->kind() == JsonValue::Kind::kBool && *found->AsBool() == value)) {
    return absl::OkStatus();
  }
  return found->Expected(
      absl::StrCat(value ? "true" : "false", ": no other value is supported"));
}

absl::Status ConfigReader::OnlyNumber(absl::string_view key, double value) {
  std::optional<JsonValue> found = Find(key);
  if (!found || NumberIn(*found, value, value).ok()) return absl::OkStatus();
  return found->Expected(absl::StrCat(value, ": no other value is supported"));
}

void ConfigReader::Ignore(std::initializer_list<absl::string_view> keys) {
  for (absl::string_view key : keys) Mark(key);
}

std::vector<JsonMember> ConfigReader::Unread() const {
  std::vector<JsonMember> members;
  for (const Entry& entry : entries_) {
    if (!entry.is_read) members.push_back(entry.member);
  }
  return members;
}

absl::Status ConfigReader::RefuseUnread(absl::string_view known) const {
  for (const Entry& entry : entries_) {
    if (!entry.is_read) {
      return entry.member.second.Expected(
          absl::StrCat("no such key here: known are ", known));
    }
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
