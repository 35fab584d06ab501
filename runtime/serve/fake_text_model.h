// A TextModel of letters, for tests: ids are the bytes below 128, after them
// the control tokens; what it answers is given as a script.
#ifndef FATHOM_RUNTIME_SERVE_FAKE_TEXT_MODEL_H_
#define FATHOM_RUNTIME_SERVE_FAKE_TEXT_MODEL_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/base/json.h"
#include "runtime/base/status.h"
#include "runtime/serve/text_model.h"

namespace fathom::rt {

class FakeTextModel final : public TextModel {
 public:
  static constexpr int32_t kEos = 128, kOpen = 129, kClose = 130, kUser = 131,
                           kAssistant = 132, kBos = 133, kVocabulary = 134;

  // What the model says after each prompt: '{' opens and '}' closes the
  // thinking; the eos token follows.
  explicit FakeTextModel(std::string script) : script_(std::move(script)) {
    facts_.name = "fake";
    facts_.level = "letters";
    facts_.placement = "mapped";
    facts_.thread_count = 2;
    facts_.vocabulary_size = kVocabulary;
    facts_.context_tokens = 300;
    facts_.step_tokens_max = 4;
    facts_.think_open_id = kOpen;
    facts_.think_close_id = kClose;
    facts_.eos_ids = {kEos};
  }

  const TextModelFacts& facts() const override { return facts_; }
  TextModelFacts& mutable_facts() { return facts_; }

  absl::StatusOr<std::vector<int32_t>> EncodeRequest(
      absl::string_view request_json) override {
    FATHOM_ASSIGN_OR_RETURN(const JsonDocument request,
                            JsonDocument::Parse(request_json, "the request"));
    FATHOM_ASSIGN_OR_RETURN(const JsonValue list,
                            request.root().Get("messages"));
    FATHOM_ASSIGN_OR_RETURN(const auto messages, list.AsArray());
    std::vector<int32_t> ids = {kBos};
    for (const JsonValue& message : messages) {
      const std::string role = StringOf(message, "role");
      if (role == "user") ids.push_back(kUser);
      if (role == "assistant") ids.push_back(kAssistant);
      for (char c : StringOf(message, "content")) ids.push_back(c & 127);
      if (role == "assistant") ids.push_back(kEos);
    }
    if (IsSet(request.root(), "continue_final_message", false)) {
      if (ids.back() == kEos) ids.pop_back();
      return ids;
    }
    if (!IsSet(request.root(), "add_generation_prompt", true)) return ids;
    ids.push_back(kAssistant);
    ids.push_back(kOpen);
    return ids;
  }

  absl::StatusOr<std::vector<int32_t>> EncodeRaw(
      absl::string_view text) override {
    std::vector<int32_t> ids = {kBos};
    for (char c : text) ids.push_back(c & 127);
    return ids;
  }

  std::unique_ptr<TextDecoder> NewDecoder() override {
    return std::make_unique<Decoder>();
  }

  absl::StatusOr<std::vector<SlotLogits>> StepSlots(
      absl::Span<const SlotTokens> runs) override {
    if (!step_error_.ok()) return step_error_;
    if (on_step_) on_step_(++steps_);
    widest_step_ = std::max(widest_step_, runs.size());
    std::vector<SlotLogits> logits;
    for (const SlotTokens& run : runs) {
      logits.push_back(StepSlot(slots_[run.slot], run.tokens));
    }
    return logits;
  }

  void Release(int32_t slot) override { slots_.erase(slot); }

  // All tokens that went through a step so far.
  int64_t stepped() const { return stepped_; }
  // The most sequences that one step had.
  size_t widest_step() const { return widest_step_; }
  // Says what to answer a prompt, instead of the one script.
  void set_script_of(std::function<std::string(const std::string&)> script_of) {
    script_of_ = std::move(script_of);
  }
  void set_step_error(absl::Status status) { step_error_ = std::move(status); }
  // Called with the number of each step, from 1.
  void set_on_step(std::function<void(int64_t)> on_step) {
    on_step_ = std::move(on_step);
  }

 private:
  static std::string StringOf(const JsonValue& message, const char* name) {
    const std::optional<JsonValue> field = message.Find(name);
    const bool is_string = field && field->kind() == JsonValue::Kind::kString;
    return is_string ? std::string(*field->AsString()) : "";
  }
  static bool IsSet(const JsonValue& request, const char* name,
                    bool if_absent) {
    const std::optional<JsonValue> field = request.Find(name);
    const bool is_bool = field && field->kind() == JsonValue::Kind::kBool;
    return is_bool ? *field->AsBool() : if_absent;
  }

  struct Decoder final : TextDecoder {
    std::string Push(int32_t id) override {
      if (id < 128) return std::string(1, static_cast<char>(id));
      return id == kOpen    ? "<think>"
             : id == kClose ? "</think>"
                            : absl::StrCat("<", id, ">");
    }
    std::string Finish() override { return ""; }
  };

  struct Slot {
    std::vector<int32_t> cache;
    std::vector<float> logits;
    std::string script;
    size_t said = 0;
  };

  static int32_t ScriptId(char c) {
    return c == '{' ? kOpen : c == '}' ? kClose : c & 127;
  }

  SlotLogits StepSlot(Slot& slot, const StepTokens& tokens) {
    if (tokens.first_position > int64_t(slot.cache.size())) {
      return absl::InternalError("a position was left out");
    }
    slot.cache.resize(tokens.first_position);
    slot.cache.insert(slot.cache.end(), tokens.ids.begin(), tokens.ids.end());
    stepped_ += int64_t(tokens.ids.size());
    if (tokens.role == 0) {
      slot.said = 0;
      std::string prompt;
      for (int32_t id : slot.cache) {
        if (id < 128) prompt += static_cast<char>(id);
      }
      slot.script = script_of_ ? script_of_(prompt) : script_;
    }
    if (!tokens.wants_logits) return absl::Span<const float>();
    slot.logits.assign(kVocabulary, 0.0f);
    slot.logits[slot.said < slot.script.size()
                    ? ScriptId(slot.script[slot.said])
                    : kEos] = 9;
    ++slot.said;
    return absl::MakeConstSpan(slot.logits);
  }

  std::string script_;
  std::function<std::string(const std::string&)> script_of_;
  TextModelFacts facts_;
  std::map<int32_t, Slot> slots_;
  size_t widest_step_ = 0;
  int64_t stepped_ = 0;
  int64_t steps_ = 0;
  std::function<void(int64_t)> on_step_;
  absl::Status step_error_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_FAKE_TEXT_MODEL_H_
