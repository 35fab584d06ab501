// RUN: fathom-opt %s | fathom-opt | FileCheck %s
// RUN: fathom-opt %s --emit-bytecode | fathom-opt | FileCheck %s

// A whole layer of grouped-query attention keeps every word when printed.

// CHECK: fathom.weight @embed : tensor<96x32xbf16> from "model.embed_tokens.weight"
fathom.weight @embed : tensor<96x32xbf16> from "model.embed_tokens.weight"
fathom.weight @norm : tensor<32xf32> from "model.layers.{layer}.input_layernorm.weight"
fathom.weight @q : tensor<32x32xbf16> from "model.layers.{layer}.self_attn.q_proj.weight"
fathom.weight @q_bias : tensor<32xf32> from "model.layers.{layer}.self_attn.q_proj.bias"
// CHECK: fathom.weight @kv : tensor<16x32xbf16> from "kv.{layer}" scales <"kv.{layer}.scale", 128 x 128>
fathom.weight @kv : tensor<16x32xbf16> from "kv.{layer}" scales <"kv.{layer}.scale", 128 x 128>
// CHECK: fathom.cache @cache parts [16, 16] of bf16
fathom.cache @cache parts [16, 16] of bf16

// CHECK-LABEL: func.func @embedding
func.func @embedding(%tokens: !fathom.tokens) -> tensor<?x32xf32> {
  // CHECK: fathom.embedding %{{.*}}, @embed : tensor<?x32xf32>
  %x = fathom.embedding %tokens, @embed : tensor<?x32xf32>
  return %x : tensor<?x32xf32>
}

// CHECK-LABEL: func.func @layer
// CHECK-SAME:    (%[[TOKENS:.*]]: !fathom.tokens, %[[X:.*]]: tensor<?x32xf32>)
func.func @layer(%tokens: !fathom.tokens, %x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: %[[R:.*]] = fathom.rotary %[[TOKENS]] frequencies [1.000000e+00, 5.000000e-01] scale 1.000000e+00 : tensor<?x4xf32>
  %rotary = fathom.rotary %tokens frequencies [1.0, 0.5] scale 1.0 : tensor<?x4xf32>
  // CHECK: %[[N:.*]] = fathom.rms_norm %[[X]], @norm eps 9.9999999999999995E-7 : tensor<?x32xf32>
  %n = fathom.rms_norm %x, @norm eps 1.0e-06 : tensor<?x32xf32>
  // CHECK: %[[Q:.*]] = fathom.linear %[[N]], @q bias @q_bias : tensor<?x32xf32> -> tensor<?x32xf32>
  %q = fathom.linear %n, @q bias @q_bias : tensor<?x32xf32> -> tensor<?x32xf32>
  // CHECK: %[[K:.*]] = fathom.linear %[[N]], @kv : tensor<?x32xf32> -> tensor<?x16xf32>
  %k = fathom.linear %n, @kv : tensor<?x32xf32> -> tensor<?x16xf32>
  // CHECK: fathom.rope %[[Q]], %[[R]] heads 4 offset 0 half : tensor<?x32xf32>, tensor<?x4xf32>
  %qr = fathom.rope %q, %rotary heads 4 offset 0 half : tensor<?x32xf32>, tensor<?x4xf32>
  // CHECK: fathom.rope %[[K]], %[[R]] heads 2 offset 4 adjacent : tensor<?x16xf32>, tensor<?x4xf32>
  %kr = fathom.rope %k, %rotary heads 2 offset 4 adjacent : tensor<?x16xf32>, tensor<?x4xf32>
  // CHECK: fathom.cache_append %[[TOKENS]], %{{.*}}, %[[K]] into @cache : tensor<?x16xf32>, tensor<?x16xf32>
  fathom.cache_append %tokens, %kr, %k into @cache : tensor<?x16xf32>, tensor<?x16xf32>
  // CHECK: fathom.attention %[[TOKENS]], %{{.*}} from @cache heads 4 kv_heads 2 scale 3.535530e-01 : tensor<?x32xf32> -> tensor<?x32xf32>
  %a = fathom.attention %tokens, %qr from @cache heads 4 kv_heads 2 scale 0.353553 : tensor<?x32xf32> -> tensor<?x32xf32>
  // CHECK: fathom.swiglu
  %h = fathom.swiglu %a, %q : tensor<?x32xf32>
  // CHECK: fathom.logits %{{.*}}, %[[TOKENS]], @embed : tensor<?x32xf32> -> tensor<?x96xf32>
  %l = fathom.logits %h, %tokens, @embed : tensor<?x32xf32> -> tensor<?x96xf32>
  return %h : tensor<?x32xf32>
}

// Latent attention, routing and experts.

fathom.weight @kv_b : tensor<40x24xbf16> from "model.layers.{layer}.self_attn.kv_b_proj.weight"
fathom.cache @latent parts [28] of f32
fathom.weight @correction : tensor<8xf32> from "model.layers.{layer}.mlp.gate.e_score_correction_bias"
// CHECK: fathom.weight @gate : tensor<12x20xbf16> experts 8 from "layers.{layer}.experts.{expert}.gate"
fathom.weight @gate : tensor<12x20xbf16> experts 8 from "layers.{layer}.experts.{expert}.gate"
fathom.weight @up : tensor<12x20xbf16> experts 8 from "layers.{layer}.experts.{expert}.up"
fathom.weight @down : tensor<20x12xbf16> experts 8 from "layers.{layer}.experts.{expert}.down"

// CHECK-LABEL: func.func @mixture
func.func @mixture(%tokens: !fathom.tokens, %q: tensor<?x32xf32>, %logits: tensor<?x8xf32>)
    -> tensor<?x20xf32> {
  // CHECK: fathom.latent_attention %{{.*}}, %{{.*}} from @latent, @kv_b heads 2 nope 12 rope 4 value 8 scale 2.500000e-01
  %a = fathom.latent_attention %tokens, %q from @latent, @kv_b heads 2 nope 12 rope 4 value 8
      scale 0.25 : tensor<?x32xf32> -> tensor<?x16xf32>
  // CHECK: fathom.route %{{.*}} bias @correction sigmoid groups 4 top_groups 2 scale 2.500000e+00 normalize
  %ids, %w = fathom.route %logits bias @correction sigmoid groups 4 top_groups 2 scale 2.5 normalize
      : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>
  // CHECK: fathom.route %{{.*}} softmax groups 8 top_groups 4 by_best scale 1.000000e+00 :
  %best, %v = fathom.route %logits softmax groups 8 top_groups 4 by_best scale 1.0
      : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>
  %x = tensor.empty() : tensor<20x20xf32>
  %y = tensor.cast %x : tensor<20x20xf32> to tensor<?x20xf32>
  // CHECK: fathom.experts %{{.*}}, %{{.*}}, %{{.*}} gate @gate up @up down @down
  %e = fathom.experts %y, %ids, %w gate @gate up @up down @down
      : tensor<?x20xf32>, tensor<?x3xi32>, tensor<?x3xf32>
  return %e : tensor<?x20xf32>
}

// Frequencies are the same floats once printed and read again: the second has a
// neighbour with the same six digits.

// CHECK-LABEL: func.func @frequencies
func.func @frequencies(%tokens: !fathom.tokens) -> tensor<?x6xf32> {
  // CHECK: fathom.rotary %{{.*}} frequencies [1.000000e+00, 0.316227764, 2.500000e-01] scale 1.000000e+00 : tensor<?x6xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.316227764, 0.25] scale 1.0 : tensor<?x6xf32>
  return %r : tensor<?x6xf32>
}
