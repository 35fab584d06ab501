// See text_editor.h.
#include "tools/fathom/text_editor.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/file.h"
#include "tools/fathom/output.h"

namespace fathom::rt {
namespace {

constexpr char kSystemEditor[] = "editor";  // Debian's name for it
constexpr char kLastResort[] = "vi";

absl::Status Failed(absl::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot ", what, ": ", strerror(errno)));
}

std::string EditorCommand() {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    const char* command = std::getenv(name);
    if (command != nullptr && *command != '\0') return command;
  }
  return access("/usr/bin/editor", X_OK) == 0 ? kSystemEditor : kLastResort;
}

// Ignores a signal until it is destroyed.
class Ignored {
 public:
  explicit Ignored(int signal_number) : signal_number_(signal_number) {
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    sigaction(signal_number, &ignore, &before_);
  }
  ~Ignored() { sigaction(signal_number_, &before_, nullptr); }
  Ignored(const Ignored&) = delete;
  Ignored& operator=(const Ignored&) = delete;

 private:
  int signal_number_;
  struct sigaction before_ = {};
};

// As git runs it: by the shell, for the variable may hold options.
[[noreturn]] void RunEditor(const std::string& command, const char* path) {
  for (int signal_number : {SIGINT, SIGQUIT, SIGTSTP, SIGPIPE}) {
    signal(signal_number, SIG_DFL);
  }
  const std::string line = command + " \"$@\"";
  execl("/bin/sh", "sh", "-c", line.c_str(), command.c_str(), path,
        static_cast<char*>(nullptr));
  _exit(127);
}

// Stops with the editor when that is stopped by Ctrl-Z; the shell continues
// both.
absl::StatusOr<int> WaitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return Failed("wait for the editor");
  }
  return status;
}

}  // namespace

absl::StatusOr<std::string> EditText(absl::string_view text, size_t bytes_max) {
  const char* folder = std::getenv("TMPDIR");
  if (folder == nullptr || *folder == '\0') folder = "/tmp";
  std::string path = absl::StrCat(folder, "/fathom-XXXXXX.md");
  const int file = mkstemps(path.data(), 3);
  if (file < 0) return Failed(absl::StrCat("write into '", Shown(folder), "'"));
  const auto remove = absl::MakeCleanup([&] { unlink(path.c_str()); });
  Output output(file);
  output.Write(text);
  if (!text.empty() && !absl::EndsWith(text, "\n")) output.Write("\n");
  if (close(file) != 0 || !output.status().ok()) {
    return Failed(absl::StrCat("write into '", Shown(folder), "'"));
  }
  const std::string command = EditorCommand();
  // In the foreground group both get these from the terminal.
  const Ignored interrupt(SIGINT), quit(SIGQUIT);
  const pid_t child = fork();
  if (child == 0) RunEditor(command, path.c_str());
  const absl::StatusOr<int> status =
      child < 0 ? Failed("start the editor") : WaitFor(child);
  FATHOM_RETURN_IF_ERROR(status.status());
  if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("'%s' failed; $VISUAL or $EDITOR names another editor",
                        Shown(command)));
  }
  FATHOM_ASSIGN_OR_RETURN(const File edited, File::Open(path));
  FATHOM_ASSIGN_OR_RETURN(std::string saved, edited.ReadAll(bytes_max));
  if (absl::EndsWith(saved, "\n")) saved.pop_back();
  return saved;
}

}  // namespace fathom::rt
