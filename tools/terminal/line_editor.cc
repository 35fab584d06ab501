// See line_editor.h.
#include "tools/terminal/line_editor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/terminal/columns.h"

namespace fathom::rt {
namespace {

// Bytes beyond ASCII count as letters.
bool InWord(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool NotSpace(char c) {
  return !absl::ascii_isspace(static_cast<unsigned char>(c));
}

}  // namespace

TypedText TypedText::Typed(std::string text) {
  TypedText typed;
  typed.marks_.assign(text.size(), kTyped);
  typed.text_ = std::move(text);
  return typed;
}

TypedText TypedText::Pasted(std::string text) {
  TypedText pasted = Typed(std::move(text));
  std::fill(pasted.marks_.begin(), pasted.marks_.end(), kPasted);
  return pasted;
}

TypedText TypedText::Of(const Key& key) {
  TypedText text =
      key.kind == KeyKind::kText ? Typed(key.text) : Pasted(key.text);
  if (!key.broken) return text;
  const absl::string_view bytes = key.text;
  constexpr size_t kBytes = kReplacementCharacter.size();
  for (size_t at = bytes.find(kReplacementCharacter); at != bytes.npos;
       at = bytes.find(kReplacementCharacter, at + kBytes)) {
    text.marks_.replace(at, kBytes, kBytes, kBroken);
  }
  return text;
}

bool TypedText::TypedAt(size_t at, absl::string_view bytes) const {
  if (at > size() || !absl::StartsWith(text_.substr(at, bytes.size()), bytes)) {
    return false;
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (!typed(at + i)) return false;
  }
  return true;
}

void TypedText::Insert(size_t at, const TypedText& other) {
  text_.insert(at, other.text_);
  marks_.insert(at, other.marks_);
}

void TypedText::Erase(size_t at, size_t bytes) {
  text_.erase(at, bytes);
  marks_.erase(at, bytes);
}

TypedText TypedText::Part(size_t at, size_t bytes) const {
  TypedText part;
  part.text_ = text_.substr(at, bytes);
  part.marks_ = marks_.substr(at, bytes);
  return part;
}

LineEditor::LineEditor(EnterRule enter, Completer complete)
    : enter_(std::move(enter)), complete_(std::move(complete)) {}

void LineEditor::Reset(bool keep) {
  if (keep && !text_.empty() &&
      (history_.empty() || !(history_.back() == text_))) {
    history_.push_back(text_);
    if (history_.size() > kHistoryLinesMax) history_.erase(history_.begin());
  }
  text_ = TypedText();
  written_ = TypedText();
  cursor_ = 0;
  line_ = history_.size();
  searching_ = false;
}

LineEditor::Outcome LineEditor::Apply(const Key& key) {
  if (searching_) return Search(key);
  switch (key.kind) {
    case KeyKind::kText:
    case KeyKind::kPaste:
      if (text_.size() + key.text.size() > kEditedBytesMax) {
        return Outcome::kTooLong;
      }
      Insert(TypedText::Of(key));
      break;
    case KeyKind::kPasteTooLong: return Outcome::kTooLong;
    case KeyKind::kEnter: return Enter();
    case KeyKind::kNewLine: NewLine(); break;
    case KeyKind::kTab: Tab(); break;
    case KeyKind::kInterrupt: return Outcome::kInterrupted;
    case KeyKind::kSuspend: return Outcome::kSuspend;
    case KeyKind::kDeleteOrEnd:
      if (text_.empty()) return Outcome::kEnded;
      [[fallthrough]];
    case KeyKind::kDelete: {
      const size_t begin = cursor_;
      Right();
      EraseTo(begin);
      break;
    }
    case KeyKind::kCancel: break;
    case KeyKind::kSearch:
      searching_ = true;
      query_.clear();
      written_ = text_;
      line_ = history_.size();
      break;
    case KeyKind::kClearScreen: return Outcome::kClearScreen;
    case KeyKind::kLeft: Left(); break;
    case KeyKind::kRight: Right(); break;
    case KeyKind::kUp: Up(); break;
    case KeyKind::kDown: Down(); break;
    case KeyKind::kHome: cursor_ = LineBegin(cursor_); break;
    case KeyKind::kEnd: cursor_ = LineEnd(cursor_); break;
    case KeyKind::kWordLeft: cursor_ = WordLeft(InWord); break;
    case KeyKind::kWordRight: cursor_ = WordRight(); break;
    case KeyKind::kBackspace: {
      const size_t end = cursor_;
      Left();
      EraseTo(end);
      break;
    }
    case KeyKind::kDeleteWordLeft: DeleteTo(WordLeft(NotSpace)); break;
    case KeyKind::kDeletePartLeft: DeleteTo(WordLeft(InWord)); break;
    case KeyKind::kDeletePartRight: DeleteTo(WordRight()); break;
    case KeyKind::kDeleteToStart: DeleteTo(LineBegin(cursor_)); break;
    case KeyKind::kDeleteToEnd: {
      // At the end of a line it joins the next one to it.
      const size_t end = LineEnd(cursor_);
      DeleteTo(end > cursor_ ? end : std::min(end + 1, text_.size()));
      break;
    }
    case KeyKind::kYank:
      if (text_.size() + deleted_.size() > kEditedBytesMax) {
        return Outcome::kTooLong;
      }
      Insert(deleted_);
      break;
    case KeyKind::kTranspose: Transpose(); break;
  }
  return Outcome::kEdited;
}

void LineEditor::Insert(const TypedText& text) {
  text_.Insert(cursor_, text);
  cursor_ += text.size();
}

void LineEditor::EraseTo(size_t end_or_begin) {
  const size_t begin = std::min(cursor_, end_or_begin);
  text_.Erase(begin, std::max(cursor_, end_or_begin) - begin);
  cursor_ = begin;
}

void LineEditor::DeleteTo(size_t end_or_begin) {
  if (end_or_begin == cursor_) return;
  const size_t begin = std::min(cursor_, end_or_begin);
  deleted_ = text_.Part(begin, std::max(cursor_, end_or_begin) - begin);
  EraseTo(end_or_begin);
}

void LineEditor::Replace(TypedText text) {
  text_ = std::move(text);
  cursor_ = text_.size();
}

size_t LineEditor::LineBegin(size_t at) const {
  if (at == 0) return 0;
  const size_t line_break = text_.text().rfind('\n', at - 1);
  return line_break == std::string::npos ? 0 : line_break + 1;
}

size_t LineEditor::LineEnd(size_t at) const {
  return std::min(text_.text().find('\n', at), text_.size());
}

size_t LineEditor::WordLeft(bool (*in_word)(char)) const {
  size_t at = cursor_;
  while (at > 0 && !in_word(text_.text()[at - 1])) --at;
  while (at > 0 && in_word(text_.text()[at - 1])) --at;
  return at;
}

size_t LineEditor::WordRight() const {
  size_t at = cursor_;
  while (at < text_.size() && !InWord(text_.text()[at])) ++at;
  while (at < text_.size() && InWord(text_.text()[at])) ++at;
  return at;
}

LineEditor::Outcome LineEditor::Enter() {
  const EnterAction action = enter_(text_);
  if (action == EnterAction::kAccept) {
    const size_t broken = text_.FirstBroken();
    if (broken == std::string::npos) return Outcome::kAccepted;
    cursor_ = broken;
    return Outcome::kNotUtf8;
  }
  cursor_ = text_.size();
  if (action == EnterAction::kNewLineForLastByte) EraseTo(cursor_ - 1);
  NewLine();
  return Outcome::kEdited;
}

void LineEditor::NewLine() { Insert(TypedText::Typed("\n")); }

void LineEditor::Tab() {
  const std::string before = text_.text().substr(0, cursor_);
  std::vector<std::string> found = complete_(before);
  if (found.empty()) return Insert(TypedText::Typed("\t"));
  std::string common = found[0];
  for (const std::string& other : found) {
    size_t same = 0;
    while (same < std::min(common.size(), other.size()) &&
           common[same] == other[same]) {
      ++same;
    }
    common.resize(same);
  }
  if (found.size() == 1) common += ' ';
  if (common.size() > before.size()) {
    Insert(TypedText::Typed(common.substr(before.size())));
  }
}

void LineEditor::Left() {
  cursor_ -=
      LastClusterBytes(absl::string_view(text_.text()).substr(0, cursor_));
}

void LineEditor::Right() {
  if (cursor_ == text_.size()) return;
  cursor_ +=
      FirstCluster(absl::string_view(text_.text()).substr(cursor_)).bytes;
}

// The arrows move inside a text of several lines, and from its first and last
// line on to the lines before and after it.
void LineEditor::Up() {
  const size_t begin = LineBegin(cursor_);
  if (begin > 0) return MoveToLine(LineBegin(begin - 1), cursor_ - begin);
  if (line_ > 0) CallUp(line_ - 1);
}

void LineEditor::Down() {
  const size_t end = LineEnd(cursor_);
  if (end < text_.size()) {
    return MoveToLine(end + 1, cursor_ - LineBegin(cursor_));
  }
  if (line_ < history_.size()) CallUp(line_ + 1);
}

void LineEditor::MoveToLine(size_t begin, size_t bytes) {
  const size_t end = LineEnd(begin);
  cursor_ = begin;
  while (cursor_ < end && cursor_ < begin + bytes) Right();
}

void LineEditor::CallUp(size_t line) {
  if (line_ == history_.size()) written_ = text_;
  line_ = line;
  Replace(line == history_.size() ? written_ : history_[line]);
}

// As the shells do: the characters around the cursor, at the end the last two.
void LineEditor::Transpose() {
  if (cursor_ == LineEnd(cursor_)) Left();
  const size_t middle = cursor_;
  if (middle == LineBegin(middle)) return;
  Left();
  const size_t begin = cursor_;
  const TypedText left = text_.Part(begin, middle - begin);
  text_.Erase(begin, middle - begin);
  Right();
  Insert(left);
}

std::string LineEditor::SearchLabel() const {
  if (!searching_) return "";
  const bool found = query_.empty() || line_ < history_.size();
  return absl::StrCat(found ? "(search '" : "(nothing has '", query_, "') ");
}

// The search is for the last line that holds what is typed; Ctrl-R goes on to
// the one before, Enter takes it, any other key edits it.
LineEditor::Outcome LineEditor::Search(const Key& key) {
  switch (key.kind) {
    case KeyKind::kText:
      query_ += key.text;
      SearchFrom(line_ < history_.size() ? line_ + 1 : line_);
      return Outcome::kEdited;
    case KeyKind::kBackspace:
      query_.resize(query_.size() - LastClusterBytes(query_));
      SearchFrom(history_.size());
      return Outcome::kEdited;
    case KeyKind::kSearch: SearchFrom(line_); return Outcome::kEdited;
    case KeyKind::kCancel:
      searching_ = false;
      line_ = history_.size();
      Replace(written_);
      return Outcome::kEdited;
    default: searching_ = false; return Apply(key);
  }
}

void LineEditor::SearchFrom(size_t line) {
  while (line > 0) {
    --line;
    const size_t at = history_[line].text().find(query_);
    if (at != std::string::npos) {
      line_ = line;
      Replace(history_[line]);
      cursor_ = at;
      return;
    }
  }
  line_ = history_.size();
}

}  // namespace fathom::rt
