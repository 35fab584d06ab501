// RUN: fathom-opt %s --fathom-tile-embed=level=sse --verify-diagnostics

// expected-error @below {{expects the level avx2, avx512 or avx512-bf16, but it is "sse"}}
module {}
