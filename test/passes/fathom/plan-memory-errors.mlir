// RUN: fathom-opt %s --fathom-plan-memory --split-input-file --verify-diagnostics

fathom.packed @w : panels of bf16 [32, 32] pieces []

// The stream is added to in place, so what came before is gone.
func.func @read_later(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense"} {
  %a = fathom.phase "a" -> tensor<?x32xf32> {
    %0 = fathom.project %x by @w plus %x of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
    fathom.yield %0 : tensor<?x32xf32>
  }
  %b = fathom.phase "b" -> tensor<?x32xf32> {
    // expected-error @below {{found a use of the residual stream in or after the phase that adds to it, expected none}}
    %0 = fathom.project %x by @w plus %a of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
    fathom.yield %0 : tensor<?x32xf32>
  }
  return %b : tensor<?x32xf32>
}

// -----

fathom.packed @w : panels of bf16 [32, 32] pieces []

// expected-error @below {{found a result that adds to something else, expected the residual stream and additions}}
func.func @no_stream(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense"} {
  %a = fathom.phase "a" -> tensor<?x32xf32> {
    %0 = fathom.project %x by @w : tensor<?x32xf32> -> tensor<?x32xf32>
    fathom.yield %0 : tensor<?x32xf32>
  }
  return %a : tensor<?x32xf32>
}

// -----

// expected-error @below {{found 1 arguments and 1 results, expected those of a function of kind "dense"}}
func.func @no_rotary(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense"} {
  return %x : tensor<?x32xf32>
}
