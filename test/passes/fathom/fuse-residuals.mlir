// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights --fathom-fuse-residuals | FileCheck %s

fathom.weight @a_proj : tensor<32x32xbf16> from "a.{layer}"

// CHECK-LABEL: func.func @residual
// CHECK-SAME:    (%[[X:.*]]: tensor<?x32xf32>, %[[Y:.*]]: tensor<?x32xf32>)
func.func @residual(%x: tensor<?x32xf32>, %y: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK-NOT: arith.addf
  // CHECK: fathom.project %[[Y]] by @a plus %[[X]] of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
  %a = fathom.linear %y, @a_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %s = arith.addf %x, %a : tensor<?x32xf32>
  return %s : tensor<?x32xf32>
}

// x + (y + p): the inner sum is the first addend.
// CHECK-LABEL: func.func @nested
// CHECK-SAME:    (%[[X:.*]]: tensor<?x32xf32>, %[[Y:.*]]: tensor<?x32xf32>)
func.func @nested(%x: tensor<?x32xf32>, %y: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK-NOT: arith.addf
  // CHECK: fathom.project %[[Y]] by @a plus %[[Y]], %[[X]] of
  %a = fathom.linear %y, @a_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %s = arith.addf %y, %a : tensor<?x32xf32>
  %s2 = arith.addf %x, %s : tensor<?x32xf32>
  return %s2 : tensor<?x32xf32>
}

// An addend that is made after the product is known where they are added.
// CHECK-LABEL: func.func @made_later
func.func @made_later(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: %[[H:.*]] = fathom.swiglu
  // CHECK: fathom.project %{{.*}} by @a plus %[[H]] of
  %a = fathom.linear %x, @a_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %h = fathom.swiglu %x, %x : tensor<?x32xf32>
  %s = arith.addf %h, %a : tensor<?x32xf32>
  return %s : tensor<?x32xf32>
}

// The experts' sum takes one addend, where no product takes it.
fathom.weight @norm : tensor<32xf32> from "n.{layer}"
fathom.packed @norm.p : vector of f32 [32, 1] pieces [#fathom.piece<source = @norm, rows = 32, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.weight @gate_proj : tensor<16x32xbf16> experts 2 from "g.{layer}.{expert}"
fathom.packed @gate_up : panels of bf16 [16, 32] experts 2 pieces [#fathom.piece<source = @gate_proj, rows = 16, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 16, every = 16>]
fathom.weight @down_proj : tensor<32x8xbf16> experts 2 from "d.{layer}.{expert}"
fathom.packed @down : panels of bf16 [32, 8] experts 2 pieces [#fathom.piece<source = @down_proj, rows = 32, offset = 0, row_stride = 8, column_stride = 1, first = 0, group = 32, every = 32>]
// CHECK-LABEL: func.func @experts
// CHECK-SAME:    (%[[X:[^:]*]]: tensor<?x32xf32>
func.func @experts(%x: tensor<?x32xf32>, %logits: tensor<?x2xf32>) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %ids, %w, %l = fathom.dispatch %logits sigmoid groups 1 top_groups 1 scale 1.0 : tensor<?x2xf32> -> tensor<?x1xi32>, tensor<?x1xf32>, tensor<?x1xi32>
  %h = fathom.expert_gate_up %x, %l by @gate_up norm @norm.p eps 1.0e-6 : tensor<?x32xf32>, tensor<?x1xi32> -> tensor<?x8xf32>
  // CHECK: %[[E:.*]] = fathom.expert_down %{{.*}} by @down plus %[[X]] of tensor<?x32xf32> :
  %e = fathom.expert_down %h, %w, %l by @down : tensor<?x8xf32>, tensor<?x1xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
  %s = arith.addf %x, %e : tensor<?x32xf32>
  // CHECK: %[[S:.*]] = arith.addf %[[X]], %[[E]]
  %s2 = arith.addf %x, %s : tensor<?x32xf32>
  // CHECK: %[[F:.*]] = fathom.expert_down %{{.*}} by @down :
  %f = fathom.expert_down %h, %w, %l by @down : tensor<?x8xf32>, tensor<?x1xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
  // CHECK: fathom.project %{{.*}} by @a plus %[[F]] of
  %a = fathom.linear %x, @a_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %m = arith.addf %a, %f : tensor<?x32xf32>
  return %s2, %m : tensor<?x32xf32>, tensor<?x32xf32>
}

// A product that something else reads has to be stored without the addend.
// CHECK-LABEL: func.func @read_twice
func.func @read_twice(%x: tensor<?x32xf32>) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  // CHECK: arith.addf
  %a = fathom.linear %x, @a_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %s = arith.addf %x, %a : tensor<?x32xf32>
  return %s, %a : tensor<?x32xf32>, tensor<?x32xf32>
}
