// RUN: fathom-opt %s --fathom-check-form=form=planned --split-input-file --verify-diagnostics

// expected-error @below {{found no 'fathom.storage', expected it in the planned form}}
module attributes {fathom.step_tokens_max = 8 : i64} {}

// -----

module attributes {fathom.step_tokens_max = 8 : i64, fathom.storage = bf16, fathom.arena_shared_bytes = 0 : i64} {
// expected-error @below {{found 'memref.global', expected weights, caches, packed weights and functions in the planned form}}
memref.global @planned_p1 : memref<4xf32>
}

// -----

module attributes {fathom.step_tokens_max = 8 : i64, fathom.storage = bf16, fathom.arena_shared_bytes = 0 : i64} {
func.func @planned_p2(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  // expected-error @below {{found 'arith.addf', expected phases and slices of columns}}
  %y = arith.addf %x, %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
}

// -----

module attributes {fathom.step_tokens_max = 8 : i64, fathom.storage = bf16, fathom.arena_shared_bytes = 0 : i64} {
func.func @planned_p3(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  %y = fathom.phase "p" -> tensor<?x8xf32> {
    // expected-error @below {{found 'arith.addf', expected the work of a phase}}
    %0 = arith.addf %x, %x : tensor<?x8xf32>
    fathom.yield %0 : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
}

// -----

module attributes {fathom.step_tokens_max = 8 : i64, fathom.storage = bf16, fathom.arena_shared_bytes = 0 : i64} {
fathom.packed @w : panels of bf16 [8, 8] slot 0 pieces []
func.func @planned_p4(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  // expected-error @below {{found no places of its results, expected one for each, since they are no logits}}
  %y = fathom.phase "p" -> tensor<?x8xf32> {
    %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x8xf32>
    fathom.yield %0 : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
}

// -----

module attributes {fathom.step_tokens_max = 8 : i64, fathom.storage = bf16, fathom.arena_shared_bytes = 0 : i64} {
fathom.packed @w : panels of bf16 [8, 8] pieces []
func.func @planned_p5(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  %y = fathom.phase "p" -> tensor<?x8xf32> {
    // expected-error @below {{found @w without a slot, expected a packed weight with a slot}}
    %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x8xf32>
    fathom.yield %0 : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
}

// -----

module attributes {fathom.step_tokens_max = 8 : i64, fathom.storage = bf16, fathom.arena_shared_bytes = 2048 : i64} {
fathom.packed @w : panels of bf16 [8, 8] slot 0 pieces []
func.func @planned_p6(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  // expected-error @below {{found memory up to byte 4096 of the arena, expected at most its 2048 shared ones}}
  %y = fathom.phase "p" places [#fathom.place<offset = 2048, stride = 64, operand = false>] -> tensor<?x8xf32> {
    %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x8xf32>
    fathom.yield %0 : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
}

// -----

module attributes {fathom.step_tokens_max = 8 : i64, fathom.storage = bf16, fathom.arena_shared_bytes = 2048 : i64} {
fathom.packed @w : panels of bf16 [8, 8] slot 0 pieces []
func.func @planned_p6_stride(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  // expected-error @below {{found memory up to byte 2^63 or more of the arena, expected at most its 2048 shared ones}}
  %y = fathom.phase "p" places [#fathom.place<offset = 0, stride = 1152921504606846976, operand = false>] -> tensor<?x8xf32> {
    %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x8xf32>
    fathom.yield %0 : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
}

// -----

module attributes {fathom.step_tokens_max = 8 : i64, fathom.storage = bf16, fathom.arena_shared_bytes = 2048 : i64} {
fathom.packed @w : panels of bf16 [8, 8] slot 0 pieces []
func.func @planned_p6_bytes(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  // expected-error @below {{found memory up to byte 2^63 or more of the arena, expected at most its 2048 shared ones}}
  %y = fathom.phase "p" places [#fathom.place<offset = 0, stride = 64, operand = false>] scratch 2048 bytes 9223372036854775807 -> tensor<?x8xf32> {
    %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x8xf32>
    fathom.yield %0 : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
}

// -----

module attributes {fathom.step_tokens_max = 8 : i64, fathom.storage = bf16, fathom.arena_shared_bytes = 2048 : i64} {
fathom.packed @w : panels of bf16 [8, 8] slot 0 pieces []
func.func @planned_p6_scratch(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  // expected-error @below {{found memory up to byte 2112 of the arena, expected at most its 2048 shared ones}}
  %y = fathom.phase "p" places [#fathom.place<offset = 0, stride = 64, operand = false>] scratch 2048 bytes 64 -> tensor<?x8xf32> {
    %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x8xf32>
    fathom.yield %0 : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
}
