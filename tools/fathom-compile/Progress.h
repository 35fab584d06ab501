//===- Progress.h - How far the weights are ---------------------*- C++ -*-===//
//
// What the status line of `fathom compile` says while weights are packed.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_TOOLS_FATHOM_COMPILE_PROGRESS_H
#define FATHOM_TOOLS_FATHOM_COMPILE_PROGRESS_H

#include "compiler/artifact/WeightsWriter.h"
#include "tools/cli/status_line.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace fathom {

/// How long the rest takes at the speed of the last seconds: what came before
/// the weights, such as making code, says nothing of it, and the first bytes
/// may only fill the machine's cache.
class TimeLeft {
public:
  /// `seconds` is the time since any one moment. Nothing where too little is
  /// known.
  std::optional<double> report(const PackProgress &progress, double seconds);

private:
  struct Report {
    double seconds;
    uint64_t bytes;
  };
  /// The reports of the last seconds, the oldest first.
  std::deque<Report> reports;
};

/// "[=====>    ] 1.2 of 3.1 GB, 0:07 left" in at most `columns` columns: where
/// they are few, first the bar goes, then what is less important. Once all is
/// packed it says that the disk is waited for.
std::string progressLine(const PackProgress &progress,
                         std::optional<double> secondsLeft, int columns);

class ProgressBar {
public:
  void show(const PackProgress &progress);
  /// Before other lines are written.
  void clear() { line.Clear(); }

private:
  StatusLine line{"fathom compile: ", WithoutTerminal::kLines};
  TimeLeft timeLeft;
};

} // namespace fathom

#endif // FATHOM_TOOLS_FATHOM_COMPILE_PROGRESS_H
