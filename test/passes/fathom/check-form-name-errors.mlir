// RUN: fathom-opt %s --fathom-check-form=form=molten --verify-diagnostics

// expected-error @below {{found the form 'molten', expected model, planned, tiled or llvm}}
module {}
