// See nfc.h. The text is cut where no character can change another one, and
// each run in between is decomposed, put in order and composed.
#include "runtime/text/nfc.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

// utf8proc's mark for characters that are no second half of a composition.
constexpr unsigned kNoCombination = 0xffff;
constexpr unsigned kSecondHalf = 0x8000;

// Whether the library's NFC, of an older Unicode, takes `c` for unassigned:
// nothing joins it, and nothing moves past it.
bool IsUnknown(uint32_t c) {
  struct Range {
    uint32_t first;
    uint32_t last;
  };
  // tools/test-models/unicode_tables.py writes it.
  static constexpr Range kUnknown[] = {
#include "runtime/text/newer_to_nfc.inc"
  };
  const Range* range = std::lower_bound(
      std::begin(kUnknown), std::end(kUnknown), c,
      [](const Range& r, uint32_t point) { return r.last < point; });
  return range != std::end(kUnknown) && range->first <= c;
}

// Whether NFC never joins `c` to what is before it, nor changes `c` itself.
bool BeginsRun(uint32_t c) {
  if (c < 0x300) return c < 0xc0;
  // The vowels and finals of Hangul are composed without a table.
  if (c >= 0x1161 && c <= 0x11ff) return false;
  const utf8proc_property_t* property =
      utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
  const bool is_inert = property->combining_class == 0 &&
                        property->decomp_seqindex == UINT16_MAX &&
                        (property->comb_index == kNoCombination ||
                         property->comb_index < kSecondHalf);
  return is_inert || IsUnknown(c);
}

uint64_t CombiningClass(utf8proc_int32_t c) {
  return static_cast<uint64_t>(utf8proc_get_property(c)->combining_class);
}

void Decompose(absl::string_view text, std::vector<utf8proc_int32_t>* run) {
  run->clear();
  for (size_t at = 0, length = 0; at < text.size(); at += length) {
    const auto c = static_cast<utf8proc_int32_t>(DecodeUtf8(text, at, &length));
    utf8proc_int32_t parts[8];
    int boundary = 0;
    // No character decomposes canonically into more than four.
    const utf8proc_ssize_t count =
        utf8proc_decompose_char(c, parts, 8, UTF8PROC_DECOMPOSE, &boundary);
    run->insert(run->end(), parts, parts + std::clamp<ptrdiff_t>(count, 0, 8));
  }
}

// Marks in the order of their classes, equals as they stand. utf8proc's own
// loop takes quadratic time on a long run of marks.
void Order(std::vector<utf8proc_int32_t>* run) {
  std::vector<uint64_t> keys;  // class, place, code point
  size_t begin = 0;
  for (size_t at = 0; at <= run->size(); ++at) {
    const uint64_t combining =
        at < run->size() ? CombiningClass((*run)[at]) : 0;
    if (combining != 0) {
      keys.push_back(combining << 56 | uint64_t{at} << 21 |
                     static_cast<uint32_t>((*run)[at]));
      continue;
    }
    std::sort(keys.begin(), keys.end());
    for (size_t i = 0; i < keys.size(); ++i) {
      (*run)[begin + i] = static_cast<utf8proc_int32_t>(keys[i] & 0x1fffff);
    }
    keys.clear();
    begin = at + 1;
  }
}

void AppendRun(absl::string_view run_text, std::string* out) {
  std::vector<utf8proc_int32_t> run;
  Decompose(run_text, &run);
  Order(&run);
  const utf8proc_ssize_t count = utf8proc_normalize_utf32(
      run.data(), static_cast<utf8proc_ssize_t>(run.size()),
      static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    AppendUtf8(static_cast<uint32_t>(run[static_cast<size_t>(i)]), out);
  }
}

// Whether [begin, end) meets a span, of those from `*next` on.
bool Meets(size_t begin, size_t end, absl::Span<const ByteSpan> spans,
           size_t* next) {
  while (*next < spans.size() && spans[*next].end <= begin) ++*next;
  return *next < spans.size() && spans[*next].begin < end;
}

}  // namespace

NormalizedText ToNfc(absl::string_view text,
                     absl::Span<const ByteSpan> foreign) {
  NormalizedText result;
  result.text.reserve(text.size());
  size_t next_foreign = 0;
  size_t begin = 0;
  while (begin < text.size()) {
    // A run of one character that begins it is as it is.
    size_t length = Utf8Length(text[begin]);
    size_t end = begin + length;
    const uint32_t first = DecodeUtf8(text, begin, &length);
    bool is_plain = BeginsRun(first);
    const bool is_alone = IsUnknown(first);
    while (!is_alone && end < text.size() &&
           !BeginsRun(DecodeUtf8(text, end, &length))) {
      end += length;
      is_plain = false;
    }
    const absl::string_view run = text.substr(begin, end - begin);
    const size_t out_begin = result.text.size();
    if (is_plain) {
      result.text.append(run.data(), run.size());
    } else {
      AppendRun(run, &result.text);
    }
    if (Meets(begin, end, foreign, &next_foreign)) {
      if (!result.foreign.empty() && result.foreign.back().end == out_begin) {
        result.foreign.back().end = result.text.size();
      } else {
        result.foreign.push_back({out_begin, result.text.size()});
      }
    }
    begin = end;
  }
  return result;
}

}  // namespace fathom::rt
