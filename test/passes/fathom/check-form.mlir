// RUN: fathom-opt %s --fathom-check-passes --fathom-check-form=form=model --fathom-planned-pipeline --fathom-check-form=form=planned | fathom-opt --fathom-check-form=form=planned | FileCheck %s

// What the pipeline makes of the model form is the planned form, also once it
// was printed and read again.

module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
fathom.weight @embed.table : tensor<96x32xbf16> from "t"
fathom.weight @dense.o_proj : tensor<32x32xbf16> from "o.{layer}"
fathom.weight @head.norm : tensor<32xf32> from "n"
fathom.weight @head.lm_head : tensor<96x32xbf16> from "h"

// CHECK-LABEL: func.func @embed
// CHECK: fathom.phase "embed" places
func.func @embed(%tokens: !fathom.tokens) -> (tensor<?x32xf32>, tensor<?x8xf32>) attributes {fathom.kind = "embed"} {
  %x = fathom.embedding %tokens, @embed.table : tensor<?x32xf32>
  %r = fathom.rotary %tokens frequencies [1.0, 0.5, 0.25, 0.125] scale 1.0 : tensor<?x8xf32>
  return %x, %r : tensor<?x32xf32>, tensor<?x8xf32>
}

func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
  %o = fathom.linear %x, @dense.o_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %y = arith.addf %x, %o : tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// CHECK-LABEL: func.func @head
// CHECK: fathom.phase "head" scratch
func.func @head(%tokens: !fathom.tokens, %x: tensor<?x32xf32>) -> (tensor<?x96xf32>, tensor<?x32xf32>) attributes {fathom.kind = "head"} {
  %n = fathom.rms_norm %x, @head.norm eps 1.0e-06 : tensor<?x32xf32>
  %l = fathom.logits %n, %tokens, @head.lm_head : tensor<?x32xf32> -> tensor<?x96xf32>
  return %l, %n : tensor<?x96xf32>, tensor<?x32xf32>
}
}
