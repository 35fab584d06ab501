// RUN: fathom-opt %s --fathom-slice-contractions=slices=0 --verify-diagnostics

// expected-error @below {{found slices=0, expected at least 1}}
module {}
