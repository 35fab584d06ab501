// What `fathom chat` writes: answers, notes, tables; wrapped and dimmed where
// that is a terminal.
#ifndef FATHOM_TOOLS_FATHOM_CHAT_PRINTER_H_
#define FATHOM_TOOLS_FATHOM_CHAT_PRINTER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/serve/generation.h"
#include "tools/fathom/output.h"
#include "tools/terminal/word_wrap.h"

namespace fathom::rt {

// Not thread-safe.
class ChatPrinter {
 public:
  struct Style {
    // Whether a person reads along: control characters are replaced, and the
    // figures of each answer are shown.
    bool terminal = false;
    bool dim = false;  // thinking and notes, by control sequences
    int columns = 0;   // where to wrap; 0: nowhere
  };

  ChatPrinter(Output* output, const Style& style)
      : output_(output), style_(style), wrap_(style.columns) {}

  // A piece of an answer, and the end of it.
  void Show(const Piece& piece);
  void EndAnswer();

  // One line about what was done, in parentheses.
  void Note(absl::string_view note);
  // The figures of an answer; nothing where no person reads.
  void Figures(absl::string_view figures);
  // Lines of a table or of help, which end in a line break.
  void Lines(absl::string_view lines);

  // While an answer is shown: the terminal has another size; the program is
  // about to be stopped; it goes on, perhaps on another row.
  void Resize(int columns);
  void LeaveRow();
  void ShowRowAgain();
  // Whether words are wrapped; they are where the width is known.
  void SetWrap(bool wrap);
  bool wraps() const { return style_.columns > 0; }

  const absl::Status& status() const { return output_->status(); }
  bool terminal() const { return style_.terminal; }

 private:
  void SetDim(bool dim);
  void Write(absl::string_view text);

  Output* output_;
  Style style_;
  WordWrap wrap_;
  bool wrap_wanted_ = true;
  bool dimmed_ = false;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_CHAT_PRINTER_H_
