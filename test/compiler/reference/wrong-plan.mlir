// A plan of memory is held to what values say about themselves. This one is
// good:
// RUN: fathom-opt %s --fathom-run-step="tokens=5 tolerance=1e-5" -o /dev/null | FileCheck %s --check-prefix=GOOD
// GOOD: 4 phases as the interpreter

// Here the gate's rows lie where the normalised ones of their own phase do:
// two things that live at the same time.
// RUN: sed 's/offset = 8192,/offset = 4096,/' %s | not fathom-opt --fathom-run-step="tokens=5 tolerance=1e-5" -o /dev/null 2>&1 | FileCheck %s --check-prefix=OVERLAP
// OVERLAP: error: in phase dense.gate_up of layer 0: the pass 'fathom-tile-project' changed result 0 by {{.*}} of the largest value

// Here the layer takes its rows from a second copy, which nothing keeps: it is
// still there by luck alone, and poisoned.
// RUN: sed 's/%x: tensor<?x64xf32> {fathom.place = #fathom.place<offset = 0,/%x: tensor<?x64xf32> {fathom.place = #fathom.place<offset = 16384,/' %s | not fathom-opt --fathom-run-step="tokens=5 tolerance=1e-5" -o /dev/null 2>&1 | FileCheck %s --check-prefix=FREED
// FREED: error: in phase dense.gate_up of layer 0: the pass 'fathom-tile-project' changed result 0 by {{.*}} of the largest value

module attributes {fathom.arena_shared_bytes = 20480 : i64, fathom.step_tokens_max = 8 : i64, fathom.storage = f32} {
  fathom.weight @embed.table : tensor<90x64xf32> from "embed"
  fathom.weight @dense.norm : tensor<64xf32> from "norm.{layer}"
  fathom.weight @dense.in : tensor<128x64xf32> from "in.{layer}"
  fathom.weight @dense.down : tensor<64x128xf32> from "down.{layer}"
  fathom.weight @head.lm_head : tensor<90x64xf32> from "lm_head"
  fathom.packed @embed.p : rows of f32 [90, 64] slot 0 pieces [#fathom.piece<source = @embed.table, rows = 90, offset = 0, row_stride = 64, column_stride = 1, first = 0, group = 90, every = 90>]
  fathom.packed @norm.p : vector of f32 [64, 1] slot 0 kind "dense" pieces [#fathom.piece<source = @dense.norm, rows = 64, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 64, every = 64>]
  fathom.packed @in.p : panels of f32 [128, 64] slot 1 kind "dense" pieces [#fathom.piece<source = @dense.in, rows = 128, offset = 0, row_stride = 64, column_stride = 1, first = 0, group = 128, every = 128>]
  fathom.packed @down.p : panels of f32 [64, 128] slot 2 kind "dense" pieces [#fathom.piece<source = @dense.down, rows = 64, offset = 0, row_stride = 128, column_stride = 1, first = 0, group = 64, every = 64>]
  fathom.packed @head.p : panels of f32 [90, 64] slot 1 pieces [#fathom.piece<source = @head.lm_head, rows = 90, offset = 0, row_stride = 64, column_stride = 1, first = 0, group = 90, every = 90>]
  func.func @embed(%tokens: !fathom.tokens) -> tensor<?x64xf32> attributes {fathom.kind = "embed"} {
    %0:2 = fathom.phase "embed" places [#fathom.place<offset = 0, stride = 64, operand = false>, #fathom.place<offset = 16384, stride = 64, operand = false>] -> tensor<?x64xf32>, tensor<?x64xf32> {
      %1 = fathom.embedding %tokens, @embed.p : tensor<?x64xf32>
      %2 = fathom.embedding %tokens, @embed.p : tensor<?x64xf32>
      fathom.yield %1, %2 : tensor<?x64xf32>, tensor<?x64xf32>
    }
    return %0#0 : tensor<?x64xf32>
  }
  func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x64xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}) -> tensor<?x64xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
    %0 = fathom.phase "gate_up" places [#fathom.place<offset = 8192, stride = 128, operand = false>] scratch 4096 bytes 2048 -> tensor<?x128xf32> {
      %2 = fathom.project %x by @in.p norm @norm.p eps 1.0e-6 : tensor<?x64xf32> -> tensor<?x128xf32>
      fathom.yield %2 : tensor<?x128xf32>
    }
    %1 = fathom.phase "down" places [#fathom.place<offset = 0, stride = 64, operand = false>] -> tensor<?x64xf32> {
      %2 = fathom.project %0 by @down.p plus %x of tensor<?x64xf32> : tensor<?x128xf32> -> tensor<?x64xf32>
      fathom.yield %2 : tensor<?x64xf32>
    }
    return %1 : tensor<?x64xf32>
  }
  func.func @head(%tokens: !fathom.tokens, %x: tensor<?x64xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}) -> tensor<?x90xf32> attributes {fathom.kind = "head"} {
    %0 = fathom.phase "head" scratch 4096 bytes 2048 -> tensor<?x90xf32> {
      %1 = fathom.project %x by @head.p asking %tokens : tensor<?x64xf32> -> tensor<?x90xf32>
      fathom.yield %1 : tensor<?x90xf32>
    }
    return %0 : tensor<?x90xf32>
  }
}
