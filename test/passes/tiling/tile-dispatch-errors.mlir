// RUN: fathom-opt %s --fathom-tile-dispatch=level=sse --verify-diagnostics

// expected-error @below {{expects a level of avx2, avx512 or avx512-bf16, but it is "sse"}}
module {}
