// RUN: fathom-opt %s --fathom-tile-attend-latent=level=avx512-bf16 --canonicalize | FileCheck %s --check-prefixes=CHECK,BF16
// RUN: fathom-opt %s --fathom-tile-attend-latent=level=avx2 --canonicalize | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: not fathom-opt %s --fathom-tile-attend-latent=level=sse 2>&1 | FileCheck %s --check-prefix=LEVEL

// LEVEL: expects the level avx2, avx512 or avx512-bf16, but it is "sse"

module attributes {fathom.storage = bf16, fathom.step_tokens_max = 128 : i64} {
fathom.cache @latent parts [160] of bf16
fathom.packed @k_t : panels of bf16 [2048, 64] slot 0 kind "dense" pieces []
fathom.packed @k : panels of bf16 [1024, 128] slot 1 kind "dense" pieces []
fathom.packed @v : panels of bf16 [1024, 128] slot 2 kind "dense" pieces []
fathom.packed @norm : vector of f32 [128, 1] slot 3 kind "dense" pieces []
func.func @dense(%tokens: !fathom.tokens, %q: tensor<?x1536xf32> {fathom.place = #fathom.place<offset = 0, stride = 1536, operand = false>}, %c: tensor<?x160xf32> {fathom.place = #fathom.place<offset = 786432, stride = 192, operand = false>}, %rotary: tensor<?x32xf32> {fathom.place = #fathom.place<offset = 884736, stride = 64, operand = false>}) -> tensor<?x1024xf32> {
  // CHECK: fathom.phase "attend" {{.*}} code @dense.attend
  %a = fathom.phase "attend" places [#fathom.place<offset = 917504, stride = 1024, operand = true>] scratch 1441792 bytes 1048576 -> tensor<?x1024xf32> {
    %0 = fathom.attend_latent %tokens, %q, %c, %rotary norm @norm eps 1.0e-06 in @latent absorbed @k_t expanded @k values @v heads 16 nope 64 rope 32 value 64 adjacent scale 0.1 : tensor<?x1536xf32>, tensor<?x160xf32>, tensor<?x32xf32> -> tensor<?x1024xf32>
    fathom.yield %0 : tensor<?x1024xf32>
  }
  return %a : tensor<?x1024xf32>
}
}

// CHECK-LABEL: func.func private @dense.attend
// Queries, and rows of the cache: normalised, with the root of a mean.
// CHECK: sqrt
// CHECK: llvm.store %{{.*}} : vector<[[LANES:8|16]]xbf16>, !llvm.ptr
// CHECK: call @fathom.barrier
// A page's keys are made of its rows and turned round in registers: pairs of
// bf16 are words.
// CHECK: fathom.tile_dot
// BF16: vector.shuffle {{.*}} : vector<16xi32>, vector<16xi32>
// AVX2: vector.shuffle {{.*}} : vector<8xi32>, vector<8xi32>
// Values: pairs of tokens lie together.
// BF16: vector.interleave {{.*}} : vector<16xi16>
// AVX2: vector.interleave {{.*}} : vector<8xi16>
// Six tokens meet the page.
// BF16-COUNT-24: fathom.tile_dot {{.*}} fma_512
// AVX2-COUNT-12: fathom.tile_dot {{.*}} fma_256
// CHECK: arith.divf
// Generated tokens: a query goes into the latent space, one row, a panel at a
// time; then a page is made into panels, once for all heads.
// BF16-COUNT-4: fathom.tile_dot {{.*}} fma_512
// AVX2-COUNT-8: fathom.tile_dot {{.*}} fma_256
// BF16: vector.shuffle {{.*}} : vector<16xi32>, vector<16xi32>
// AVX2: vector.shuffle {{.*}} : vector<8xi32>, vector<8xi32>
// CHECK: arith.divf
// And out of it.
// BF16-COUNT-4: fathom.tile_dot {{.*}} fma_512
// AVX2-COUNT-8: fathom.tile_dot {{.*}} fma_256
// CHECK-NOT: fathom.tile_dot
