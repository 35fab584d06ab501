// RUN: fathom-opt %s --fathom-assemble-step --verify-diagnostics
// RUN: sh -c 'echo "module {}" | fathom-opt --fathom-assemble-step=level=sse; \
// RUN:   echo $?' 2>&1 | FileCheck %s
// CHECK: expects the level avx2, avx512 or avx512-bf16, but it is "sse"
// CHECK: {{^1$}}

func.func @embed(%tokens: !fathom.tokens) attributes {fathom.kind = "embed"} {
  // expected-error @below {{expects each phase to be tiled, but "embed" has no code}}
  fathom.phase "embed" {
    fathom.yield
  }
  return
}
