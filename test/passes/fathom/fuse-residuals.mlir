// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights --fathom-fuse-residuals | FileCheck %s

fathom.weight @a_proj : tensor<32x32xbf16> from "a.{layer}"

// CHECK-LABEL: func.func @residual
// CHECK-SAME:    (%[[X:.*]]: tensor<?x32xf32>, %[[Y:.*]]: tensor<?x32xf32>)
func.func @residual(%x: tensor<?x32xf32>, %y: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK-NOT: arith.addf
  // CHECK: fathom.project %[[Y]] by @a plus %[[X]] of tensor<?x32xf32> : tensor<?x32xf32> -> tensor<?x32xf32>
  %a = fathom.linear %y, @a_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %s = arith.addf %x, %a : tensor<?x32xf32>
  return %s : tensor<?x32xf32>
}

// x + (y + p): the inner sum is the first addend.
// CHECK-LABEL: func.func @nested
// CHECK-SAME:    (%[[X:.*]]: tensor<?x32xf32>, %[[Y:.*]]: tensor<?x32xf32>)
func.func @nested(%x: tensor<?x32xf32>, %y: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK-NOT: arith.addf
  // CHECK: fathom.project %[[Y]] by @a plus %[[Y]], %[[X]] of
  %a = fathom.linear %y, @a_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %s = arith.addf %y, %a : tensor<?x32xf32>
  %s2 = arith.addf %x, %s : tensor<?x32xf32>
  return %s2 : tensor<?x32xf32>
}

// An addend that is made behind the product is known where they are added.
// CHECK-LABEL: func.func @made_later
func.func @made_later(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: %[[H:.*]] = fathom.swiglu
  // CHECK: fathom.project %{{.*}} by @a plus %[[H]] of
  %a = fathom.linear %x, @a_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %h = fathom.swiglu %x, %x : tensor<?x32xf32>
  %s = arith.addf %h, %a : tensor<?x32xf32>
  return %s : tensor<?x32xf32>
}

// A product that something else reads has to be stored without the addend.
// CHECK-LABEL: func.func @read_twice
func.func @read_twice(%x: tensor<?x32xf32>) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  // CHECK: arith.addf
  %a = fathom.linear %x, @a_proj : tensor<?x32xf32> -> tensor<?x32xf32>
  %s = arith.addf %x, %a : tensor<?x32xf32>
  return %s, %a : tensor<?x32xf32>, tensor<?x32xf32>
}
