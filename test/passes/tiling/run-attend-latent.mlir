// RUN: fathom-opt %s --fathom-run-step="level=avx2 tokens=70 tolerance=5e-3" -o /dev/null | FileCheck %s
// RUN: sed s/bf16/f16/g %s | fathom-opt --fathom-run-step="level=avx2 tokens=66 tolerance=1e-3" -o /dev/null | FileCheck %s
// RUN: sed s/bf16/f32/g %s | fathom-opt --fathom-run-step="level=avx2 tokens=66 prompt=0 tolerance=2e-5" -o /dev/null | FileCheck %s
// RUN: sed "s/bf16/f32/g; s/ adjacent / half /" %s | fathom-opt --fathom-run-step="level=avx2 tokens=66 tolerance=2e-5" -o /dev/null | FileCheck %s

// Latent attention over two pages computes what the interpreter does, expanded
// for prompts and absorbed for generated tokens: nine heads, so that a tile is
// not full, and odd widths, so that pairs of bf16 are padded.
// CHECK: phases as the interpreter, and the same bits

fathom.weight @embed.table : tensor<90x36xbf16> from "embed"
fathom.weight @dense.norm : tensor<36xf32> from "norm.{layer}"
fathom.weight @dense.q : tensor<171x36xbf16> from "q.{layer}"
fathom.weight @dense.kv_a : tensor<43x36xbf16> from "kv_a.{layer}"
fathom.weight @dense.kv_norm : tensor<37xf32> from "kv_norm.{layer}"
fathom.weight @dense.kv_b : tensor<306x37xbf16> from "kv_b.{layer}"
fathom.weight @dense.o : tensor<36x189xbf16> from "o.{layer}"
fathom.weight @head.norm : tensor<36xf32> from "head_norm"
fathom.weight @head.lm_head : tensor<90x36xbf16> from "lm_head"
fathom.cache @latent parts [43] of bf16

func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x36xf32>, tensor<?x6xf32>)
    attributes {fathom.kind = "embed"} {
  %x = fathom.embedding %tokens, @embed.table : tensor<?x36xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.25, 0.01] scale 1.0 : tensor<?x6xf32>
  return %x, %r : tensor<?x36xf32>, tensor<?x6xf32>
}

func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x36xf32>, %rotary: tensor<?x6xf32>) -> tensor<?x36xf32>
    attributes {fathom.kind = "dense", fathom.layers = array<i64: 0, 1>} {
  %n = fathom.rms_norm %x, @dense.norm eps 1.0e-06 : tensor<?x36xf32>
  %q = fathom.linear %n, @dense.q : tensor<?x36xf32> -> tensor<?x171xf32>
  %c = fathom.linear %n, @dense.kv_a : tensor<?x36xf32> -> tensor<?x43xf32>
  %zero = arith.constant 0 : index
  %t = tensor.dim %c, %zero : tensor<?x43xf32>
  %l = tensor.extract_slice %c[0, 0] [%t, 37] [1, 1] : tensor<?x43xf32> to tensor<?x37xf32>
  %k = tensor.extract_slice %c[0, 37] [%t, 6] [1, 1] : tensor<?x43xf32> to tensor<?x6xf32>
  %ln = fathom.rms_norm %l, @dense.kv_norm eps 1.0e-06 : tensor<?x37xf32>
  %kr = fathom.rope %k, %rotary heads 1 offset 0 adjacent : tensor<?x6xf32>, tensor<?x6xf32>
  %qr = fathom.rope %q, %rotary heads 9 offset 13 adjacent : tensor<?x171xf32>, tensor<?x6xf32>
  %row = tensor.concat dim(1) %ln, %kr : (tensor<?x37xf32>, tensor<?x6xf32>) -> tensor<?x43xf32>
  fathom.cache_append %tokens, %row into @latent : tensor<?x43xf32>
  %a = fathom.latent_attention %tokens, %qr from @latent, @dense.kv_b heads 9 nope 13 rope 6 value 21 scale 0.229416 : tensor<?x171xf32> -> tensor<?x189xf32>
  %o = fathom.linear %a, @dense.o : tensor<?x189xf32> -> tensor<?x36xf32>
  %x1 = arith.addf %x, %o : tensor<?x36xf32>
  return %x1 : tensor<?x36xf32>
}

func.func @head(%tokens: !fathom.tokens, %x: tensor<?x36xf32>) -> (tensor<?x90xf32>, tensor<?x36xf32>)
    attributes {fathom.kind = "head"} {
  %n = fathom.rms_norm %x, @head.norm eps 1.0e-06 : tensor<?x36xf32>
  %l = fathom.logits %n, %tokens, @head.lm_head : tensor<?x36xf32> -> tensor<?x90xf32>
  return %l, %n : tensor<?x90xf32>, tensor<?x36xf32>
}
