// RUN: fathom-opt %s --fathom-check-passes --fathom-planned-pipeline=step-tokens=16 | FileCheck %s

// A dense model as it is imported becomes phases over packed weights.

// CHECK: module attributes {fathom.arena_shared_bytes = 24576 : i64, fathom.max_positions = 256 : i64, fathom.step_tokens_max = 16 : i64, fathom.storage = bf16}
// CHECK-LABEL: func.func @embed
// CHECK: fathom.phase "embed" places [#fathom.place<offset = 0, stride = 64, operand = false>, #fathom.place<offset = 4096, stride = 64, operand = false>]
// CHECK-LABEL: func.func @dense
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x48xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}, %[[R:[a-z0-9]+]]: tensor<?x16xf32> {fathom.place = #fathom.place<offset = 4096, stride = 64, operand = false>}
// CHECK-NEXT: fathom.phase "qkv"
// CHECK-NEXT: fathom.project %[[X]] by @dense.q_k_v norm @dense.input_norm.packed eps {{.*}} bias @dense.q_bias_k_bias_v_bias exact :
// CHECK: fathom.phase "attend"
// CHECK-NEXT: fathom.attend %{{.*}}, %{{.*}}, %[[R]] in @kv heads 4 kv_heads 2 half scale
// CHECK: %[[X1:.*]] = fathom.phase "o" places [#fathom.place<offset = 0, stride = 64, operand = false>]
// CHECK-NEXT: fathom.project %{{.*}} by @dense.o slices 4 plus %[[X]] of
// CHECK: fathom.phase "gate_up"
// CHECK-NEXT: fathom.project %[[X1]] by @dense.gate_up norm @dense.post_norm.packed eps {{.*}} swiglu :
// CHECK: fathom.phase "down" places [#fathom.place<offset = 0, stride = 64, operand = false>]
// CHECK-NEXT: fathom.project %{{.*}} by @dense.down slices 4 plus %[[X1]] of
// CHECK-LABEL: func.func @head
// CHECK: fathom.phase "head" scratch
// CHECK-NEXT: fathom.project %{{.*}} by @head.lm_head.packed norm @head.norm.packed eps {{.*}} asking %

module attributes {fathom.max_positions = 256 : i64} {
fathom.weight @embed.table : tensor<96x48xbf16> from "model.embed_tokens.weight"
fathom.weight @dense.input_norm : tensor<48xf32> from "model.layers.{layer}.input_layernorm.weight"
fathom.weight @dense.q_proj : tensor<64x48xbf16> from "model.layers.{layer}.self_attn.q_proj.weight"
fathom.weight @dense.q_bias : tensor<64xf32> from "model.layers.{layer}.self_attn.q_proj.bias"
fathom.weight @dense.k_proj : tensor<32x48xbf16> from "model.layers.{layer}.self_attn.k_proj.weight"
fathom.weight @dense.k_bias : tensor<32xf32> from "model.layers.{layer}.self_attn.k_proj.bias"
fathom.weight @dense.v_proj : tensor<32x48xbf16> from "model.layers.{layer}.self_attn.v_proj.weight"
fathom.weight @dense.v_bias : tensor<32xf32> from "model.layers.{layer}.self_attn.v_proj.bias"
fathom.weight @dense.o_proj : tensor<48x64xbf16> from "model.layers.{layer}.self_attn.o_proj.weight"
fathom.weight @dense.post_norm : tensor<48xf32> from "model.layers.{layer}.post_attention_layernorm.weight"
fathom.weight @dense.gate_proj : tensor<100x48xbf16> from "model.layers.{layer}.mlp.gate_proj.weight"
fathom.weight @dense.up_proj : tensor<100x48xbf16> from "model.layers.{layer}.mlp.up_proj.weight"
fathom.weight @dense.down_proj : tensor<48x100xbf16> from "model.layers.{layer}.mlp.down_proj.weight"
fathom.weight @head.norm : tensor<48xf32> from "model.norm.weight"
fathom.weight @head.lm_head : tensor<96x48xbf16> from "lm_head.weight"
fathom.cache @kv parts [32, 32] of bf16

func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x48xf32>, tensor<?x16xf32>)
    attributes {fathom.kind = "embed"} {
  %x = fathom.embedding %tokens, @embed.table : tensor<?x48xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.5, 0.25, 0.125, 0.06, 0.03, 0.015, 0.007] scale 1.0 : tensor<?x16xf32>
  return %x, %r : tensor<?x48xf32>, tensor<?x16xf32>
}

func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x48xf32>, %rotary: tensor<?x16xf32>) -> tensor<?x48xf32>
    attributes {fathom.kind = "dense", fathom.layers = array<i64: 0, 1>} {
  %n = fathom.rms_norm %x, @dense.input_norm eps 1.0e-06 : tensor<?x48xf32>
  %q = fathom.linear %n, @dense.q_proj bias @dense.q_bias : tensor<?x48xf32> -> tensor<?x64xf32>
  %k = fathom.linear %n, @dense.k_proj bias @dense.k_bias : tensor<?x48xf32> -> tensor<?x32xf32>
  %v = fathom.linear %n, @dense.v_proj bias @dense.v_bias : tensor<?x48xf32> -> tensor<?x32xf32>
  %qr = fathom.rope %q, %rotary heads 4 offset 0 half : tensor<?x64xf32>, tensor<?x16xf32>
  %kr = fathom.rope %k, %rotary heads 2 offset 0 half : tensor<?x32xf32>, tensor<?x16xf32>
  fathom.cache_append %tokens, %kr, %v into @kv : tensor<?x32xf32>, tensor<?x32xf32>
  %a = fathom.attention %tokens, %qr from @kv heads 4 kv_heads 2 scale 0.25 : tensor<?x64xf32> -> tensor<?x64xf32>
  %o = fathom.linear %a, @dense.o_proj : tensor<?x64xf32> -> tensor<?x48xf32>
  %x1 = arith.addf %x, %o : tensor<?x48xf32>
  %n1 = fathom.rms_norm %x1, @dense.post_norm eps 1.0e-06 : tensor<?x48xf32>
  %g = fathom.linear %n1, @dense.gate_proj : tensor<?x48xf32> -> tensor<?x100xf32>
  %u = fathom.linear %n1, @dense.up_proj : tensor<?x48xf32> -> tensor<?x100xf32>
  %h = fathom.swiglu %g, %u : tensor<?x100xf32>
  %d = fathom.linear %h, @dense.down_proj : tensor<?x100xf32> -> tensor<?x48xf32>
  %x2 = arith.addf %x1, %d : tensor<?x48xf32>
  return %x2 : tensor<?x48xf32>
}

func.func @head(%tokens: !fathom.tokens, %x: tensor<?x48xf32>) -> (tensor<?x96xf32>, tensor<?x48xf32>)
    attributes {fathom.kind = "head"} {
  %n = fathom.rms_norm %x, @head.norm eps 1.0e-06 : tensor<?x48xf32>
  %l = fathom.logits %n, %tokens, @head.lm_head : tensor<?x48xf32> -> tensor<?x96xf32>
  return %l, %n : tensor<?x96xf32>, tensor<?x48xf32>
}
}
