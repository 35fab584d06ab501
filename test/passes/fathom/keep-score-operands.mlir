// RUN: fathom-opt %s --fathom-check-passes --fathom-keep-score-operands | FileCheck %s

fathom.weight @w.source : tensor<64x32xbf16> from "w.{layer}"
fathom.packed @qkv : panels of bf16 [64, 32] pieces [#fathom.piece<source = @w.source, rows = 64, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 64, every = 64>]
fathom.packed @o : panels of bf16 [32, 32] pieces [#fathom.piece<source = @w.source, rows = 32, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.cache @kv parts [16, 16] of bf16

// What attention reads is made of f32 operands; what adds to the stream, before
// and after it, is not.
// CHECK-LABEL: func.func @grouped
func.func @grouped(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> {
  // CHECK: fathom.project %{{.*}} by @o plus
  // CHECK: fathom.project %{{.*}} by @qkv exact :
  // CHECK: fathom.attend
  // CHECK: fathom.project %{{.*}} by @o plus
  %s = fathom.project %x by @o plus %x of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
  %qkv = fathom.project %s by @qkv : tensor<?x32xf32> -> tensor<?x64xf32>
  %a = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 2 half scale 0.25 : tensor<?x64xf32>, tensor<?x8xf32> -> tensor<?x32xf32>
  %y = fathom.project %a by @o plus %s of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

fathom.weight @norm.source : tensor<24xf32> from "n.{layer}"
fathom.packed @norm : vector of f32 [24, 1] pieces [#fathom.piece<source = @norm.source, rows = 24, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 24, every = 24>]
fathom.weight @b.source : tensor<64x24xbf16> from "b.{layer}"
fathom.packed @absorbed : panels of bf16 [128, 12] pieces [#fathom.piece<source = @b.source, rows = 24, offset = 0, row_stride = 1, column_stride = 24, first = 0, group = 24, every = 24>, #fathom.piece<source = @b.source, rows = 24, offset = 768, row_stride = 1, column_stride = 24, first = 64, group = 24, every = 24>]
fathom.packed @expanded : panels of bf16 [128, 24] pieces [#fathom.piece<source = @b.source, rows = 12, offset = 0, row_stride = 24, column_stride = 1, first = 0, group = 12, every = 12>, #fathom.piece<source = @b.source, rows = 12, offset = 768, row_stride = 24, column_stride = 1, first = 64, group = 12, every = 12>]
fathom.packed @values : panels of bf16 [128, 24] pieces [#fathom.piece<source = @b.source, rows = 20, offset = 288, row_stride = 24, column_stride = 1, first = 0, group = 20, every = 20>, #fathom.piece<source = @b.source, rows = 20, offset = 1056, row_stride = 24, column_stride = 1, first = 64, group = 20, every = 20>]
fathom.weight @a.source : tensor<44x32xbf16> from "a.{layer}"
fathom.packed @q_a_kv : panels of bf16 [44, 32] pieces [#fathom.piece<source = @a.source, rows = 44, offset = 0, row_stride = 32, column_stride = 1, first = 0, group = 44, every = 44>]
fathom.weight @q.source : tensor<32x16xbf16> from "q.{layer}"
fathom.packed @q_b : panels of bf16 [32, 16] pieces [#fathom.piece<source = @q.source, rows = 32, offset = 0, row_stride = 16, column_stride = 1, first = 0, group = 32, every = 32>]
fathom.cache @latent parts [28] of bf16

fathom.weight @o.source : tensor<32x40xbf16> from "o.{layer}"
fathom.packed @o_latent : panels of bf16 [32, 40] pieces [#fathom.piece<source = @o.source, rows = 32, offset = 0, row_stride = 40, column_stride = 1, first = 0, group = 32, every = 32>]

// Queries come through two products, and the output is made of f32 operands.
// CHECK-LABEL: func.func @latent_attention
func.func @latent_attention(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x4xf32>) -> tensor<?x32xf32> {
  // CHECK: fathom.project %{{.*}} by @q_a_kv exact :
  // CHECK: fathom.project %{{.*}} by @q_b exact :
  // CHECK: %[[A:.*]] = fathom.attend_latent
  // CHECK: fathom.project %[[A]] by @o_latent exact plus %{{.*}} of tensor<?x32xf32> :
  %c0 = arith.constant 0 : index
  %t = tensor.dim %x, %c0 : tensor<?x32xf32>
  %a = fathom.project %x by @q_a_kv : tensor<?x32xf32> -> tensor<?x44xf32>
  %c = tensor.extract_slice %a[0, 0] [%t, 16] [1, 1] : tensor<?x44xf32> to tensor<?x16xf32>
  %kv = tensor.extract_slice %a[0, 16] [%t, 28] [1, 1] : tensor<?x44xf32> to tensor<?x28xf32>
  %q = fathom.project %c by @q_b : tensor<?x16xf32> -> tensor<?x32xf32>
  %y = fathom.attend_latent %tokens, %q, %kv, %r norm @norm eps 1.0e-06 in @latent absorbed @absorbed expanded @expanded values @values heads 2 nope 12 rope 4 value 20 adjacent scale 0.25 : tensor<?x32xf32>, tensor<?x28xf32>, tensor<?x4xf32> -> tensor<?x40xf32>
  %z = fathom.project %y by @o_latent plus %x of tensor<?x32xf32> : tensor<?x40xf32> -> tensor<?x32xf32>
  return %z : tensor<?x32xf32>
}
