// From the bytes that a terminal sends to keys, in the order they were typed.
#ifndef FATHOM_TOOLS_TERMINAL_KEYS_H_
#define FATHOM_TOOLS_TERMINAL_KEYS_H_

#include <cstddef>
#include <deque>
#include <string>

#include "absl/strings/string_view.h"

namespace fathom::rt {

// The most bytes that one paste may have.
inline constexpr size_t kPasteBytesMax = size_t{16} << 20;
// An escape sequence of more bytes is none of a keyboard's, and is dropped.
inline constexpr size_t kSequenceBytesMax = 32;

enum class KeyKind {
  kText,          // printable characters, as many as came at once
  kPaste,         // a whole bracketed paste
  kPasteTooLong,  // one of more than kPasteBytesMax; its text is dropped
  kEnter,
  kNewLine,  // Alt-Enter
  kTab,
  kInterrupt,    // Ctrl-C
  kSuspend,      // Ctrl-Z
  kDeleteOrEnd,  // Ctrl-D: the end of the input where nothing is typed
  kCancel,       // Ctrl-G
  kSearch,       // Ctrl-R
  kClearScreen,  // Ctrl-L
  kLeft,
  kRight,
  kUp,
  kDown,
  kHome,
  kEnd,
  kWordLeft,
  kWordRight,
  kBackspace,
  kDelete,
  kDeleteWordLeft,   // back to a space: Ctrl-W
  kDeletePartLeft,   // back over letters and digits: Alt-Backspace
  kDeletePartRight,  // Alt-D
  kDeleteToStart,
  kDeleteToEnd,
  kYank,
  kTranspose,
};

// What stands in a text for bytes that are not UTF-8: U+FFFD.
inline constexpr absl::string_view kReplacementCharacter = "\xef\xbf\xbd";

struct Key {
  KeyKind kind;
  std::string text;  // of kText and kPaste: valid UTF-8
  // Whether `text` has a kReplacementCharacter for bytes that are not.
  bool broken = false;
};

// Any bytes give keys; none of them is a fault, and none waits for a time-out.
// Bytes that are not UTF-8 become U+FFFD, sequences that mean nothing here are
// dropped. A control character inside an escape sequence ends that sequence and
// counts. In a paste all but Ctrl-C is text, which drops the paste: a Ctrl-C is
// never swallowed.
class KeyDecoder {
 public:
  // Appends to `keys` what `bytes` complete. Neighbouring text becomes one key.
  void Push(absl::string_view bytes, std::deque<Key>* keys);

 private:
  // Each takes what it can from the beginning of `bytes` and returns how many
  // bytes that was; 0: more are needed.
  size_t TakePaste(absl::string_view bytes, std::deque<Key>* keys);
  size_t TakeEscape(absl::string_view bytes, std::deque<Key>* keys);
  size_t TakeText(absl::string_view bytes, std::deque<Key>* keys);
  void EndPaste(std::deque<Key>* keys);

  std::string held_;  // a character or sequence that has only begun
  bool pasting_ = false;
  bool too_long_ = false;
  std::string paste_;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_TERMINAL_KEYS_H_
