// RUN: fathom-opt %s --fathom-assemble-step --verify-diagnostics

func.func @embed(%tokens: !fathom.tokens) attributes {fathom.kind = "embed"} {
  // expected-error @below {{expects each phase to be tiled, but "embed" has no code}}
  fathom.phase "embed" {
    fathom.yield
  }
  return
}
