// The compiler's part that reads the post-processor: what stands around a text
// with special tokens.
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"
#include "runtime/text/tokenizer_build.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_parts.h"
#include "runtime/text/tokenizer_step_reader.h"

namespace fathom::rt {
namespace {

absl::Status AddAround(const JsonValue& value, const TokenizerBuild& build,
                       std::vector<uint32_t>* around) {
  FATHOM_ASSIGN_OR_RETURN(uint64_t id, value.AsUnsigned(0, kTokenIdsMax - 1));
  if (id >= build.tokens.size() || build.tokens[id].kind == kTokenAbsent) {
    return value.Expected("the id of a token");
  }
  around->push_back(static_cast<uint32_t>(id));
  return absl::OkStatus();
}

// The ids of a special token of a template: those that its entry lists.
absl::Status AddSpecialToken(const JsonValue& token, const JsonValue& step,
                             const TokenizerBuild& build,
                             std::vector<uint32_t>* around) {
  FATHOM_ASSIGN_OR_RETURN(JsonValue name, token.Get("id"));
  FATHOM_ASSIGN_OR_RETURN(absl::string_view content, name.AsString());
  FATHOM_ASSIGN_OR_RETURN(JsonValue all, step.Get("special_tokens"));
  FATHOM_ASSIGN_OR_RETURN(JsonValue entry, all.Get(content));
  FATHOM_ASSIGN_OR_RETURN(JsonValue list, entry.Get("ids"));
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> ids, list.AsArray());
  for (const JsonValue& id : ids) {
    FATHOM_RETURN_IF_ERROR(AddAround(id, build, around));
  }
  return absl::OkStatus();
}

// What stands before a text and after it, one more layer around what is there.
void AddLayer(std::vector<uint32_t> before, std::vector<uint32_t> after,
              TokenizerBuild* build) {
  auto& tables = build->tables;
  tables.before_ids.insert(tables.before_ids.begin(), before.begin(),
                           before.end());
  tables.after_ids.insert(tables.after_ids.end(), after.begin(), after.end());
}

// "[X] A [Y]": of a template of one text, what stands around it.
absl::Status ReadTemplate(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(
      CheckKeys(step, {"type", "single", "pair", "special_tokens"}));
  FATHOM_ASSIGN_OR_RETURN(JsonValue single, step.Get("single"));
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> items, single.AsArray());
  std::vector<uint32_t> before, after;
  bool has_text = false;
  for (const JsonValue& item : items) {
    if (std::optional<JsonValue> token = item.Find("SpecialToken")) {
      FATHOM_RETURN_IF_ERROR(
          AddSpecialToken(*token, step, *build, has_text ? &after : &before));
    } else if (item.Find("Sequence") && !has_text) {
      has_text = true;
    } else {
      return item.Expected("a 'SpecialToken' or, once, a 'Sequence'");
    }
  }
  if (!has_text) return single.Expected("a 'Sequence', the text, in it");
  AddLayer(std::move(before), std::move(after), build);
  return absl::OkStatus();
}

// "[CLS] A [SEP]".
absl::Status ReadClassifier(const JsonValue& step, TokenizerBuild* build) {
  FATHOM_RETURN_IF_ERROR(CheckKeys(
      step, {"type", "sep", "cls", "trim_offsets", "add_prefix_space"}));
  std::vector<uint32_t> around[2];
  for (auto [key, ids] :
       {std::pair{"cls", &around[0]}, std::pair{"sep", &around[1]}}) {
    FATHOM_ASSIGN_OR_RETURN(JsonValue pair, step.Get(key));
    FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> values, pair.AsArray());
    if (values.size() != 2) return pair.Expected("a token and its id");
    FATHOM_RETURN_IF_ERROR(AddAround(values[1], *build, ids));
  }
  AddLayer(std::move(around[0]), std::move(around[1]), build);
  return absl::OkStatus();
}

// Has to do with offsets only.
absl::Status ReadByteLevel(const JsonValue& step, TokenizerBuild*) {
  return CheckKeys(step,
                   {"type", "add_prefix_space", "trim_offsets", "use_regex"});
}

constexpr StepReader kReaders[] = {
    {"ByteLevel", ReadByteLevel},
    {"TemplateProcessing", ReadTemplate},
    {"BertProcessing", ReadClassifier},
    {"RobertaProcessing", ReadClassifier},
};

}  // namespace

absl::Status BuildPostProcessor(const JsonValue& root, TokenizerBuild* build) {
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> steps,
                          StepsAt(root, "post_processor", "processors"));
  for (const JsonValue& step : steps) {
    FATHOM_RETURN_IF_ERROR(ReadStep(step, kReaders, build));
  }
  if (build->tables.before_ids.size() > kAroundIdsMax ||
      build->tables.after_ids.size() > kAroundIdsMax) {
    return root.Find("post_processor")
        ->Expected(absl::StrCat("at most ", kAroundIdsMax,
                                " special tokens before a text and after it"));
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
