// RUN: fathom-opt %s --fathom-check-passes --fathom-absorb-latent | FileCheck %s

fathom.weight @norm : tensor<24xf32> from "n.{layer}"
fathom.weight @kv_b_proj : tensor<64x24xbf16> from "b.{layer}"
fathom.cache @latent parts [28] of bf16

// Two heads of 12 key and 20 value rows: the second head's keys begin at element
// 32 * 24, its values 12 rows later. Transposed keys are 24 rows a head.
// CHECK: fathom.packed @kv_b.absorbed : panels of bf16[128, 12] pieces [#fathom.piece<source = @kv_b_proj, rows = 24, offset = 0, row_stride = 1, column_stride = 24, first = 0, group = 24, every = 24>, #fathom.piece<source = @kv_b_proj, rows = 24, offset = 768, row_stride = 1, column_stride = 24, first = 64, group = 24, every = 24>]
// CHECK: fathom.packed @kv_b.expanded : panels of bf16[128, 24] pieces [#fathom.piece<source = @kv_b_proj, rows = 12, offset = 0, row_stride = 24, column_stride = 1, first = 0, group = 12, every = 12>, #fathom.piece<source = @kv_b_proj, rows = 12, offset = 768, row_stride = 24, column_stride = 1, first = 64, group = 12, every = 12>]
// CHECK: fathom.packed @kv_b.values : panels of bf16[128, 24] pieces [#fathom.piece<source = @kv_b_proj, rows = 20, offset = 288, row_stride = 24, column_stride = 1, first = 0, group = 20, every = 20>, #fathom.piece<source = @kv_b_proj, rows = 20, offset = 1056, row_stride = 24, column_stride = 1, first = 64, group = 20, every = 20>]

// CHECK-LABEL: func.func @layer
// CHECK-SAME:    (%[[T:.*]]: !fathom.tokens, %[[Q:.*]]: tensor<?x32xf32>, %[[KV:.*]]: tensor<?x28xf32>, %[[R:.*]]: tensor<?x4xf32>)
func.func @layer(%tokens: !fathom.tokens, %q: tensor<?x32xf32>, %kv: tensor<?x28xf32>, %r: tensor<?x4xf32>) -> tensor<?x40xf32> {
  // CHECK-NEXT: %[[A:.*]] = fathom.attend_latent %[[T]], %[[Q]], %[[KV]], %[[R]] norm @norm.packed eps 9.9999999999999995E-7 in @latent absorbed @kv_b.absorbed expanded @kv_b.expanded values @kv_b.values heads 2 nope 12 rope 4 value 20 adjacent scale 2.500000e-01 : tensor<?x32xf32>, tensor<?x28xf32>, tensor<?x4xf32> -> tensor<?x40xf32>
  // CHECK-NEXT: return %[[A]]
  %c0 = arith.constant 0 : index
  %t = tensor.dim %kv, %c0 : tensor<?x28xf32>
  %c = tensor.extract_slice %kv[0, 0] [%t, 24] [1, 1] : tensor<?x28xf32> to tensor<?x24xf32>
  %k = tensor.extract_slice %kv[0, 24] [%t, 4] [1, 1] : tensor<?x28xf32> to tensor<?x4xf32>
  %n = fathom.rms_norm %c, @norm eps 1.0e-06 : tensor<?x24xf32>
  %kr = fathom.rope %k, %r heads 1 offset 0 adjacent : tensor<?x4xf32>, tensor<?x4xf32>
  %qr = fathom.rope %q, %r heads 2 offset 12 adjacent : tensor<?x32xf32>, tensor<?x4xf32>
  %row = tensor.concat dim(1) %n, %kr : (tensor<?x24xf32>, tensor<?x4xf32>) -> tensor<?x28xf32>
  fathom.cache_append %tokens, %row into @latent : tensor<?x28xf32>
  %a = fathom.latent_attention %tokens, %qr from @latent, @kv_b_proj heads 2 nope 12 rope 4 value 20 scale 0.25 : tensor<?x32xf32> -> tensor<?x40xf32>
  return %a : tensor<?x40xf32>
}

// A latent row that is kept as it is is none of the fused operation's.
// CHECK-LABEL: func.func @not_normalised
func.func @not_normalised(%tokens: !fathom.tokens, %q: tensor<?x32xf32>, %c: tensor<?x24xf32>, %k: tensor<?x4xf32>, %r: tensor<?x4xf32>) -> tensor<?x40xf32> {
  // CHECK: fathom.cache_append
  // CHECK: fathom.latent_attention
  %kr = fathom.rope %k, %r heads 1 offset 0 adjacent : tensor<?x4xf32>, tensor<?x4xf32>
  %qr = fathom.rope %q, %r heads 2 offset 12 adjacent : tensor<?x32xf32>, tensor<?x4xf32>
  %row = tensor.concat dim(1) %c, %kr : (tensor<?x24xf32>, tensor<?x4xf32>) -> tensor<?x28xf32>
  fathom.cache_append %tokens, %row into @latent : tensor<?x28xf32>
  %a = fathom.latent_attention %tokens, %qr from @latent, @kv_b_proj heads 2 nope 12 rope 4 value 20 scale 0.25 : tensor<?x32xf32> -> tensor<?x40xf32>
  return %a : tensor<?x40xf32>
}
