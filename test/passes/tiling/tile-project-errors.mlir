// RUN: not fathom-opt %s --fathom-tile-project 2>&1 | FileCheck %s

// Operands that must be made need room.
#all = #fathom.piece<source = @w, rows = 64, offset = 0, row_stride = 40, column_stride = 1, first = 0, group = 64, every = 64>
#norm = #fathom.piece<source = @g, rows = 40, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 40, every = 40>
fathom.weight @w : tensor<64x40xf32> from "w"
fathom.weight @g : tensor<40xf32> from "g"
fathom.packed @w.p : panels of f32 [64, 40] slot 0 pieces [#all]
fathom.packed @g.p : vector of f32 [40, 1] slot 1 pieces [#norm]
func.func @dense(%x: tensor<?x40xf32> {fathom.place = #fathom.place<offset = 0, stride = 64, operand = false>}) -> tensor<?x64xf32> {
  %h = fathom.phase "up" places [#fathom.place<offset = 8192, stride = 64, operand = false>] -> tensor<?x64xf32> {
    // CHECK: 'fathom.project' op expects its phase to have scratch memory for operands, but it has none
    %0 = fathom.project %x by @w.p norm @g.p eps 1.0e-06 : tensor<?x40xf32> -> tensor<?x64xf32>
    fathom.yield %0 : tensor<?x64xf32>
  }
  return %h : tensor<?x64xf32>
}
