// RUN: fathom-opt %s --fathom-check-passes --fathom-assign-slots | FileCheck %s

// Slots count in the order of use, in a table of its own for each kind of layer.
// CHECK: fathom.packed @table : rows of bf16[96, 32] slot 0 pieces
// CHECK: fathom.packed @lm_head : panels of bf16[96, 32] slot 1 pieces
// CHECK: fathom.packed @down : panels of bf16[32, 16] slot 1 kind "dense" pieces
// CHECK: fathom.packed @up : panels of bf16[32, 32] slot 0 kind "dense" pieces
fathom.packed @table : rows of bf16 [96, 32] pieces []
fathom.packed @lm_head : panels of bf16 [96, 32] slot 7 kind "dense" pieces []
fathom.packed @down : panels of bf16 [32, 16] pieces []
fathom.packed @up : panels of bf16 [32, 32] pieces []
// A block of four experts takes four slots, whatever lies in it.
// CHECK: fathom.packed @router : panels of f32[4, 32] slot 0 kind "experts" pieces
// CHECK: fathom.packed @norm : vector of f32[32, 1] slot 1 kind "experts" pieces
// CHECK: fathom.packed @gate_up : panels of bf16[32, 32] experts 4 at 0 slot 2 kind "experts" pieces
// CHECK: fathom.packed @expert_down : panels of bf16[32, 16] experts 4 at 4096 slot 2 kind "experts" pieces
// CHECK: fathom.packed @last : panels of bf16[32, 32] slot 6 kind "experts" pieces
fathom.packed @router : panels of f32 [4, 32] pieces []
fathom.packed @norm : vector of f32 [32, 1] pieces []
fathom.packed @gate_up : panels of bf16 [32, 32] experts 4 at 0 pieces []
fathom.packed @expert_down : panels of bf16 [32, 16] experts 4 at 4096 pieces []
fathom.packed @last : panels of bf16 [32, 32] pieces []
// CHECK: fathom.packed @unused : panels of bf16[32, 32] pieces
fathom.packed @unused : panels of bf16 [32, 32] slot 3 pieces []
// What stands before the extra layer is numbered after it: the layer's slots
// are those of any other of its make.
// CHECK: fathom.packed @mtp_in : panels of bf16[32, 32] slot 2 kind "mtp_layer" pieces
// CHECK: fathom.packed @mtp_up : panels of bf16[32, 32] slot 0 kind "mtp_layer" pieces
// CHECK: fathom.packed @mtp_down : panels of bf16[32, 16] slot 1 kind "mtp_layer" pieces
fathom.packed @mtp_in : panels of bf16 [32, 32] pieces []
fathom.packed @mtp_up : panels of bf16 [32, 32] pieces []
fathom.packed @mtp_down : panels of bf16 [32, 16] pieces []

func.func @entry(%tokens: !fathom.tokens) -> tensor<?x32xf32> attributes {fathom.kind = "embed"} {
  %x = fathom.embedding %tokens, @table : tensor<?x32xf32>
  return %x : tensor<?x32xf32>
}
func.func @dense(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
  %h = fathom.project %x by @up swiglu : tensor<?x32xf32> -> tensor<?x16xf32>
  %d = fathom.project %h by @down : tensor<?x16xf32> -> tensor<?x32xf32>
  return %d : tensor<?x32xf32>
}
func.func @experts(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "experts", fathom.layers = array<i64: 1, 2>} {
  %l = fathom.project %x by @router exact : tensor<?x32xf32> -> tensor<?x4xf32>
  %ids, %w, %lists = fathom.dispatch %l sigmoid groups 1 top_groups 1 scale 2.5 : tensor<?x4xf32> -> tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32>
  %h = fathom.expert_gate_up %x, %lists by @gate_up norm @norm eps 1.0e-6 : tensor<?x32xf32>, tensor<?x1xi32> -> tensor<?x16xf32>
  %e = fathom.expert_down %h, %w, %lists by @expert_down : tensor<?x16xf32>, tensor<?x2xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
  %d = fathom.project %e by @last : tensor<?x32xf32> -> tensor<?x32xf32>
  return %d : tensor<?x32xf32>
}
func.func @head(%tokens: !fathom.tokens, %x: tensor<?x32xf32>) -> tensor<?x96xf32> attributes {fathom.kind = "head"} {
  %l = fathom.project %x by @lm_head asking %tokens : tensor<?x32xf32> -> tensor<?x96xf32>
  return %l : tensor<?x96xf32>
}
func.func @mtp_entry(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "mtp_embed", fathom.layers = array<i64: 3>} {
  %h = fathom.project %x by @mtp_in : tensor<?x32xf32> -> tensor<?x32xf32>
  return %h : tensor<?x32xf32>
}
func.func @mtp_layer(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "mtp_layer", fathom.layers = array<i64: 3>} {
  %h = fathom.project %x by @mtp_up swiglu : tensor<?x32xf32> -> tensor<?x16xf32>
  %d = fathom.project %h by @mtp_down : tensor<?x16xf32> -> tensor<?x32xf32>
  return %d : tensor<?x32xf32>
}
