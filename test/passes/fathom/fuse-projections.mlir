// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights --fathom-fuse-projections | FileCheck %s

fathom.weight @q_proj : tensor<32x32xbf16> from "q.{layer}"
fathom.weight @k_proj : tensor<16x32xbf16> from "k.{layer}"
fathom.weight @k_bias : tensor<16xf32> from "kb.{layer}"
fathom.weight @v_proj : tensor<16x32xbf16> from "v.{layer}"
fathom.weight @gate_proj : tensor<16x32xbf16> from "g.{layer}"
fathom.weight @up_proj : tensor<16x32xbf16> from "u.{layer}"
fathom.weight @o_proj : tensor<32x32xbf16> from "o.{layer}"
fathom.weight @router : tensor<4x32xf32> from "r.{layer}"

// Rows of the second weight lie after those of the first.
// CHECK-NOT: fathom.packed @q :
// CHECK: fathom.packed @q_k_v : panels of bf16[64, 32] pieces [#fathom.piece<source = @q_proj, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>, #fathom.piece<source = @k_proj, rows = 16, offset = 0, row_stride = 32, column_stride = 1, first = 32, group = 16, every = 16>, #fathom.piece<source = @v_proj, rows = 16, offset = 0, row_stride = 32, column_stride = 1, first = 48, group = 16, every = 16>]
// Only one has a bias; the others' rows are zeros.
// CHECK: fathom.packed @k_bias.packed{{.*}} : vector of f32[64, 1] pieces [#fathom.piece<source = @k_bias, rows = 16, offset = 0, row_stride = 1, column_stride = 1, first = 32, group = 16, every = 16>]

// CHECK-LABEL: func.func @siblings
// CHECK-SAME:    (%[[X:.*]]: tensor<?x32xf32>)
func.func @siblings(%x: tensor<?x32xf32>) -> (tensor<?x32xf32>, tensor<?x16xf32>, tensor<?x16xf32>) {
  // CHECK: %[[QKV:.*]] = fathom.project %[[X]] by @q_k_v bias @k_bias.packed{{.*}} : tensor<?x32xf32> -> tensor<?x64xf32>
  // CHECK: %[[Q:.*]] = tensor.extract_slice %[[QKV]][0, 0] [%{{.*}}, 32] [1, 1]
  // CHECK: %[[K:.*]] = tensor.extract_slice %[[QKV]][0, 32] [%{{.*}}, 16] [1, 1]
  // CHECK: %[[V:.*]] = tensor.extract_slice %[[QKV]][0, 48] [%{{.*}}, 16] [1, 1]
  %q = fathom.linear %x, @q_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %k = fathom.linear %x, @k_proj bias @k_bias : tensor<?x32xf32> -> tensor<?x16xf32>
  %v = fathom.linear %x, @v_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  // CHECK: return %[[Q]], %[[K]], %[[V]]
  return %q, %k, %v : tensor<?x32xf32>, tensor<?x16xf32>, tensor<?x16xf32>
}

// Gate and up alternate in their fused weight, so they are left to that pass;
// another input or another storage makes no sibling.
// CHECK-LABEL: func.func @strangers
func.func @strangers(%x: tensor<?x32xf32>, %y: tensor<?x32xf32>)
    -> (tensor<?x16xf32>, tensor<?x32xf32>, tensor<?x4xf32>) {
  // CHECK-COUNT-4: fathom.project %{{.*}} by @{{(gate|up|o|router.packed)}} :
  %k = fathom.linear %x, @gate_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  %v = fathom.linear %x, @up_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  %h = fathom.swiglu %k, %v : tensor<?x16xf32>
  %q = fathom.linear %y, @o_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %r = fathom.linear %y, @router : tensor<?x32xf32> -> tensor<?x4xf32>
  return %h, %q, %r : tensor<?x16xf32>, tensor<?x32xf32>, tensor<?x4xf32>
}
