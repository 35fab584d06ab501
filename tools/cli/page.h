// What a reader is told about a command: the source of its help, its man page
// and its completion, all made from the options as the parser knows them.
#ifndef FATHOM_TOOLS_CLI_PAGE_H_
#define FATHOM_TOOLS_CLI_PAGE_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace fathom {

struct Example {
  std::string purpose;  // "Ask one question"
  std::string command;  // "fathom run r1.fathom 'What is 123 + 456?'"
};

// What a verb says of itself beyond its options.
struct VerbHelp {
  // Command lines without "fathom VERB", as "[OPTIONS] NAME.fathom". Empty: one
  // made of the required options and the arguments.
  std::vector<std::string> usages;
  std::vector<Example> examples;
  // Further facts for --version, one a line.
  std::vector<std::string> version_lines;
};

// An option, an argument or, for `fathom` itself, a verb.
struct PageEntry {
  std::vector<std::string> names;  // "-t", "--threads"; short ones first
  std::string value;               // what it takes, as "N"; "" for a flag
  std::string text;                // lower case, no full stop
  std::string default_text;        // as "512", or ""
  bool is_argument = false;        // has its place, not a name
  bool required = false;
  bool repeats = false;

  // "-t, --threads N"
  std::string Heading() const;
};

struct PageGroup {
  std::string title;  // "Sampling"
  std::vector<PageEntry> entries;
};

struct Page {
  std::string name;                 // "fathom run"
  std::string summary;              // one sentence without a full stop
  std::string details;              // paragraphs with empty lines between them
  std::vector<std::string> usages;  // whole command lines
  std::vector<PageGroup> groups;    // in the order of first use
  std::vector<Example> examples;
  // Shown with the exit codes.
  bool shows_exit_codes = false;
};

// The page of the verb whose options `app` knows; its summary is that of the
// list of verbs. Options of the group "" are left out.
Page PageOf(const CLI::App& app, const VerbHelp& help);

// Exit codes and their meaning, the same for every verb.
const std::vector<PageEntry>& ExitCodeEntries();

}  // namespace fathom

#endif  // FATHOM_TOOLS_CLI_PAGE_H_
