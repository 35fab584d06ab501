// RUN: fathom-opt %s --fathom-run-step="level=avx2 tolerance=2e-2" -o /dev/null | FileCheck %s
// RUN: sed s/bf16/f16/g %s | fathom-opt --fathom-run-step="level=avx2 tokens=1 tolerance=3e-3" -o /dev/null | FileCheck %s
// RUN: sed s/bf16/f32/g %s | fathom-opt --fathom-run-step="level=avx2 tokens=5 threads=3 tolerance=1e-5" -o /dev/null | FileCheck %s
// RUN: sed "s/bf16/f32/g; s/softmax groups 8/sigmoid groups 4/" %s | fathom-opt --fathom-run-step="level=avx2 tolerance=1e-5" -o /dev/null | FileCheck %s
// RUN: sed "s/bf16/f32/g; s/44/64/g" %s | fathom-opt --fathom-run-step="level=avx2 tolerance=1e-5" -o /dev/null | FileCheck %s

// Experts beside which no other is shared add the residual themselves; their
// layers alternate with dense ones; groups count by their best expert, of which
// they may have no more.
// CHECK: phases as the interpreter, and the same bits

fathom.weight @embed.table : tensor<90x44xbf16> from "embed"
fathom.weight @dense.norm : tensor<44xf32> from "norm.{layer}"
fathom.weight @dense.in : tensor<70x44xbf16> from "in.{layer}"
fathom.weight @dense.down : tensor<44x70xbf16> from "down.{layer}"
fathom.weight @experts.norm : tensor<44xf32> from "norm.{layer}"
fathom.weight @experts.router : tensor<8x44xf32> from "r.{layer}"
fathom.weight @experts.gate_proj : tensor<12x44xbf16> experts 8 from "g.{layer}.{expert}"
fathom.weight @experts.up_proj : tensor<12x44xbf16> experts 8 from "u.{layer}.{expert}"
fathom.weight @experts.down_proj : tensor<44x12xbf16> experts 8 from "d.{layer}.{expert}"
fathom.weight @head.norm : tensor<44xf32> from "head_norm"
fathom.weight @head.lm_head : tensor<90x44xbf16> from "lm_head"

func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x44xf32>, tensor<?x2xf32>)
    attributes {fathom.kind = "embed"} {
  %x = fathom.embedding %tokens, @embed.table : tensor<?x44xf32>
  %r = fathom.rotary %tokens frequencies [1.0] scale 1.0 : tensor<?x2xf32>
  return %x, %r : tensor<?x44xf32>, tensor<?x2xf32>
}

func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x44xf32>, %r: tensor<?x2xf32>) -> tensor<?x44xf32>
    attributes {fathom.kind = "dense", fathom.layers = array<i64: 0, 2>} {
  %n = fathom.rms_norm %x, @dense.norm eps 1.0e-06 : tensor<?x44xf32>
  %a = fathom.linear %n, @dense.in : tensor<?x44xf32> -> tensor<?x70xf32>
  %d = fathom.linear %a, @dense.down : tensor<?x70xf32> -> tensor<?x44xf32>
  %x1 = arith.addf %x, %d : tensor<?x44xf32>
  return %x1 : tensor<?x44xf32>
}

func.func @experts(%tokens: !fathom.tokens, %x: tensor<?x44xf32>, %r: tensor<?x2xf32>) -> tensor<?x44xf32>
    attributes {fathom.kind = "experts", fathom.layers = array<i64: 1, 3>} {
  %n = fathom.rms_norm %x, @experts.norm eps 1.0e-06 : tensor<?x44xf32>
  %l = fathom.linear %n, @experts.router : tensor<?x44xf32> -> tensor<?x8xf32>
  %ids, %w = fathom.route %l softmax groups 8 top_groups 3 by_best scale 1.5 : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>
  %e = fathom.experts %n, %ids, %w gate @experts.gate_proj up @experts.up_proj down @experts.down_proj : tensor<?x44xf32>, tensor<?x3xi32>, tensor<?x3xf32>
  %x1 = arith.addf %x, %e : tensor<?x44xf32>
  return %x1 : tensor<?x44xf32>
}

func.func @head(%tokens: !fathom.tokens, %x: tensor<?x44xf32>) -> (tensor<?x90xf32>, tensor<?x44xf32>)
    attributes {fathom.kind = "head"} {
  %n = fathom.rms_norm %x, @head.norm eps 1.0e-06 : tensor<?x44xf32>
  %l = fathom.logits %n, %tokens, @head.lm_head : tensor<?x44xf32> -> tensor<?x90xf32>
  return %l, %n : tensor<?x90xf32>, tensor<?x44xf32>
}
