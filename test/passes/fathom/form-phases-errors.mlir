// RUN: fathom-opt %s --fathom-form-phases --split-input-file --verify-diagnostics

fathom.packed @up : panels of bf16 [32, 32] pieces []
fathom.packed @down : panels of bf16 [32, 16] pieces []

// Both products are of the kind that makes the layer's `down`, and the gated one
// between them would have to run in their middle.
// expected-error @below {{found operations of two phases that need each other, expected phases that follow one another}}
func.func @crossed(%tokens: !fathom.tokens, %x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense"} {
  %h = fathom.project %x by @up swiglu : tensor<?x32xf32> -> tensor<?x16xf32>
  %d = fathom.project %h by @down : tensor<?x16xf32> -> tensor<?x32xf32>
  %h2 = fathom.project %d by @up swiglu : tensor<?x32xf32> -> tensor<?x16xf32>
  %d2 = fathom.project %h2 by @down : tensor<?x16xf32> -> tensor<?x32xf32>
  return %d2 : tensor<?x32xf32>
}

// -----

fathom.packed @w : panels of bf16 [32, 32] pieces []

// expected-error @below {{found phases, expected operations outside of phases}}
func.func @twice(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense"} {
  %d = fathom.phase "p" -> tensor<?x32xf32> {
    %0 = fathom.project %x by @w : tensor<?x32xf32> -> tensor<?x32xf32>
    fathom.yield %0 : tensor<?x32xf32>
  }
  return %d : tensor<?x32xf32>
}

// -----

// expected-error @below {{found 2 blocks, expected one}}
func.func @two_blocks(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense"} {
  cf.br ^bb1
^bb1:
  return %x : tensor<?x32xf32>
}
