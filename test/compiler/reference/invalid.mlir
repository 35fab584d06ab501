// RUN: fathom-opt %s --fathom-interpret -split-input-file -verify-diagnostics -o /dev/null

fathom.weight @table : tensor<1x2xf32> from "t" {values = dense<[[1.0, 2.0]]> : tensor<1x2xf64>}
func.func @id(%t: !fathom.tokens
    {fathom.values = dense<[[1, 0, 0, 0, 0]]> : tensor<1x5xi64>}) -> tensor<?x2xf32> {
  // expected-error@+1 {{found token id 1, expected one below 1}}
  %x = fathom.embedding %t, @table : tensor<?x2xf32>
  return %x : tensor<?x2xf32>
}

// -----

fathom.weight @table : tensor<1x2xf32> from "t"
func.func @no_values(%t: !fathom.tokens
    {fathom.values = dense<[[0, 0, 0, 0, 0]]> : tensor<1x5xi64>}) -> tensor<?x2xf32> {
  // expected-error@+1 {{found 0 values of weight @table, expected 2, in layer 0}}
  %x = fathom.embedding %t, @table : tensor<?x2xf32>
  return %x : tensor<?x2xf32>
}

// -----

fathom.cache @kv parts [2, 2] of f32
func.func @nothing_cached(
    %t: !fathom.tokens {fathom.values = dense<[[0, 3, 0, 0, 0]]> : tensor<1x5xi64>},
    %q: tensor<?x2xf32> {fathom.values = dense<[[0.0, 0.0]]> : tensor<1x2xf64>})
    -> tensor<?x2xf32> {
  // expected-error@+1 {{found no cached token of slot 3}}
  %x = fathom.attention %t, %q from @kv heads 1 kv_heads 1 scale 1.0
      : tensor<?x2xf32> -> tensor<?x2xf32>
  return %x : tensor<?x2xf32>
}

// -----

func.func @other(%q: tensor<?x2xf32> {fathom.values = dense<[[0.0, 0.0]]> : tensor<1x2xf64>})
    -> tensor<?x2xf32> {
  // expected-error@+1 {{found an operation the reference interpreter does not run}}
  %x = arith.mulf %q, %q : tensor<?x2xf32>
  return %x : tensor<?x2xf32>
}

// -----

// expected-error@+1 {{found an argument 0 of another kind or shape}}
func.func @shape(%q: tensor<?x2xf32> {fathom.values = dense<[[0.0]]> : tensor<1x1xf64>}) {
  return
}

// -----

// Keys that were transposed with the wrong stride are noticed, since both forms
// of latent attention have to agree.
fathom.weight @kv_b : tensor<4x2xf32> from "b"
    {values = dense<[[1.0, 2.0], [3.0, 5.0], [1.0, 0.0], [0.0, 1.0]]> : tensor<4x2xf64>}
