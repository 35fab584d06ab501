// See keys.h.
#include "tools/terminal/keys.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "runtime/text/utf8_pieces.h"
#include "simdjson.h"

namespace fathom::rt {
namespace {

constexpr char kEscape = '\x1b';
constexpr char kInterruptByte = '\x03';
constexpr absl::string_view kPasteBegin = "\x1b[200~";
constexpr absl::string_view kPasteEnd = "\x1b[201~";

struct Named {
  absl::string_view bytes;
  KeyKind kind;
};

// Control characters, as in Emacs and the shells.
constexpr Named kControls[] = {
    {"\r", KeyKind::kEnter},
    {"\n", KeyKind::kEnter},
    {"\t", KeyKind::kTab},
    {"\x7f", KeyKind::kBackspace},
    {"\x08", KeyKind::kBackspace},
    {"\x01", KeyKind::kHome},
    {"\x02", KeyKind::kLeft},
    {"\x03", KeyKind::kInterrupt},
    {"\x04", KeyKind::kDeleteOrEnd},
    {"\x05", KeyKind::kEnd},
    {"\x06", KeyKind::kRight},
    {"\x07", KeyKind::kCancel},
    {"\x0b", KeyKind::kDeleteToEnd},
    {"\x0c", KeyKind::kClearScreen},
    {"\x0e", KeyKind::kDown},
    {"\x10", KeyKind::kUp},
    {"\x12", KeyKind::kSearch},
    {"\x14", KeyKind::kTranspose},
    {"\x15", KeyKind::kDeleteToStart},
    {"\x17", KeyKind::kDeleteWordLeft},
    {"\x19", KeyKind::kYank},
    {"\x1a", KeyKind::kSuspend},
};

// What follows ESC for a key with Alt.
constexpr Named kMeta[] = {
    {"\r", KeyKind::kNewLine},          {"\n", KeyKind::kNewLine},
    {"b", KeyKind::kWordLeft},          {"f", KeyKind::kWordRight},
    {"d", KeyKind::kDeletePartRight},   {"\x7f", KeyKind::kDeletePartLeft},
    {"\x08", KeyKind::kDeletePartLeft},
};

// What follows ESC [ or ESC O; modifiers as xterm and its followers send them,
// Enter with a modifier as xterm's modifyOtherKeys and the kitty protocol do.
constexpr Named kSequences[] = {
    {"A", KeyKind::kUp},
    {"B", KeyKind::kDown},
    {"C", KeyKind::kRight},
    {"D", KeyKind::kLeft},
    {"H", KeyKind::kHome},
    {"F", KeyKind::kEnd},
    {"M", KeyKind::kEnter},  // of the keypad
    {"1~", KeyKind::kHome},
    {"7~", KeyKind::kHome},
    {"4~", KeyKind::kEnd},
    {"8~", KeyKind::kEnd},
    {"3~", KeyKind::kDelete},
    {"1;3C", KeyKind::kWordRight},
    {"1;5C", KeyKind::kWordRight},
    {"5C", KeyKind::kWordRight},
    {"c", KeyKind::kWordRight},
    {"1;3D", KeyKind::kWordLeft},
    {"1;5D", KeyKind::kWordLeft},
    {"5D", KeyKind::kWordLeft},
    {"d", KeyKind::kWordLeft},
    {"3;3~", KeyKind::kDeletePartRight},
    {"3;5~", KeyKind::kDeletePartRight},
    {"13u", KeyKind::kEnter},
    {"13;2u", KeyKind::kNewLine},
    {"13;3u", KeyKind::kNewLine},
    {"13;5u", KeyKind::kNewLine},
    {"27;2;13~", KeyKind::kNewLine},
    {"27;3;13~", KeyKind::kNewLine},
    {"27;5;13~", KeyKind::kNewLine},
};

const Named* Find(absl::Span<const Named> table, absl::string_view bytes) {
  for (const Named& named : table) {
    if (named.bytes == bytes) return &named;
  }
  return nullptr;
}

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

void AddText(absl::string_view text, bool broken, std::deque<Key>* keys) {
  if (text.empty()) return;
  if (keys->empty() || keys->back().kind != KeyKind::kText) {
    keys->push_back({KeyKind::kText, ""});
  }
  keys->back().text.append(text.data(), text.size());
  keys->back().broken |= broken;
}

}  // namespace

void KeyDecoder::Push(absl::string_view bytes, std::deque<Key>* keys) {
  held_.append(bytes.data(), bytes.size());
  size_t taken = 0;
  while (taken < held_.size()) {
    const absl::string_view rest = absl::string_view(held_).substr(taken);
    size_t count = 0;
    if (pasting_) {
      count = TakePaste(rest, keys);
    } else if (rest[0] == kEscape) {
      count = TakeEscape(rest, keys);
    } else if (IsControl(rest[0])) {
      const Named* named = Find(kControls, rest.substr(0, 1));
      if (named != nullptr) keys->push_back({named->kind, ""});
      count = 1;
    } else {
      count = TakeText(rest, keys);
    }
    if (count == 0) break;
    taken += count;
  }
  held_.erase(0, taken);
}

size_t KeyDecoder::TakePaste(absl::string_view bytes, std::deque<Key>* keys) {
  const size_t end = bytes.find(kPasteEnd);
  const size_t interrupt = bytes.find(kInterruptByte);
  if (interrupt < end) {
    // The end of a paste can get lost, and terminals let no Ctrl-C into one.
    pasting_ = too_long_ = false;
    paste_.clear();
    keys->push_back({KeyKind::kInterrupt, ""});
    return interrupt + 1;
  }
  size_t count = end;
  if (end == absl::string_view::npos) {
    // All but what may be the beginning of the end.
    count = bytes.size();
    for (size_t n = std::min(bytes.size(), kPasteEnd.size() - 1); n > 0; --n) {
      if (absl::EndsWith(bytes, kPasteEnd.substr(0, n))) {
        count -= n;
        break;
      }
    }
  }
  if (paste_.size() + count > kPasteBytesMax) {
    too_long_ = true;
    paste_.clear();
  }
  if (!too_long_) paste_.append(bytes.data(), count);
  if (end == absl::string_view::npos) return count;
  EndPaste(keys);
  return end + kPasteEnd.size();
}

void KeyDecoder::EndPaste(std::deque<Key>* keys) {
  pasting_ = false;
  if (std::exchange(too_long_, false)) {
    keys->push_back({KeyKind::kPasteTooLong, ""});
    return;
  }
  // Terminals send the line breaks of a paste as the Enter key's.
  std::string raw = absl::StrReplaceAll(paste_, {{"\r\n", "\n"}, {"\r", "\n"}});
  paste_.clear();
  const bool broken = !simdjson::validate_utf8(raw.data(), raw.size());
  std::string text;
  MoveWholeUtf8(&raw, /*is_last=*/true, &text);
  if (text.empty()) return;
  keys->push_back({KeyKind::kPaste, std::move(text), broken});
}

size_t KeyDecoder::TakeEscape(absl::string_view bytes, std::deque<Key>* keys) {
  if (bytes.size() < 2) return 0;
  if (bytes[1] != '[' && bytes[1] != 'O') {
    const Named* named = Find(kMeta, bytes.substr(1, 1));
    if (named != nullptr) {
      keys->push_back({named->kind, ""});
      return 2;
    }
    return 1;  // ESC means nothing before this; the next key stands for itself
  }
  size_t end = 2;
  // ESC O has no parameters but in some terminals' modified arrows.
  while (end < bytes.size() && bytes[end] >= 0x20 && bytes[end] < 0x40) ++end;
  // The Linux console sends ESC [ [ A for F1.
  if (end == 2 && end < bytes.size() && bytes[1] == '[' && bytes[2] == '[') {
    ++end;
  }
  if (end > kSequenceBytesMax) return end;
  if (end == bytes.size()) return 0;
  if (bytes[end] < 0x40 || bytes[end] > 0x7e) return end;
  const absl::string_view sequence = bytes.substr(0, end + 1);
  if (sequence == kPasteBegin) {
    pasting_ = true;
  } else if (const Named* named = Find(kSequences, sequence.substr(2))) {
    keys->push_back({named->kind, ""});
  }
  return end + 1;
}

size_t KeyDecoder::TakeText(absl::string_view bytes, std::deque<Key>* keys) {
  size_t count = 0;
  while (count < bytes.size() && !IsControl(bytes[count])) {
    const Utf8Piece piece = FirstUtf8Piece(bytes.substr(count));
    if (piece.kind == Utf8Piece::Kind::kUnfinished) break;
    if (piece.kind == Utf8Piece::Kind::kBroken) {
      AddText(bytes.substr(0, count), /*broken=*/false, keys);
      AddText(kReplacementCharacter, /*broken=*/true, keys);
      return count + piece.bytes;
    }
    count += piece.bytes;
  }
  AddText(bytes.substr(0, count), /*broken=*/false, keys);
  return count;
}

}  // namespace fathom::rt
