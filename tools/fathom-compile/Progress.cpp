//===- Progress.cpp - How far the weights are -----------------------------===//
//
// See Progress.h.
//
//===----------------------------------------------------------------------===//

#include "tools/fathom-compile/Progress.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace fathom {

static constexpr int kBarWidthMin = 10;
static constexpr int kBarWidthMax = 40;
/// The speed is that of so many seconds.
static constexpr double kWindowSeconds = 10;

std::optional<double> TimeLeft::report(const PackProgress &progress,
                                       double seconds) {
  uint64_t done = progress.bytesDone, total = progress.bytesTotal;
  reports.push_back({seconds, done});
  // One report from before the window stays, so that there are always two.
  while (reports.size() > 2 && reports[1].seconds <= seconds - kWindowSeconds)
    reports.pop_front();
  uint64_t since = done - reports.front().bytes;
  if (since == 0 || done >= total ||
      (reports.size() == 2 && since < total / 100))
    return std::nullopt;
  return (seconds - reports.front().seconds) / static_cast<double>(since) *
         static_cast<double>(total - done);
}

/// "1:07", or "2:03:07" from an hour on.
static std::string clockText(double seconds) {
  auto rest = static_cast<int64_t>(std::min(seconds, 1e9) + 0.5);
  std::string text = absl::StrFormat("%02d", rest % 60);
  if (rest < 3600)
    return absl::StrCat(rest / 60, ":", text);
  return absl::StrFormat("%d:%02d:%s", rest / 3600, rest / 60 % 60, text);
}

std::string progressLine(const PackProgress &progress,
                         std::optional<double> secondsLeft, int columns) {
  double share = progress.bytesTotal == 0
                     ? 1
                     : static_cast<double>(progress.bytesDone) /
                           static_cast<double>(progress.bytesTotal);
  bool isSmall = progress.bytesTotal < 1'000'000'000;
  double unit = isSmall ? 1e6 : 1e9;
  std::string bytes = absl::StrFormat(
      "%.1f of %.1f %s", static_cast<double>(progress.bytesDone) / unit,
      static_cast<double>(progress.bytesTotal) / unit, isSmall ? "MB" : "GB");
  std::string left;
  if (progress.bytesDone == progress.bytesTotal)
    left = ", flushing to disk";
  else if (secondsLeft)
    left = absl::StrCat(", ", clockText(*secondsLeft), " left");

  std::string rest = absl::StrCat(" ", bytes, left);
  int room = columns - static_cast<int>(rest.size()) - 2;
  if (room >= kBarWidthMin) {
    int width = std::min(room, kBarWidthMax);
    int filled = static_cast<int>(share * width);
    std::string bar(filled, '=');
    if (filled < width)
      bar += ">";
    bar.resize(width, ' ');
    return absl::StrCat("[", bar, "]", rest);
  }
  std::string percent = absl::StrFormat("%d%%", static_cast<int>(share * 100));
  for (const std::string &text : {absl::StrCat(bytes, left), bytes, percent})
    if (static_cast<int>(text.size()) <= columns)
      return text;
  return "";
}

void ProgressBar::show(const PackProgress &progress) {
  std::optional<double> left = timeLeft.report(
      progress, std::chrono::duration<double>(
                    std::chrono::steady_clock::now().time_since_epoch())
                    .count());
  line.Show([&](int columns) { return progressLine(progress, left, columns); },
            progress.bytesDone == progress.bytesTotal);
}

} // namespace fathom
