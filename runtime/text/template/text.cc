#include "runtime/text/template/text.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template/search.h"

namespace fathom::rt {

using Kind = Value::Kind;

absl::StatusOr<Value> CutText(Arena& arena, const Text& text, size_t begin,
                              size_t end) {
  TextBuilder builder = arena.Builder();
  builder.Append(text, begin, end);
  return arena.NewText(std::move(builder), text.is_markup);
}

absl::StatusOr<Value> StripText(Arena& arena, const Text& text,
                                const Value& chars, bool left, bool right) {
  absl::string_view all = text.bytes;
  absl::string_view rest;
  if (chars.Is(Kind::kMissing) || chars.Is(Kind::kNone)) {
    rest = StripPythonSpace(all, left, right);
  } else if (chars.IsText()) {
    absl::string_view set = chars.text->bytes;
    rest = all;
    FATHOM_RETURN_IF_ERROR(arena.Charge(all.size() / 8));
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
        absl::StrCat("'strip' expects a string, found ", AKind(chars)));
  }
  size_t begin = rest.empty() ? 0 : rest.data() - all.data();
  return CutText(arena, text, begin, begin + rest.size());
}

namespace {

absl::StatusOr<Value> Pieces(Arena& arena, const Text& text,
                             const std::vector<ByteSpan>& pieces) {
  std::vector<Value> items;
  for (const ByteSpan& piece : pieces) {
    FATHOM_ASSIGN_OR_RETURN(Value item,
                            CutText(arena, text, piece.begin, piece.end));
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
  FATHOM_RETURN_IF_ERROR(arena.Charge(bytes.size() / 4));
  if (from_right) {
    std::string backwards(bytes.rbegin(), bytes.rend());
    std::string wanted(separator.rbegin(), separator.rend());
    size_t begin = 0;  // as counted from the end
    while (left-- > 0) {
      size_t at = Search(backwards, wanted, begin);
      if (at == bytes.npos) break;
      pieces.push_back({bytes.size() - at, bytes.size() - begin});
      begin = at + separator.size();
    }
    pieces.push_back({0, bytes.size() - begin});
    std::reverse(pieces.begin(), pieces.end());
  } else {
    size_t begin = 0;
    while (left-- > 0) {
      size_t at = Search(bytes, separator, begin);
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

std::vector<ByteSpan> LinesOf(absl::string_view bytes, bool keep_ends) {
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
  return lines;
}

absl::StatusOr<Value> SplitLinesOf(Arena& arena, const Text& text,
                                   bool keep_ends) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(text.bytes.size()));
  return Pieces(arena, text, LinesOf(text.bytes, keep_ends));
}

int64_t CountText(absl::string_view bytes, absl::string_view part) {
  if (part.empty()) return CountCodePoints(bytes) + 1;
  int64_t count = 0;
  for (size_t at = Search(bytes, part); at != bytes.npos;
       at = Search(bytes, part, at + part.size())) {
    ++count;
  }
  return count;
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
      if (done == bytes.size()) {
        return arena.NewText(std::move(out), text.is_markup);
      }
      size_t next = done + Utf8Length(bytes[done]);
      out.Append(text, done, next);
      done = next;
    }
  }
  while (!from.empty() && left-- > 0 && !out.overflown()) {
    size_t at = Search(bytes, from, done);
    if (at == bytes.npos) break;
    out.Append(text, done, at);
    out.Append(to);
    done = at + from.size();
  }
  out.Append(text, done, bytes.size());
  return arena.NewText(std::move(out), text.is_markup);
}

absl::StatusOr<Value> MapText(
    Arena& arena, const Text& text,
    absl::FunctionRef<void(uint32_t, size_t, std::string*)> map) {
  absl::string_view bytes = text.bytes;
  FATHOM_RETURN_IF_ERROR(arena.Charge(bytes.size() * 4));
  TextBuilder out = arena.Builder();
  size_t length = 0;
  ForeignCursor foreign(text);
  std::string mapped;
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    uint32_t c = DecodeUtf8(bytes, pos, &length);
    mapped.clear();
    map(c, pos, &mapped);
    out.Put(mapped, foreign.At(pos));
  }
  return arena.NewText(std::move(out), text.is_markup);
}

