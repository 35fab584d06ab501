//===- Progress.h - How far the weights are ---------------------*- C++ -*-===//
//
// One line on a terminal, redrawn a few times a second; nothing elsewhere.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_TOOLS_FATHOM_COMPILE_PROGRESS_H
#define FATHOM_TOOLS_FATHOM_COMPILE_PROGRESS_H

#include "compiler/artifact/WeightsWriter.h"

#include <chrono>
#include <string>

namespace fathom {

/// "[=====>    ] 12/40 tensors, 1.2 of 3.1 GB, 0:07 left".
std::string progressLine(const PackProgress &progress, double seconds);

class ProgressBar {
public:
  ProgressBar();
  void show(const PackProgress &progress);

private:
  using Clock = std::chrono::steady_clock;
  bool isTerminal;
  Clock::time_point begin, last;
};

} // namespace fathom

#endif // FATHOM_TOOLS_FATHOM_COMPILE_PROGRESS_H
