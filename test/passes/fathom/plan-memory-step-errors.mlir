// RUN: fathom-opt %s --fathom-plan-memory=step-tokens=0 --verify-diagnostics

// expected-error @below {{found step-tokens=0, expected at least 1}}
module {}
