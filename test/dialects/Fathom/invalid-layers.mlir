// RUN: fathom-opt %s --split-input-file --verify-diagnostics

fathom.weight @table : tensor<96x32xf32> from "table"

func.func @embedding_c1(%tokens: !fathom.tokens) {
  // expected-error @below {{expects @table to have the shape [any, 16], but it is [96, 32]}}
  %x = fathom.embedding %tokens, @table : tensor<?x16xf32>
  return
}

// -----

fathom.packed @table : panels of f32 [96, 16] pieces []
func.func @embedding_c1_packed(%tokens: !fathom.tokens) {
  // expected-error @below {{expects @table to be packed as rows of 16, but it is packed as panels of 16}}
  %x = fathom.embedding %tokens, @table : tensor<?x16xf32>
  return
}

// -----

fathom.packed @table : rows of f32 [96, 32] pieces []
func.func @embedding_c1_packed_columns(%tokens: !fathom.tokens) {
  // expected-error @below {{expects @table to be packed as rows of 16, but it is packed as rows of 32}}
  %x = fathom.embedding %tokens, @table : tensor<?x16xf32>
  return
}

// -----

func.func @embedding_c1_missing(%tokens: !fathom.tokens) {
  // expected-error @below {{expects @nowhere to be a fathom.weight}}
  %x = fathom.embedding %tokens, @nowhere : tensor<?x16xf32>
  return
}

// -----

fathom.weight @norm : tensor<32xf32> from "norm"

func.func @rms_norm_c1(%x: tensor<?x16xf32>) {
  // expected-error @below {{expects @norm to have the shape [16], but it is [32]}}
  %n = fathom.rms_norm %x, @norm eps 1.0e-06 : tensor<?x16xf32>
  return
}

// -----

fathom.weight @norm : tensor<16xf32> from "norm"

func.func @rms_norm_c2(%x: tensor<?x16xf32>) {
  // expected-error @below {{expects 'eps' to be positive and finite}}
  %n = fathom.rms_norm %x, @norm eps 0.0 : tensor<?x16xf32>
  return
}

// -----

fathom.weight @q : tensor<32x16xf32> from "q"

// A weight the wrong way round is refused, not transposed.
func.func @linear_c1(%x: tensor<?x32xf32>) {
  // expected-error @below {{expects @q to have the shape [16, 32], but it is [32, 16]}}
  %y = fathom.linear %x, @q : tensor<?x32xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.weight @q : tensor<8x8xf32> from "q"

func.func @linear_c1_dynamic(%x: tensor<4x8xf32>) {
  // expected-error @below {{result #0 must be 2D tensor of 32-bit float values with a static number of columns from 1 to 2^48, but got 'tensor<4x?xf32>'}}
  %y = fathom.linear %x, @q : tensor<4x8xf32> -> tensor<4x?xf32>
  return
}

// -----

func.func @swiglu_none(%x: tensor<?x0xf32>) {
  // expected-error @below {{static number of columns from 1 to 2^48, but got 'tensor<?x0xf32>'}}
  %y = fathom.swiglu %x, %x : tensor<?x0xf32>
  return
}

// -----

func.func @swiglu_many(%x: tensor<?x281474976710657xf32>) {
  // expected-error @below {{static number of columns from 1 to 2^48, but got 'tensor<?x281474976710657xf32>'}}
  %y = fathom.swiglu %x, %x : tensor<?x281474976710657xf32>
  return
}

// -----

fathom.weight @q : tensor<32x16xf32> from "q"
fathom.weight @bias : tensor<16xf32> from "bias"

func.func @linear_c2(%x: tensor<?x16xf32>) {
  // expected-error @below {{expects @bias to have the shape [32], but it is [16]}}
  %y = fathom.linear %x, @q bias @bias : tensor<?x16xf32> -> tensor<?x32xf32>
  return
}

// -----

fathom.weight @q : tensor<32x16xf32> from "q"

func.func @linear_c3(%x: tensor<4x16xf32>) {
  // expected-error @below {{expects as many rows in its result as in 'x'}}
  %y = fathom.linear %x, @q : tensor<4x16xf32> -> tensor<5x32xf32>
  return
}

// -----

fathom.weight @head : tensor<96x32xf32> from "head"

func.func @logits_c1(%x: tensor<?x16xf32>, %tokens: !fathom.tokens) {
  // expected-error @below {{expects @head to have the shape [96, 16], but it is [96, 32]}}
  %y = fathom.logits %x, %tokens, @head : tensor<?x16xf32> -> tensor<?x96xf32>
  return
}

// -----

fathom.weight @w : tensor<32x32xbf16> from "w"

func.func @any_columns(%x: tensor<?x?xf32>) {
  // expected-error @below {{operand #0 must be 2D tensor of 32-bit float values with a static number of columns from 1 to 2^48, but got 'tensor<?x?xf32>'}}
  %y = fathom.linear %x, @w : tensor<?x?xf32> -> tensor<?x32xf32>
  return
}