fathom.weight @n : tensor<2xf32> from "n" {values = dense<1.0> : tensor<2xf64>}
fathom.packed @n.p : vector of f32 [2, 1] pieces [#fathom.piece<source = @n, rows = 2, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 2, every = 2>]
fathom.packed @absorbed : panels of f32 [64, 2] pieces [#fathom.piece<source = @kv_b, rows = 2, offset = 0, row_stride = 2, column_stride = 1, first = 0, group = 2, every = 2>]
fathom.packed @expanded : panels of f32 [64, 2] pieces [#fathom.piece<source = @kv_b, rows = 2, offset = 0, row_stride = 2, column_stride = 1, first = 0, group = 2, every = 2>]
fathom.packed @values : panels of f32 [64, 2] pieces [#fathom.piece<source = @kv_b, rows = 2, offset = 4, row_stride = 2, column_stride = 1, first = 0, group = 2, every = 2>]
fathom.cache @latent parts [4] of f32
func.func @forms(
    %t: !fathom.tokens {fathom.values = dense<[[0, 0, 0, 0, 0], [0, 0, 1, 1, 0]]> : tensor<2x5xi64>},
    %q: tensor<?x4xf32> {fathom.values = dense<[[1.0, 2.0, 0.0, 0.0], [1.0, 2.0, 0.0, 0.0]]> : tensor<2x4xf64>},
    %c: tensor<?x4xf32> {fathom.values = dense<[[1.0, 2.0, 0.0, 0.0], [2.0, 1.0, 0.0, 0.0]]> : tensor<2x4xf64>},
    %r: tensor<?x2xf32> {fathom.values = dense<[[1.0, 0.0], [1.0, 0.0]]> : tensor<2x2xf64>}) -> tensor<?x2xf32> {
  // expected-error @below {{found an absorbed form that is}}
  %a = fathom.attend_latent %t, %q, %c, %r norm @n.p eps 1.0e-06 in @latent absorbed @absorbed expanded @expanded values @values heads 1 nope 2 rope 2 value 2 adjacent scale 1.0 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x2xf32> -> tensor<?x2xf32>
  return %a : tensor<?x2xf32>
}

// -----

// Lists of two experts and two choices are five numbers.
fathom.weight @w : tensor<2x2xf32> experts 2 from "w.{expert}" {values = dense<1.0> : tensor<2x2x2xf64>}
fathom.packed @down : panels of f32 [2, 2] experts 2 at 0 pieces [#fathom.piece<source = @w, rows = 2, offset = 0, row_stride = 2, column_stride = 1, first = 0, group = 2, every = 2>]
func.func @lists(
    %h: tensor<?x2xf32> {fathom.values = dense<1.0> : tensor<2x2xf64>},
    %w: tensor<?x1xf32> {fathom.values = dense<1.0> : tensor<2x1xf64>},
    %lists: tensor<?x1xi32> {fathom.values = dense<[[0.0], [1.0], [0.0], [1.0]]> : tensor<4x1xf64>}) -> tensor<?x2xf32> {
  // expected-error @below {{found 4 numbers in the lists, expected 3 and 2 choices}}
  %y = fathom.expert_down %h, %w, %lists by @down : tensor<?x2xf32>, tensor<?x1xf32>, tensor<?x1xi32> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// They name the choices that there are.
fathom.weight @w : tensor<2x2xf32> experts 2 from "w.{expert}" {values = dense<1.0> : tensor<2x2x2xf64>}
fathom.packed @down : panels of f32 [2, 2] experts 2 at 0 pieces [#fathom.piece<source = @w, rows = 2, offset = 0, row_stride = 2, column_stride = 1, first = 0, group = 2, every = 2>]
func.func @lists(
    %h: tensor<?x2xf32> {fathom.values = dense<1.0> : tensor<2x2xf64>},
    %w: tensor<?x1xf32> {fathom.values = dense<1.0> : tensor<2x1xf64>},
    %lists: tensor<?x1xi32> {fathom.values = dense<[[0.0], [1.0], [2.0], [0.0], [7.0]]> : tensor<5x1xf64>}) -> tensor<?x2xf32> {
  // expected-error @below {{found lists that name no choices, expected ascending places and choices below 2}}
  %y = fathom.expert_down %h, %w, %lists by @down : tensor<?x2xf32>, tensor<?x1xf32>, tensor<?x1xi32> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Weights of more experts than the dispatch chose from.
fathom.packed @down : panels of f32 [2, 2] experts 64 pieces []
func.func @experts_down(
    %l: tensor<?x2xf32> {fathom.values = dense<[[1.0, 0.0]]> : tensor<1x2xf64>},
    %h: tensor<?x2xf32> {fathom.values = dense<[[1.0, 1.0]]> : tensor<1x2xf64>})
    -> tensor<?x2xf32> {
  %ids, %w, %lists = fathom.dispatch %l sigmoid groups 1 top_groups 1 scale 1.0 : tensor<?x2xf32> -> tensor<?x1xi32>, tensor<?x1xf32>, tensor<?x1xi32>
  // expected-error@+1 {{found 4 numbers in the lists, expected 65 and 1 choices}}
  %y = fathom.expert_down %h, %w, %lists by @down : tensor<?x2xf32>, tensor<?x1xf32>, tensor<?x1xi32> -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Lists of two choices of two experts are as long as those of one choice of three.
fathom.packed @up : panels of f32 [16, 2] experts 3 pieces []
fathom.weight @n.source : tensor<2xf32> from "n" {values = dense<1.0> : tensor<2xf64>}
fathom.packed @n : vector of f32 [2, 1] pieces [#fathom.piece<source = @n.source, rows = 2, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 2, every = 2>]
func.func @experts_gate_up(
    %l: tensor<?x2xf32> {fathom.values = dense<[[1.0, 0.0]]> : tensor<1x2xf64>},
    %x: tensor<?x2xf32> {fathom.values = dense<[[1.0, 1.0]]> : tensor<1x2xf64>})
    -> tensor<?x8xf32> {
  %ids, %w, %lists = fathom.dispatch %l sigmoid groups 1 top_groups 1 scale 1.0 : tensor<?x2xf32> -> tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32>
  // expected-error@+1 {{found lists that name no choices, expected ascending places and choices below 1}}
  %y = fathom.expert_gate_up %x, %lists by @up norm @n eps 1.0e-6 : tensor<?x2xf32>, tensor<?x1xi32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
