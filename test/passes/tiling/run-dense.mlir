// RUN: fathom-opt %s --fathom-run-step="level=avx2 tolerance=5e-3" -o /dev/null | FileCheck %s
// RUN: sed s/bf16/f32/g %s | fathom-opt --fathom-run-step="level=avx2 tokens=3 position=163000 tolerance=1e-5" -o /dev/null | FileCheck %s
// RUN: sed "s/bf16/f32/g; s/48/1/g" %s | fathom-opt --fathom-run-step="level=avx2 tolerance=1e-5" -o /dev/null | FileCheck %s

// A model with grouped-query attention, from the model form to machine code: of
// one page of the cache and of three, at late positions, in each storage; and of a hidden size of 1.
// CHECK: phases as the interpreter, and the same bits


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
fathom.cache @kv parts [32, 32] of bf16 heads 2

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
