// What a line editor does with keys: no terminal, no input, no output.
//
// Fathom has an editor of its own because libedit cannot show a text of several
// lines: one that is taller than the terminal leaves a garbled screen and the
// cursor out of sight, a resize is redrawn over what the terminal has rewrapped
// already, and there is no way to tell what was pasted from what was typed.
#ifndef FATHOM_TOOLS_TERMINAL_LINE_EDITOR_H_
#define FATHOM_TOOLS_TERMINAL_LINE_EDITOR_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/terminal/keys.h"

namespace fathom::rt {

// How many lines can be called up again.
inline constexpr size_t kHistoryLinesMax = 1000;
// The most bytes that a line may have.
inline constexpr size_t kEditedBytesMax = kPasteBytesMax;

// A text that remembers which of its bytes were pasted: what a paste holds is
// never taken for a command or for the end of a line that goes on. It remembers
// as well where bytes came that are not UTF-8.
class TypedText {
 public:
  TypedText() = default;
  static TypedText Typed(std::string text);
  static TypedText Pasted(std::string text);
  // The text of a kText or a kPaste.
  static TypedText Of(const Key& key);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  size_t size() const { return text_.size(); }
  // Whether byte `at` was typed; false beyond the end.
  bool typed(size_t at) const { return at < size() && marks_[at] == kTyped; }
  // Whether all of `bytes` stands at `at` and was typed.
  bool TypedAt(size_t at, absl::string_view bytes) const;

  // Where it first has a character that stands for bytes that are not UTF-8;
  // npos where it has none.
  size_t FirstBroken() const { return marks_.find(kBroken); }

  void Insert(size_t at, const TypedText& other);
  void Erase(size_t at, size_t bytes);
  void Append(const TypedText& other) { Insert(size(), other); }
  TypedText Part(size_t at, size_t bytes) const;

  bool operator==(const TypedText& other) const = default;

 private:
  enum Mark : char { kTyped, kPasted, kBroken };

  std::string text_;
  std::string marks_;  // a Mark for each byte of text_
};

// What Enter does at the end of a text.
enum class EnterAction {
  kAccept,
  kNewLine,            // the text goes on in a new line
  kNewLineForLastByte  // likewise, and its last byte is dropped
};

// Not thread-safe.
class LineEditor {
 public:
  enum class Outcome {
    kEdited,       // or nothing: go on
    kAccepted,     // text() is the line
    kInterrupted,  // Ctrl-C; text() is what it drops
    kEnded,        // Ctrl-D on an empty line
    kSuspend,
    kClearScreen,
    kNotUtf8,  // text() would be the line, but has bytes that are not UTF-8
    kTooLong,  // the key would make the text longer than kEditedBytesMax
  };

  // `enter` says what Enter does; `complete` returns what the word that the
  // text up to the cursor ends in may become, the whole text each.
  using EnterRule = std::function<EnterAction(const TypedText&)>;
  using Completer = std::function<std::vector<std::string>(absl::string_view)>;
  LineEditor(EnterRule enter, Completer complete);

  Outcome Apply(const Key& key);

  const TypedText& text() const { return text_; }
  size_t cursor() const { return cursor_; }
  // What to show instead of the prompt; empty where nothing is searched for.
  std::string SearchLabel() const;

  // Begins a new line, and keeps `text_` for being called up again if wanted.
  void Reset(bool keep);

 private:
  void Insert(const TypedText& text);
  void EraseTo(size_t end_or_begin);   // between there and the cursor
  void DeleteTo(size_t end_or_begin);  // the same, for Yank()
  void Replace(TypedText text);
  void CallUp(size_t line);
  size_t LineBegin(size_t at) const;
  size_t LineEnd(size_t at) const;
  size_t WordLeft(bool (*in_word)(char)) const;
  size_t WordRight() const;

  Outcome Enter();
  Outcome Search(const Key& key);
  void SearchFrom(size_t line);

  void NewLine();
  void Tab();
  void Left();
  void Right();
  void Up();
  void Down();
  void MoveToLine(size_t begin, size_t columns);
  void Transpose();

  EnterRule enter_;
  Completer complete_;
  TypedText text_;
  size_t cursor_ = 0;
  TypedText deleted_;

  std::vector<TypedText> history_;
  size_t line_ = 0;  // in history_; its size: the line that is being written
  TypedText written_;

  bool searching_ = false;
  std::string query_;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_TERMINAL_LINE_EDITOR_H_
