// RUN: fathom-opt %s --fathom-pack-weights --fathom-fuse-norms | FileCheck %s

fathom.weight @norm : tensor<32xf32> from "n.{layer}"
fathom.weight @lm_head : tensor<96x32xbf16> from "h"

// A block's end that is not the function's returns nothing.
// CHECK-LABEL: func.func @blocks
// CHECK-SAME:    -> (tensor<?x96xf32>, tensor<?x32xf32>)
func.func @blocks(%tokens: !fathom.tokens, %x: tensor<?x32xf32>) -> (tensor<?x96xf32>, tensor<?x32xf32>) {
  // CHECK: %[[N:.*]] = fathom.rms_norm
  // CHECK: cf.br ^bb1(%[[N]] : tensor<?x32xf32>)
  %n = fathom.rms_norm %x, @norm eps 1.0e-06 : tensor<?x32xf32>
  %l = fathom.logits %n, %tokens, @lm_head : tensor<?x32xf32> -> tensor<?x96xf32>
  cf.br ^bb1(%n : tensor<?x32xf32>)
^bb1(%m: tensor<?x32xf32>):
  return %l, %m : tensor<?x96xf32>, tensor<?x32xf32>
}
