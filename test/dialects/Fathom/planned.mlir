// RUN: fathom-opt %s | fathom-opt | FileCheck %s

// The planned form of a layer keeps every word when printed.

fathom.weight @w : tensor<32x32xbf16> from "w.{layer}"
fathom.weight @g : tensor<32xf32> from "g.{layer}"
fathom.cache @kv parts [8, 8] of bf16
// CHECK: fathom.packed @w.p : panels of bf16[32, 32] slot 0 kind "dense" pieces [#fathom.piece<source = @w, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.packed @w.p : panels of bf16 [32, 32] slot 0 kind "dense" pieces [#fathom.piece<source = @w, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.packed @both.p : panels of bf16 [64, 16] pieces []
fathom.packed @norm.p : vector of f32 [8, 1] pieces []
fathom.packed @k_t.p : panels of bf16 [128, 12] pieces []
fathom.packed @k.p : panels of bf16 [128, 8] pieces []
fathom.packed @v.p : panels of bf16 [128, 8] pieces []
fathom.packed @gate_up.p : panels of bf16 [32, 32] experts 8 pieces []
fathom.packed @down.p : panels of bf16 [32, 16] experts 8 pieces []
fathom.cache @latent parts [12] of bf16
fathom.packed @g.p : vector of f32 [32, 1] slot 1 kind "dense" pieces [#fathom.piece<source = @g, rows = 32, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 32, every = 32>]

// CHECK-LABEL: func.func @dense
func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x32xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}, %rotary: tensor<?x8xf32>) -> tensor<?x32xf32> {
  // CHECK: fathom.phase "qkv" places [#fathom.place<offset = 256, stride = 64, operand = false>] -> tensor<?x32xf32>
  %qkv = fathom.phase "qkv" places [#fathom.place<offset = 256, stride = 64, operand = false>] -> tensor<?x32xf32> {
    // CHECK: fathom.project %{{.*}} by @w.p norm @g.p eps 9.9999999999999995E-7 bias @g.p : tensor<?x32xf32> -> tensor<?x32xf32>
    %0 = fathom.project %x by @w.p norm @g.p eps 1.0e-06 bias @g.p : tensor<?x32xf32> -> tensor<?x32xf32>
    fathom.yield %0 : tensor<?x32xf32>
  }
  // CHECK: fathom.phase "attend" scratch 4096 bytes 128 -> tensor<?x16xf32>
  %a = fathom.phase "attend" scratch 4096 bytes 128 -> tensor<?x16xf32> {
    // CHECK: fathom.attend %{{.*}}, %{{.*}}, %{{.*}} in @kv heads 2 kv_heads 1 half scale 3.535530e-01
    %0 = fathom.attend %tokens, %qkv, %rotary in @kv heads 2 kv_heads 1 half scale 0.353553 : tensor<?x32xf32>, tensor<?x8xf32> -> tensor<?x16xf32>
    fathom.yield %0 : tensor<?x16xf32>
  }
  %o = fathom.phase "o" -> tensor<?x32xf32> {
    // CHECK: fathom.project %{{.*}} by @both.p swiglu plus %{{.*}}, %{{.*}} of tensor<?x32xf32>, tensor<?x32xf32> : tensor<?x16xf32> -> tensor<?x32xf32>
    %0 = fathom.project %a by @both.p swiglu plus %qkv, %x of tensor<?x32xf32>, tensor<?x32xf32> : tensor<?x16xf32> -> tensor<?x32xf32>
    fathom.yield %0 : tensor<?x32xf32>
  }
  // CHECK: fathom.project %{{.*}} by @w.p exact asking %{{.*}} : tensor<?x32xf32> -> tensor<?x32xf32>
  %l = fathom.project %o by @w.p exact asking %tokens : tensor<?x32xf32> -> tensor<?x32xf32>
  return %o : tensor<?x32xf32>
}

// CHECK-LABEL: func.func @experts
func.func @experts(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %c: tensor<?x12xf32>, %rotary: tensor<?x4xf32>) -> tensor<?x32xf32> {
  // CHECK: fathom.attend_latent %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} norm @norm.p eps 9.9999999999999995E-7 in @latent absorbed @k_t.p expanded @k.p values @v.p heads 2 nope 12 rope 4 value 8 adjacent scale 2.500000e-01
  %a = fathom.attend_latent %tokens, %x, %c, %rotary norm @norm.p eps 1.0e-6 in @latent absorbed @k_t.p expanded @k.p values @v.p heads 2 nope 12 rope 4 value 8 adjacent scale 0.25 : tensor<?x32xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  // CHECK: fathom.dispatch %{{.*}} bias @g.p sigmoid groups 4 top_groups 2 scale 2.500000e+00 normalize
  %ids, %w, %lists = fathom.dispatch %x bias @g.p sigmoid groups 4 top_groups 2 scale 2.5 normalize : tensor<?x32xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  // CHECK: fathom.expert_gate_up %{{.*}}, %{{.*}} by @gate_up.p norm @g.p eps
  %h = fathom.expert_gate_up %x, %lists by @gate_up.p norm @g.p eps 1.0e-6 : tensor<?x32xf32>, tensor<?x1xi32> -> tensor<?x16xf32>
  // CHECK: fathom.expert_down %{{.*}}, %{{.*}}, %{{.*}} by @down.p
  %y = fathom.expert_down %h, %w, %lists by @down.p : tensor<?x16xf32>, tensor<?x3xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
  // CHECK: fathom.dispatch %{{.*}} softmax groups 32 top_groups 4 by_best scale 1.000000e+00 :
  %best, %v, %more = fathom.dispatch %x softmax groups 32 top_groups 4 by_best scale 1.0 : tensor<?x32xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  // CHECK: fathom.expert_down %{{.*}}, %{{.*}}, %{{.*}} by @down.p slices 4 plus %{{.*}} of tensor<?x32xf32> :
  %z = fathom.expert_down %h, %w, %lists by @down.p slices 4 plus %y of tensor<?x32xf32> : tensor<?x16xf32>, tensor<?x3xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
  return %z : tensor<?x32xf32>
}
