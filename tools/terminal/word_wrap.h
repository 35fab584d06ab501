// Wraps text at the width of a terminal while it is still being written.
#ifndef FATHOM_TOOLS_TERMINAL_WORD_WRAP_H_
#define FATHOM_TOOLS_TERMINAL_WORD_WRAP_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// Text goes out as it comes, without waiting for the end of a word; a word that
// turns out not to fit is taken back and written on the next row, all in one
// piece of output. Words wider than a row, and code between lines of ``` or
// ~~~, are cut at the margin; a row may break at either side of an ideograph,
// but closing punctuation stays with what it follows.
class WordWrap {
 public:
  // The number of columns; 0: unknown, and nothing is wrapped.
  explicit WordWrap(int columns) : columns_(columns) {}

  // What to write for `text`: whole code points of valid UTF-8, without control
  // characters but for line breaks and tabs.
  std::string Push(absl::string_view text);

  // What comes next may stand on a new row: a change of style, for example.
  void EndWord() { word_.clear(), word_columns_ = 0; }

  // The terminal has this many columns now.
  void Resize(int columns);

  int columns() const { return columns_; }
  // Where the cursor is; the number of columns where the row is full.
  int column() const { return column_; }
  // What the cursor's row shows.
  const std::string& row() const { return row_; }

 private:
  void Put(absl::string_view bytes, int32_t code_point, int columns);
  void NewRow();
  void EndLine();

  int columns_;
  int column_ = 0;
  std::string out_;
  std::string row_;
  // The end of the row that moves with what follows.
  std::string word_;
  int word_columns_ = 0;
  int32_t last_ = 0, before_last_ = 0;
  // The beginning of the line after its indent, to tell fences of code by.
  std::string line_head_;
  char fence_ = 0;  // the character of the open one
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_TERMINAL_WORD_WRAP_H_
