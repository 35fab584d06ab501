// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights --fathom-split-concats | FileCheck %s

fathom.weight @eh_proj : tensor<16x32xbf16> from "eh"
fathom.weight @eh_bias : tensor<16xf32> from "b"
fathom.weight @norm : tensor<32xf32> from "n"

// Columns 0 to 19, and those after them.
// CHECK: fathom.packed @eh.part0 : panels of bf16[16, 20] pieces [#fathom.piece<source = @eh_proj, rows = 16, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 16, every = 16>]
// CHECK: fathom.packed @eh.part1 : panels of bf16[16, 12] pieces [#fathom.piece<source = @eh_proj, rows = 16, offset = 20, row_stride = 32, column_stride = 1, first = 0, group = 16, every = 16>]

// CHECK-LABEL: func.func @parts
// CHECK-SAME:    (%[[A:.*]]: tensor<?x20xf32>, %[[B:.*]]: tensor<?x12xf32>)
func.func @parts(%a: tensor<?x20xf32>, %b: tensor<?x12xf32>) -> tensor<?x16xf32> {
  // CHECK-NEXT: %[[S:.*]] = fathom.project %[[A]] by @eh.part0 bias @eh_bias.packed : tensor<?x20xf32> -> tensor<?x16xf32>
  // CHECK-NEXT: %[[Y:.*]] = fathom.project %[[B]] by @eh.part1 plus %[[S]] of tensor<?x16xf32> : tensor<?x12xf32> -> tensor<?x16xf32>
  // CHECK-NEXT: return %[[Y]]
  %c = tensor.concat dim(1) %a, %b : (tensor<?x20xf32>, tensor<?x12xf32>) -> tensor<?x32xf32>
  %y = fathom.linear %c, @eh_proj bias @eh_bias : tensor<?x32xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}

// A norm over both parts keeps them together.
// CHECK-LABEL: func.func @normed
func.func @normed(%a: tensor<?x20xf32>, %b: tensor<?x12xf32>) -> tensor<?x16xf32> {
  // CHECK: %[[C:.*]] = tensor.concat
  // CHECK: %[[N:.*]] = fathom.rms_norm %[[C]]
  // CHECK: fathom.project %[[N]] by @eh :
  %c = tensor.concat dim(1) %a, %b : (tensor<?x20xf32>, tensor<?x12xf32>) -> tensor<?x32xf32>
  %n = fathom.rms_norm %c, @norm eps 1.0e-06 : tensor<?x32xf32>
  %y = fathom.linear %n, @eh_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
