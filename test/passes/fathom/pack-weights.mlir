// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights | FileCheck %s

fathom.weight @table : tensor<96x32xbf16> from "t"
fathom.weight @dense.o_proj : tensor<48x32xbf16> from "o.{layer}"
fathom.weight @dense.o_bias : tensor<48xf32> from "ob.{layer}"
fathom.weight @norm : tensor<32xf32> from "n"

// A name loses `_proj`, or gains `.packed` where there is none to lose.
// CHECK: fathom.packed @table.packed : rows of bf16[96, 32] pieces [#fathom.piece<source = @table, rows = 96, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 96, every = 96>]
// CHECK: fathom.packed @dense.o_bias.packed : vector of f32[48, 1] pieces [#fathom.piece<source = @dense.o_bias, rows = 48, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 48, every = 48>]
// CHECK: fathom.packed @dense.o : panels of bf16[48, 32] pieces [#fathom.piece<source = @dense.o_proj, rows = 48, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 48, every = 48>]
// The tied table is packed twice, as each of its users reads it.
// CHECK: fathom.packed @table.packed_0 : panels of bf16[96, 32]

// CHECK-LABEL: func.func @products
func.func @products(%tokens: !fathom.tokens) -> (tensor<?x48xf32>, tensor<?x48xf32>, tensor<?x96xf32>) {
  // CHECK: %[[X:.*]] = fathom.embedding %[[T:.*]], @table.packed
  %x = fathom.embedding %tokens, @table : tensor<?x32xf32>
  // Norms wait for the pass that fuses them.
  // CHECK: fathom.rms_norm %[[X]], @norm
  %n = fathom.rms_norm %x, @norm eps 1.0e-06 : tensor<?x32xf32>
  // CHECK: fathom.project %{{.*}} by @dense.o bias @dense.o_bias.packed : tensor<?x32xf32> -> tensor<?x48xf32>
  %o = fathom.linear %n, @dense.o_proj bias @dense.o_bias : tensor<?x32xf32> -> tensor<?x48xf32>
  // A second product of the same weight reads the same packing.
  // CHECK: fathom.project %[[X]] by @dense.o : tensor<?x32xf32> -> tensor<?x48xf32>
  %o2 = fathom.linear %x, @dense.o_proj : tensor<?x32xf32> -> tensor<?x48xf32>
  // CHECK: fathom.project %[[X]] by @table.packed_0 asking %[[T]] : tensor<?x32xf32> -> tensor<?x96xf32>
  %l = fathom.logits %x, %tokens, @table : tensor<?x32xf32> -> tensor<?x96xf32>
  return %o, %o2, %l : tensor<?x48xf32>, tensor<?x48xf32>, tensor<?x96xf32>
}
