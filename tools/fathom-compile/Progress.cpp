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

std::string progressLine(const PackProgress &progress, double seconds) {
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
  if (share > 0.01 && share < 1) {
    int rest = static_cast<int>(seconds / share * (1 - share) + 0.5);
    left = absl::StrFormat(", %d:%02d left", rest / 60, rest % 60);
  }
  bool isSmall = progress.bytesTotal < 1'000'000'000;
  double unit = isSmall ? 1e6 : 1e9;
  return absl::StrFormat(
      "[%s] %d/%d tensors, %.1f of %.1f %s%s", bar, progress.weightsDone,
      progress.weightsTotal, static_cast<double>(progress.bytesDone) / unit,
      static_cast<double>(progress.bytesTotal) / unit, isSmall ? "MB" : "GB",
      left);
}

ProgressBar::ProgressBar()
    : isTerminal(isatty(STDERR_FILENO) == 1), begin(Clock::now()) {}

void ProgressBar::show(const PackProgress &progress) {
  bool isEnd = progress.bytesDone == progress.bytesTotal;
  Clock::time_point now = Clock::now();
  if (!isTerminal || (!isEnd && now - last < kRedrawAfter))
    return;
  last = now;
  double seconds = std::chrono::duration<double>(now - begin).count();
  std::fprintf(stderr, "\r\033[K%s%s", progressLine(progress, seconds).c_str(),
               isEnd ? "\n" : "");
  std::fflush(stderr);
}

} // namespace fathom
