// The command line of `fathom run`.
#ifndef FATHOM_TOOLS_FATHOM_RUN_OPTIONS_H_
#define FATHOM_TOOLS_FATHOM_RUN_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/fathom/ask_options.h"

namespace CLI {
class App;
}

namespace fathom::rt {

// The most sequences that `--parallel` may ask for.
inline constexpr int32_t kParallelMax = 1024;

// "-" for a file or a question means standard input.
struct RunOptions {
  AskOptions ask;
  std::vector<std::string> words;     // beside NAME.fathom: the question
  std::optional<std::string> prompt;  // the question, too
  std::optional<std::string> messages_file;
  std::optional<std::string> lines_file;
  std::optional<std::string> parallel;
  std::optional<std::string> system;
  bool raw = false;
  bool json = false;
  bool quiet = false;

  void AddTo(CLI::App& app);

  // All that can be said before anything is read or loaded: there is one
  // source of questions at most, and each value is in its range.
  absl::Status Check() const;

  // The question on the command line, if it is there.
  std::optional<std::string> Question() const;

  // Whether what to ask is not known before standard input has ended.
  bool ReadsStandardInput() const;

  // How many prompts to answer at a time; 0: as many as suit the model.
  int32_t Parallel() const;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_RUN_OPTIONS_H_
