// JSON from outside as values of a template.
#include <simdjson.h>

#include "absl/strings/str_cat.h"
#include "runtime/base/json_fault.h"
#include "runtime/base/status.h"
#include "runtime/text/template_value.h"

namespace fathom::rt {
namespace {

// As deep as a request may nest.
constexpr size_t kRequestDepthMax = 32;
// As long as a request may be.
constexpr size_t kRequestBytesMax = 64 << 20;

absl::StatusOr<Value> Convert(Arena& arena, simdjson::dom::element element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::NULL_VALUE: return Value::None();
    case element_type::BOOL:
      return Value::Bool(bool(element.get_bool().value_unsafe()));
    case element_type::INT64:
      return Value::Int(element.get_int64().value_unsafe());
    case element_type::DOUBLE:
      return Value::Float(element.get_double().value_unsafe());
    case element_type::UINT64:
      return absl::InvalidArgumentError(
          "found an integer above 9223372036854775807, expected at most that");
    case element_type::STRING: {
      std::string_view text = element.get_string().value_unsafe();
      return arena.NewText(absl::string_view(text.data(), text.size()), true);
    }
    case element_type::ARRAY: {
      std::vector<Value> items;
      simdjson::dom::array array = element.get_array().value_unsafe();
      for (simdjson::dom::element item : array) {
        FATHOM_ASSIGN_OR_RETURN(Value value, Convert(arena, item));
        items.push_back(value);
      }
      return arena.NewSeq(Seq::Type::kList, std::move(items));
    }
    case element_type::OBJECT: {
      std::vector<std::pair<Value, Value>> entries;
      simdjson::dom::object object = element.get_object().value_unsafe();
      for (auto field : object) {
        FATHOM_ASSIGN_OR_RETURN(
            Value key,
            arena.NewText(absl::string_view(field.key.data(), field.key.size()),
                          true));
        FATHOM_ASSIGN_OR_RETURN(Value value, Convert(arena, field.value));
        entries.emplace_back(key, value);
      }
      return arena.NewDict(std::move(entries));
    }
  }
  return absl::InternalError("a JSON value of an unknown kind");
}

}  // namespace

absl::StatusOr<Value> ValueFromJson(Arena& arena, absl::string_view json) {
  if (json.size() > kRequestBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("found JSON of ", json.size(), " bytes, expected at most ",
                     kRequestBytesMax));
  }
  FATHOM_RETURN_IF_ERROR(arena.Charge(json.size()));
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  auto error = parser.allocate(json.size() + 1, kRequestDepthMax);
  if (!error) error = parser.parse(json.data(), json.size(), true).get(root);
  if (error == simdjson::DEPTH_ERROR) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found JSON nested deeper than ", kRequestDepthMax, " levels"));
  }
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("not JSON: ", JsonFault(json)));
  }
  return Convert(arena, root);
}

}  // namespace fathom::rt
