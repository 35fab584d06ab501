// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights --fathom-fuse-projections --fathom-fuse-attention | FileCheck %s

fathom.weight @q_proj : tensor<32x32xbf16> from "q.{layer}"
fathom.weight @k_proj : tensor<16x32xbf16> from "k.{layer}"
fathom.weight @v_proj : tensor<16x32xbf16> from "v.{layer}"
fathom.cache @kv parts [16, 16] of bf16

// CHECK-LABEL: func.func @layer
// CHECK-SAME:    (%[[T:.*]]: !fathom.tokens, %[[X:.*]]: tensor<?x32xf32>, %[[R:.*]]: tensor<?x8xf32>)
func.func @layer(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> {
  // CHECK-NEXT: %[[QKV:.*]] = fathom.project %[[X]] by @q_k_v
  // CHECK-NEXT: %[[A:.*]] = fathom.attend %[[T]], %[[QKV]], %[[R]] in @kv heads 4 kv_heads 2 half scale 2.500000e-01 : tensor<?x64xf32>, tensor<?x8xf32> -> tensor<?x32xf32>
  // CHECK-NEXT: return %[[A]]
  %q = fathom.linear %x, @q_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %k = fathom.linear %x, @k_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  %v = fathom.linear %x, @v_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  %qr = fathom.rope %q, %r heads 4 offset 0 half : tensor<?x32xf32>, tensor<?x8xf32>
  %kr = fathom.rope %k, %r heads 2 offset 0 half : tensor<?x16xf32>, tensor<?x8xf32>
  fathom.cache_append %tokens, %kr, %v into @kv : tensor<?x16xf32>, tensor<?x16xf32>
  %a = fathom.attention %tokens, %qr from @kv heads 4 kv_heads 2 scale 0.25 : tensor<?x32xf32> -> tensor<?x32xf32>
  return %a : tensor<?x32xf32>
}

// Keys after values are other columns than the fused operation reads.
// CHECK-LABEL: func.func @other_order
func.func @other_order(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> {
  // CHECK: fathom.cache_append
  // CHECK: fathom.attention
  %q = fathom.linear %x, @q_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %v = fathom.linear %x, @v_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  %k = fathom.linear %x, @k_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  %qr = fathom.rope %q, %r heads 4 offset 0 half : tensor<?x32xf32>, tensor<?x8xf32>
  %kr = fathom.rope %k, %r heads 2 offset 0 half : tensor<?x16xf32>, tensor<?x8xf32>
  fathom.cache_append %tokens, %kr, %v into @kv : tensor<?x16xf32>, tensor<?x16xf32>
  %a = fathom.attention %tokens, %qr from @kv heads 4 kv_heads 2 scale 0.25 : tensor<?x32xf32> -> tensor<?x32xf32>
  return %a : tensor<?x32xf32>
}

// Keys that are rotated in another way are not what the fused operation does.
// CHECK-LABEL: func.func @other_pairing
func.func @other_pairing(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> {
  // CHECK: fathom.attention
  %q = fathom.linear %x, @q_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %k = fathom.linear %x, @k_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  %v = fathom.linear %x, @v_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  %qr = fathom.rope %q, %r heads 4 offset 0 half : tensor<?x32xf32>, tensor<?x8xf32>
  %kr = fathom.rope %k, %r heads 2 offset 0 adjacent : tensor<?x16xf32>, tensor<?x8xf32>
  fathom.cache_append %tokens, %kr, %v into @kv : tensor<?x16xf32>, tensor<?x16xf32>
  %a = fathom.attention %tokens, %qr from @kv heads 4 kv_heads 2 scale 0.25 : tensor<?x32xf32> -> tensor<?x32xf32>
  return %a : tensor<?x32xf32>
}
