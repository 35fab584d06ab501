// `fathom run --json-lines`: many prompts, several at a time.
#ifndef FATHOM_TOOLS_FATHOM_RUN_LINES_H_
#define FATHOM_TOOLS_FATHOM_RUN_LINES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/ask_settings.h"
#include "runtime/serve/batch.h"
#include "runtime/serve/text_model.h"
#include "tools/fathom/line_source.h"
#include "tools/fathom/output.h"
#include "tools/fathom/run_request.h"

namespace fathom::rt {

// The longest line.
inline constexpr size_t kRequestLineBytesMax = size_t{16} << 20;
// Answers that wait for that of an earlier line may take this much memory; then
// no further line is begun until that one is done.
inline constexpr size_t kHeldAnswerBytesMax = size_t{64} << 20;

struct LineOptions {
  PromptOptions prompt;
  AskSettings settings;  // of a line that does not say otherwise
  size_t line_bytes_max = kRequestLineBytesMax;
  size_t held_bytes_max = kHeldAnswerBytesMax;
};

struct LineFigures {
  int64_t lines = 0;     // without those that are blank
  int64_t failures = 0;  // lines with an error in place of an answer
  std::string first_failure;
  int64_t prompt_tokens = 0;
  int64_t output_tokens = 0;
  int64_t sampled = 0;  // lines that were begun and are not greedy
  // Keys of lines that change nothing, as "model", and settings that changed
  // nothing in their line, by name.
  std::set<std::string> unused_keys;
  std::map<absl::string_view, IdleSetting> idle_settings;
};

// Answers each line of `source` that is not blank with one line on `output`, in
// their order, each as soon as it and all before it are done. A line that is at
// fault, or whose answer fails, gets an object with `error`, and the others go
// on.
//
// Memory is bounded by the constants above and by what the model holds,
// whatever the length of the input.
class LineRun {
 public:
  // All have to outlive the run.
  LineRun(TextModel* model, Batch* batch, LineSource* source, Output* output,
          LineOptions options)
      : model_(model),
        batch_(batch),
        source_(source),
        output_(output),
        options_(std::move(options)) {}

  // Until the input ends, `interrupted` says so, or something fails. When it is
  // interrupted, the lines that were begun get what there is of their answers,
  // with the stop reason "cancelled", and no further ones are read. An error is
  // the output's (Cancelled: its reader is gone), the input's or the whole
  // step's; what was done before it is written.
  absl::Status Run(const std::function<bool()>& interrupted);

  const LineFigures& figures() const { return figures_; }

 private:
  // A line that was begun.
  struct Begun {
    Begun(int64_t answer_place, int64_t line_number);

    int64_t place;      // of its answer, from 1: blank lines have none
    std::string where;  // what messages begin with
    std::string head;   // of its object: the line's number and its id
  };

  absl::Status TakeLines(const std::function<bool()>& interrupted);
  void Begin(absl::string_view line);
  absl::StatusOr<std::unique_ptr<Generation>> Prepare(absl::string_view line,
                                                      Begun* begun);
  void Finish(Batch::Request request);
  void Fail(const Begun& begun, const absl::Status& status);
  void Hold(int64_t place, std::string object);
  absl::Status WriteNext();

  TextModel* model_;
  Batch* batch_;
  LineSource* source_;
  Output* output_;
  LineOptions options_;
  LineFigures figures_;

  bool ended_ = false;                   // no further lines
  std::map<int64_t, Begun> begun_;       // and not done, by place
  std::map<int64_t, std::string> held_;  // by place
  size_t held_bytes_ = 0;
  int64_t next_ = 1;  // to be written
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_RUN_LINES_H_
