// RUN: fathom-opt %s --fathom-check-passes --fathom-slice-contractions=slices=2 | FileCheck %s

fathom.weight @w.source : tensor<32x32xbf16> from "w.{layer}"
fathom.packed @w : panels of bf16 [32, 32] pieces [#fathom.piece<source = @w.source, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]

// Only what adds to something is a sum that ranks would share.
// CHECK-LABEL: func.func @sums
func.func @sums(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: fathom.project %{{.*}} by @w : tensor
  // CHECK: fathom.project %{{.*}} by @w slices 2 plus
  // CHECK: fathom.project %{{.*}} by @w exact slices 2 plus
  %a = fathom.project %x by @w : tensor<?x32xf32> -> tensor<?x32xf32>
  %b = fathom.project %a by @w plus %x of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
  %c = fathom.project %b by @w exact plus %x of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
  return %c : tensor<?x32xf32>
}

fathom.weight @e.source : tensor<32x32xbf16> experts 2 from "e.{layer}.{expert}"
fathom.packed @e : panels of bf16 [32, 32] experts 2 at 0 pieces [#fathom.piece<source = @e.source, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]

// CHECK-LABEL: func.func @experts
func.func @experts(%l: tensor<?x2xf32>, %h: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: fathom.expert_down %{{.*}}, %{{.*}}, %{{.*}} by @e slices 2 :
  %ids, %w, %lists = fathom.dispatch %l sigmoid groups 1 top_groups 1 scale 1.0 : tensor<?x2xf32> -> tensor<?x1xi32>, tensor<?x1xf32>, tensor<?x1xi32>
  %y = fathom.expert_down %h, %w, %lists by @e : tensor<?x32xf32>, tensor<?x1xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

fathom.weight @n.source : tensor<32x1xbf16> from "n.{layer}"
fathom.packed @n : panels of bf16 [32, 1] pieces [#fathom.piece<source = @n.source, rows = 32, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 32, every = 32>]

// A sum over one column has one slice.
// CHECK-LABEL: func.func @narrow
func.func @narrow(%x: tensor<?x1xf32>, %r: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: fathom.project %{{.*}} by @n slices 1 plus
  %y = fathom.project %x by @n plus %r of tensor<?x32xf32> : tensor<?x1xf32> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
