// RUN: fathom-opt %s --fathom-add-probes=level=avx512-bf16 | FileCheck %s
// RUN: not fathom-opt %s --fathom-add-probes=level=sse 2>&1 | FileCheck %s --check-prefix=LEVEL

// The dot probe runs the level's instruction for the storage type; a turn of 12
// accumulators x 8 dots x 16 rows x 2 columns is 6144 operations.

// LEVEL: expects a level of avx2, avx512 or avx512-bf16, but it is "sse"
// CHECK: func.func @fathom_read_probe_avx512_bf16(%{{.*}}: !llvm.ptr, %{{.*}}: i64) -> i64
// CHECK: func.func @fathom_dot_probe_avx512_bf16(%{{.*}}: i64, %{{.*}}: !llvm.ptr) -> i64
// CHECK-COUNT-96: fathom.tile_dot {{.*}} vdpbf16ps_512
// CHECK: %[[OPERATIONS:.*]] = arith.constant 6144 : i64
// CHECK: return %[[OPERATIONS]]
module attributes {fathom.storage = bf16} {}
