// The commands of chat_commands.h that write and read files.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/atomic_file.h"
#include "runtime/io/file.h"
#include "tools/fathom/chat_commands.h"
#include "tools/fathom/input_file.h"

namespace fathom::rt {
namespace {

// The name of a file as a user writes it: in quotes, or from ~ on.
std::string FileName(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  const bool quoted = text.size() >= 2 && text.front() == text.back() &&
                      (text.front() == '"' || text.front() == '\'');
  if (quoted) text = text.substr(1, text.size() - 2);
  const char* home = std::getenv("HOME");
  if (home != nullptr && absl::StartsWith(text, "~/")) {
    return absl::StrCat(home, text.substr(1));
  }
  return std::string(text);
}

absl::Status CannotWrite(absl::string_view name) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot write '", Shown(name), "': ", strerror(errno)));
}

// A new file, unless `replace`: what is there may be anything.
absl::Status WriteFile(const std::string& name, bool replace,
                       absl::string_view text) {
  bool created = false;
  if (!replace) {
    const int file =
        open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) return CannotWrite(name);
    close(file);
    created = true;
  }
  absl::Status status;
  auto file = AtomicFile::Create(name);
  status = file.status();
  if (status.ok()) status = (*file)->WriteAt(0, text);
  if (status.ok()) status = (*file)->Commit();
  if (!status.ok() && created) unlink(name.c_str());
  return status;
}

}  // namespace

absl::Status ChatCommands::Save(absl::string_view path) {
  Write(path, /*replace=*/false);
  return absl::OkStatus();
}

absl::Status ChatCommands::SaveOver(absl::string_view path) {
  Write(path, /*replace=*/true);
  return absl::OkStatus();
}

void ChatCommands::Write(absl::string_view path, bool replace) {
  const std::string name = FileName(path);
  if (name.empty()) return Say("/save needs a file's name");
  ChatFile file;
  file.system = session_.system_;
  file.turns = session_.turns_;
  if (session_.unanswered_.has_value()) {
    file.turns.push_back({{"user", *session_.unanswered_}, ""});
  }
  for (const ChatSetting& setting : AllChatSettings()) {
    if (setting.field == nullptr) continue;
    const auto& value = session_.settings_.ask.*setting.field;
    if (value.has_value()) {
      file.settings.emplace_back(setting.name, *value);
    }
  }
  if (session_.settings_.overflow != Overflow::kRefuse) {
    file.settings.emplace_back("overflow", "drop-oldest");
  }
  file.stops = session_.settings_.ask.stops;
  const absl::Status status = WriteFile(name, replace, WriteChatFile(file));
  if (status.ok()) return Say(absl::StrCat("saved to '", Shown(name), "'"));
  Say(absl::StrCat(status.message(),
                   absl::StrContains(status.message(), strerror(EEXIST))
                       ? "; /save! replaces it"
                       : ""));
}

absl::Status ChatCommands::Load(absl::string_view path) {
  const std::string name = FileName(path);
  if (name.empty()) {
    Say("/load needs a file's name");
    return absl::OkStatus();
  }
  const auto read = [&]() -> absl::StatusOr<ChatFile> {
    FATHOM_ASSIGN_OR_RETURN(const File file, File::Open(name));
    FATHOM_ASSIGN_OR_RETURN(const std::string text,
                            file.ReadAll(kChatFileBytesMax));
    return ReadChatFile(WithoutByteOrderMark(text), Shown(name));
  };
  absl::StatusOr<ChatFile> file = read();
  if (!file.ok()) {
    Say(file.status().message());
    return absl::OkStatus();
  }
  // All of it or nothing.
  ChatSettings settings = session_.settings_;
  std::vector<std::string> changes;
  for (const auto& [key, value] : file->settings) {
    const ChatSetting* setting = FindChatSetting(key);
    absl::Status status =
        setting == nullptr
            ? absl::InvalidArgumentError(
                  absl::StrCat("'", Shown(key), "' is not a setting"))
            : SetChatSetting(*setting, value, session_.model_->facts(),
                             &settings);
    if (!status.ok()) {
      Say(absl::StrCat(Shown(name), ": ", status.message()));
      return absl::OkStatus();
    }
    changes.push_back(absl::StrCat(setting->name, " ", value));
  }
  if (!file->stops.empty()) settings.ask.stops = file->stops;
  const absl::Status fits = settings.ask.Ask(session_.model_->facts()).status();
  if (!fits.ok()) {
    Say(absl::StrCat(Shown(name), ": ", fits.message()));
    return absl::OkStatus();
  }
  const bool had_system = !session_.system_.empty();
  session_.Forget();
  session_.settings_ = std::move(settings);
  session_.system_ = std::move(file->system);
  session_.turns_ = std::move(file->turns);
  std::string note =
      absl::StrFormat("loaded %d message%s", session_.turns_.size(),
                      session_.turns_.size() == 1 ? "" : "s");
  if (had_system && session_.system_.empty()) note += ", no system message";
  for (const std::string& change : changes) {
    absl::StrAppend(&note, ", ", Shown(change));
  }
  auto& turns = session_.turns_;
  if (!turns.empty() && turns.back().message.role == "user") {
    session_.unanswered_ = std::move(turns.back().message.content);
    turns.pop_back();
    note += "; /retry answers the last one";
  }
  if (!file->unused.empty()) {
    absl::StrAppend(&note,
                    "; not used: ", Shown(absl::StrJoin(file->unused, ", ")));
  }
  Say(note);
  return absl::OkStatus();
}

}  // namespace fathom::rt
