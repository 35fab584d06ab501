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

// -----

// expected-error @below {{found 0 blocks, expected one}}
func.func private @no_body(!fathom.tokens, tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "head"}

// -----

// expected-error @below {{found 2 blocks, expected one}}
func.func @two_blocks(%tokens: !fathom.tokens, %x: tensor<?x8xf32>, %r: tensor<?x4xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  cf.br ^bb1
^bb1:
  return %x : tensor<?x8xf32>
}

// -----

func.func @no_return(%tokens: !fathom.tokens, %x: tensor<?x8xf32>, %r: tensor<?x4xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  // expected-error @below {{found 'ub.unreachable', expected the function to return here}}
  ub.unreachable
}

// -----

// expected-error @below {{found argument 1 of type 'i64', expected rows of columns}}
func.func @scalar_stream(%tokens: i32, %x: i64, %r: f32) -> i64 attributes {fathom.kind = "dense"} {
  return %x : i64
}

// -----

// expected-error @below {{found argument 2 of type 'tensor<?xf32>', expected rows of columns}}
func.func @vector_rotary(%tokens: !fathom.tokens, %x: tensor<?x8xf32>, %r: tensor<?xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  return %x : tensor<?x8xf32>
}

// -----

// expected-error @below {{found result 0 of type 'tensor<?x?xf32>', expected rows of columns}}
func.func @any_columns(%x: tensor<?x?xf32>, %r: tensor<?x4xf32>) -> (tensor<?x?xf32>, tensor<?x4xf32>) attributes {fathom.kind = "embed"} {
  return %x, %r : tensor<?x?xf32>, tensor<?x4xf32>
}

// -----

func.func @numbers_of_a_phase(%tokens: !fathom.tokens, %x: tensor<?x8xf32>, %n: tensor<?xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "head"} {
  // expected-error @below {{found a result of type 'tensor<?xf32>', expected rows of columns}}
  %t = fathom.phase "a" -> tensor<?xf32> {
    fathom.yield %n : tensor<?xf32>
  }
  return %x : tensor<?x8xf32>
}

// -----

fathom.packed @gate_up : panels of bf16 [32, 32] experts 4 at 0 pieces []
fathom.packed @g : vector of f32 [32, 1] pieces []

func.func @other_lists(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>, %lists: tensor<?x1xi32>) -> tensor<?x32xf32> attributes {fathom.kind = "experts"} {
  %h = fathom.phase "experts_gate_up" -> tensor<?x16xf32> {
    // expected-error @below {{found lists that are made elsewhere, expected those of a dispatch}}
    %0 = fathom.expert_gate_up %x, %lists by @gate_up norm @g eps 1.0e-6 : tensor<?x32xf32>, tensor<?x1xi32> -> tensor<?x16xf32>
    fathom.yield %0 : tensor<?x16xf32>
  }
  return %x : tensor<?x32xf32>
}
