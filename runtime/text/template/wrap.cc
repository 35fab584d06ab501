#include "runtime/text/template/wrap.h"

#include <algorithm>

#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

// The whitespace that textwrap breaks at: not all that Unicode has.
bool IsBreak(uint32_t c) { return (c >= 9 && c <= 13) || c == ' '; }

bool IsWord(uint32_t c) { return IsPythonAlnum(c) || c == '_'; }

bool IsWordLetter(uint32_t c) { return IsWord(c) && !IsPythonDecimal(c); }

bool IsWordPunctuation(uint32_t c) {
  return IsWord(c) || c == '!' || c == '"' || c == '\'' || c == '&' ||
         c == '.' || c == ',' || c == '?';
}

// A range of code points.
struct Chunk {
  size_t begin, end;
  int64_t size() const { return static_cast<int64_t>(end - begin); }
};

class Wrapper {
 public:
  Wrapper(absl::string_view bytes, ByteSpan line, const WrapStyle& style)
      : style_(style) {
    size_t length = 0;
    for (size_t pos = line.begin; pos < line.end; pos += length) {
      offsets_.push_back(pos);
      chars_.push_back(DecodeUtf8(bytes, pos, &length));
    }
    offsets_.push_back(line.end);
  }

  std::vector<ByteSpan> Run() {
    Split();
    std::reverse(chunks_.begin(), chunks_.end());
    std::vector<ByteSpan> lines;
    while (!chunks_.empty()) {
      std::vector<Chunk> line;
      int64_t length = 0;
      if (!lines.empty() && IsBlank(chunks_.back())) chunks_.pop_back();
      while (!chunks_.empty() &&
             length + chunks_.back().size() <= style_.width) {
        length += chunks_.back().size();
        line.push_back(chunks_.back());
        chunks_.pop_back();
      }
      if (!chunks_.empty() && chunks_.back().size() > style_.width) {
        BreakWord(length, &line);
      }
      if (!line.empty() && IsBlank(line.back())) line.pop_back();
      if (line.empty()) continue;
      lines.push_back(
          {offsets_[line.front().begin], offsets_[line.back().end]});
    }
    return lines;
  }

 private:
  bool IsBlank(const Chunk& chunk) const {
    return std::all_of(chars_.begin() + chunk.begin, chars_.begin() + chunk.end,
                       IsPythonSpace);
  }
  bool At(size_t pos, bool (*is)(uint32_t)) const {
    return pos < chars_.size() && is(chars_[pos]);
  }

  // Where the run of dashes from `pos` on ends, if it has two at least and a
  // word follows; else `pos`.
  size_t DashEnd(size_t pos) const {
    size_t end = pos;
    while (end < chars_.size() && chars_[end] == '-') ++end;
    return end - pos >= 2 && At(end, IsWord) ? end : pos;
  }

  // Whether the dash at `pos` is one of a hyphenated word.
  bool IsHyphen(size_t pos) const {
    if (chars_[pos] != '-') return false;
    bool two_letters = pos >= 2 && IsWordLetter(chars_[pos - 1]) &&
                       IsWordLetter(chars_[pos - 2]);
    bool after_dash = pos >= 3 && IsWordPunctuation(chars_[pos - 1]) &&
                      chars_[pos - 2] == '-' && IsWordLetter(chars_[pos - 3]);
    if (!two_letters && !after_dash) return false;
    if (!At(pos + 1, IsWordLetter)) return false;
    size_t next = pos + 2;
    if (At(next, IsWordLetter)) return true;
    return next < chars_.size() && chars_[next] == '-' &&
           At(next + 1, IsWordLetter);
  }

  // The end of the chunk that begins at `pos`.
  size_t ChunkEnd(size_t pos) const {
    size_t end = pos;
    if (IsBreak(chars_[pos])) {
      while (At(end, IsBreak)) ++end;
      return end;
    }
    if (!style_.break_on_hyphens) {
      while (end < chars_.size() && !IsBreak(chars_[end])) ++end;
      return end;
    }
    if (pos > 0 && IsWordPunctuation(chars_[pos - 1])) {
      end = DashEnd(pos);
      if (end > pos) return end;
    }
    for (end = pos + 1; end < chars_.size() && !IsBreak(chars_[end]); ++end) {
      if (IsHyphen(end)) return end + 1;
      if (chars_[end] == '-' && IsWordPunctuation(chars_[end - 1]) &&
          DashEnd(end) > end) {
        return end;
      }
    }
    return end;
  }

  void Split() {
    for (size_t pos = 0; pos < chars_.size();) {
      size_t end = ChunkEnd(pos);
      chunks_.push_back({pos, end});
      pos = end;
    }
  }

  // The last chunk does not fit into any line.
  void BreakWord(int64_t length, std::vector<Chunk>* line) {
    Chunk& chunk = chunks_.back();
    if (!style_.break_long_words) {
      if (!line->empty()) return;
      line->push_back(chunk);
      chunks_.pop_back();
      return;
    }
    size_t left = style_.width - length;
    size_t end = left;
    if (style_.break_on_hyphens && chunk.size() > static_cast<int64_t>(left)) {
      // After the last hyphen that fits and has more than hyphens before it.
      size_t hyphen = left;
      while (hyphen > 0 && chars_[chunk.begin + hyphen - 1] != '-') --hyphen;
      bool more = false;
      for (size_t i = 0; hyphen > 0 && i + 1 < hyphen; ++i) {
        more |= chars_[chunk.begin + i] != '-';
      }
      if (more) end = hyphen;
    }
    line->push_back({chunk.begin, chunk.begin + end});
    chunk.begin += end;
  }

  const WrapStyle& style_;
  std::vector<uint32_t> chars_;
  std::vector<size_t> offsets_;
  std::vector<Chunk> chunks_;
};

}  // namespace

absl::StatusOr<std::vector<ByteSpan>> WrapLine(Arena& arena,
                                               absl::string_view bytes,
                                               ByteSpan line,
                                               const WrapStyle& style) {
  FATHOM_RETURN_IF_ERROR(arena.Charge((line.end - line.begin) * 16 + 64));
  return Wrapper(bytes, line, style).Run();
}

}  // namespace fathom::rt
