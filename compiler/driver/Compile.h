//===- Compile.h - From a folder to an artifact, or to a form ---*- C++ -*-===//
//
// What `fathom compile` does once its options are read.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_DRIVER_COMPILE_H
#define FATHOM_COMPILER_DRIVER_COMPILE_H

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "compiler/artifact/WeightsWriter.h"
#include "compiler/driver/Forms.h"

namespace fathom {

struct CompileOptions {
  /// A model's folder or its configuration; empty with `from` alone.
  std::string model;
  /// A file in the form `from`, in place of what `model` would become.
  std::string ir;
  std::optional<Form> from;
  /// Stop there, and write it; nothing for an artifact.
  std::optional<Form> emit;
  /// Empty: standard output, for a form.
  std::string output;
  /// Names of levels, "native" for this machine's best.
  std::vector<std::string> levels = {"native"};
  std::string weights = "bf16";
  int64_t context = 0;
  bool strict = false;
  bool quiet = false; // no notes, no progress
  std::optional<uint64_t> randomSeed;
  unsigned threads = 0;
};

/// How it says what it does. Any may be empty.
struct CompileReports {
  /// A line for the user.
  std::function<void(const std::string &)> note;
  std::function<void(const std::string &)> warning;
  ProgressFunction progress;
};

absl::Status compile(const CompileOptions &options,
                     const CompileReports &reports);

} // namespace fathom

#endif // FATHOM_COMPILER_DRIVER_COMPILE_H
