// A pass that keeps its word passes, one that does not is caught by name, and
// the difference is said.
// RUN: fathom-opt %s --fathom-check-passes --fathom-pack-weights --fathom-fuse-swiglu -o /dev/null
// RUN: not fathom-opt %s --fathom-check-passes --fathom-test-wrong-pass -o /dev/null 2>&1 | FileCheck %s

// CHECK: error: found that the pass 'fathom-test-wrong-pass' changed result 0 by {{[0-9.e+-]+}} of its largest value, expected at most 0e+00, in step 0 of @dense in layer 3

// Without the option nobody notices.
// RUN: fathom-opt %s --fathom-test-wrong-pass -o /dev/null

// What is after the wrong pass is not blamed.
// RUN: not fathom-opt %s --fathom-check-passes --fathom-test-wrong-pass --fathom-pack-weights -o /dev/null 2>&1 | FileCheck %s --check-prefix=ONCE --implicit-check-not=fathom-pack-weights
// ONCE: fathom-test-wrong-pass

fathom.weight @dense.gate_proj : tensor<12x16xbf16> from "g.{layer}"
fathom.weight @dense.up_proj : tensor<12x16xbf16> from "u.{layer}"

func.func @dense(%x: tensor<?x16xf32>) -> tensor<?x12xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 3, 4>} {
  %g = fathom.linear %x, @dense.gate_proj : tensor<?x16xf32> -> tensor<?x12xf32>
  %u = fathom.linear %x, @dense.up_proj : tensor<?x16xf32> -> tensor<?x12xf32>
  %h = fathom.swiglu %g, %u : tensor<?x12xf32>
  return %h : tensor<?x12xf32>
}
