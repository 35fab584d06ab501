// RUN: fathom-opt %s --fathom-tile-dispatch=level=avx512 | FileCheck %s

// Tokens are shared out, then all wait, then one thread makes the lists.

fathom.weight @b : tensor<8xf32> from "b.{layer}"
fathom.packed @bias : vector of f32 [8, 1] slot 0 kind "experts" pieces [#fathom.piece<source = @b, rows = 8, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 8, every = 8>]
// CHECK: fathom.phase "dispatch" {{.*}} code @experts.dispatch
func.func @experts(%logits: tensor<?x8xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}) attributes {fathom.kind = "experts", fathom.layers = array<i64: 1>} {
  %r:3 = fathom.phase "dispatch" places [#fathom.place<offset = 4096, stride = 64, operand = false>, #fathom.place<offset = 8192, stride = 64, operand = false>, #fathom.place<offset = 16384, stride = 1, operand = false>] -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32> {
    %ids, %w, %lists = fathom.dispatch %logits bias @bias sigmoid groups 4 top_groups 2 scale 2.5 normalize : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
    fathom.yield %ids, %w, %lists : tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  }
  return
}
// CHECK: func.func private @experts.dispatch(%[[STEP:[a-z0-9]*]]: !llvm.ptr, %[[THREAD:[a-z0-9]*]]: i64
// CHECK: call @fathom.barrier(%[[STEP]])
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[THREAD]]
// CHECK: scf.if %[[FIRST]]
