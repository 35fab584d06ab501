// RUN: fathom-opt %s --fathom-assign-slots --split-input-file --verify-diagnostics

fathom.packed @w : panels of bf16 [32, 32] pieces []
func.func @dense(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
  %d = fathom.project %x by @w : tensor<?x32xf32> -> tensor<?x32xf32>
  return %d : tensor<?x32xf32>
}
func.func @experts(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "experts", fathom.layers = array<i64: 1>} {
  // expected-error @below {{found "w" in use by dense too, expected weights of one kind of layer alone}}
  %d = fathom.project %x by @w : tensor<?x32xf32> -> tensor<?x32xf32>
  return %d : tensor<?x32xf32>
}
