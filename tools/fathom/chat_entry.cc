// See chat_entry.h.
#include "tools/fathom/chat_entry.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace fathom::rt {
namespace {

constexpr absl::string_view kBlock = "\"\"\"";

size_t Indent(absl::string_view text) {
  return std::min(text.find_first_not_of(" \t"), text.size());
}

// Where a command's name ends: its argument begins after spaces.
size_t NameEnd(absl::string_view text, size_t begin) {
  return std::min(text.find_first_of(" \t\n", begin), text.size());
}

// Where the text of a block begins, after its """; npos where there is none. In
// a command it may follow the name, or the name and one more word: "/system",
// "/set system".
size_t BlockBegin(const TypedText& typed) {
  const absl::string_view text = typed.text();
  size_t at = Indent(text);
  if (typed.TypedAt(at, "/") && !typed.TypedAt(at, "//")) {
    for (int words = 0; words < 2; ++words) {
      at = NameEnd(text, at);
      at += Indent(text.substr(at));
      if (typed.TypedAt(at, kBlock)) break;
    }
  }
  return typed.TypedAt(at, kBlock) ? at + kBlock.size() : text.npos;
}

// Where its closing """ stands; npos while it is open.
size_t BlockEnd(const TypedText& typed, size_t begin) {
  const absl::string_view text =
      absl::StripTrailingAsciiWhitespace(typed.text());
  if (text.size() < begin + kBlock.size()) return text.npos;
  const size_t end = text.size() - kBlock.size();
  return typed.TypedAt(end, kBlock) ? end : text.npos;
}

std::string BlockText(absl::string_view text) {
  absl::ConsumePrefix(&text, "\n");
  absl::ConsumeSuffix(&text, "\n");
  return std::string(text);
}

}  // namespace

EnterAction EnterChatEntry(const TypedText& text) {
  const size_t block = BlockBegin(text);
  if (block != std::string::npos) {
    return BlockEnd(text, block) == std::string::npos ? EnterAction::kNewLine
                                                      : EnterAction::kAccept;
  }
  size_t backslashes = 0;
  while (backslashes < text.size() &&
         text.TypedAt(text.size() - 1 - backslashes, "\\")) {
    ++backslashes;
  }
  return backslashes % 2 == 1 ? EnterAction::kNewLineForLastByte
                              : EnterAction::kAccept;
}

ChatEntry ReadChatEntry(const TypedText& typed) {
  using Kind = ChatEntry::Kind;
  const absl::string_view text = typed.text();
  const absl::string_view stripped = absl::StripAsciiWhitespace(text);
  if (stripped.empty()) return {};
  const size_t begin = Indent(text);
  const bool one_line = stripped.find('\n') == stripped.npos;
  const bool command =
      text.substr(begin, 1) == "/" && (typed.typed(begin) || one_line);
  const size_t block = BlockBegin(typed);
  if (block != text.npos) {
    // At the end of the input a block may still be open.
    const size_t end = std::min(BlockEnd(typed, block), text.size());
    const std::string inside = BlockText(text.substr(block, end - block));
    const size_t before = block - kBlock.size();
    if (before == begin) {
      return {inside.empty() ? Kind::kNothing : Kind::kMessage, inside};
    }
    return {Kind::kCommand,
            std::string(text.substr(begin, before - begin)) + inside};
  }
  const bool slashes =
      typed.TypedAt(begin, "//") || (command && text.substr(begin, 2) == "//");
  if (command && !slashes) return {Kind::kCommand, std::string(stripped)};
  if (slashes) return {Kind::kMessage, std::string(text.substr(begin + 1))};
  bool all_typed = true;
  for (size_t i = 0; i < typed.size(); ++i) all_typed &= typed.typed(i);
  return {Kind::kMessage, std::string(all_typed && one_line ? stripped : text)};
}

}  // namespace fathom::rt
