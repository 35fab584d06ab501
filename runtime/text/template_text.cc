#include "runtime/text/template_text.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"

namespace fathom::rt {

using Kind = Value::Kind;

absl::StatusOr<Value> StripText(Arena& arena, const Text& text,
                                const Value& chars, bool left, bool right) {
  absl::string_view all = text.bytes;
  absl::string_view rest;
  if (chars.Is(Kind::kMissing) || chars.Is(Kind::kNone)) {
    rest = StripPythonSpace(all, left, right);
  } else if (chars.IsText()) {
    absl::string_view set = chars.text->bytes;
    rest = all;
    while (left && !rest.empty()) {
      size_t length = Utf8Length(rest[0]);
      if (!absl::StrContains(set, rest.substr(0, length))) break;
      rest.remove_prefix(length);
    }
    while (right && !rest.empty()) {
      size_t last = rest.size() - 1;
      while (last > 0 && IsUtf8Continuation(rest[last])) --last;
      if (!absl::StrContains(set, rest.substr(last))) break;
      rest.remove_suffix(rest.size() - last);
    }
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("'strip' expects a string, found a ", KindName(chars)));
  }
  size_t begin = rest.empty() ? 0 : rest.data() - all.data();
  return arena.SubText(text, begin, begin + rest.size());
}

namespace {

absl::StatusOr<Value> Pieces(Arena& arena, const Text& text,
                             const std::vector<ByteSpan>& pieces) {
  std::vector<Value> items;
  for (const ByteSpan& piece : pieces) {
    FATHOM_ASSIGN_OR_RETURN(Value item,
                            arena.SubText(text, piece.begin, piece.end));
    items.push_back(item);
  }
  return arena.NewSeq(Seq::Type::kList, std::move(items));
}

}  // namespace

absl::StatusOr<Value> SplitText(Arena& arena, const Text& text,
                                absl::string_view separator, int64_t most,
                                bool from_right) {
  absl::string_view bytes = text.bytes;
  std::vector<ByteSpan> pieces;
  uint64_t left = most < 0 ? ~uint64_t{0} : static_cast<uint64_t>(most);
  if (from_right) {
    size_t end = bytes.size();
    while (left-- > 0 && end >= separator.size()) {
      size_t at = bytes.substr(0, end).rfind(separator);
      if (at == bytes.npos) break;
      pieces.push_back({at + separator.size(), end});
      end = at;
    }
    pieces.push_back({0, end});
    std::reverse(pieces.begin(), pieces.end());
  } else {
    size_t begin = 0;
    while (left-- > 0) {
      size_t at = bytes.find(separator, begin);
      if (at == bytes.npos) break;
      pieces.push_back({begin, at});
      begin = at + separator.size();
    }
    pieces.push_back({begin, bytes.size()});
  }
  return Pieces(arena, text, pieces);
}

absl::StatusOr<Value> SplitSpace(Arena& arena, const Text& text, int64_t most,
                                 bool from_right) {
  absl::string_view bytes = text.bytes;
  FATHOM_RETURN_IF_ERROR(arena.Charge(bytes.size()));
  std::vector<ByteSpan> words;
  size_t length = 0;
  bool in_word = false;
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    bool space = IsPythonSpace(DecodeUtf8(bytes, pos, &length));
    if (!space && !in_word) words.push_back({pos, pos});
    if (!space) words.back().end = pos + length;
    in_word = !space;
  }
  // Beyond the limit the rest stays whole, space inside included.
  if (most >= 0 && words.size() > static_cast<size_t>(most)) {
    if (from_right) {
      size_t merged = words.size() - most - 1;
      words[merged].begin = 0;
      words.erase(words.begin(), words.begin() + merged);
    } else {
      words[most].end = bytes.size();
      words.resize(most + 1);
    }
  }
  return Pieces(arena, text, words);
}

absl::StatusOr<Value> SplitLinesOf(Arena& arena, const Text& text,
                                   bool keep_ends) {
  absl::string_view bytes = text.bytes;
  FATHOM_RETURN_IF_ERROR(arena.Charge(bytes.size()));
  std::vector<ByteSpan> lines;
  size_t begin = 0;
  size_t length = 0;
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    uint32_t c = DecodeUtf8(bytes, pos, &length);
    bool ends = (c >= 0xA && c <= 0xD) || (c >= 0x1C && c <= 0x1E) ||
                c == 0x85 || c == 0x2028 || c == 0x2029;
    if (!ends) continue;
    size_t stop = pos;
    if (c == '\r' && bytes.substr(pos + 1, 1) == "\n") ++length;
    lines.push_back({begin, keep_ends ? pos + length : stop});
    begin = pos + length;
  }
  if (begin < bytes.size()) lines.push_back({begin, bytes.size()});
  return Pieces(arena, text, lines);
}

absl::StatusOr<Value> ReplaceText(Arena& arena, const Text& text,
                                  absl::string_view from, const Text& to,
                                  int64_t most) {
  absl::string_view bytes = text.bytes;
  TextBuilder out = arena.Builder();
  FATHOM_RETURN_IF_ERROR(arena.Charge(bytes.size()));
  uint64_t left = most < 0 ? ~uint64_t{0} : static_cast<uint64_t>(most);
  size_t done = 0;
  if (from.empty()) {  // Between all code points, and at both ends.
    while (left-- > 0 && !out.overflown()) {
      out.Append(to);
      if (done == bytes.size()) return arena.NewText(std::move(out));
      size_t next = done + Utf8Length(bytes[done]);
      out.Append(text, done, next);
      done = next;
    }
  }
  while (!from.empty() && left-- > 0 && !out.overflown()) {
    size_t at = bytes.find(from, done);
    if (at == bytes.npos) break;
    out.Append(text, done, at);
    out.Append(to);
    done = at + from.size();
  }
  out.Append(text, done, bytes.size());
  return arena.NewText(std::move(out));
}

absl::StatusOr<Value> CaseText(Arena& arena, const Text& text,
                               CaseMapping first, CaseMapping others) {
  absl::string_view bytes = text.bytes;
  FATHOM_RETURN_IF_ERROR(arena.Charge(bytes.size() * 4));
  TextBuilder out = arena.Builder();
  size_t length = 0;
  auto foreign = text.foreign.begin();
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    uint32_t c = DecodeUtf8(bytes, pos, &length);
    std::string cased;
    AppendCased(c, pos == 0 ? first : others, &cased);
    while (foreign != text.foreign.end() && foreign->end <= pos) ++foreign;
    out.Put(cased, foreign != text.foreign.end() && foreign->begin <= pos);
  }
  return arena.NewText(std::move(out));
}

}  // namespace fathom::rt
