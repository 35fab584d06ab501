// RUN: fathom-opt %s --fathom-check-passes --fathom-plan-memory=step-tokens=16 | FileCheck %s

fathom.weight @wide.source : tensor<96x32xbf16> from "wide.{layer}"
fathom.packed @wide : panels of bf16 [96, 32] pieces [#fathom.piece<source = @wide.source, rows = 96, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 96, every = 96>]
fathom.weight @o.source : tensor<32x32xbf16> from "o.{layer}"
fathom.packed @o : panels of bf16 [32, 32] pieces [#fathom.piece<source = @o.source, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.weight @router.source : tensor<4x32xf32> from "router.{layer}"
fathom.packed @router : panels of f32 [4, 32] pieces [#fathom.piece<source = @router.source, rows = 4, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 4, every = 4>]
fathom.weight @gate_up.source : tensor<32x32xbf16> experts 4 from "gate_up.{layer}.{expert}"
fathom.packed @gate_up : panels of bf16 [32, 32] experts 4 at 0 pieces [#fathom.piece<source = @gate_up.source, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.weight @expert_down.source : tensor<32x16xbf16> experts 4 from "expert_down.{layer}.{expert}"
fathom.packed @expert_down : panels of bf16 [32, 16] experts 4 at 2048 pieces [#fathom.piece<source = @expert_down.source, rows = 32, offset = 0, row_stride = 16, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.weight @shared_up.source : tensor<32x32xbf16> from "shared_up.{layer}"
fathom.packed @shared_up : panels of bf16 [32, 32] pieces [#fathom.piece<source = @shared_up.source, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.weight @shared_down.source : tensor<32x16xbf16> from "shared_down.{layer}"
fathom.packed @shared_down : panels of bf16 [32, 16] pieces [#fathom.piece<source = @shared_down.source, rows = 32, offset = 0, row_stride = 16, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.weight @table.source : tensor<96x32xbf16> from "table.{layer}"
fathom.packed @table : rows of bf16 [96, 32] pieces [#fathom.piece<source = @table.source, rows = 96, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 96, every = 96>]
fathom.weight @g.source : tensor<32xf32> from "g.{layer}"
fathom.packed @g : vector of f32 [32, 1] pieces [#fathom.piece<source = @g.source, rows = 32, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.weight @one.source : tensor<1x1xbf16> from "one.{layer}"
fathom.packed @one : panels of bf16 [1, 1] pieces [#fathom.piece<source = @one.source, rows = 1, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 1, every = 1>]
fathom.cache @kv parts [32, 32] of bf16

// 16 rows of 64 floats are the stream, as many the rotary factors.
// CHECK: module attributes {fathom.arena_shared_bytes = 28864 : i64, fathom.step_tokens_max = 16 : i64, fathom.storage = bf16}

// CHECK-LABEL: func.func @embed
// CHECK: fathom.phase "embed" places [#fathom.place<offset = 0, stride = 64, operand = false>, #fathom.place<offset = 4096, stride = 64, operand = false>] ->
func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x32xf32>, tensor<?x8xf32>) attributes {fathom.kind = "embed"} {
  %0:2 = fathom.phase "embed" -> tensor<?x32xf32>, tensor<?x8xf32> {
    %x = fathom.embedding %tokens, @table : tensor<?x32xf32>
    %r = fathom.rotary %tokens frequencies [1.0, 0.5, 0.25, 0.125] scale 1.0 : tensor<?x8xf32>
    fathom.yield %x, %r : tensor<?x32xf32>, tensor<?x8xf32>
  }
  return %0#0, %0#1 : tensor<?x32xf32>, tensor<?x8xf32>
}

// CHECK-LABEL: func.func @dense
// CHECK-SAME: tensor<?x32xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}
// CHECK-SAME: tensor<?x8xf32> {fathom.place = #fathom.place<offset = 4096, stride = 64, operand = false>}
func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %rotary: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense"} {
  // 96 columns lie 128 apart; normalised rows are shared in scratch after them.
  // CHECK: fathom.phase "qkv" places [#fathom.place<offset = 8192, stride = 128, operand = false>] scratch 16384 bytes 4096
  %qkv = fathom.phase "qkv" -> tensor<?x96xf32> {
    %0 = fathom.project %x by @wide norm @g eps 1.0e-06 : tensor<?x32xf32> -> tensor<?x96xf32>
    fathom.yield %0 : tensor<?x96xf32>
  }
  // Only the product `o` reads it, so it is stored as that reads it; `qkv` is
  // still read in this phase and may not be overwritten.
  // CHECK: fathom.phase "attend" places [#fathom.place<offset = {{[0-9]+}}, stride = 64, operand = true>] scratch {{[0-9]+}} bytes 4096
  %a = fathom.phase "attend" -> tensor<?x32xf32> {
    %0 = fathom.attend %tokens, %qkv, %rotary in @kv heads 1 kv_heads 1 half scale 0.25 : tensor<?x96xf32>, tensor<?x8xf32> -> tensor<?x32xf32>
    fathom.yield %0 : tensor<?x32xf32>
  }
  // CHECK: fathom.phase "o" places [#fathom.place<offset = 0, stride = 64, operand = false>]
  %o = fathom.phase "o" -> tensor<?x32xf32> {
    %0 = fathom.project %a by @o plus %x of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
    fathom.yield %0 : tensor<?x32xf32>
  }
  return %o : tensor<?x32xf32>
}

// CHECK-LABEL: func.func @experts
func.func @experts(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %rotary: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "experts"} {
  // CHECK: fathom.phase "router" places [#fathom.place<offset = {{[0-9]+}}, stride = 64, operand = false>]
  %l = fathom.phase "router" -> tensor<?x4xf32> {
    %0 = fathom.project %x by @router norm @g eps 1.0e-06 exact : tensor<?x32xf32> -> tensor<?x4xf32>
    fathom.yield %0 : tensor<?x4xf32>
  }
  // Lists are one number after another.
  // CHECK: fathom.phase "dispatch" places [{{.*}}stride = 64, operand = false>, {{.*}}stride = 64, operand = false>, {{.*}}stride = 1, operand = false>]
  %d:3 = fathom.phase "dispatch" -> tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32> {
    %ids, %w, %lists = fathom.dispatch %l sigmoid groups 1 top_groups 1 scale 2.5 : tensor<?x4xf32> -> tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32>
    fathom.yield %ids, %w, %lists : tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32>
  }
  // Two choices a token are twice the rows. Both products normalise the same
  // rows by the same weight, which needs them in scratch once: 4096 bytes.
  // CHECK: fathom.phase "experts_gate_up" places [{{.*}}operand = true>, {{.*}}operand = true>] scratch {{[0-9]+}} bytes 4096
  %h:2 = fathom.phase "experts_gate_up" -> tensor<?x16xf32>, tensor<?x16xf32> {
    %0 = fathom.expert_gate_up %x, %d#2 by @gate_up norm @g eps 1.0e-6 : tensor<?x32xf32>, tensor<?x1xi32> -> tensor<?x16xf32>
    %1 = fathom.project %x by @shared_up norm @g eps 1.0e-6 swiglu : tensor<?x32xf32> -> tensor<?x16xf32>
    fathom.yield %0, %1 : tensor<?x16xf32>, tensor<?x16xf32>
  }
  // CHECK: fathom.phase "experts_down" places [#fathom.place<offset = {{[0-9]+}}, stride = 64, operand = false>, #fathom.place<offset = 0, stride = 64, operand = false>]
  %o:2 = fathom.phase "experts_down" -> tensor<?x32xf32>, tensor<?x32xf32> {
    %e = fathom.expert_down %h#0, %d#1, %d#2 by @expert_down : tensor<?x16xf32>, tensor<?x2xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
    %0 = fathom.project %h#1 by @shared_down plus %e, %x of tensor<?x32xf32>, tensor<?x32xf32> : tensor<?x16xf32> -> tensor<?x32xf32>
    fathom.yield %e, %0 : tensor<?x32xf32>, tensor<?x32xf32>
  }
  return %o#1 : tensor<?x32xf32>
}

// Where the logits go is the host's business.
// CHECK-LABEL: func.func @head
// CHECK: fathom.phase "head" scratch 8192 bytes 4096 ->
func.func @head(%tokens: !fathom.tokens, %x: tensor<?x32xf32>) -> tensor<?x96xf32> attributes {fathom.kind = "head"} {
  %l = fathom.phase "head" -> tensor<?x96xf32> {
    %0 = fathom.project %x by @wide norm @g eps 1.0e-06 asking %tokens : tensor<?x32xf32> -> tensor<?x96xf32>
    fathom.yield %0 : tensor<?x96xf32>
  }
  return %l : tensor<?x96xf32>
}

// Rows of one column lie as far apart as others, in all functions.
// CHECK-LABEL: func.func @mtp_layer
// CHECK-SAME: tensor<?x1xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}
func.func @mtp_layer(%tokens: !fathom.tokens, %x: tensor<?x1xf32>, %rotary: tensor<?x8xf32>) -> tensor<?x1xf32> attributes {fathom.kind = "mtp_layer"} {
  // CHECK: fathom.phase "a" places [#fathom.place<offset = {{[0-9]+}}, stride = 64, operand = false>]
  %a = fathom.phase "a" -> tensor<?x1xf32> {
    %0 = fathom.project %x by @one : tensor<?x1xf32> -> tensor<?x1xf32>
    fathom.yield %0 : tensor<?x1xf32>
  }
  // CHECK: fathom.phase "o" places [#fathom.place<offset = 0, stride = 64, operand = false>]
  %o = fathom.phase "o" -> tensor<?x1xf32> {
    %0 = fathom.project %a by @one plus %x of tensor<?x1xf32> : tensor<?x1xf32> -> tensor<?x1xf32>
    fathom.yield %0 : tensor<?x1xf32>
  }
  return %o : tensor<?x1xf32>
}
