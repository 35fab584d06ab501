// RUN: fathom-opt %s --fathom-run-step="level=avx2 tolerance=2e-5" -o /dev/null | FileCheck %s
// RUN: fathom-opt %s --fathom-run-step="level=avx2 tokens=1 tolerance=2e-5" -o /dev/null | FileCheck %s
// RUN: fathom-opt %s --fathom-run-step="level=avx2 tokens=3 position=163830 tolerance=2e-5" -o /dev/null | FileCheck %s
// RUN: sed "/fathom.linear %[ah]/s/@dense[.]\([gud][a-z]*\) :/@dense.\1 bias @dense.\1_bias :/" %s | fathom-opt --fathom-run-step="level=avx2 tolerance=2e-5" -o /dev/null | FileCheck %s

// Linear layers with a norm, a bias, a gate and a residual, of awkward widths,
// compute what the interpreter does. CPUs that lack a level skip it.
// CHECK: phases as the interpreter, and the same bits

fathom.weight @embed.table : tensor<90x44xbf16> from "embed"
fathom.weight @dense.norm : tensor<44xf32> from "norm.{layer}"
fathom.weight @dense.in : tensor<70x44xbf16> from "in.{layer}"
fathom.weight @dense.in_bias : tensor<70xf32> from "in_bias.{layer}"
fathom.weight @dense.gate : tensor<101x70xbf16> from "gate.{layer}"
fathom.weight @dense.up : tensor<101x70xbf16> from "up.{layer}"
fathom.weight @dense.down : tensor<44x101xbf16> from "down.{layer}"
fathom.weight @dense.gate_bias : tensor<101xf32> from "gate_bias.{layer}"
fathom.weight @dense.up_bias : tensor<101xf32> from "up_bias.{layer}"
fathom.weight @dense.down_bias : tensor<44xf32> from "down_bias.{layer}"
fathom.weight @head.norm : tensor<44xf32> from "head_norm"
fathom.weight @head.lm_head : tensor<90x44xbf16> from "lm_head"

func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x44xf32>, tensor<?x22xf32>)
    attributes {fathom.kind = "embed"} {
  %x = fathom.embedding %tokens, @embed.table : tensor<?x44xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.5, 0.25, 0.125, 0.06, 0.03, 0.015, 0.007, 0.003, 0.0001, 1.0e-5] scale 1.5 : tensor<?x22xf32>
  return %x, %r : tensor<?x44xf32>, tensor<?x22xf32>
}

func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x44xf32>, %rotary: tensor<?x22xf32>) -> tensor<?x44xf32>
    attributes {fathom.kind = "dense", fathom.layers = array<i64: 0, 1>} {
  %n = fathom.rms_norm %x, @dense.norm eps 1.0e-06 : tensor<?x44xf32>
  %a = fathom.linear %n, @dense.in bias @dense.in_bias : tensor<?x44xf32> -> tensor<?x70xf32>
  %g = fathom.linear %a, @dense.gate : tensor<?x70xf32> -> tensor<?x101xf32>
  %u = fathom.linear %a, @dense.up : tensor<?x70xf32> -> tensor<?x101xf32>
  %h = fathom.swiglu %g, %u : tensor<?x101xf32>
  %d = fathom.linear %h, @dense.down : tensor<?x101xf32> -> tensor<?x44xf32>
  %x1 = arith.addf %x, %d : tensor<?x44xf32>
  return %x1 : tensor<?x44xf32>
}

func.func @head(%tokens: !fathom.tokens, %x: tensor<?x44xf32>) -> (tensor<?x90xf32>, tensor<?x44xf32>)
    attributes {fathom.kind = "head"} {
  %n = fathom.rms_norm %x, @head.norm eps 1.0e-06 : tensor<?x44xf32>
  %l = fathom.logits %n, %tokens, @head.lm_head : tensor<?x44xf32> -> tensor<?x90xf32>
  return %l, %n : tensor<?x90xf32>, tensor<?x44xf32>
}
