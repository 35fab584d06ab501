// RUN: fathom-opt %s --fathom-tile-attend=level=avx512-bf16 | FileCheck %s --check-prefixes=CHECK,BF16
// RUN: fathom-opt %s --fathom-tile-attend=level=avx2 | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: not fathom-opt %s --fathom-tile-attend=level=sse 2>&1 | FileCheck %s --check-prefix=LEVEL

// LEVEL: expects the level avx2, avx512 or avx512-bf16, but it is "sse"

// 12 query heads and 2 key heads of width 128: one generated token is one tile
// of 6 rows for each key head.
module attributes {fathom.storage = bf16} {
fathom.cache @kv parts [256, 256] of bf16 heads 2
func.func @dense(%tokens: !fathom.tokens, %qkv: tensor<?x2048xf32> {fathom.place = #fathom.place<offset = 0, stride = 2048, operand = false>}, %rotary: tensor<?x128xf32> {fathom.place = #fathom.place<offset = 65536, stride = 128, operand = false>}) -> tensor<?x1536xf32> {
  // CHECK: fathom.phase "attend" {{.*}} code @dense.attend
  %a = fathom.phase "attend" places [#fathom.place<offset = 131072, stride = 1540, operand = true>] scratch 262144 bytes 49152 -> tensor<?x1536xf32> {
    %0 = fathom.attend %tokens, %qkv, %rotary in @kv heads 12 kv_heads 2 half scale 0.088388346 : tensor<?x2048xf32>, tensor<?x128xf32> -> tensor<?x1536xf32>
    fathom.yield %0 : tensor<?x1536xf32>
  }
  return %a : tensor<?x1536xf32>
}
}

// CHECK-LABEL: func.func private @dense.attend
// The columns of the result after its last.
// BF16: llvm.store %{{.*}} : bf16, !llvm.ptr
// AVX2: llvm.store %{{.*}} : f32, !llvm.ptr
// Queries become operands, a vector at a time; keys go to their panel one by one.
// BF16: llvm.store %{{.*}} : vector<16xbf16>, !llvm.ptr
// AVX2: llvm.store %{{.*}} : vector<8xf32>, !llvm.ptr
// CHECK: llvm.store %{{.*}} : bf16, !llvm.ptr
// CHECK: call @fathom.barrier
// Scores: 6 rows against the 64 tokens of a page, or 16 of them.
// BF16-COUNT-24: fathom.tile_dot {{.*}} vdpbf16ps_512
// AVX2-COUNT-12: fathom.tile_dot {{.*}} fma_256
// CHECK: arith.cmpi slt, %{{.*}} : vector<[[LANES:8|16]]xi32>
// Values, and their merge into the running ones.
// BF16-COUNT-24: fathom.tile_dot {{.*}} vdpbf16ps_512
// AVX2-COUNT-12: fathom.tile_dot {{.*}} fma_256
// CHECK: vector.fma
// CHECK: arith.divf
// CHECK-NOT: fathom.tile_dot
