// RUN: fathom-opt %s --fathom-check-passes --fathom-form-phases | FileCheck %s

fathom.weight @w.source : tensor<32x32xbf16> from "w.{layer}"
fathom.packed @w : panels of bf16 [32, 32] pieces [#fathom.piece<source = @w.source, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.weight @qkv.source : tensor<64x32xbf16> from "qkv.{layer}"
fathom.packed @qkv : panels of bf16 [64, 32] pieces [#fathom.piece<source = @qkv.source, rows = 64, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 64, every = 64>]
fathom.weight @router.source : tensor<4x32xf32> from "router.{layer}"
fathom.packed @router : panels of f32 [4, 32] pieces [#fathom.piece<source = @router.source, rows = 4, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 4, every = 4>]
fathom.weight @gate_up.source : tensor<64x32xbf16> experts 4 from "gate_up.{layer}.{expert}"
fathom.packed @gate_up : panels of bf16 [64, 32] experts 4 at 0 pieces [#fathom.piece<source = @gate_up.source, rows = 64, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 64, every = 64>]
fathom.weight @expert_down.source : tensor<32x32xbf16> experts 4 from "expert_down.{layer}.{expert}"
fathom.packed @expert_down : panels of bf16 [32, 32] experts 4 at 4096 pieces [#fathom.piece<source = @expert_down.source, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.weight @table.source : tensor<96x32xbf16> from "table.{layer}"
fathom.packed @table : rows of bf16 [96, 32] pieces [#fathom.piece<source = @table.source, rows = 96, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 96, every = 96>]
fathom.weight @g.source : tensor<32xf32> from "g.{layer}"
fathom.packed @g : vector of f32 [32, 1] pieces [#fathom.piece<source = @g.source, rows = 32, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.cache @kv parts [16, 16] of bf16

// What the entry makes is one phase.
// CHECK-LABEL: func.func @embed
func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x32xf32>, tensor<?x8xf32>) attributes {fathom.kind = "embed"} {
  // CHECK: %[[P:.*]]:2 = fathom.phase "embed" -> tensor<?x32xf32>, tensor<?x8xf32> {
  // CHECK:   %[[X:.*]] = fathom.embedding
  // CHECK:   %[[R:.*]] = fathom.rotary
  // CHECK:   fathom.yield %[[X]], %[[R]]
  // CHECK: return %[[P]]#0, %[[P]]#1
  %x = fathom.embedding %tokens, @table : tensor<?x32xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.5, 0.25, 0.125] scale 1.0 : tensor<?x8xf32>
  return %x, %r : tensor<?x32xf32>, tensor<?x8xf32>
}

// CHECK-LABEL: func.func @dense
// CHECK: fathom.phase "qkv"
// CHECK: fathom.phase "attend"
// CHECK: fathom.phase "o"
// CHECK: fathom.phase "gate_up"
// CHECK: fathom.phase "down"
func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense"} {
  %qkv = fathom.project %x by @qkv norm @g eps 1.0e-06 : tensor<?x32xf32> -> tensor<?x64xf32>
  %a = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 2 half scale 0.25 : tensor<?x64xf32>, tensor<?x8xf32> -> tensor<?x32xf32>
  %o = fathom.project %a by @w plus %x of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
  %h = fathom.project %o by @qkv norm @g eps 1.0e-06 swiglu : tensor<?x32xf32> -> tensor<?x32xf32>
  %d = fathom.project %h by @w plus %o of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
  return %d : tensor<?x32xf32>
}

// The shared expert rides in the phases of the chosen ones, wherever it was
// written; what only its own phase reads is a result too and so gets a place.
// CHECK-LABEL: func.func @experts
// CHECK: fathom.phase "router"
// CHECK: fathom.phase "dispatch"
// CHECK: %[[UP:.*]]:2 = fathom.phase "experts_gate_up"
// CHECK-NEXT: fathom.project {{.*}} swiglu
// CHECK-NEXT: fathom.expert_gate_up
// CHECK: %[[DOWN:.*]]:2 = fathom.phase "experts_down"
// CHECK-NEXT: %[[E:.*]] = fathom.expert_down %[[UP]]#1
// CHECK-NEXT: fathom.project %[[UP]]#0 by @w plus %[[E]], %{{.*}} of
// CHECK: return %[[DOWN]]#1
func.func @experts(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "experts"} {
  %s = fathom.project %x by @qkv norm @g eps 1.0e-06 swiglu : tensor<?x32xf32> -> tensor<?x32xf32>
  %l = fathom.project %x by @router norm @g eps 1.0e-06 exact : tensor<?x32xf32> -> tensor<?x4xf32>
  %ids, %w, %lists = fathom.dispatch %l sigmoid groups 1 top_groups 1 scale 2.5 normalize : tensor<?x4xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  %h = fathom.expert_gate_up %x, %lists by @gate_up norm @g eps 1.0e-6 : tensor<?x32xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
  %e = fathom.expert_down %h, %w, %lists by @expert_down : tensor<?x32xf32>, tensor<?x3xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
  %d = fathom.project %s by @w plus %e, %x of tensor<?x32xf32>, tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
  return %d : tensor<?x32xf32>
}

// CHECK-LABEL: func.func @head
// CHECK: fathom.phase "head" -> tensor<?x32xf32>
func.func @head(%tokens: !fathom.tokens, %x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "head"} {
  %l = fathom.project %x by @w norm @g eps 1.0e-06 asking %tokens : tensor<?x32xf32> -> tensor<?x32xf32>
  return %l : tensor<?x32xf32>
}

// CHECK-LABEL: func.func @of_no_kind
// CHECK-NOT: fathom.phase
func.func @of_no_kind(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %l = fathom.project %x by @w : tensor<?x32xf32> -> tensor<?x32xf32>
  return %l : tensor<?x32xf32>
}
