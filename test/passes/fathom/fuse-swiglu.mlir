// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights --fathom-fuse-swiglu | FileCheck %s

fathom.weight @gate_proj : tensor<12x32xbf16> from "g.{layer}"
fathom.weight @up_proj : tensor<12x32xbf16> from "u.{layer}"
fathom.weight @gate_bias : tensor<12xf32> from "gb.{layer}"
fathom.weight @up_bias : tensor<12xf32> from "ub.{layer}"

// Rows alternate by eight; twelve rows a half are padded to sixteen.
// CHECK: fathom.packed @gate_up : panels of bf16[32, 32] pieces [#fathom.piece<source = @gate_proj, rows = 12, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 8, every = 16>, #fathom.piece<source = @up_proj, rows = 12, offset = 0, row_stride = 32, column_stride = 1, first = 8, group = 8, every = 16>]
// CHECK: fathom.packed @gate_bias_up_bias : vector of f32[32, 1] pieces [#fathom.piece<source = @gate_bias, rows = 12, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 8, every = 16>, #fathom.piece<source = @up_bias, rows = 12, offset = 0, row_stride = 1, column_stride = 1, first = 8, group = 8, every = 16>]

// CHECK-LABEL: func.func @gated
// CHECK-SAME:    (%[[X:.*]]: tensor<?x32xf32>
func.func @gated(%x: tensor<?x32xf32>) -> tensor<?x12xf32> {
  // CHECK: %[[H:.*]] = fathom.project %[[X]] by @gate_up swiglu : tensor<?x32xf32> -> tensor<?x12xf32>
  // CHECK: return %[[H]]
  %g = fathom.linear %x, @gate_proj : tensor<?x32xf32> -> tensor<?x12xf32>
  %u = fathom.linear %x, @up_proj : tensor<?x32xf32> -> tensor<?x12xf32>
  %h = fathom.swiglu %g, %u : tensor<?x12xf32>
  return %h : tensor<?x12xf32>
}

// Biases alternate as the rows do, and their padding is zeros.
// CHECK-LABEL: func.func @biased
// CHECK: fathom.project %{{.*}} by @gate_up.packed bias @gate_bias_up_bias swiglu : tensor<?x32xf32> -> tensor<?x12xf32>
func.func @biased(%x: tensor<?x32xf32>) -> tensor<?x12xf32> {
  %g = fathom.linear %x, @gate_proj bias @gate_bias : tensor<?x32xf32> -> tensor<?x12xf32>
  %u = fathom.linear %x, @up_proj bias @up_bias : tensor<?x32xf32> -> tensor<?x12xf32>
  %h = fathom.swiglu %g, %u : tensor<?x12xf32>
  return %h : tensor<?x12xf32>
}

// A bias of one half alone has no place among the rows.
// CHECK-LABEL: func.func @one_biased
func.func @one_biased(%x: tensor<?x32xf32>) -> tensor<?x12xf32> {
  // CHECK: fathom.swiglu
  %g = fathom.linear %x, @gate_proj bias @gate_bias : tensor<?x32xf32> -> tensor<?x12xf32>
  %u = fathom.linear %x, @up_proj : tensor<?x32xf32> -> tensor<?x12xf32>
  %h = fathom.swiglu %g, %u : tensor<?x12xf32>
  return %h : tensor<?x12xf32>
}

// A gate that something else reads too has to be stored by itself.
// CHECK-LABEL: func.func @read_twice
func.func @read_twice(%x: tensor<?x32xf32>) -> (tensor<?x12xf32>, tensor<?x12xf32>) {
  // CHECK: fathom.swiglu
  %g = fathom.linear %x, @gate_proj : tensor<?x32xf32> -> tensor<?x12xf32>
  %u = fathom.linear %x, @up_proj : tensor<?x32xf32> -> tensor<?x12xf32>
  %h = fathom.swiglu %g, %u : tensor<?x12xf32>
  return %h, %g : tensor<?x12xf32>, tensor<?x12xf32>
}

// Halves of different inputs do not meet in one tile.
// CHECK-LABEL: func.func @two_inputs
func.func @two_inputs(%x: tensor<?x32xf32>, %y: tensor<?x32xf32>) -> tensor<?x12xf32> {
  // CHECK: fathom.swiglu
  %g = fathom.linear %x, @gate_proj : tensor<?x32xf32> -> tensor<?x12xf32>
  %u = fathom.linear %y, @up_proj : tensor<?x32xf32> -> tensor<?x12xf32>
  %h = fathom.swiglu %g, %u : tensor<?x12xf32>
  return %h : tensor<?x12xf32>
}
