// RUN: fathom-opt %s --fathom-run-step="level=avx2 tolerance=2e-2" -o /dev/null | FileCheck %s
// RUN: sed s/bf16/f32/g %s | fathom-opt --fathom-run-step="level=avx2 prompt=3 position=163000 tolerance=1e-5" -o /dev/null | FileCheck %s

// Latent attention in both forms and a mixture of experts, from the model form
// to machine code: of one page of the cache and of three, at late positions, in
// each storage.
// CHECK: phases as the interpreter, and the same bits


fathom.weight @embed.table : tensor<96x48xbf16> from "embed"
fathom.weight @head.norm : tensor<48xf32> from "norm"
fathom.weight @head.lm_head : tensor<96x48xbf16> from "lm_head"
fathom.weight @experts.input_norm : tensor<48xf32> from "in.{layer}"
fathom.weight @experts.q_a_proj : tensor<40x48xbf16> from "qa.{layer}"
fathom.weight @experts.q_a_norm : tensor<40xf32> from "qan.{layer}"
fathom.weight @experts.q_b_proj : tensor<32x40xbf16> from "qb.{layer}"
fathom.weight @experts.kv_a_proj : tensor<28x48xbf16> from "kva.{layer}"
fathom.weight @experts.kv_a_norm : tensor<24xf32> from "kvan.{layer}"
fathom.weight @experts.kv_b_proj : tensor<64x24xbf16> from "kvb.{layer}"
fathom.weight @experts.o_proj : tensor<48x40xbf16> from "o.{layer}"
fathom.weight @experts.post_norm : tensor<48xf32> from "post.{layer}"
fathom.weight @experts.router : tensor<8x48xf32> from "r.{layer}"
fathom.weight @experts.correction : tensor<8xf32> from "c.{layer}"
fathom.weight @experts.gate_proj : tensor<12x48xbf16> experts 8 from "g.{layer}.{expert}"
fathom.weight @experts.up_proj : tensor<12x48xbf16> experts 8 from "u.{layer}.{expert}"
fathom.weight @experts.down_proj : tensor<48x12xbf16> experts 8 from "d.{layer}.{expert}"
fathom.weight @experts.shared.gate_proj : tensor<20x48xbf16> from "sg.{layer}"
fathom.weight @experts.shared.up_proj : tensor<20x48xbf16> from "su.{layer}"
fathom.weight @experts.shared.down_proj : tensor<48x20xbf16> from "sd.{layer}"
fathom.cache @latent parts [28] of bf16

func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x48xf32>, tensor<?x4xf32>)
    attributes {fathom.kind = "embed"} {
  %x = fathom.embedding %tokens, @embed.table : tensor<?x48xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.05] scale 1.0 : tensor<?x4xf32>
  return %x, %r : tensor<?x48xf32>, tensor<?x4xf32>
}

func.func @experts(%tokens: !fathom.tokens, %x: tensor<?x48xf32>, %r: tensor<?x4xf32>) -> tensor<?x48xf32>
    attributes {fathom.kind = "experts", fathom.layers = array<i64: 1, 2>} {
  %n = fathom.rms_norm %x, @experts.input_norm eps 1.0e-06 : tensor<?x48xf32>
  %qa = fathom.linear %n, @experts.q_a_proj : tensor<?x48xf32> -> tensor<?x40xf32>
  %qan = fathom.rms_norm %qa, @experts.q_a_norm eps 1.0e-06 : tensor<?x40xf32>
  %q = fathom.linear %qan, @experts.q_b_proj : tensor<?x40xf32> -> tensor<?x32xf32>
  %qr = fathom.rope %q, %r heads 2 offset 12 adjacent : tensor<?x32xf32>, tensor<?x4xf32>
  %kv = fathom.linear %n, @experts.kv_a_proj : tensor<?x48xf32> -> tensor<?x28xf32>
  %c0 = arith.constant 0 : index
  %t = tensor.dim %kv, %c0 : tensor<?x28xf32>
  %c = tensor.extract_slice %kv[0, 0] [%t, 24] [1, 1] : tensor<?x28xf32> to tensor<?x24xf32>
  %cn = fathom.rms_norm %c, @experts.kv_a_norm eps 1.0e-06 : tensor<?x24xf32>
  %k = tensor.extract_slice %kv[0, 24] [%t, 4] [1, 1] : tensor<?x28xf32> to tensor<?x4xf32>
  %kr = fathom.rope %k, %r heads 1 offset 0 adjacent : tensor<?x4xf32>, tensor<?x4xf32>
  %row = tensor.concat dim(1) %cn, %kr : (tensor<?x24xf32>, tensor<?x4xf32>) -> tensor<?x28xf32>
  fathom.cache_append %tokens, %row into @latent : tensor<?x28xf32>
  %a = fathom.latent_attention %tokens, %qr from @latent, @experts.kv_b_proj heads 2 nope 12 rope 4 value 20 scale 0.25 : tensor<?x32xf32> -> tensor<?x40xf32>
  %o = fathom.linear %a, @experts.o_proj : tensor<?x40xf32> -> tensor<?x48xf32>
  %x1 = arith.addf %x, %o : tensor<?x48xf32>
  %n1 = fathom.rms_norm %x1, @experts.post_norm eps 1.0e-06 : tensor<?x48xf32>
  %l = fathom.linear %n1, @experts.router : tensor<?x48xf32> -> tensor<?x8xf32>
  %ids, %w = fathom.route %l bias @experts.correction sigmoid groups 4 top_groups 2 scale 2.5 normalize : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>
  %e = fathom.experts %n1, %ids, %w gate @experts.gate_proj up @experts.up_proj down @experts.down_proj : tensor<?x48xf32>, tensor<?x3xi32>, tensor<?x3xf32>
  %g = fathom.linear %n1, @experts.shared.gate_proj : tensor<?x48xf32> -> tensor<?x20xf32>
  %u = fathom.linear %n1, @experts.shared.up_proj : tensor<?x48xf32> -> tensor<?x20xf32>
  %h = fathom.swiglu %g, %u : tensor<?x20xf32>
  %s = fathom.linear %h, @experts.shared.down_proj : tensor<?x20xf32> -> tensor<?x48xf32>
  %m = arith.addf %e, %s : tensor<?x48xf32>
  %x2 = arith.addf %x1, %m : tensor<?x48xf32>
  return %x2 : tensor<?x48xf32>
}

func.func @head(%tokens: !fathom.tokens, %x: tensor<?x48xf32>) -> (tensor<?x96xf32>, tensor<?x48xf32>)
    attributes {fathom.kind = "head"} {
  %n = fathom.rms_norm %x, @head.norm eps 1.0e-06 : tensor<?x48xf32>
  %l = fathom.logits %n, %tokens, @head.lm_head : tensor<?x48xf32> -> tensor<?x96xf32>
  return %l, %n : tensor<?x96xf32>, tensor<?x48xf32>
}
