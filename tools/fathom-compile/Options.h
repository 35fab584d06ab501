//===- Options.h - The command line of `fathom compile` ---------*- C++ -*-===//
//
// Apart from all that links MLIR: its parser throws, and MLIR does without
// exceptions.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_TOOLS_FATHOM_COMPILE_OPTIONS_H
#define FATHOM_TOOLS_FATHOM_COMPILE_OPTIONS_H

#include "compiler/driver/Compile.h"

namespace fathom {

/// Fills `options`, or returns the exit code to end with: 0 after --help, 3
/// where that cannot be written, 2 after a message about what is wrong.
std::optional<int> parseOptions(int argc, char **argv, CompileOptions &options);

} // namespace fathom

#endif // FATHOM_TOOLS_FATHOM_COMPILE_OPTIONS_H
