// See chat_printer.h.
#include "tools/fathom/chat_printer.h"

#include "absl/strings/str_cat.h"

namespace fathom::rt {

void ChatPrinter::Show(const Piece& piece) {
  SetDim(piece.part != Thinking::Part::kAnswer);
  Write(piece.text);
}

void ChatPrinter::EndAnswer() {
  SetDim(false);
  // A pipe gets one line break after each answer, a person a row of their own.
  if (!style_.terminal || wrap_.column() > 0) Write("\n");
  wrap_ = WordWrap(wrap_.columns());
}

void ChatPrinter::Note(absl::string_view note) {
  SetDim(true);
  Write(absl::StrCat("(", note, ")"));
  SetDim(false);
  Write("\n");
}

void ChatPrinter::Figures(absl::string_view figures) {
  if (!style_.terminal) return;
  SetDim(true);
  Write(figures);
  SetDim(false);
  Write("\n");
}

void ChatPrinter::Lines(absl::string_view lines) { Write(lines); }

void ChatPrinter::Resize(int columns) {
  style_.columns = columns;
  wrap_.Resize(wrap_wanted_ ? columns : 0);
}

void ChatPrinter::SetWrap(bool wrap) {
  wrap_wanted_ = wrap;
  wrap_.Resize(wrap ? style_.columns : 0);
}

void ChatPrinter::LeaveRow() {
  if (dimmed_) output_->Write("\x1b[22m");
  if (wrap_.column() > 0) output_->Write("\n");
}

void ChatPrinter::ShowRowAgain() {
  output_->Write(
      absl::StrCat("\r\x1b[K", dimmed_ ? "\x1b[2m" : "", wrap_.row()));
}

void ChatPrinter::SetDim(bool dim) {
  dim = dim && style_.dim;
  if (dim == dimmed_) return;
  dimmed_ = dim;
  wrap_.EndWord();
  output_->Write(dim ? "\x1b[2m" : "\x1b[22m");
}

// A model must not steer the terminal.
void ChatPrinter::Write(absl::string_view text) {
  output_->Write(style_.terminal ? wrap_.Push(ForTerminal(text))
                                 : std::string(text));
}

}  // namespace fathom::rt
