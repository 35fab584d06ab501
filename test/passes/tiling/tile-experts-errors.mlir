// RUN: not fathom-opt %s --fathom-tile-experts=level=avx512-bf16 2>&1 | FileCheck %s
// RUN: not fathom-opt %s --fathom-tile-experts=level=sse 2>&1 | FileCheck %s --check-prefix=LEVEL

// LEVEL: expects a level of avx2, avx512 or avx512-bf16, but it is "sse"
module attributes {fathom.storage = bf16, fathom.step_tokens_max = 16 : i64} {
fathom.weight @n : tensor<64xf32> from "n.{layer}"
fathom.weight @w : tensor<128x64xbf16> experts 4 from "w.{layer}.{expert}"
fathom.weight @d : tensor<64x64xbf16> experts 4 from "d.{layer}.{expert}"
fathom.weight @s : tensor<64x64xbf16> from "s.{layer}"
fathom.packed @norm : vector of f32 [64, 1] slot 0 kind "experts" pieces [#fathom.piece<source = @n, rows = 64, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 64, every = 64>]
fathom.packed @gate_up : panels of bf16 [128, 64] experts 4 at 0 slot 2 kind "experts" pieces [#fathom.piece<source = @w, rows = 128, offset = 0, row_stride = 64, column_stride = 1, first = 0, group = 128, every = 128>]
fathom.packed @down : panels of bf16 [64, 64] experts 4 at 16384 slot 2 kind "experts" pieces [#fathom.piece<source = @d, rows = 64, offset = 0, row_stride = 64, column_stride = 1, first = 0, group = 64, every = 64>]
fathom.packed @shared : panels of bf16 [64, 64] slot 1 kind "experts" pieces [#fathom.piece<source = @s, rows = 64, offset = 0, row_stride = 64, column_stride = 1, first = 0, group = 64, every = 64>]
func.func @experts(%tokens: !fathom.tokens, %x: tensor<?x64xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}, %logits: tensor<?x4xf32> {fathom.place = #fathom.place<offset = 4096, stride = 64, operand = false>}) attributes {fathom.kind = "experts", fathom.layers = array<i64: 1>} {
  %r:3 = fathom.phase "dispatch" places [#fathom.place<offset = 8192, stride = 64, operand = false>, #fathom.place<offset = 12288, stride = 64, operand = false>, #fathom.place<offset = 16384, stride = 1, operand = false>] -> tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32> {
    %ids, %w, %lists = fathom.dispatch %logits softmax groups 1 top_groups 1 scale 1.0 : tensor<?x4xf32> -> tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32>
    fathom.yield %ids, %w, %lists : tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32>
  }
  %h = fathom.phase "gate_up" places [#fathom.place<offset = 20480, stride = 64, operand = true>] scratch 32768 bytes 4096 -> tensor<?x64xf32> {
    %0 = fathom.expert_gate_up %x, %r#2 by @gate_up norm @norm eps 1.0e-6 : tensor<?x64xf32>, tensor<?x1xi32> -> tensor<?x64xf32>
    fathom.yield %0 : tensor<?x64xf32>
  }
  %y:2 = fathom.phase "down" places [#fathom.place<offset = 40960, stride = 64, operand = false>, #fathom.place<offset = 45056, stride = 64, operand = false>] scratch 32768 bytes 4096 -> tensor<?x64xf32>, tensor<?x8xf32> {
    %0 = fathom.expert_down %h, %r#1, %r#2 by @down slices 2 : tensor<?x64xf32>, tensor<?x2xf32>, tensor<?x1xi32> -> tensor<?x64xf32>
    // CHECK: 'fathom.rotary' op expects only experts and projects beside experts
    %1 = fathom.rotary %tokens frequencies [1.0, 0.5, 0.25, 0.125] scale 1.0 : tensor<?x8xf32>
    fathom.yield %0, %1 : tensor<?x64xf32>, tensor<?x8xf32>
  }
  return
}
}
