#include "runtime/text/template_folder.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/base/json.h"
#include "runtime/base/located.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

constexpr char kConfigFile[] = "tokenizer_config.json";
constexpr char kDefaultFile[] = "chat_template.jinja";
constexpr char kMoreFolder[] = "additional_chat_templates";
constexpr absl::string_view kMoreSuffix = ".jinja";
constexpr absl::string_view kDefaultName = "default";

class Loader {
 public:
  Loader(const Folder& folder, const FileNote& note)
      : folder_(folder), note_(note) {}

  absl::Status ReadFiles() {
    FATHOM_ASSIGN_OR_RETURN(const std::optional<std::string> source,
                            ReadIfThere(folder_, kDefaultFile));
    if (source.has_value()) {
      FATHOM_RETURN_IF_ERROR(AddFile(kDefaultName, kDefaultFile, *source));
    }
    // A file of that name is none of theirs.
    if (!folder_.HasFolder(kMoreFolder)) return absl::OkStatus();
    FATHOM_ASSIGN_OR_RETURN(const Folder more, folder_.OpenFolder(kMoreFolder));
    FATHOM_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                            more.List(kTemplateFilesMax));
    for (const std::string& name : names) {
      if (!absl::EndsWith(name, kMoreSuffix)) continue;
      FATHOM_ASSIGN_OR_RETURN(const File file, more.OpenFile(name));
      FATHOM_ASSIGN_OR_RETURN(const std::string bytes,
                              file.ReadAll(kTextFileBytesMax));
      FATHOM_RETURN_IF_ERROR(AddFile(absl::StripSuffix(name, kMoreSuffix),
                                     absl::StrCat(kMoreFolder, "/", name),
                                     bytes));
    }
    return absl::OkStatus();
  }

  absl::Status ReadConfig(const JsonValue& config) {
    const std::optional<JsonValue> value = config.Find("chat_template");
    if (!value || value->IsNull()) return absl::OkStatus();
    if (value->kind() == JsonValue::Kind::kString) {
      return Add(kDefaultName, kConfigFile, *value->AsString());
    }
    if (value->kind() == JsonValue::Kind::kObject) {
      FATHOM_ASSIGN_OR_RETURN(auto members, value->AsObject());
      for (const auto& [name, source] : members) {
        FATHOM_RETURN_IF_ERROR(AddNamed(name, source));
      }
      return absl::OkStatus();
    }
    if (value->kind() != JsonValue::Kind::kArray) {
      return value->Expected(
          "a string, or a list of objects with 'name' and 'template'");
    }
    FATHOM_ASSIGN_OR_RETURN(const std::vector<JsonValue> list,
                            value->AsArray());
    for (const JsonValue& item : list) {
      FATHOM_ASSIGN_OR_RETURN(const JsonValue name, item.Get("name"));
      FATHOM_ASSIGN_OR_RETURN(absl::string_view text, name.AsString());
      FATHOM_ASSIGN_OR_RETURN(const JsonValue source, item.Get("template"));
      FATHOM_RETURN_IF_ERROR(AddNamed(text, source));
    }
    return absl::OkStatus();
  }

  std::vector<ChatTemplate> Take() { return std::move(templates_); }

 private:
  absl::Status AddFile(absl::string_view name, const std::string& file,
                       absl::string_view source) {
    if (note_ != nullptr) note_(file, source);
    return Add(name, Shown(file), source);
  }

  absl::Status AddNamed(absl::string_view name, const JsonValue& source) {
    FATHOM_ASSIGN_OR_RETURN(absl::string_view text, source.AsString());
    return Add(name,
               absl::StrCat(kConfigFile, ": template '", Shown(name), "'"),
               text);
  }

  // The last of a name counts.
  absl::Status Add(absl::string_view name, absl::string_view where,
                   absl::string_view source) {
    auto same =
        std::find_if(templates_.begin(), templates_.end(),
                     [&](const ChatTemplate& t) { return t.name == name; });
    if (same != templates_.end()) templates_.erase(same);
    if (templates_.size() == kChatTemplatesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": found more chat templates than ",
                       kChatTemplatesMax, ", expected at most that many"));
    }
    ChatTemplate added;
    added.name = std::string(name);
    auto program = CompileTemplate(source);
    if (program.ok()) {
      added.program = *std::move(program);
    } else if (absl::IsInvalidArgument(program.status())) {
      added.refusal = absl::StrCat(where, ": ", program.status().message());
    } else {
      return program.status();
    }
    templates_.push_back(std::move(added));
    return absl::OkStatus();
  }

  const Folder& folder_;
  const FileNote& note_;
  std::vector<ChatTemplate> templates_;
};

absl::StatusOr<ChatTemplates> Load(const Folder& folder,
                                   const TokenizerFiles& files,
                                   const FileNote& note) {
  Loader loader(folder, note);
  ChatTemplates templates;
  FATHOM_RETURN_IF_ERROR(loader.ReadFiles());
  templates.templates = loader.Take();
  if (templates.empty() && files.config.has_value()) {
    FATHOM_ASSIGN_OR_RETURN(const JsonDocument document,
                            JsonDocument::Parse(*files.config, kConfigFile));
    FATHOM_RETURN_IF_ERROR(document.root().AsObject().status());
    FATHOM_RETURN_IF_ERROR(loader.ReadConfig(document.root()));
    templates.templates = loader.Take();
  }
  FATHOM_ASSIGN_OR_RETURN(std::vector<SpecialToken> tokens,
                          ReadSpecialTokens(files));
  for (SpecialToken& token : tokens) {
    templates.special_tokens.emplace_back(std::move(token.name),
                                          std::move(token.text));
  }
  return templates;
}

}  // namespace

absl::StatusOr<ChatTemplates> LoadChatTemplates(const Folder& folder,
                                                const TokenizerFiles& files,
                                                const FileNote& note) {
  auto templates = Load(folder, files, note);
  if (!templates.ok()) {
    const absl::Status& status = templates.status();
    // Files are opened by their whole path, and read by their name.
    if (absl::StartsWith(status.message(), Shown(folder.path()))) {
      return status;
    }
    return absl::Status(status.code(), absl::StrCat(Shown(folder.path()), "/",
                                                    status.message()));
  }
  if (templates->empty()) {
    return absl::NotFoundError(absl::StrCat(
        "'", Shown(folder.path()), "' holds no chat template, neither in '",
        kConfigFile, "' nor as '", kDefaultFile, "'"));
  }
  return templates;
}

absl::StatusOr<ChatTemplates> LoadChatTemplates(const std::string& path) {
  FATHOM_ASSIGN_OR_RETURN(const Folder folder, Folder::Open(path));
  FATHOM_ASSIGN_OR_RETURN(const TokenizerFolder read,
                          TokenizerFolder::Read(folder));
  return LoadChatTemplates(folder, read.files());
}

}  // namespace fathom::rt
