// RUN: fathom-opt %s --fathom-add-probes=level=avx512-bf16 | FileCheck %s

// The dot probe runs the level's instruction for the storage type; a turn of 12
// accumulators x 8 dots x 16 rows x 2 columns is 6144 operations.

// The step stays as it was.
// CHECK: func.func @fathom_step_avx512_bf16(%[[X:.*]]: f32) -> f32 {
// CHECK-NEXT: %[[Y:.*]] = arith.addf %[[X]], %[[X]] : f32
// CHECK-NEXT: return %[[Y]] : f32
// CHECK-NEXT: }

// CHECK: func.func @fathom_read_probe_avx512_bf16(%{{.*}}: !llvm.ptr, %{{.*}}: i64) -> i64
// CHECK: func.func @fathom_dot_probe_avx512_bf16(%{{.*}}: i64, %{{.*}}: !llvm.ptr) -> i64
// CHECK-COUNT-96: fathom.tile_dot {{.*}} vdpbf16ps_512
// CHECK: %[[OPERATIONS:.*]] = arith.constant 6144 : i64
// CHECK: return %[[OPERATIONS]]
module attributes {fathom.storage = bf16} {
  func.func @fathom_step_avx512_bf16(%x: f32) -> f32 {
    %y = arith.addf %x, %x : f32
    return %y : f32
  }
}
