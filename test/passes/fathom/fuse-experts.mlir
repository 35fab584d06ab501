// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights --fathom-fuse-experts | FileCheck %s

fathom.weight @norm : tensor<20xf32> from "n.{layer}"
fathom.weight @router : tensor<8x20xf32> from "r.{layer}"
fathom.weight @correction : tensor<8xf32> from "c.{layer}"
fathom.weight @gate_proj : tensor<12x20xbf16> experts 8 from "g.{layer}.{expert}"
fathom.weight @up_proj : tensor<12x20xbf16> experts 8 from "u.{layer}.{expert}"
fathom.weight @down_proj : tensor<20x12xbf16> experts 8 from "d.{layer}.{expert}"

// One panel of 64 rows and 20 columns of two bytes is 2560 bytes.
// CHECK: fathom.packed @gate_up : panels of bf16[32, 20] experts 8 at 0 pieces [#fathom.piece<source = @gate_proj, rows = 12, offset = 0, row_stride = 20, column_stride = 1, first = 0, group = 8, every = 16>, #fathom.piece<source = @up_proj, rows = 12, offset = 0, row_stride = 20, column_stride = 1, first = 8, group = 8, every = 16>]
// CHECK: fathom.packed @down : panels of bf16[20, 12] experts 8 at 2560 pieces

// CHECK-LABEL: func.func @mixture
// CHECK-SAME:    (%[[X:.*]]: tensor<?x20xf32>)
func.func @mixture(%x: tensor<?x20xf32>) -> tensor<?x20xf32> {
  // CHECK: %[[L:.*]] = fathom.project %{{.*}} by @router.packed exact :
  // CHECK: %[[I:.*]], %[[W:.*]], %[[LISTS:.*]] = fathom.dispatch %[[L]] bias @correction.packed sigmoid groups 4 top_groups 2 by_best scale 2.500000e+00 normalize : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  // CHECK: %[[H:.*]] = fathom.expert_gate_up %[[X]], %[[LISTS]] by @gate_up norm @norm.packed eps 9.9999999999999995E-7 : tensor<?x20xf32>, tensor<?x1xi32> -> tensor<?x12xf32>
  // CHECK: %[[Y:.*]] = fathom.expert_down %[[H]], %[[W]], %[[LISTS]] by @down : tensor<?x12xf32>, tensor<?x3xf32>, tensor<?x1xi32> -> tensor<?x20xf32>
  // CHECK: return %[[Y]]
  %n = fathom.rms_norm %x, @norm eps 1.0e-06 : tensor<?x20xf32>
  %l = fathom.linear %n, @router : tensor<?x20xf32> -> tensor<?x8xf32>
  %ids, %w = fathom.route %l bias @correction sigmoid groups 4 top_groups 2 by_best scale 2.5 normalize
      : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>
  %e = fathom.experts %n, %ids, %w gate @gate_proj up @up_proj down @down_proj
      : tensor<?x20xf32>, tensor<?x3xi32>, tensor<?x3xf32>
  return %e : tensor<?x20xf32>
}

// The grouped product normalises its rows, so rows that are not stay.
// CHECK-LABEL: func.func @not_normalised
func.func @not_normalised(%n: tensor<?x20xf32>) -> tensor<?x20xf32> {
  // CHECK: fathom.route
  // CHECK: fathom.experts
  %l = fathom.linear %n, @router : tensor<?x20xf32> -> tensor<?x8xf32>
  %ids, %w = fathom.route %l bias @correction sigmoid groups 4 top_groups 2 scale 2.5 normalize
      : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>
  %e = fathom.experts %n, %ids, %w gate @gate_proj up @up_proj down @down_proj
      : tensor<?x20xf32>, tensor<?x3xi32>, tensor<?x3xf32>
  return %e : tensor<?x20xf32>
}
