#include "runtime/text/template/urlize.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "runtime/base/status.h"
#include "runtime/text/template/search.h"
#include "runtime/text/template/text.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

bool IsWord(uint32_t c) { return IsPythonAlnum(c) || c == '_'; }

// The parts of an address as Jinja's pattern has them. Each function takes a
// place and gives where what it reads ends, or kNo.
class AddressMatcher {
 public:
  explicit AddressMatcher(absl::string_view text) : text_(text) {}

  // ^(scheme or www, any domain | domain with a basic ending |
  //   scheme, address of numbers)(port)?(path)?$
  bool IsHttp() const {
    size_t after = Scheme(0, true);
    if (after != kNo && HostThenEnd(after, /*basic=*/false)) return true;
    if (HostThenEnd(0, /*basic=*/true)) return true;
    after = Scheme(0, false);
    if (after == kNo) return false;
    for (size_t end : {Ipv4(after), Ipv6(after)}) {
      if (end != kNo && IsRest(end)) return true;
    }
    return false;
  }

  // ^\S+@\w[\w.-]*\.\w+$
  bool IsEmail() const {
    // The last '@' decides: a domain holds none.
    size_t at = text_.rfind('@');
    if (at == text_.npos || at == 0) return false;
    size_t length = 0;
    size_t pos = at + 1;
    if (pos >= text_.size() || !IsWord(CharAt(pos, &length))) return false;
    size_t last_dot = text_.npos;
    for (size_t i = pos; i < text_.size(); i += length) {
      uint32_t c = CharAt(i, &length);
      if (c == '.' && i > pos) last_dot = i;
      if (c == '.' || c == '-' || IsWord(c)) continue;
      return false;
    }
    if (last_dot == text_.npos || last_dot + 1 == text_.size()) return false;
    for (size_t i = last_dot + 1; i < text_.size(); i += length) {
      if (!IsWord(CharAt(i, &length))) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kNo = absl::string_view::npos;

  uint32_t CharAt(size_t pos, size_t* length) const {
    return DecodeUtf8(text_, pos, length);
  }
  bool At(size_t pos, absl::string_view what) const {
    return absl::EqualsIgnoreCase(
        text_.substr(std::min(pos, text_.size()), what.size()), what);
  }

  size_t Scheme(size_t pos, bool www) const {
    if (At(pos, "https://")) return pos + 8;
    if (At(pos, "http://")) return pos + 7;
    return www && At(pos, "www.") ? pos + 4 : kNo;
  }

  // Labels with a dot after each, then an ending, then what may follow. Which
  // dot is the last is tried from the back, as a pattern does.
  bool HostThenEnd(size_t pos, bool basic) const {
    std::vector<size_t> starts = {pos};  // where an ending may begin
    size_t length = 0;
    int in_label = 0;
    for (size_t i = pos; i < text_.size(); i += length) {
      uint32_t c = CharAt(i, &length);
      if (c == '.') {
        bool valid = basic ? in_label >= 2 && in_label <= 63 : in_label >= 1;
        if (!valid) break;
        starts.push_back(i + 1);
        in_label = 0;
      } else if (IsWord(c) || c == '%' || c == '-') {
        ++in_label;
      } else {
        break;
      }
    }
    while (starts.size() > (basic ? 1u : 0u)) {
      if (basic ? BasicEnding(starts.back()) : AnyEnding(starts.back())) {
        return true;
      }
      starts.pop_back();
    }
    return false;
  }

  bool BasicEnding(size_t pos) const {
    static constexpr absl::string_view kEndings[] = {
        "com", "net", "int", "edu", "gov", "org", "info", "mil"};
    return std::any_of(std::begin(kEndings), std::end(kEndings),
                       [&](absl::string_view ending) {
                         return At(pos, ending) && IsRest(pos + ending.size());
                       });
  }

  // [a-z]{2,63}, or xn-- and [\w%]{2,59}. What follows begins with a character
  // other than these, so that only the longest run can be followed by it.
  bool AnyEnding(size_t pos) const {
    size_t end = pos;
    while (end < text_.size() && absl::ascii_isalpha(text_[end])) ++end;
    if (end - pos >= 2 && end - pos <= 63 && IsRest(end)) return true;
    if (!At(pos, "xn--")) return false;
    size_t length = 0;
    int count = 0;
    for (end = pos + 4; end < text_.size(); end += length) {
      uint32_t c = CharAt(end, &length);
      if (!IsWord(c) && c != '%') break;
      ++count;
    }
    return count >= 2 && count <= 59 && IsRest(end);
  }

  size_t Digits(size_t pos, int most, size_t* end) const {
    int count = 0;
    size_t length = 0;
    while (pos < text_.size() && count < most &&
           IsPythonDecimal(CharAt(pos, &length))) {
      pos += length;
      ++count;
    }
    *end = pos;
    return count;
  }

  size_t Ipv4(size_t pos) const {
    for (int part = 0; part < 4; ++part) {
      if (part > 0) {
        if (pos >= text_.size() || text_[pos] != '.') return kNo;
        ++pos;
      }
      if (Digits(pos, 3, &pos) == 0) return kNo;
    }
    return pos;
  }

  // \[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}\]
  size_t Ipv6(size_t pos) const {
    if (pos >= text_.size() || text_[pos] != '[') return kNo;
    size_t end = text_.find(']', pos);
    if (end == text_.npos) return kNo;
    std::vector<int> groups = {0};  // hex digits between colons
    size_t length = 0;
    for (size_t i = pos + 1; i < end; i += length) {
      uint32_t c = CharAt(i, &length);
      if (c == ':') {
        groups.push_back(0);
      } else if (IsPythonDecimal(c) ||
                 ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')) {
        ++groups.back();
      } else {
        return kNo;
      }
    }
    if (groups.size() < 3 || groups[0] > 4 || groups[1] > 4) return kNo;
    // Six parts of at most four digits, each with or without its colon.
    int parts = 0;
    for (size_t i = 2; i < groups.size(); ++i) {
      bool last = i + 1 == groups.size();
      parts += last ? (groups[i] + 3) / 4 : std::max(1, (groups[i] + 3) / 4);
    }
    return parts <= 6 ? end + 1 : kNo;
  }

  // (:\d{1,5})?([/?#]\S*)?$ in a text without space.
  bool IsRest(size_t pos) const {
    if (pos < text_.size() && text_[pos] == ':') {
      size_t end = pos;
      if (Digits(pos + 1, 5, &end) > 0) pos = end;
    }
    if (pos == text_.size()) return true;
    char c = text_[pos];
    return c == '/' || c == '?' || c == '#';
  }

  absl::string_view text_;
};

class Urlizer {
 public:
  Urlizer(Arena& arena, const Text& text, const UrlizeStyle& style)
      : arena_(arena),
        text_(text),
        bytes_(text.bytes),
        style_(style),
        out_(arena.Builder()) {}

  absl::StatusOr<Value> Run() {
    size_t length = 0;
    for (size_t pos = 0; pos < bytes_.size();) {
      size_t begin = pos;
      bool space = IsPythonSpace(DecodeUtf8(bytes_, pos, &length));
      while (pos < bytes_.size() &&
             IsPythonSpace(DecodeUtf8(bytes_, pos, &length)) == space) {
        pos += length;
      }
      FATHOM_RETURN_IF_ERROR(arena_.Charge((pos - begin) * 4));
      if (space) {
        out_.Append(text_, begin, pos);
      } else {
        Word(begin, pos);
      }
      if (out_.overflown()) break;
    }
    return arena_.NewText(std::move(out_));
  }

 private:
  // How many bytes of opening brackets `word` begins with.
  static size_t HeadSize(absl::string_view word) {
    size_t at = 0;
    while (at < word.size()) {
      if (word[at] == '(' || word[at] == '<') {
        ++at;
      } else if (absl::StartsWith(word.substr(at), "&lt;")) {
        at += 4;
      } else {
        break;
      }
    }
    return at;
  }

  // Where closing brackets and points begin that `word` ends with.
  static size_t TailBegin(absl::string_view word) {
    size_t at = word.size();
    while (at > 0) {
      char c = word[at - 1];
      if (c == ')' || c == '>' || c == '.' || c == ',') {
        --at;
      } else if (absl::EndsWith(word.substr(0, at), "&gt;")) {
        at -= 4;
      } else {
        break;
      }
    }
    return at;
  }

  void Word(size_t begin, size_t end) {
    absl::string_view word = bytes_.substr(begin, end - begin);
    size_t head = HeadSize(word);
    size_t tail = head + TailBegin(word.substr(head));
    // A closing bracket belongs to the address when its partner does.
    static constexpr std::pair<absl::string_view, absl::string_view>
        kBrackets[] = {{"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}};
    for (const auto& [open, close] : kBrackets) {
      absl::string_view middle = word.substr(head, tail - head);
      int64_t opened = CountText(middle, open);
      if (opened <= CountText(middle, close)) continue;
      int64_t times = std::min(opened, CountText(word.substr(tail), close));
      for (int64_t i = 0; i < times; ++i) {
        tail = Search(word, close, tail) + close.size();
      }
    }
    out_.Append(text_, begin, begin + head);
    Middle(begin + head, begin + tail);
    out_.Append(text_, begin + tail, end);
  }

  void Attributes() {
    if (!style_.rel->bytes.empty()) {
      out_.Own(" rel=\"");
      out_.Append(*style_.rel);
      out_.Own("\"");
    }
    if (style_.target != nullptr) {
      out_.Own(" target=\"");
      out_.Append(*style_.target);
      out_.Own("\"");
    }
  }

  void Link(absl::string_view prefix, size_t begin, size_t end, bool attributes,
            size_t shown_begin, bool shortens) {
    out_.Own("<a href=\"");
    out_.Own(prefix);
    out_.Append(text_, begin, end);
    out_.Own("\"");
    if (attributes) Attributes();
    out_.Own(">");
    absl::string_view shown = bytes_.substr(shown_begin, end - shown_begin);
    int64_t length = CountCodePoints(shown);
    if (shortens && style_.has_limit && length > style_.limit) {
      int64_t keep = style_.limit < 0
                         ? std::max<int64_t>(length + style_.limit, 0)
                         : style_.limit;
      size_t cut = shown_begin;
      for (; keep > 0; --keep) cut += Utf8Length(bytes_[cut]);
      out_.Append(text_, shown_begin, cut);
      out_.Own("...");
    } else {
      out_.Append(text_, shown_begin, end);
    }
    out_.Own("</a>");
  }

  void Middle(size_t begin, size_t end) {
    absl::string_view middle = bytes_.substr(begin, end - begin);
    if (AddressMatcher(middle).IsHttp()) {
      bool scheme = absl::StartsWith(middle, "https://") ||
                    absl::StartsWith(middle, "http://");
      Link(scheme ? "" : "https://", begin, end, true, begin, true);
    } else if (absl::StartsWith(middle, "mailto:") &&
               AddressMatcher(middle.substr(7)).IsEmail()) {
      Link("", begin, end, false, begin + 7, false);
    } else if (absl::StrContains(middle, '@') &&
               !absl::StartsWith(middle, "www.") && middle[0] != '@' &&
               !absl::StrContains(middle, ':') &&
               AddressMatcher(middle).IsEmail()) {
      Link("mailto:", begin, end, false, begin, false);
    } else {
      bool linked = std::any_of(style_.schemes.begin(), style_.schemes.end(),
                                [&](const std::string& scheme) {
                                  return middle != scheme &&
                                         absl::StartsWith(middle, scheme);
                                });
      if (linked) {
        Link("", begin, end, true, begin, false);
      } else {
        out_.Append(text_, begin, end);
      }
    }
  }

  Arena& arena_;
  const Text& text_;
  absl::string_view bytes_;
  const UrlizeStyle& style_;
  TextBuilder out_;
};

}  // namespace

bool IsUriScheme(absl::string_view text) {
  size_t length = 0;
  size_t pos = 0;
  int count = 0;
  for (; pos < text.size(); pos += length, ++count) {
    uint32_t c = DecodeUtf8(text, pos, &length);
    if (!IsWord(c) && c != '.' && c != '+' && c != '-') break;
  }
  absl::string_view rest = text.substr(pos);
  return count >= 2 && (rest == ":" || rest == ":/" || rest == "://");
}

absl::StatusOr<Value> Urlize(Arena& arena, const Text& escaped,
                             const UrlizeStyle& style) {
  return Urlizer(arena, escaped, style).Run();
}

}  // namespace fathom::rt
