// RUN: fathom-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{expects at least one row and column, one column of a vector, and at most 281474976710656 elements, but it is [4, 2]}}
fathom.packed @packed_c1 : vector of f32 [4, 2] pieces []

// -----

// expected-error @below {{at most 281474976710656 elements, but it is [4294967296, 4294967296]}}
fathom.packed @packed_c1_overflow : panels of f32 [4294967296, 4294967296] pieces []

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

fathom.weight @w : tensor<4x8xbf16> from "w"
// expected-error @below {{expects the piece of @w to end before row 4, but it ends at 2^63 or more}}
fathom.packed @packed_c3_first : panels of bf16 [4, 8] pieces [#fathom.piece<source = @w, rows = 4, offset = 0, row_stride = 8, column_stride = 1, first = 9223372036854775807, group = 4, every = 4>]

// -----

fathom.weight @w : tensor<4x8xbf16> from "w"
// expected-error @below {{expects the piece of @w to end before row 4, but it ends at 2^63 or more}}
fathom.packed @packed_c3_every : panels of bf16 [4, 8] pieces [#fathom.piece<source = @w, rows = 4, offset = 0, row_stride = 8, column_stride = 1, first = 0, group = 1, every = 6148914691236517206>]

// -----

// Rows of the first group lie after those of the last one.
fathom.weight @w : tensor<4x8xbf16> from "w"
// expected-error @below {{'every' of at least a group, but it is #fathom.piece<}}
fathom.packed @packed_c3_group : panels of bf16 [2, 8] pieces [#fathom.piece<source = @w, rows = 4, offset = 0, row_stride = 8, column_stride = 1, first = 0, group = 3, every = 1>]

// -----

fathom.weight @w : tensor<8x8xbf16> from "w"
// expected-error @below {{expects the piece of @w to lie inside its 64 elements, but it ends at 2^63 or more}}
fathom.packed @packed_c3_stride : panels of bf16 [5, 8] pieces [#fathom.piece<source = @w, rows = 5, offset = 0, row_stride = 4611686018427387904, column_stride = 1, first = 0, group = 5, every = 5>]

// -----

fathom.weight @w : tensor<8x8xbf16> from "w"
// expected-error @below {{expects the piece of @w to lie inside its 64 elements, but it ends at 2^63 or more}}
fathom.packed @packed_c3_column_stride : panels of bf16 [1, 5] pieces [#fathom.piece<source = @w, rows = 1, offset = 0, row_stride = 1, column_stride = 4611686018427387904, first = 0, group = 1, every = 1>]

// -----

fathom.weight @w : tensor<8x8xbf16> from "w"
// expected-error @below {{expects the piece of @w to lie inside its 64 elements, but it ends at 2^63 or more}}
fathom.packed @packed_c3_offset : panels of bf16 [2, 8] pieces [#fathom.piece<source = @w, rows = 2, offset = 9223372036854775807, row_stride = 8, column_stride = 1, first = 0, group = 2, every = 2>]

// -----

fathom.weight @w : tensor<8x8xbf16> from "w"
// expected-error @below {{expects the piece of @w to have at least 1 row, an offset and strides of at least 0, but it is #fathom.piece<}}
fathom.packed @packed_c3_none : panels of bf16 [2, 8] pieces [#fathom.piece<source = @w, rows = -9223372036854775808, offset = 0, row_stride = 8, column_stride = 1, first = 0, group = 2, every = 2>]

// -----

fathom.weight @w : tensor<4x8xbf16> from "w"
// expected-error @below {{expects the piece of @w to have at least 1 row, an offset and strides of at least 0, but it is #fathom.piece<}}
fathom.packed @packed_c3_negative : panels of bf16 [4, 8] pieces [#fathom.piece<source = @w, rows = 4, offset = 0, row_stride = 8, column_stride = -1, first = 0, group = 4, every = 4>]

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

// -----

// expected-error @below {{expects 'experts' of at least 1, 'at' and 'slot' of at least 0}}
fathom.packed @packed_c4 : rows of f32 [4, 2] experts 0 pieces []

// -----

// expected-error @below {{expects 'experts' of at least 1, 'at' and 'slot' of at least 0}}
fathom.packed @packed_c4_slot : rows of f32 [4, 2] slot -1 pieces []

// -----

func.func @phase_c3(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects the place of result 0 to begin at a multiple of 4 bytes and to have a stride of no fewer than the columns of 'tensor<?x8xf32>', but it is #fathom.place<offset = 0, stride = 4, operand = false>}}
  %0 = fathom.phase "p" places [#fathom.place<offset = 0, stride = 4, operand = false>] -> tensor<?x8xf32> {
    fathom.yield %x : tensor<?x8xf32>
  }
  return
}

// -----

func.func @phase_c3_offset(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects the place of result 0 to begin at a multiple of 4 bytes}}
  %0 = fathom.phase "p" places [#fathom.place<offset = -64, stride = 64, operand = false>] -> tensor<?x8xf32> {
    fathom.yield %x : tensor<?x8xf32>
  }
  return
}

// -----

func.func @phase_c3_dynamic(%x: tensor<?x?xf32>) {
  // expected-error @below {{expects the place of result 0 to begin at a multiple of 4 bytes and to have a stride of no fewer than the columns of 'tensor<?x?xf32>'}}
  %0 = fathom.phase "p" places [#fathom.place<offset = 0, stride = 64, operand = false>] -> tensor<?x?xf32> {
    fathom.yield %x : tensor<?x?xf32>
  }
  return
}

// -----

func.func @phase_c3_scratch() {
  // expected-error @below {{expects scratch of at least 0 bytes at a multiple of 4, but it is 16 at 2}}
  fathom.phase "p" scratch 2 bytes 16 {
    fathom.yield
  }
  return
}

// -----

fathom.packed @w : panels of f32 [16, 4] pieces []
func.func @project_c1(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects @w to be packed as panels of [16, 8], but it is panels of [16, 4]}}
  %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

func.func @project_c1_missing(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects @w to be a fathom.packed}}
  %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : rows of f32 [16, 8] pieces []
func.func @project_c1_layout(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects @w to be packed as panels of [16, 8], but it is rows of [16, 8]}}
  %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] experts 2 pieces []
func.func @project_c1_experts(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects @w to be packed as panels of [16, 8], but it is panels of [16, 8] of experts}}
  %0 = fathom.project %x by @w : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
func.func @project_c1_gated(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects @w to be packed as panels of [32, 8], but it is panels of [16, 8]}}
  %0 = fathom.project %x by @w swiglu : tensor<?x8xf32> -> tensor<?x12xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
