//===- Progress.cpp - How far the weights are -----------------------------===//
//
// See Progress.h.
//
//===----------------------------------------------------------------------===//

#include "tools/fathom-compile/Progress.h"

#include "absl/strings/str_format.h"

#include <cstdio>
#include <unistd.h>

namespace fathom {

static constexpr int kBarWidth = 24;
static constexpr auto kRedrawAfter = std::chrono::milliseconds(100);

std::optional<double> TimeLeft::report(const PackProgress &progress,
                                       double seconds) {
  uint64_t done = progress.bytesDone, total = progress.bytesTotal;
  if (!begin) {
    begin = seconds;
    bytesAtBegin = done;
  }
  uint64_t since = done - bytesAtBegin;
  if (since == 0 || done >= total || since < total / 100)
    return std::nullopt;
  return (seconds - *begin) / static_cast<double>(since) *
         static_cast<double>(total - done);
}

std::string progressLine(const PackProgress &progress,
                         std::optional<double> secondsLeft) {
  double share = progress.bytesTotal == 0
                     ? 1
                     : static_cast<double>(progress.bytesDone) /
                           static_cast<double>(progress.bytesTotal);
  int filled = static_cast<int>(share * kBarWidth);
  std::string bar(filled, '=');
  if (filled < kBarWidth)
    bar += ">";
  bar.resize(kBarWidth, ' ');
  std::string left;
  if (secondsLeft) {
    int rest = static_cast<int>(*secondsLeft + 0.5);
    left = absl::StrFormat(", %d:%02d left", rest / 60, rest % 60);
  }
  bool isSmall = progress.bytesTotal < 1'000'000'000;
  double unit = isSmall ? 1e6 : 1e9;
  return absl::StrFormat("[%s] %d/%d tensors, %.1f of %.1f %s%s", bar,
                         progress.weightsDone, progress.weightsTotal,
                         static_cast<double>(progress.bytesDone) / unit,
                         static_cast<double>(progress.bytesTotal) / unit,
                         isSmall ? "MB" : "GB", left);
}

ProgressBar::ProgressBar() : isTerminal(isatty(STDERR_FILENO) == 1) {}

void ProgressBar::show(const PackProgress &progress) {
  bool isEnd = progress.bytesDone == progress.bytesTotal;
  Clock::time_point now = Clock::now();
  std::optional<double> left = timeLeft.report(
      progress, std::chrono::duration<double>(now.time_since_epoch()).count());
  if (!isTerminal || (!isEnd && now - last < kRedrawAfter))
    return;
  last = now;
  std::fprintf(stderr, "\r\033[K%s%s", progressLine(progress, left).c_str(),
               isEnd ? "\n" : "");
  std::fflush(stderr);
}

} // namespace fathom
