// Shows the line that is being edited: what to write to a terminal so that it
// shows a text, after it showed another.
#ifndef FATHOM_TOOLS_TERMINAL_EDIT_VIEW_H_
#define FATHOM_TOOLS_TERMINAL_EDIT_VIEW_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// A row of the terminal, at most as many columns as it has.
struct Row {
  std::string text;
  int columns = 0;
};

// A text cut into rows. Control characters are shown as "^X", so that no text
// steers the terminal; a tab goes to the next multiple of 8.
struct Layout {
  std::vector<Row> rows;  // at least one
  size_t cursor_row = 0;
  int cursor_column = 0;
};

// Lays out `text` (UTF-8) after `prompt`, which is printable; further rows are
// indented by the prompt's width where `columns` (at least 1) leave room.
Layout LayOut(absl::string_view prompt, absl::string_view text,
              size_t cursor_bytes, int columns);

// Remembers what the terminal shows. All that it writes is relative to where
// the cursor stands: no answers of the terminal are needed.
class EditView {
 public:
  // What shows `layout`, on at most `height` rows: the ones around the cursor.
  // The first time, the cursor has to stand at the left of an empty row.
  std::string Show(const Layout& layout, int height);

  // The terminal has `columns` columns now. What takes away what is shown, rows
  // that were too wide and were rewrapped by the terminal included; to be shown
  // anew by Show(). `rewraps`: whether this terminal does that.
  std::string Resized(int columns, bool rewraps);

  // What writes `mark` at the end of the text, which stays on the screen, and
  // leaves the cursor on an empty row below.
  std::string Finish(absl::string_view mark = "");

  // The text is gone from the screen; Show() begins where the cursor is.
  void Forget();

 private:
  std::string MoveTo(size_t row) const;
  std::string ShowRows(const std::vector<Row>& rows);

  std::vector<Row> rows_;  // as shown
  size_t first_ = 0;       // of the layout's rows
  size_t cursor_row_ = 0;  // in rows_
  int cursor_column_ = 0;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_TERMINAL_EDIT_VIEW_H_
