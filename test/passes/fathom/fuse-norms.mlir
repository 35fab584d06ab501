// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights --fathom-fuse-norms | FileCheck %s

fathom.weight @norm : tensor<32xf32> from "n.{layer}"
fathom.weight @a_proj : tensor<16x32xbf16> from "a.{layer}"
fathom.weight @b_proj : tensor<16x32xf32> from "b.{layer}"
fathom.weight @lm_head : tensor<96x32xbf16> from "h"

// CHECK: fathom.packed @norm.packed : vector of f32[32, 1]
// CHECK-NOT: @norm.packed_0

// Each reader normalises for itself.
// CHECK-LABEL: func.func @readers
// CHECK-SAME:    (%[[X:.*]]: tensor<?x32xf32>)
func.func @readers(%x: tensor<?x32xf32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  // CHECK-NOT: fathom.rms_norm
  // CHECK: fathom.project %[[X]] by @a norm @norm.packed eps 9.9999999999999995E-7 :
  // CHECK: fathom.project %[[X]] by @b norm @norm.packed eps 9.9999999999999995E-7 :
  %n = fathom.rms_norm %x, @norm eps 1.0e-06 : tensor<?x32xf32>
  %a = fathom.linear %n, @a_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  %b = fathom.linear %n, @b_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  return %a, %b : tensor<?x16xf32>, tensor<?x16xf32>
}

// Whoever is not a product keeps the norm.
// CHECK-LABEL: func.func @kept
// CHECK-SAME:    (%[[X:.*]]: tensor<?x32xf32>)
func.func @kept(%x: tensor<?x32xf32>) -> (tensor<?x16xf32>, tensor<?x32xf32>) {
  // CHECK: %[[N:.*]] = fathom.rms_norm %[[X]]
  // CHECK: fathom.project %[[X]] by @a norm
  // CHECK: return %{{.*}}, %[[N]]
  %n = fathom.rms_norm %x, @norm eps 1.0e-06 : tensor<?x32xf32>
  %a = fathom.linear %n, @a_proj : tensor<?x32xf32> -> tensor<?x16xf32>
  return %a, %n : tensor<?x16xf32>, tensor<?x32xf32>
}

// The hidden rows leave through the step's context.
// CHECK-LABEL: func.func @head
// CHECK-SAME:    (%[[T:.*]]: !fathom.tokens, %[[X:.*]]: tensor<?x32xf32>) -> tensor<?x96xf32>
func.func @head(%tokens: !fathom.tokens, %x: tensor<?x32xf32>) -> (tensor<?x96xf32>, tensor<?x32xf32>) {
  // CHECK-NOT: fathom.rms_norm
  // CHECK: %[[L:.*]] = fathom.project %[[X]] by @lm_head.packed norm @norm.packed eps {{.*}} asking %[[T]]
  // CHECK: return %[[L]] : tensor<?x96xf32>
  %n = fathom.rms_norm %x, @norm eps 1.0e-06 : tensor<?x32xf32>
  %l = fathom.logits %n, %tokens, @lm_head : tensor<?x32xf32> -> tensor<?x96xf32>
  return %l, %n : tensor<?x96xf32>, tensor<?x32xf32>
}
