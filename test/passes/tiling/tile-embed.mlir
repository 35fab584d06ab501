// RUN: fathom-opt %s --fathom-tile-embed=level=avx512-bf16 | FileCheck %s

module attributes {fathom.storage = bf16} {
fathom.weight @embed : tensor<32x40xbf16> from "embed"
fathom.packed @table : rows of bf16 [32, 40] slot 3 pieces [#fathom.piece<source = @embed, rows = 32, offset = 0, row_stride = 40, column_stride = 1, first = 0, group = 32, every = 32>]

func.func @entry(%tokens: !fathom.tokens) -> (tensor<?x40xf32>, tensor<?x6xf32>) attributes {fathom.kind = "embed"} {
  // CHECK: fathom.phase "entry" places {{.*}} code @entry.entry
  %x, %r = fathom.phase "entry" places [#fathom.place<offset = 0, stride = 64, operand = false>, #fathom.place<offset = 4096, stride = 64, operand = false>] -> tensor<?x40xf32>, tensor<?x6xf32> {
    %0 = fathom.embedding %tokens, @table : tensor<?x40xf32>
    %1 = fathom.rotary %tokens frequencies [1.0, 0.5, 0.25] scale 2.0 : tensor<?x6xf32>
    fathom.yield %0, %1 : tensor<?x40xf32>, tensor<?x6xf32>
  }
  return %x, %r : tensor<?x40xf32>, tensor<?x6xf32>
}
}

// CHECK-LABEL: func.func private @entry.entry
// The row of a token's id, whole vectors first, and zeros after it.
// CHECK: %[[ID:.*]] = llvm.load %{{.*}} : !llvm.ptr -> i32
// CHECK: scf.for
// CHECK:   llvm.load %{{.*}} : !llvm.ptr -> vector<16xbf16>
// CHECK:   llvm.store %{{.*}} : vector<16xf32>, !llvm.ptr
// CHECK: scf.for
// CHECK:   llvm.load %{{.*}} : !llvm.ptr -> bf16
// CHECK:   llvm.store %{{.*}} : f32, !llvm.ptr
// CHECK: scf.for
// CHECK:   llvm.store %{{.*}} : f32, !llvm.ptr
// The angle is an f32 product; what follows is f64.
// CHECK: arith.sitofp %{{.*}} : i32 to f32
// CHECK: %[[ANGLE:.*]] = arith.mulf %{{.*}} : vector<16xf32>
// CHECK: arith.extf %[[ANGLE]] : vector<16xf32> to vector<16xf64>
// CHECK: llvm.intr.masked.store
// CHECK: llvm.intr.masked.store
