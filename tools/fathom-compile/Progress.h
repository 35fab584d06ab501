//===- Progress.h - How far the weights are ---------------------*- C++ -*-===//
//
// One line on a terminal, redrawn a few times a second; nothing elsewhere.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_TOOLS_FATHOM_COMPILE_PROGRESS_H
#define FATHOM_TOOLS_FATHOM_COMPILE_PROGRESS_H

#include "compiler/artifact/WeightsWriter.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace fathom {

/// How long the rest takes at the speed since the first report: what came
/// before the weights, such as making code, says nothing of it.
class TimeLeft {
public:
  /// `seconds` is the time since any one moment. Nothing where too little is
  /// known.
  std::optional<double> report(const PackProgress &progress, double seconds);

private:
  std::optional<double> begin;
  uint64_t bytesAtBegin = 0;
};

/// "[=====>    ] 12/40 tensors, 1.2 of 3.1 GB, 0:07 left".
std::string progressLine(const PackProgress &progress,
                         std::optional<double> secondsLeft);

class ProgressBar {
public:
  ProgressBar();
  void show(const PackProgress &progress);

private:
  using Clock = std::chrono::steady_clock;
  bool isTerminal;
  TimeLeft timeLeft;
  Clock::time_point last;
};

} // namespace fathom

#endif // FATHOM_TOOLS_FATHOM_COMPILE_PROGRESS_H
