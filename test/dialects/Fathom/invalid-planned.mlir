// RUN: fathom-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{expects at least one row and column, and one column of a vector, but it is [4, 2]}}
fathom.packed @packed_c1 : vector of f32 [4, 2] pieces []

// -----

// expected-error @below {{expects a storage of f32, f16 or bf16, but it is 'i8'}}
fathom.packed @packed_c2 : rows of i8 [4, 2] pieces []

// -----

fathom.weight @w : tensor<4x8xbf16> from "w"
// expected-error @below {{expects the piece of @w to lie inside its 32 elements, but it ends at 39}}
fathom.packed @packed_c3 : panels of bf16 [5, 8] pieces [#fathom.piece<source = @w, rows = 5, offset = 0, row_stride = 8, column_stride = 1, first = 0, group = 5, every = 5>]

// -----

fathom.weight @w : tensor<4x8xbf16> from "w"
// expected-error @below {{expects the piece of @w to end before row 4, but it ends at 5}}
fathom.packed @packed_c3_rows : panels of bf16 [4, 8] pieces [#fathom.piece<source = @w, rows = 4, offset = 0, row_stride = 8, column_stride = 1, first = 0, group = 2, every = 4>]

// -----

func.func @phase_c1(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects its block to yield values of its results' types}}
  %0 = fathom.phase "p" -> tensor<?x4xf32> {
    fathom.yield %x : tensor<?x8xf32>
  }
  return
}

// -----

func.func @phase_c2(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects 1 places, but it has 0}}
  %0 = fathom.phase "p" places [] -> tensor<?x8xf32> {
    fathom.yield %x : tensor<?x8xf32>
  }
  return
}