fathom.packed @n : vector of f32 [4, 1] pieces []
func.func @project_c2(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects @n to be packed as vector of [8, 1], but it is vector of [4, 1]}}
  %0 = fathom.project %x by @w norm @n eps 1.0e-6 : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
fathom.packed @b : vector of f32 [8, 1] pieces []
func.func @project_c3(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects @b to be packed as vector of [16, 1], but it is vector of [8, 1]}}
  %0 = fathom.project %x by @w bias @b : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
func.func @project_c4(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects to add values of type 'tensor<?x16xf32>', but one is 'tensor<?x8xf32>'}}
  %0 = fathom.project %x by @w plus %x of tensor<?x8xf32> : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
func.func @project_c5(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects 'slices' from 1 to 8, but it is 9}}
  %0 = fathom.project %x by @w slices 9 : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
func.func @project_c5_none(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects 'slices' from 1 to 8, but it is 0}}
  %0 = fathom.project %x by @w slices 0 : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
fathom.packed @n : vector of f32 [8, 1] pieces []
func.func @project_c6(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects 'norm' and a positive, finite 'eps' together}}
  %0 = fathom.project %x by @w norm @n eps 0.0 : tensor<?x8xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
func.func @project_c6_alone(%x: tensor<?x8xf32>) {
  // expected-error @below {{expects 'norm' and a positive, finite 'eps' together}}
  %0 = "fathom.project"(%x) <{eps = 1.0e-6 : f64, operandSegmentSizes = array<i32: 1, 0, 0>, weight = @w}> : (tensor<?x8xf32>) -> tensor<?x16xf32>
  return
}

// -----

fathom.weight @w : tensor<4x8xf32> experts 2 from "{expert}"
// expected-error @below {{expects @w to have as many experts, 64, but it has 2}}
fathom.packed @packed_c5 : panels of f32 [4, 8] experts 64 pieces [#fathom.piece<source = @w, rows = 4, offset = 0, row_stride = 8, column_stride = 1, first = 0, group = 4, every = 4>]

// -----

fathom.packed @w : panels of f32 [8, 8] pieces []
func.func @project_c7(%x: tensor<3x8xf32>) {
  // expected-error @below {{expects as many rows in its result as in 'x', but they are 'tensor<4x8xf32>' and 'tensor<3x8xf32>'}}
  %0 = fathom.project %x by @w : tensor<3x8xf32> -> tensor<4x8xf32>
  return
}
