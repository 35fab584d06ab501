//===- RunStepPass.h - Holds tiled code to its meaning ----------*- C++ -*-===//
//
// fathom-run-step, a test pass of fathom-opt.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_RUNSTEPPASS_H
#define FATHOM_COMPILER_REFERENCE_RUNSTEPPASS_H

namespace fathom {

/// Makes --fathom-run-step known.
void registerRunStepPass();

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_RUNSTEPPASS_H
