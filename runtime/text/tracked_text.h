// Text that is rewritten on its way to tokens and still knows where it came
// from: which of its bytes are foreign, and which stand for the first character
// of the whole text.
#ifndef FATHOM_RUNTIME_TEXT_TRACKED_TEXT_H_
#define FATHOM_RUNTIME_TEXT_TRACKED_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/byte_span.h"

namespace fathom::rt {

// The most bytes that a text may grow to while it is rewritten.
inline constexpr size_t kTrackedBytesMax = size_t{256} << 20;

struct TrackedText {
  std::string text;  // valid UTF-8
  // Ascending, apart. An empty span is a place where foreign bytes were
  // removed: nothing may be taken together across it.
  std::vector<ByteSpan> foreign;
  // So many bytes at the begin stand for the first character of the text that
  // the user gave; 0 where this one begins later.
  size_t at_start = 0;
};

// The bytes [begin, end) of `from`.
TrackedText Slice(const TrackedText& from, size_t begin, size_t end);

// Writes a text anew from parts of another one, which has to stay where it is.
// Parts are taken in ascending order; what is skipped is removed.
class TrackedTextBuilder {
 public:
  explicit TrackedTextBuilder(const TrackedText& from) : from_(from) {
    to_.text.reserve(from.text.size());
  }

  // Bytes written so far.
  size_t size() const { return to_.text.size(); }

  // Copies [begin, end).
  void Keep(size_t begin, size_t end);
  // Writes `text` for [begin, end), which is not empty. All of it is foreign
  // when one byte there is. It stands where the last byte of that range does,
  // but for its first `first_bytes`, which stand where the first one does.
  void Replace(size_t begin, size_t end, absl::string_view text,
               size_t first_bytes = 0);
  // Writes `text`, which is not foreign, before the byte at `place`.
  void Insert(size_t place, absl::string_view text);

  // InvalidArgument when the text has grown beyond kTrackedBytesMax.
  absl::StatusOr<TrackedText> Finish() &&;

 private:
  // False, and nothing more is written, when there is no room for `bytes`.
  bool HasRoom(size_t bytes);
  void AddForeign(size_t begin, size_t end);
  void Append(absl::string_view text, bool is_at_start);

  const TrackedText& from_;
  TrackedText to_;
  size_t next_foreign_ = 0;
  bool is_full_ = false;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TRACKED_TEXT_H_
