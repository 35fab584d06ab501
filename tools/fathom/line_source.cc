// See line_source.h.
#include "tools/fathom/line_source.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;

}  // namespace

absl::StatusOr<LineSource::Got> LineSource::Next(bool wait, std::string* line) {
  for (;;) {
    const size_t end = buffer_.find('\n', scanned_);
    if (end != std::string::npos) return Take(end, line);
    if (skipping_ || buffer_.size() - begin_ > line_bytes_max_) {
      skipping_ = true;
      buffer_.clear();
      begin_ = 0;
    }
    scanned_ = buffer_.size();
    if (ended_) {
      // A last line may lack its line break.
      if (!skipping_ && begin_ == buffer_.size()) return Got::kEnd;
      return Take(buffer_.size(), line);
    }
    if (!Readable(wait)) return Got::kNothingYet;
    FATHOM_RETURN_IF_ERROR(Read());
  }
}

LineSource::Got LineSource::Take(size_t end, std::string* line) {
  ++number_;
  const bool too_long = skipping_ || end - begin_ > line_bytes_max_;
  line->clear();
  if (!too_long) line->assign(buffer_, begin_, end - begin_);
  skipping_ = false;
  begin_ = scanned_ = std::min(end + 1, buffer_.size());
  return too_long ? Got::kTooLong : Got::kLine;
}

bool LineSource::Readable(bool wait) const {
  pollfd files[] = {{.fd = descriptor_, .events = POLLIN, .revents = 0},
                    {.fd = wake_descriptor_, .events = POLLIN, .revents = 0}};
  int ready;
  do {
    ready = poll(files, 2, wait ? -1 : 0);
  } while (ready < 0 && errno == EINTR);
  // Where poll() fails, read() says why; it may wait then.
  if (ready < 0) return wait;
  return files[1].revents == 0 && files[0].revents != 0;
}

absl::Status LineSource::Read() {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  const size_t held = buffer_.size();
  buffer_.resize(held + kReadBytes);
  const ssize_t bytes = read(descriptor_, &buffer_[held], kReadBytes);
  const int error = errno;
  buffer_.resize(held + (bytes > 0 ? static_cast<size_t>(bytes) : 0));
  if (bytes == 0) ended_ = true;
  // Another reader of the same pipe may have been faster.
  if (bytes >= 0 || error == EINTR || error == EAGAIN) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("cannot read the input: ", strerror(error)));
}

}  // namespace fathom::rt
