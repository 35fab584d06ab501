// RUN: fathom-opt %s --split-input-file --fathom-tile-project=level=avx512-bf16 | FileCheck %s --check-prefixes=CHECK,BF16
// RUN: fathom-opt %s --split-input-file --fathom-tile-project=level=avx2 | FileCheck %s --check-prefixes=CHECK,AVX2

// With a norm, operands are written first: one row by each thread for itself,
// several by all, who then wait.
#all = #fathom.piece<source = @w, rows = 128, offset = 0, row_stride = 40, column_stride = 1, first = 0, group = 128, every = 128>
#norm = #fathom.piece<source = @g, rows = 40, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 40, every = 40>
module attributes {fathom.storage = bf16} {
fathom.weight @w : tensor<128x40xbf16> from "w"
fathom.weight @g : tensor<40xf32> from "g"
fathom.packed @w.p : panels of bf16 [128, 40] slot 0 kind "dense" pieces [#all]
fathom.packed @g.p : vector of f32 [40, 1] slot 1 kind "dense" pieces [#norm]

func.func @dense(%x: tensor<?x40xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}) -> tensor<?x64xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
  // CHECK: fathom.phase "gate_up" {{.*}} code @dense.gate_up
  %h = fathom.phase "gate_up" places [#fathom.place<offset = 8192, stride = 64, operand = true>] scratch 16384 bytes 8192 -> tensor<?x64xf32> {
    %0 = fathom.project %x by @w.p norm @g.p eps 1.0e-06 swiglu : tensor<?x40xf32> -> tensor<?x64xf32>
    fathom.yield %0 : tensor<?x64xf32>
  }
  return %h : tensor<?x64xf32>
}
}
// CHECK-LABEL: func.func private @dense.gate_up
// CHECK:       llvm.intr.sqrt
// CHECK:       call @fathom.barrier
// BF16-COUNT-4:  fathom.tile_dot {{.*}} vdpbf16ps_512 : vector<16xf32>, vector<32xbf16>, vector<2xbf16>
// BF16:          vector.shuffle
// BF16-COUNT-24: fathom.tile_dot
// BF16:          llvm.store %{{.*}} : vector<16xbf16>, !llvm.ptr
// AVX2-COUNT-8:  fathom.tile_dot {{.*}} fma_256 : vector<8xf32>, vector<16xbf16>, vector<2xf32>
// AVX2-COUNT-10: fathom.tile_dot
// AVX2:          llvm.store %{{.*}} : vector<8xf32>, !llvm.ptr

// -----

// An operand of the right type is read in place; the last panel is stored up to
// the place's stride, here the 72 columns.
#all = #fathom.piece<source = @w, rows = 72, offset = 0, row_stride = 40, column_stride = 1, first = 0, group = 72, every = 72>
module attributes {fathom.storage = bf16} {
fathom.weight @w : tensor<72x40xbf16> from "w"
fathom.packed @w.p : panels of bf16 [72, 40] slot 0 kind "dense" pieces [#all]

func.func @dense(%x: tensor<?x40xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = true>}, %y: tensor<?x72xf32> {fathom.place = #fathom.place<offset = 4096, stride = 128, operand = false>}) -> tensor<?x72xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
  %h = fathom.phase "o" places [#fathom.place<offset = 8192, stride = 72, operand = false>] -> tensor<?x72xf32> {
    %0 = fathom.project %x by @w.p plus %y of tensor<?x72xf32> : tensor<?x40xf32> -> tensor<?x72xf32>
    fathom.yield %0 : tensor<?x72xf32>
  }
  return %h : tensor<?x72xf32>
}
}
// CHECK-LABEL: func.func private @dense.o
// CHECK-NOT:   call @fathom.barrier
// CHECK:       fathom.tile_dot
// CHECK:       llvm.intr.masked.load
// CHECK:       llvm.intr.masked.store

// -----

// The tokens that ask: where there is none, nothing is done; the normalised rows
// go to the host too.
#all = #fathom.piece<source = @w, rows = 64, offset = 0, row_stride = 40, column_stride = 1, first = 0, group = 64, every = 64>
#norm = #fathom.piece<source = @g, rows = 40, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 40, every = 40>
module attributes {fathom.storage = f32} {
fathom.weight @w : tensor<64x40xf32> from "w"
fathom.weight @g : tensor<40xf32> from "g"
fathom.packed @w.p : panels of f32 [64, 40] slot 0 pieces [#all]
fathom.packed @g.p : vector of f32 [40, 1] slot 1 pieces [#norm]

func.func @head(%tokens: !fathom.tokens, %x: tensor<?x40xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}) -> tensor<?x64xf32> attributes {fathom.kind = "head"} {
  %h = fathom.phase "logits" places [#fathom.place<offset = 0, stride = 64, operand = false>] scratch 16384 bytes 8192 -> tensor<?x64xf32> {
    %0 = fathom.project %x by @w.p norm @g.p eps 1.0e-06 asking %tokens : tensor<?x40xf32> -> tensor<?x64xf32>
    fathom.yield %0 : tensor<?x64xf32>
  }
  return %h : tensor<?x64xf32>
}
}
// CHECK-LABEL: func.func private @head.logits
// CHECK:       arith.cmpi slt
// CHECK:       scf.if
// CHECK:         arith.cmpi ne
// CHECK:         fathom.tile_dot
