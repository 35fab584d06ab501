// See ignored_keys.h.
#include "runtime/io/ignored_keys.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/io/model_config.h"

namespace fathom::rt {
namespace {

// A type's name, "auto" too, or an object of one for each part: the tensors
// themselves say in which they are stored.
enum class Kind { kBool, kInteger, kNumber, kString, kObject, kType };

struct IgnoredKey {
  IgnoredIn where;
  absl::string_view name;
  Kind kind;
};

// Up to here a number written as 1.0 is a whole one without doubt.
constexpr int64_t kExactMax = int64_t{1} << 53;

constexpr IgnoredKey kIgnoredKeys[] = {
    {IgnoredIn::kEvery, "_name_or_path", Kind::kString},
    {IgnoredIn::kEvery, "transformers_version", Kind::kString},
    {IgnoredIn::kEvery, "torch_dtype", Kind::kType},
    {IgnoredIn::kEvery, "dtype", Kind::kType},
    {IgnoredIn::kEvery, "use_cache", Kind::kBool},
    {IgnoredIn::kEvery, "initializer_range", Kind::kNumber},
    {IgnoredIn::kEvery, "attention_dropout", Kind::kNumber},
    {IgnoredIn::kEvery, "pad_token_id", Kind::kInteger},
    {IgnoredIn::kEvery, "auto_map", Kind::kObject},
    {IgnoredIn::kEvery, "_attn_implementation", Kind::kString},
    {IgnoredIn::kEvery, "attn_implementation", Kind::kString},
    {IgnoredIn::kEvery, "_attn_implementation_autoset", Kind::kBool},
    {IgnoredIn::kEvery, "pretraining_tp", Kind::kInteger},
    {IgnoredIn::kEvery, "torchscript", Kind::kBool},
    {IgnoredIn::kEvery, "return_dict", Kind::kBool},
    {IgnoredIn::kEvery, "output_attentions", Kind::kBool},
    {IgnoredIn::kEvery, "output_hidden_states", Kind::kBool},
    {IgnoredIn::kEvery, "tokenizer_class", Kind::kString},
    {IgnoredIn::kEvery, "id2label", Kind::kObject},
    {IgnoredIn::kEvery, "label2id", Kind::kObject},
    {IgnoredIn::kEvery, "chunk_size_feed_forward", Kind::kInteger},
    {IgnoredIn::kEvery, "transformers.js_config", Kind::kObject},
    {IgnoredIn::kGrouped, "sliding_window", Kind::kInteger},
    {IgnoredIn::kGrouped, "max_window_layers", Kind::kInteger},
    // Says that a converter wrote the file.
    {IgnoredIn::kGrouped, "is_llama_config", Kind::kBool},
    {IgnoredIn::kExperts, "ep_size", Kind::kInteger},
    {IgnoredIn::kExperts, "aux_loss_alpha", Kind::kNumber},
    {IgnoredIn::kExperts, "seq_aux", Kind::kBool},
    {IgnoredIn::kExperts, "router_aux_loss_coef", Kind::kNumber},
    {IgnoredIn::kExperts, "output_router_logits", Kind::kBool},
};

bool IsOfKind(const JsonValue& value, Kind kind) {
  if (value.IsNull()) return true;
  switch (kind) {
    case Kind::kBool: return value.kind() == JsonValue::Kind::kBool;
    // Numbers of any size: nothing is computed with them.
    case Kind::kInteger:
      return value.kind() == JsonValue::Kind::kInteger ||
             WholeIn(value, -kExactMax, kExactMax).ok();
    case Kind::kNumber:
      return value.kind() == JsonValue::Kind::kInteger ||
             value.kind() == JsonValue::Kind::kReal;
    case Kind::kString: return value.kind() == JsonValue::Kind::kString;
    case Kind::kObject: return value.kind() == JsonValue::Kind::kObject;
    case Kind::kType:
      return value.kind() == JsonValue::Kind::kString ||
             value.kind() == JsonValue::Kind::kObject;
  }
  return false;
}

std::string KindInWords(Kind kind) {
  switch (kind) {
    case Kind::kBool: return "true or false";
    case Kind::kInteger: return "a whole number";
    case Kind::kNumber: return "a number";
    case Kind::kString: return "a string";
    case Kind::kObject: return "an object";
    case Kind::kType: return "the name of a type";
  }
  return "";
}

}  // namespace

absl::Status IgnoreKeys(IgnoredIn where, ConfigReader* reader) {
  for (const IgnoredKey& key : kIgnoredKeys) {
    if (key.where != where) continue;
    const std::optional<JsonValue> value = reader->FindOrNull(key.name);
    if (value && !IsOfKind(*value, key.kind)) {
      return value->Expected(absl::StrCat(KindInWords(key.kind), ", or null"));
    }
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