namespace {

// Whether the capital sigma at `pos` ends a word: a cased letter comes before
// it and none after it, with what is case-ignorable between.
bool IsFinalSigma(absl::string_view bytes, size_t pos) {
  size_t length = 0;
  bool cased = false;
  for (size_t at = pos; at > 0;) {
    do {
      --at;
    } while (at > 0 && IsUtf8Continuation(bytes[at]));
    uint32_t c = DecodeUtf8(bytes, at, &length);
    if (IsCaseIgnorable(c)) continue;
    cased = IsPythonCased(c);
    break;
  }
  if (!cased) return false;
  for (size_t at = pos + 2; at < bytes.size(); at += length) {
    uint32_t c = DecodeUtf8(bytes, at, &length);
    if (!IsCaseIgnorable(c)) return !IsPythonCased(c);
  }
  return true;
}

}  // namespace

void AppendLower(absl::string_view bytes, size_t pos, uint32_t c,
                 std::string* out) {
  if (c == 0x3A3) {
    AppendUtf8(IsFinalSigma(bytes, pos) ? 0x3C2 : 0x3C3, out);
  } else {
    AppendCased(c, CaseMapping::kLower, out);
  }
}

absl::StatusOr<Value> CaseText(Arena& arena, const Text& text, TextCase to) {
  absl::string_view bytes = text.bytes;
  bool after_cased = false;
  return MapText(arena, text, [&](uint32_t c, size_t pos, std::string* out) {
    switch (to) {
      case TextCase::kUpper: AppendCased(c, CaseMapping::kUpper, out); break;
      case TextCase::kLower: AppendLower(bytes, pos, c, out); break;
      case TextCase::kFold: AppendCased(c, CaseMapping::kFold, out); break;
      case TextCase::kCapitalize:
        if (pos == 0) {
          AppendCased(c, CaseMapping::kTitle, out);
        } else {
          AppendLower(bytes, pos, c, out);
        }
        break;
      case TextCase::kTitle:
        if (after_cased) {
          AppendLower(bytes, pos, c, out);
        } else {
          AppendCased(c, CaseMapping::kTitle, out);
        }
        after_cased = IsPythonCased(c);
        break;
      case TextCase::kSwap:
        if (IsPythonUpper(c)) {
          AppendLower(bytes, pos, c, out);
        } else if (IsPythonLower(c)) {
          AppendCased(c, CaseMapping::kUpper, out);
        } else {
          AppendUtf8(c, out);
        }
        break;
    }
  });
}

absl::StatusOr<Value> AsciiText(Arena& arena, const Text& text) {
  return MapText(arena, text, [](uint32_t c, size_t, std::string* out) {
    if (c < 0x80) {
      out->push_back(static_cast<char>(c));
    } else {
      *out += c < 0x100     ? absl::StrFormat("\\x%02x", c)
              : c < 0x10000 ? absl::StrFormat("\\u%04x", c)
                            : absl::StrFormat("\\U%08x", c);
    }
  });
}

absl::StatusOr<Value> CharacterText(Arena& arena, int64_t number) {
  if (number < 0 || number > 0x10FFFF ||
      (number >= 0xD800 && number < 0xE000)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found the number ", number, ", which is of no character"));
  }
  std::string bytes;
  AppendUtf8(number, &bytes);
  return arena.NewText(bytes, false);
}

absl::StatusOr<Value> PadText(Arena& arena, const Text& text, int64_t width,
                              const Text& fill, TextSide side) {
  int64_t length = text.Length();
  int64_t missing = width > length ? width - length : 0;
  int64_t left = 0;
  switch (side) {
    case TextSide::kLeft: left = missing; break;
    case TextSide::kRight: break;
    // Python's choice of where the odd one goes.
    case TextSide::kBoth: left = missing / 2 + (missing & width & 1); break;
  }
  bool foreign = !fill.foreign.empty();
  TextBuilder out = arena.Builder();
  out.Repeat(fill.bytes, left, foreign);
  out.Append(text);
  out.Repeat(fill.bytes, missing - left, foreign);
  return arena.NewText(std::move(out), text.is_markup);
}

}  // namespace fathom::rt
