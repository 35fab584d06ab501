// RUN: fathom-opt %s --fathom-run-step="level=avx2 tolerance=2e-2" -o /dev/null | FileCheck %s

// The step of the layer that predicts a further token: each token's embedding
// and a hidden row that the host hands in, both normalised, are one row, which
// goes through a layer with latent attention and experts and to a head.
// CHECK: phases of the extra layer as the interpreter, and the same bits

fathom.weight @embed.table : tensor<96x48xbf16> from "embed"
fathom.weight @dense.norm : tensor<48xf32> from "norm.{layer}"
fathom.weight @dense.proj : tensor<48x48xbf16> from "proj.{layer}"
fathom.weight @head.norm : tensor<48xf32> from "norm"
fathom.weight @head.lm_head : tensor<96x48xbf16> from "lm_head"
fathom.weight @mtp_embed.embed_tokens : tensor<96x48xbf16> from "e.{layer}"
fathom.weight @mtp_embed.enorm : tensor<48xf32> from "en.{layer}"
fathom.weight @mtp_embed.hnorm : tensor<48xf32> from "hn.{layer}"
fathom.weight @mtp_embed.eh_proj : tensor<48x96xbf16> from "eh.{layer}"
fathom.weight @mtp_layer.input_norm : tensor<48xf32> from "in.{layer}"
fathom.weight @mtp_layer.q_proj : tensor<32x48xbf16> from "q.{layer}"
fathom.weight @mtp_layer.kv_a_proj : tensor<28x48xbf16> from "kva.{layer}"
fathom.weight @mtp_layer.kv_a_norm : tensor<24xf32> from "kvan.{layer}"
fathom.weight @mtp_layer.kv_b_proj : tensor<64x24xbf16> from "kvb.{layer}"
fathom.weight @mtp_layer.o_proj : tensor<48x40xbf16> from "o.{layer}"
fathom.weight @mtp_layer.post_norm : tensor<48xf32> from "post.{layer}"
fathom.weight @mtp_layer.router : tensor<8x48xf32> from "r.{layer}"
fathom.weight @mtp_layer.correction : tensor<8xf32> from "c.{layer}"
fathom.weight @mtp_layer.gate_proj : tensor<12x48xbf16> experts 8 from "g.{layer}.{expert}"
fathom.weight @mtp_layer.up_proj : tensor<12x48xbf16> experts 8 from "u.{layer}.{expert}"
fathom.weight @mtp_layer.down_proj : tensor<48x12xbf16> experts 8 from "d.{layer}.{expert}"
fathom.weight @mtp_layer.shared.gate_proj : tensor<20x48xbf16> from "sg.{layer}"
fathom.weight @mtp_layer.shared.up_proj : tensor<20x48xbf16> from "su.{layer}"
fathom.weight @mtp_layer.shared.down_proj : tensor<48x20xbf16> from "sd.{layer}"
fathom.weight @mtp_head.norm : tensor<48xf32> from "hnorm.{layer}"
fathom.weight @mtp_head.lm_head : tensor<96x48xbf16> from "mlm.{layer}"
fathom.cache @latent parts [28] of bf16

func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x48xf32>, tensor<?x4xf32>)
    attributes {fathom.kind = "embed"} {
  %x = fathom.embedding %tokens, @embed.table : tensor<?x48xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.05] scale 1.0 : tensor<?x4xf32>
  return %x, %r : tensor<?x48xf32>, tensor<?x4xf32>
}

func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x48xf32>, %r: tensor<?x4xf32>) -> tensor<?x48xf32>
    attributes {fathom.kind = "dense", fathom.layers = array<i64: 0, 1>} {
  %n = fathom.rms_norm %x, @dense.norm eps 1.0e-06 : tensor<?x48xf32>
  %p = fathom.linear %n, @dense.proj : tensor<?x48xf32> -> tensor<?x48xf32>
  %x1 = arith.addf %x, %p : tensor<?x48xf32>
  return %x1 : tensor<?x48xf32>
}

func.func @head(%tokens: !fathom.tokens, %x: tensor<?x48xf32>) -> (tensor<?x96xf32>, tensor<?x48xf32>)
    attributes {fathom.kind = "head"} {
  %n = fathom.rms_norm %x, @head.norm eps 1.0e-06 : tensor<?x48xf32>
  %l = fathom.logits %n, %tokens, @head.lm_head : tensor<?x48xf32> -> tensor<?x96xf32>
  return %l, %n : tensor<?x96xf32>, tensor<?x48xf32>
}

