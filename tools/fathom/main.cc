// `fathom VERB ...`: hands over to the program `fathom-VERB` beside this one,
// so that what runs models need not link the compiler.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "tools/exit_codes.h"
#include "tools/fathom/output.h"
#include "tools/fathom/verbs.h"

namespace fathom::rt {
namespace {

std::string Usage() {
  std::string usage =
      "Fathom compiles reasoning models ahead of time and runs them.\n\n"
      "usage: fathom VERB [OPTIONS]\n\n";
  for (const Verb& verb : Verbs()) {
    absl::StrAppendFormat(&usage, "  %-9s %s\n", verb.name, verb.summary);
  }
  absl::StrAppend(&usage,
                  "\n'fathom help VERB' tells a verb's options, 'fathom "
                  "--version' the version.\n");
  return usage;
}

// Where this program lies: its siblings are found there, not in PATH.
std::string OwnFolder() {
  std::string path(4096, '\0');
  const ssize_t bytes = readlink("/proc/self/exe", path.data(), path.size());
  if (bytes <= 0) return "";
  path.resize(static_cast<size_t>(bytes));
  return path.substr(0, path.rfind('/'));
}

int HandOver(const Verb& verb, std::vector<char*> arguments) {
  const std::string folder = OwnFolder();
  std::string program = absl::StrCat(folder, "/fathom-", verb.name);
  arguments.insert(arguments.begin(), program.data());
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  const int error = errno;
  if (error == ENOENT && verb.compiles) {
    absl::FPrintF(stderr,
                  "fathom: 'fathom-%s' is not in '%s': this installation runs "
                  "models only; compile where the compiler is installed\n",
                  verb.name, Shown(folder));
  } else {
    absl::FPrintF(stderr, "fathom: cannot start '%s': %s\n", Shown(program),
                  strerror(error));
  }
  return kExitMachine;
}

int Refuse(absl::string_view name) {
  const Verb* nearest = NearestVerb(name);
  absl::FPrintF(stderr, "fathom: '%s' is not a verb%s\n", Shown(name),
                nearest != nullptr
                    ? absl::StrCat(", did you mean '", nearest->name, "'?")
                    : std::string("; 'fathom --help' lists them"));
  return kExitCommandLine;
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    absl::FPrintF(stderr, "fathom: a verb is missing\n\n%s", Usage());
    return kExitCommandLine;
  }
  const absl::string_view name = argv[1];
  const bool is_help = name == "help" || name == "--help" || name == "-h";
  if (is_help && (argc == 2 || name != "help")) {
    return WriteToStdout("fathom", Usage());
  }
  if (name == "--version") {
    return WriteToStdout("fathom",
                         absl::StrCat("fathom ", FATHOM_VERSION, "\n"));
  }
  const absl::string_view verb_name = is_help ? argv[2] : argv[1];
  const Verb* verb = FindVerb(verb_name);
  if (verb == nullptr) return Refuse(verb_name);
  if (is_help) {
    std::string help = "--help";
    return HandOver(*verb, {help.data()});
  }
  return HandOver(*verb, {argv + 2, argv + argc});
}

}  // namespace
}  // namespace fathom::rt

int main(int argc, char** argv) { return fathom::rt::Main(argc, argv); }
