// `fathom VERB ...`: the verbs that run models are functions of this program;
// one that links the compiler is a program of its own, `fathom-VERB`.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "runtime/base/quoting.h"
#include "runtime/serve/artifact_text_model.h"
#include "tools/cli/describe.h"
#include "tools/cli/help.h"
#include "tools/cli/print.h"
#include "tools/cli/terminal_width.h"
#include "tools/cli/verbs.h"
#include "tools/cli/version.h"
#include "tools/exit_codes.h"
#include "tools/fathom/bench_command.h"
#include "tools/fathom/chat_command.h"
#include "tools/fathom/front_errors.h"
#include "tools/fathom/inspect_command.h"
#include "tools/fathom/logits_command.h"
#include "tools/fathom/run_command.h"
#include "tools/fathom/template_command.h"
#include "tools/fathom/tokenize_command.h"

namespace fathom {
namespace {

constexpr char kProgram[] = "fathom";

Page FrontPage() {
  Page page;
  page.name = kProgram;
  page.summary = "Compile reasoning models ahead of time and run them";
  page.details =
      "'fathom compile' turns a model's folder into an artifact for this "
      "machine; the other verbs use artifacts. 'fathom help VERB' shows the "
      "options of a verb.";
  page.usages = {"fathom VERB [OPTIONS] ARGUMENTS", "fathom help [VERB]",
                 "fathom --version"};
  PageGroup verbs = {"Verbs", {}};
  for (const Verb& verb : Verbs()) {
    PageEntry entry;
    entry.names = {std::string(verb.name)};
    entry.text = std::string(verb.summary);
    verbs.entries.push_back(std::move(entry));
  }
  page.groups.push_back(std::move(verbs));
  page.examples = {
      {"Compile a model for this machine",
       "fathom compile DeepSeek-R1-Distill-Qwen-1.5B -o r1.fathom"},
      {"Ask it one question",
       "fathom run r1.fathom --prompt 'What is 17 * 23?'"},
      {"Talk with it", "fathom chat r1.fathom"},
  };
  page.shows_exit_codes = true;
  return page;
}

// A verb of this program.
struct Command {
  absl::string_view verb;
  int (*run)(int argc, const char* const* argv);
};

constexpr Command kCommands[] = {
    {"run",
     [](int argc, const char* const* argv) {
       return rt::RunCommand(argc, argv, rt::ArtifactTextModel::Load);
     }},
    {"chat",
     [](int argc, const char* const* argv) {
       return rt::ChatCommand(argc, argv, rt::ArtifactTextModel::Load);
     }},
    {"inspect", rt::InspectCommand},
    {"bench", rt::BenchCommand},
    {"logits", rt::LogitsCommand},
    {"tokenize", rt::TokenizeCommand},
    {"template", rt::TemplateCommand},
};

// Where this program lies: what compiles is found from there, not in PATH.
std::string OwnFolder() {
  std::string path(4096, '\0');
  const ssize_t bytes = readlink("/proc/self/exe", path.data(), path.size());
  if (bytes <= 0) return "";
  path.resize(static_cast<size_t>(bytes));
  return path.substr(0, path.rfind('/'));
}

// Becomes the verb's program: returns only where none could be started.
int HandOver(const Verb& verb, std::vector<const char*> arguments) {
  const std::string own = OwnFolder();
  arguments.push_back(nullptr);
  std::string tried;
  for (const std::string& folder :
       {own, absl::StrCat(own, "/" FATHOM_LIBEXEC)}) {
    const std::string program = absl::StrCat(folder, "/fathom-", verb.name);
    arguments[0] = program.c_str();
    execv(program.c_str(), const_cast<char* const*>(arguments.data()));
    if (errno != ENOENT) {
      absl::FPrintF(stderr, "fathom: cannot start '%s': %s\n",
                    rt::Shown(program), strerror(errno));
      return kExitMachine;
    }
    absl::StrAppend(&tried, tried.empty() ? "'" : " or '", rt::Shown(folder),
                    "'");
  }
  absl::FPrintF(stderr,
                "fathom: found no 'fathom-%s' in %s: this installation only "
                "runs models; 'fathom-compiler' is the package that compiles "
                "them\n",
                verb.name, tried);
  return kExitMachine;
}

// `arguments` begins with the name that the program was started by.
int RunVerb(const Verb& verb, const std::vector<const char*>& arguments) {
  for (const Command& command : kCommands) {
    if (command.verb == verb.name) {
      return command.run(static_cast<int>(arguments.size()), arguments.data());
    }
  }
  return HandOver(verb, arguments);
}

int RefuseVerb(absl::string_view name) {
  absl::FPrintF(stderr, "fathom: %s\n", NotAVerb(name));
  return kExitCommandLine;
}

int RefuseOption(absl::string_view name) {
  absl::FPrintF(stderr, "fathom: %s\n", NotAFrontOption(name));
  return kExitCommandLine;
}

// The first word after those that `usage` has.
int RefuseExtra(absl::string_view word, absl::string_view usage) {
  absl::FPrintF(stderr,
                "fathom: found the extra argument '%s', expected '%s'\n",
                rt::Shown(word), usage);
  return kExitCommandLine;
}

int Help(int argc, char** argv) {
  if (argc == 2) {
    return PrintToStdout(kProgram, HelpText(FrontPage(), HelpWidth()));
  }
  if (argc > 3) return RefuseExtra(argv[3], "fathom help [VERB]");
  const Verb* verb = FindVerb(argv[2]);
  if (verb == nullptr) return RefuseVerb(argv[2]);
  return RunVerb(*verb, {argv[0], "--help"});
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    absl::FPrintF(stderr, "fathom: a verb is missing\n\n%s",
                  HelpText(FrontPage(), HelpWidth()));
    return kExitCommandLine;
  }
  absl::string_view name = argv[1];
  if (name == "help" || name == "--help" || name == "-h") {
    return Help(argc, argv);
  }
  if (name == "version" || name == "--version") {
    if (argc > 2) return RefuseExtra(argv[2], "fathom --version");
    return PrintToStdout(kProgram, VersionText({}));
  }
  if (absl::ConsumePrefix(&name, kDescribeOption) && argc == 2) {
    return PrintToStdout(kProgram, Described(FrontPage(), name));
  }
  const Verb* verb = FindVerb(name);
  if (verb != nullptr) {
    std::vector<const char*> arguments(argv + 1, argv + argc);
    arguments[0] = argv[0];
    return RunVerb(*verb, arguments);
  }
  return name.size() > 1 && name[0] == '-' ? RefuseOption(name)
                                           : RefuseVerb(name);
}

}  // namespace
}  // namespace fathom

int main(int argc, char** argv) { return fathom::Main(argc, argv); }
