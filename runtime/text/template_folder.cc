#include "runtime/text/template_folder.h"

#include <simdjson.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/base/json.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template_request.h"

namespace fathom::rt {
namespace {

constexpr off_t kConfigBytesMax = 64 << 20;
constexpr size_t kTemplatesMax = 16;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    return absl::NotFoundError(
        absl::StrCat("found no file '", Shown(path), "'"));
  }
  if (!S_ISREG(info.st_mode) || info.st_size > kConfigBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", Shown(path), "' is not a regular file of at most ",
                     kConfigBytesMax, " bytes"));
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (!file) {
    return absl::FailedPreconditionError(
        absl::StrCat("'", Shown(path), "' cannot be read"));
  }
  return std::move(bytes).str();
}

absl::Status In(absl::string_view where, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(where, ": ", status.message()));
}

absl::Status AddTemplate(absl::string_view where, absl::string_view name,
                         absl::string_view source, ChatTemplates* templates) {
  auto program = CompileTemplate(source);
  if (!program.ok()) return In(where, program.status());
  templates->programs.emplace_back(std::string(name), *std::move(program));
  return absl::OkStatus();
}

absl::Status AddConfigTemplates(absl::string_view path, const JsonValue& value,
                                ChatTemplates* templates) {
  if (value.kind() == JsonValue::Kind::kString) {
    return AddTemplate(path, "default", *value.AsString(), templates);
  }
  if (value.kind() != JsonValue::Kind::kArray) {
    return value.Expected(
        "a string, or a list of objects with 'name' and 'template'");
  }
  FATHOM_ASSIGN_OR_RETURN(std::vector<JsonValue> list, value.AsArray());
  if (list.size() > kTemplatesMax) {
    return value.Expected(absl::StrCat("at most ", kTemplatesMax,
                                       " templates, but it has ", list.size()));
  }
  for (const JsonValue& item : list) {
    FATHOM_ASSIGN_OR_RETURN(const JsonValue name, item.Get("name"));
    FATHOM_ASSIGN_OR_RETURN(absl::string_view text, name.AsString());
    FATHOM_ASSIGN_OR_RETURN(const JsonValue source, item.Get("template"));
    FATHOM_ASSIGN_OR_RETURN(absl::string_view program, source.AsString());
    FATHOM_RETURN_IF_ERROR(AddTemplate(path, text, program, templates));
  }
  return absl::OkStatus();
}

void AddSpecialTokens(const JsonValue& config, ChatTemplates* templates) {
  for (const char* name : {"bos_token", "eos_token", "unk_token", "sep_token",
                           "pad_token", "cls_token", "mask_token"}) {
    std::optional<JsonValue> token = config.Find(name);
    if (token && token->kind() == JsonValue::Kind::kObject) {
      token = token->Find("content");
    }
    if (token && token->kind() == JsonValue::Kind::kString) {
      templates->special_tokens.emplace_back(name,
                                             std::string(*token->AsString()));
    }
  }
}

}  // namespace

absl::StatusOr<ChatTemplates> LoadChatTemplates(const std::string& folder) {
  ChatTemplates templates;
  std::string path = absl::StrCat(folder, "/tokenizer_config.json");
  FATHOM_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  FATHOM_ASSIGN_OR_RETURN(const JsonDocument document,
                          JsonDocument::Parse(bytes, Shown(path)));
  const JsonValue config = document.root();
  FATHOM_RETURN_IF_ERROR(config.AsObject().status());
  AddSpecialTokens(config, &templates);
  std::string own_path = absl::StrCat(folder, "/chat_template.jinja");
  auto own = ReadFile(own_path);
  if (own.ok()) {
    FATHOM_RETURN_IF_ERROR(
        AddTemplate(Shown(own_path), "default", *own, &templates));
    return templates;
  }
  if (!absl::IsNotFound(own.status())) return own.status();
  const std::optional<JsonValue> value = config.Find("chat_template");
  if (!value || value->IsNull()) {
    return absl::NotFoundError(
        absl::StrCat("'", Shown(path),
                     "' holds no 'chat_template', and there is no "
                     "'chat_template.jinja' beside it"));
  }
  FATHOM_RETURN_IF_ERROR(AddConfigTemplates(Shown(path), *value, &templates));
  return templates;
}

absl::StatusOr<TemplateProgramPtr> ChooseTemplate(
    const ChatTemplates& templates, bool has_tools) {
  TemplateProgramPtr chosen;
  for (const auto& [name, program] : templates.programs) {
    if (name == "default" && chosen == nullptr) chosen = program;
    if (name == "tool_use" && has_tools) chosen = program;
  }
  if (chosen == nullptr) {
    return absl::InvalidArgumentError("found no chat template named 'default'");
  }
  return chosen;
}

absl::StatusOr<Rendered> RenderChat(const ChatTemplates& templates,
                                    absl::string_view request_json,
                                    NextMessage next_message) {
  TemplateInputs inputs;
  inputs.request_json = std::string(request_json);
  inputs.special_tokens = templates.special_tokens;
  inputs.next_message = next_message;
  simdjson::dom::parser parser;
  simdjson::dom::element request, tools;
  bool has_tools = !parser.parse(inputs.request_json).get(request) &&
                   !request["tools"].get(tools) && !tools.is_null();
  FATHOM_ASSIGN_OR_RETURN(TemplateProgramPtr program,
                          ChooseTemplate(templates, has_tools));
  return RenderTemplate(*program, inputs);
}

}  // namespace fathom::rt
