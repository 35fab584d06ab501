// RUN: fathom-opt %s --fathom-add-probes=level=sse --verify-diagnostics

// expected-error @below {{expects a level of avx2, avx512 or avx512-bf16, but it is "sse"}}
module {}
