// Any bytes, in pieces: keys whose text is UTF-8; what they do to a line can be
// shown on any terminal, and shows the same as when it is drawn from scratch.
#include <cstddef>
#include <cstdint>
#include <deque>

#include "runtime/base/status.h"
#include "tools/terminal/edit_view.h"
#include "tools/terminal/keys.h"
#include "tools/terminal/line_editor.h"
#include "tools/terminal/screen_testing.h"
#include "tools/terminal/word_wrap.h"

namespace rt = fathom::rt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const int columns = data[0] % 40 + 1, height = data[1] % 10 + 1;
  const size_t cut = data[2] % 16u + 1;
  rt::KeyDecoder decoder;
  rt::LineEditor editor(
      [](const rt::TypedText& text) {
        return text.size() % 3 == 0 ? rt::EnterAction::kNewLine
                                    : rt::EnterAction::kAccept;
      },
      [](absl::string_view text) {
        return std::vector<std::string>{std::string(text) + "x"};
      });
  rt::EditView view;
  rt::Screen screen(columns, height);
  std::deque<rt::Key> keys;
  for (size_t at = 3; at < size; at += cut) {
    decoder.Push(
        {reinterpret_cast<const char*>(data) + at, std::min(cut, size - at)},
        &keys);
    while (!keys.empty()) {
      if (editor.Apply(keys.front()) == rt::LineEditor::Outcome::kAccepted) {
        editor.Reset(true);
      }
      keys.pop_front();
    }
    FATHOM_CHECK(editor.cursor() <= editor.text().size());
    const rt::Layout layout =
        rt::LayOut("> ", editor.text().text(), editor.cursor(), columns);
    screen.Write(view.Show(layout, height));
    FATHOM_CHECK(screen.faults() == 0);
    rt::Screen anew(columns, height);
    rt::EditView first;
    anew.Write(first.Show(layout, height));
    // The window of a text taller than the screen depends on how it got there.
    if (layout.rows.size() <= static_cast<size_t>(height)) {
      FATHOM_CHECK(anew.Text() == screen.Text());
    }
    FATHOM_CHECK(screen.column() == layout.cursor_column);
  }
  rt::WordWrap wrap(columns);
  rt::Screen answer(columns, 1000);
  answer.Write(wrap.Push(editor.text().text().substr(0, 900)));
  return 0;
}
