// See normal_form.h. The text is cut where no character can change another one,
// and each run in between is decomposed, put in order and composed.
#include "runtime/text/normal_form.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

// utf8proc's mark for characters that are no second half of a composition.
constexpr unsigned kNoCombination = 0xffff;
constexpr unsigned kSecondHalf = 0x8000;

struct Range {
  uint32_t first;
  uint32_t last;
};

// tools/test-models/unicode_tables.py writes both.
constexpr Range kUnknown[] = {
#include "runtime/text/newer_to_nfc.inc"
};
constexpr Range kUnknownCompatible[] = {
#include "runtime/text/newer_to_nfkc.inc"
};

template <size_t kCount>
bool IsIn(const Range (&ranges)[kCount], uint32_t c) {
  const Range* range = std::lower_bound(
      std::begin(ranges), std::end(ranges), c,
      [](const Range& r, uint32_t point) { return r.last < point; });
  return range != std::end(ranges) && range->first <= c;
}

// Whether the library, whose normalization knows an older Unicode, takes `c`
// for unassigned: nothing joins it, and nothing moves past it.
bool IsUnknown(NormalForm form, uint32_t c) {
  return IsIn(kUnknown, c) || (form.compatible && IsIn(kUnknownCompatible, c));
}

// Whether `c` is as it is in the form, and never joined to what is before it.
bool BeginsRun(NormalForm form, uint32_t c) {
  if (c < 0x80) return true;
  if (IsUnknown(form, c)) return true;
  // The vowels and finals of Hangul are composed without a table.
  if (form.composes && c >= 0x1161 && c <= 0x11ff) return false;
  const utf8proc_property_t* property =
      utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
  if (property->combining_class != 0) return false;
  constexpr unsigned kCanonical = 0;
  if (property->decomp_seqindex != UINT16_MAX &&
      (form.compatible || property->decomp_type == kCanonical)) {
    return false;
  }
  // So are the syllables taken apart.
  if (!form.composes && c >= 0xac00 && c <= 0xd7a3) return false;
  return !form.composes || property->comb_index == kNoCombination ||
         property->comb_index < kSecondHalf;
}

uint64_t CombiningClass(utf8proc_int32_t c) {
  return static_cast<uint64_t>(utf8proc_get_property(c)->combining_class);
}

// No character decomposes into more: U+FDFA, compatibly, has 18.
constexpr ptrdiff_t kDecompositionMax = 18;

void Decompose(NormalForm form, absl::string_view text,
               std::vector<utf8proc_int32_t>* run) {
  run->clear();
  const int options =
      UTF8PROC_DECOMPOSE | (form.compatible ? UTF8PROC_COMPAT : 0);
  for (size_t at = 0, length = 0; at < text.size(); at += length) {
    const auto c = static_cast<utf8proc_int32_t>(DecodeUtf8(text, at, &length));
    utf8proc_int32_t parts[kDecompositionMax];
    int boundary = 0;
    const utf8proc_ssize_t count = utf8proc_decompose_char(
        c, parts, kDecompositionMax, static_cast<utf8proc_option_t>(options),
        &boundary);
    run->insert(run->end(), parts,
                parts + std::clamp<ptrdiff_t>(count, 0, kDecompositionMax));
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

std::string RunInForm(NormalForm form, absl::string_view text) {
  std::vector<utf8proc_int32_t> run;
  Decompose(form, text, &run);
  Order(&run);
  auto count = static_cast<utf8proc_ssize_t>(run.size());
  if (form.composes) {
    count = utf8proc_normalize_utf32(
        run.data(), count,
        static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  }
  std::string out;
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    AppendUtf8(static_cast<uint32_t>(run[static_cast<size_t>(i)]), &out);
  }
  return out;
}

}  // namespace

absl::StatusOr<TrackedText> ToNormalForm(NormalForm form,
                                         const TrackedText& from) {
  const absl::string_view text = from.text;
  TrackedTextBuilder builder(from);
  size_t plain = 0;  // from here to `begin` all characters stay as they are
  size_t begin = 0;
  while (begin < text.size()) {
    // A run of one character that begins it is as it is.
    size_t length = 0;
    const uint32_t first = DecodeUtf8(text, begin, &length);
    size_t end = begin + length;
    bool is_plain = BeginsRun(form, first);
    const bool is_alone = IsUnknown(form, first);
    while (!is_alone && end < text.size() &&
           !BeginsRun(form, DecodeUtf8(text, end, &length))) {
      end += length;
      is_plain = false;
    }
    if (!is_plain) {
      builder.Keep(plain, begin);
      const std::string out = RunInForm(form, text.substr(begin, end - begin));
      // What the first character of the text alone has become.
      size_t first_bytes = 0;
      if (begin < from.at_start) {
        const size_t first_end = begin + Utf8Length(text[begin]);
        first_bytes =
            form.composes
                ? Utf8Length(out[0])
                : RunInForm(form, text.substr(begin, first_end - begin)).size();
      }
      builder.Replace(begin, end, out, first_bytes);
      plain = end;
    }
    begin = end;
  }
  builder.Keep(plain, text.size());
  return std::move(builder).Finish();
}

}  // namespace fathom::rt
