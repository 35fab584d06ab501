// See tracked_text.h.
#include "runtime/text/tracked_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fathom::rt {

TrackedText Slice(const TrackedText& from, size_t begin, size_t end) {
  TrackedText slice;
  slice.text = from.text.substr(begin, end - begin);
  slice.at_start =
      std::min(from.at_start, end) - std::min(from.at_start, begin);
  auto span =
      std::partition_point(from.foreign.begin(), from.foreign.end(),
                           [&](const ByteSpan& s) { return s.end <= begin; });
  for (; span != from.foreign.end() && span->begin < end; ++span) {
    slice.foreign.push_back({std::max(span->begin, begin) - begin,
                             std::min(span->end, end) - begin});
  }
  return slice;
}

bool TrackedTextBuilder::HasRoom(size_t bytes) {
  is_full_ = is_full_ || bytes > kTrackedBytesMax - to_.text.size();
  return !is_full_;
}

void TrackedTextBuilder::AddForeign(size_t begin, size_t end) {
  if (!to_.foreign.empty() && to_.foreign.back().end == begin) {
    to_.foreign.back().end = end;
  } else {
    to_.foreign.push_back({begin, end});
  }
}

void TrackedTextBuilder::Append(absl::string_view text, bool is_at_start) {
  const bool is_leading = to_.at_start == to_.text.size();
  to_.text.append(text.data(), text.size());
  if (is_at_start && is_leading) to_.at_start = to_.text.size();
}

void TrackedTextBuilder::Keep(size_t begin, size_t end) {
  if (!HasRoom(end - begin)) return;
  const size_t out = to_.text.size();
  while (next_foreign_ < from_.foreign.size() &&
         from_.foreign[next_foreign_].end <= begin) {
    ++next_foreign_;
  }
  for (size_t i = next_foreign_;
       i < from_.foreign.size() && from_.foreign[i].begin < end; ++i) {
    const ByteSpan& span = from_.foreign[i];
    AddForeign(out + std::max(span.begin, begin) - begin,
               out + std::min(span.end, end) - begin);
  }
  const absl::string_view kept =
      absl::string_view(from_.text).substr(begin, end - begin);
  const size_t leading = std::clamp(from_.at_start, begin, end) - begin;
  Append(kept.substr(0, leading), true);
  Append(kept.substr(leading), false);
}

void TrackedTextBuilder::Replace(size_t begin, size_t end,
                                 absl::string_view text, size_t first_bytes) {
  if (!HasRoom(text.size())) return;
  const size_t out = to_.text.size();
  while (next_foreign_ < from_.foreign.size() &&
         from_.foreign[next_foreign_].end <= begin) {
    ++next_foreign_;
  }
  const bool is_foreign = next_foreign_ < from_.foreign.size() &&
                          from_.foreign[next_foreign_].begin < end;
  if (is_foreign) AddForeign(out, out + text.size());
  Append(text.substr(0, first_bytes), begin < from_.at_start);
  Append(text.substr(first_bytes), end <= from_.at_start);
}

void TrackedTextBuilder::Insert(size_t place, absl::string_view text) {
  if (HasRoom(text.size())) Append(text, place < from_.at_start);
}

absl::StatusOr<TrackedText> TrackedTextBuilder::Finish() && {
  if (is_full_) {
    return absl::InvalidArgumentError(
        absl::StrCat("found a text that grows beyond ", kTrackedBytesMax,
                     " bytes once it is normalized, expected a shorter one"));
  }
  return std::move(to_);
}

}  // namespace fathom::rt
