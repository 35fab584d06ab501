// RUN: fathom-opt %s --fathom-run-step="level=avx2 tokens=70 tolerance=1e-4" -o /dev/null | FileCheck %s
// RUN: fathom-opt %s --fathom-run-step="level=avx2 tokens=1 tolerance=1e-4" -o /dev/null | FileCheck %s
// RUN: sed s/bf16/f16/g %s | fathom-opt --fathom-run-step="level=avx2 tokens=66 tolerance=1e-4" -o /dev/null | FileCheck %s

// Grouped-query attention over two pages computes what the interpreter does:
// seven query heads for each of two key heads, so that tiles hold parts of two
// tokens, of a width that is no whole vector and of which a part is rotated.
// Keys that float32 and float64 round to different neighbours are why the
// tolerance for bf16 and f16 is larger.
// CHECK: phases as the interpreter, and the same bits

fathom.weight @embed.table : tensor<90x36xbf16> from "embed"
fathom.weight @dense.norm : tensor<36xf32> from "norm.{layer}"
fathom.weight @dense.q : tensor<280x36xbf16> from "q.{layer}"
fathom.weight @dense.k : tensor<40x36xbf16> from "k.{layer}"
fathom.weight @dense.v : tensor<40x36xbf16> from "v.{layer}"
fathom.weight @dense.o : tensor<36x280xbf16> from "o.{layer}"
fathom.weight @head.norm : tensor<36xf32> from "head_norm"
fathom.weight @head.lm_head : tensor<90x36xbf16> from "lm_head"
fathom.cache @kv parts [40, 40] of bf16 heads 2

func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x36xf32>, tensor<?x12xf32>)
    attributes {fathom.kind = "embed"} {
  %x = fathom.embedding %tokens, @embed.table : tensor<?x36xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.5, 0.25, 0.1, 0.03, 0.001] scale 1.0 : tensor<?x12xf32>
  return %x, %r : tensor<?x36xf32>, tensor<?x12xf32>
}

func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x36xf32>, %rotary: tensor<?x12xf32>) -> tensor<?x36xf32>
    attributes {fathom.kind = "dense", fathom.layers = array<i64: 0, 1>} {
  %n = fathom.rms_norm %x, @dense.norm eps 1.0e-06 : tensor<?x36xf32>
  %q = fathom.linear %n, @dense.q : tensor<?x36xf32> -> tensor<?x280xf32>
  %k = fathom.linear %n, @dense.k : tensor<?x36xf32> -> tensor<?x40xf32>
  %v = fathom.linear %n, @dense.v : tensor<?x36xf32> -> tensor<?x40xf32>
  %qr = fathom.rope %q, %rotary heads 14 offset 0 half : tensor<?x280xf32>, tensor<?x12xf32>
  %kr = fathom.rope %k, %rotary heads 2 offset 0 half : tensor<?x40xf32>, tensor<?x12xf32>
  fathom.cache_append %tokens, %kr, %v into @kv : tensor<?x40xf32>, tensor<?x40xf32>
  %a = fathom.attention %tokens, %qr from @kv heads 14 kv_heads 2 scale 0.223607 : tensor<?x280xf32> -> tensor<?x280xf32>
  %o = fathom.linear %a, @dense.o : tensor<?x280xf32> -> tensor<?x36xf32>
  %x1 = arith.addf %x, %o : tensor<?x36xf32>
  return %x1 : tensor<?x36xf32>
}

func.func @head(%tokens: !fathom.tokens, %x: tensor<?x36xf32>) -> (tensor<?x90xf32>, tensor<?x36xf32>)
    attributes {fathom.kind = "head"} {
  %n = fathom.rms_norm %x, @head.norm eps 1.0e-06 : tensor<?x36xf32>
  %l = fathom.logits %n, %tokens, @head.lm_head : tensor<?x36xf32> -> tensor<?x90xf32>
  return %l, %n : tensor<?x90xf32>, tensor<?x36xf32>
}
