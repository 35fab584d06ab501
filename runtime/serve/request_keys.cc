// See request_keys.h.
#include "runtime/serve/request_keys.h"

#include <algorithm>
#include <iterator>

namespace fathom::rt {
namespace {

// Who asks, how the answer travels, and what a service keeps of it.
constexpr absl::string_view kUnusedKeys[] = {
    "model",
    "user",
    "metadata",
    "store",
    "stream",
    "stream_options",
    "service_tier",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prediction",
};

using Neutral = bool (*)(const JsonValue& value, const JsonValue& request);

template <int number>
bool IsNumber(const JsonValue& value, const JsonValue&) {
  const auto found = value.AsNumber();
  return found.ok() && *found == number;
}

template <bool flag>
bool IsFlag(const JsonValue& value, const JsonValue&) {
  const auto found = value.AsBool();
  return found.ok() && *found == flag;
}

// Null, which is accepted everywhere.
bool IsNothing(const JsonValue&, const JsonValue&) { return false; }

bool IsEmptyList(const JsonValue& value, const JsonValue&) {
  const auto found = value.AsArray();
  return found.ok() && found->empty();
}

bool IsEmptyObject(const JsonValue& value, const JsonValue&) {
  const auto found = value.AsObject();
  return found.ok() && found->empty();
}

bool HoldsString(const JsonValue& value, absl::string_view text) {
  const auto found = value.AsString();
  return found.ok() && *found == text;
}

// "none" forbids calls, which nothing enforces: it is neutral where the request
// offers no tools.
template <char const* tools>
bool IsFreeChoice(const JsonValue& value, const JsonValue& request) {
  if (HoldsString(value, "auto")) return true;
  const auto offered = request.Find(tools);
  return HoldsString(value, "none") && (!offered || offered->IsNull());
}

bool IsPlainText(const JsonValue& value, const JsonValue&) {
  const auto members = value.AsObject();
  return members.ok() && members->size() == 1 &&
         members->front().first == "type" &&
         HoldsString(members->front().second, "text");
}

bool IsTextOnly(const JsonValue& value, const JsonValue&) {
  const auto items = value.AsArray();
  return items.ok() && items->size() == 1 &&
         HoldsString(items->front(), "text");
}

bool IsMedium(const JsonValue& value, const JsonValue&) {
  return HoldsString(value, "medium");
}

constexpr char kTools[] = "tools", kFunctions[] = "functions";

struct NeutralKey {
  absl::string_view key;
  Neutral is_neutral;
  absl::string_view expected;
};
constexpr NeutralKey kNeutralKeys[] = {
    {"n", IsNumber<1>, "1: one answer is computed"},
    {"best_of", IsNumber<1>, "1: one answer is computed"},
    {"echo", IsFlag<false>, "false: the prompt is not written again"},
    {"suffix", IsNothing, "null: nothing is inserted before a suffix"},
    {"logprobs", IsFlag<false>, "false: no log-probabilities are computed"},
    {"top_logprobs", IsNumber<0>, "0: no log-probabilities are computed"},
    {"presence_penalty", IsNumber<0>,
     "0: this penalty is not computed, only 'repetition_penalty'"},
    {"frequency_penalty", IsNumber<0>,
     "0: this penalty is not computed, only 'repetition_penalty'"},
    {"logit_bias", IsEmptyObject, "an empty object: no bias is computed"},
    {"response_format", IsPlainText,
     "{\"type\": \"text\"}: an answer is held to no format"},
    {"modalities", IsTextOnly, "[\"text\"]: only text is computed"},
    {"audio", IsNothing, "null: only text is computed"},
    {"verbosity", IsMedium, "\"medium\": answers are as long as the model's"},
    {"web_search_options", IsNothing, "null: nothing is searched for"},
    {"tool_choice", IsFreeChoice<kTools>,
     "\"auto\": the model alone chooses its calls"},
    {"parallel_tool_calls", IsFlag<true>,
     "true: the model alone chooses its calls"},
    {"functions", IsEmptyList,
     "an empty array: functions are given as 'tools'"},
    {"function_call", IsFreeChoice<kFunctions>,
     "\"auto\": the model alone chooses its calls"},
    {"ignore_eos", IsFlag<false>, "false: the model ends its answer"},
    {"min_tokens", IsNumber<0>, "0: the model ends its answer"},
    {"stop_token_ids", IsEmptyList,
     "an empty array: only texts end an answer, as 'stop'"},
    {"use_beam_search", IsFlag<false>, "false: no beams are computed"},
};

const NeutralKey* Find(absl::string_view key) {
  for (const NeutralKey& neutral : kNeutralKeys) {
    if (neutral.key == key) return &neutral;
  }
  return nullptr;
}

}  // namespace

bool IsUnusedKey(absl::string_view key) {
  return std::find(std::begin(kUnusedKeys), std::end(kUnusedKeys), key) !=
         std::end(kUnusedKeys);
}

bool IsNeutralKey(absl::string_view key) { return Find(key) != nullptr; }

absl::Status CheckNeutral(absl::string_view key, const JsonValue& value,
                          const JsonValue& request) {
  const NeutralKey* neutral = Find(key);
  if (neutral == nullptr || value.IsNull() ||
      neutral->is_neutral(value, request)) {
    return absl::OkStatus();
  }
  return value.Expected(neutral->expected);
}

}  // namespace fathom::rt
