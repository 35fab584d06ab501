// Lines of a file or a pipe, one at a time, without waiting for the next one
// where there is other work.
#ifndef FATHOM_TOOLS_FATHOM_LINE_SOURCE_H_
#define FATHOM_TOOLS_FATHOM_LINE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace fathom::rt {

// Holds one line and a little more, however long the input is.
class LineSource {
 public:
  enum class Got {
    kLine,
    kTooLong,     // a line of more than `line_bytes_max` bytes; it is skipped
    kNothingYet,  // no further line so far, or the wait was ended
    kEnd,
  };

  // Reads from `descriptor`, which stays the caller's. A wait ends when
  // `wake_descriptor` (-1: none) becomes readable.
  LineSource(int descriptor, int wake_descriptor, size_t line_bytes_max)
      : descriptor_(descriptor),
        wake_descriptor_(wake_descriptor),
        line_bytes_max_(line_bytes_max) {}

  // The next line, without its line break, in `line`. With `wait` returns
  // kNothingYet only when it was woken. ResourceExhausted when the input cannot
  // be read.
  absl::StatusOr<Got> Next(bool wait, std::string* line);

  // Of the last line that Next() gave, from 1.
  int64_t number() const { return number_; }

 private:
  // Whether there is something to read, or the end.
  bool Readable(bool wait) const;
  absl::Status Read();
  Got Take(size_t end, std::string* line);

  int descriptor_;
  int wake_descriptor_;
  size_t line_bytes_max_;
  std::string buffer_;
  size_t begin_ = 0;       // of the next line, in buffer_
  size_t scanned_ = 0;     // no line break lies before, from begin_ on
  bool skipping_ = false;  // the next line is too long, its begin is dropped
  bool ended_ = false;
  int64_t number_ = 0;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_LINE_SOURCE_H_