func.func @mtp_embed(%tokens: !fathom.tokens, %hidden: tensor<?x48xf32>) -> (tensor<?x48xf32>, tensor<?x4xf32>)
    attributes {fathom.kind = "mtp_embed", fathom.layers = array<i64: 2>} {
  %e = fathom.embedding %tokens, @mtp_embed.embed_tokens : tensor<?x48xf32>
  %en = fathom.rms_norm %e, @mtp_embed.enorm eps 1.0e-06 : tensor<?x48xf32>
  %hn = fathom.rms_norm %hidden, @mtp_embed.hnorm eps 1.0e-06 : tensor<?x48xf32>
  %both = tensor.concat dim(1) %en, %hn : (tensor<?x48xf32>, tensor<?x48xf32>) -> tensor<?x96xf32>
  %x = fathom.linear %both, @mtp_embed.eh_proj : tensor<?x96xf32> -> tensor<?x48xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.05] scale 1.0 : tensor<?x4xf32>
  return %x, %r : tensor<?x48xf32>, tensor<?x4xf32>
}

func.func @mtp_layer(%tokens: !fathom.tokens, %x: tensor<?x48xf32>, %r: tensor<?x4xf32>) -> tensor<?x48xf32>
    attributes {fathom.kind = "mtp_layer", fathom.layers = array<i64: 2>} {
  %n = fathom.rms_norm %x, @mtp_layer.input_norm eps 1.0e-06 : tensor<?x48xf32>
  %q = fathom.linear %n, @mtp_layer.q_proj : tensor<?x48xf32> -> tensor<?x32xf32>
  %qr = fathom.rope %q, %r heads 2 offset 12 adjacent : tensor<?x32xf32>, tensor<?x4xf32>
  %kv = fathom.linear %n, @mtp_layer.kv_a_proj : tensor<?x48xf32> -> tensor<?x28xf32>
  %c0 = arith.constant 0 : index
  %t = tensor.dim %kv, %c0 : tensor<?x28xf32>
  %c = tensor.extract_slice %kv[0, 0] [%t, 24] [1, 1] : tensor<?x28xf32> to tensor<?x24xf32>
  %cn = fathom.rms_norm %c, @mtp_layer.kv_a_norm eps 1.0e-06 : tensor<?x24xf32>
  %k = tensor.extract_slice %kv[0, 24] [%t, 4] [1, 1] : tensor<?x28xf32> to tensor<?x4xf32>
  %kr = fathom.rope %k, %r heads 1 offset 0 adjacent : tensor<?x4xf32>, tensor<?x4xf32>
  %row = tensor.concat dim(1) %cn, %kr : (tensor<?x24xf32>, tensor<?x4xf32>) -> tensor<?x28xf32>
  fathom.cache_append %tokens, %row into @latent : tensor<?x28xf32>
  %a = fathom.latent_attention %tokens, %qr from @latent, @mtp_layer.kv_b_proj heads 2 nope 12 rope 4 value 20 scale 0.25 : tensor<?x32xf32> -> tensor<?x40xf32>
  %o = fathom.linear %a, @mtp_layer.o_proj : tensor<?x40xf32> -> tensor<?x48xf32>
  %x1 = arith.addf %x, %o : tensor<?x48xf32>
  %n1 = fathom.rms_norm %x1, @mtp_layer.post_norm eps 1.0e-06 : tensor<?x48xf32>
  %l = fathom.linear %n1, @mtp_layer.router : tensor<?x48xf32> -> tensor<?x8xf32>
  %ids, %w = fathom.route %l bias @mtp_layer.correction sigmoid groups 4 top_groups 2 scale 2.5 normalize : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>
  %e = fathom.experts %n1, %ids, %w gate @mtp_layer.gate_proj up @mtp_layer.up_proj down @mtp_layer.down_proj : tensor<?x48xf32>, tensor<?x3xi32>, tensor<?x3xf32>
  %g = fathom.linear %n1, @mtp_layer.shared.gate_proj : tensor<?x48xf32> -> tensor<?x20xf32>
  %u = fathom.linear %n1, @mtp_layer.shared.up_proj : tensor<?x48xf32> -> tensor<?x20xf32>
  %h = fathom.swiglu %g, %u : tensor<?x20xf32>
  %s = fathom.linear %h, @mtp_layer.shared.down_proj : tensor<?x20xf32> -> tensor<?x48xf32>
  %m = arith.addf %e, %s : tensor<?x48xf32>
  %x2 = arith.addf %x1, %m : tensor<?x48xf32>
  return %x2 : tensor<?x48xf32>
}

func.func @mtp_head(%tokens: !fathom.tokens, %x: tensor<?x48xf32>) -> (tensor<?x96xf32>, tensor<?x48xf32>)
    attributes {fathom.kind = "mtp_head", fathom.layers = array<i64: 2>} {
  %n = fathom.rms_norm %x, @mtp_head.norm eps 1.0e-06 : tensor<?x48xf32>
  %l = fathom.logits %n, %tokens, @mtp_head.lm_head : tensor<?x48xf32> -> tensor<?x96xf32>
  return %l, %n : tensor<?x96xf32>, tensor<?x48xf32>
}
