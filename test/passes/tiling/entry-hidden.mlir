// RUN: fathom-opt %s --fathom-tile-project --canonicalize | FileCheck %s

// The step of the extra prediction layer enters with hidden rows of the host:
// they have no place in the arena, and lie where the context's field at byte 88
// points, one after the other.
fathom.packed @w.p : panels of f32 [64, 40] slot 0 kind "mtp_layer" pieces []
func.func @mtp_embed(%tokens: !fathom.tokens, %hidden: tensor<?x40xf32>) -> tensor<?x64xf32> attributes {fathom.kind = "mtp_embed", fathom.layers = array<i64: 4>} {
  %h = fathom.phase "project" places [#fathom.place<offset = 8192, stride = 64, operand = false>] -> tensor<?x64xf32> {
    %0 = fathom.project %hidden by @w.p : tensor<?x40xf32> -> tensor<?x64xf32>
    fathom.yield %0 : tensor<?x64xf32>
  }
  return %h : tensor<?x64xf32>
}
// CHECK-LABEL: func.func private @mtp_embed.project(
// CHECK-SAME: %[[STEP:.*]]: !llvm.ptr,
// CHECK-DAG: %[[STRIDE:.*]] = arith.constant 40 : i64
// CHECK: %[[FIELD:.*]] = llvm.getelementptr %[[STEP]][88]
// CHECK: %[[HIDDEN:.*]] = llvm.load %[[FIELD]] {{.*}}-> !llvm.ptr
// CHECK: %[[ROW:.*]] = arith.muli %{{.*}}, %[[STRIDE]]
// CHECK: llvm.getelementptr %[[HIDDEN]][%[[ROW]]] {{.*}}f32
