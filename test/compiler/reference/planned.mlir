// RUN: fathom-opt %s --fathom-interpret -o /dev/null | FileCheck %s

// The planned form's operations on numbers that can be followed by hand. Tokens
// are [id, slot, position, cache index, asks for logits].

// Row 0 of the packed weight is row 1 of the source, row 1 is zeros.
fathom.weight @w : tensor<2x2xf32> from "w" {values = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf64>}
fathom.weight @v : tensor<2xf32> from "v" {values = dense<[10.0, 20.0]> : tensor<2xf64>}
fathom.packed @w.p : panels of f32 [3, 2] pieces [
    #fathom.piece<source = @w, rows = 1, offset = 2, row_stride = 2, column_stride = 1, first = 0, group = 1, every = 1>,
    #fathom.piece<source = @w, rows = 1, offset = 0, row_stride = 1, column_stride = 2, first = 2, group = 1, every = 1>]
fathom.packed @b.p : vector of f32 [3, 1] pieces [
    #fathom.piece<source = @v, rows = 2, offset = 0, row_stride = 1, column_stride = 1, first = 1, group = 2, every = 2>]
// The last row is column 0 of the source: 1, 3. With x = (1, 2): 11, 0, 7; the
// bias adds 0, 10, 20; then 100 and 1000 are added.
// CHECK-LABEL: @project
// CHECK-NEXT: 1x3
// CHECK-NEXT: {{^}}    1111 1110 1127{{$}}
func.func @project(%x: tensor<?x2xf32> {fathom.values = dense<[[1.0, 2.0]]> : tensor<1x2xf64>},
    %p: tensor<?x3xf32> {fathom.values = dense<100.0> : tensor<1x3xf64>},
    %q: tensor<?x3xf32> {fathom.values = dense<1000.0> : tensor<1x3xf64>}) -> tensor<?x3xf32> {
  %y = fathom.project %x by @w.p bias @b.p plus %p, %q of tensor<?x3xf32>, tensor<?x3xf32> : tensor<?x2xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// Gate row 0 is packed row 0, up row 0 packed row 8. The gate is ln 3, so that
// 1 / (1 + 1/3) is 0.75, and the value above it 4.
fathom.weight @gate : tensor<1x1xf32> from "g" {values = dense<1.0986122886681098> : tensor<1x1xf64>}
fathom.weight @up : tensor<1x1xf32> from "u" {values = dense<4.0> : tensor<1x1xf64>}
fathom.packed @gate_up : panels of f32 [16, 1] pieces [
    #fathom.piece<source = @gate, rows = 1, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 8, every = 16>,
    #fathom.piece<source = @up, rows = 1, offset = 0, row_stride = 1, column_stride = 1, first = 8, group = 8, every = 16>]
// CHECK-LABEL: @gated
// CHECK-NEXT: 1x1
// CHECK-NEXT: {{^}}    3.295837{{$}}
func.func @gated(%x: tensor<?x1xf32> {fathom.values = dense<[[1.0]]> : tensor<1x1xf64>}) -> tensor<?x1xf32> {
  %y = fathom.phase "gate_up" -> tensor<?x1xf32> {
    %0 = fathom.project %x by @gate_up swiglu : tensor<?x1xf32> -> tensor<?x1xf32>
    fathom.yield %0 : tensor<?x1xf32>
  }
  return %y : tensor<?x1xf32>
}

// Only the second token asks; its norm has the root 5.
fathom.weight @norm : tensor<2xf32> from "n" {values = dense<[5.0, 5.0]> : tensor<2xf64>}
fathom.packed @norm.p : vector of f32 [2, 1] pieces [
    #fathom.piece<source = @norm, rows = 2, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 2, every = 2>]
// CHECK-LABEL: @asking
// CHECK-NEXT: 1x3
// CHECK-NEXT: {{^}}    25 0 15{{$}}
func.func @asking(%t: !fathom.tokens {fathom.values = dense<[[0, 0, 0, 0, 0], [0, 0, 1, 1, 1]]> : tensor<2x5xi64>},
    %x: tensor<?x2xf32> {fathom.values = dense<[[1.0, 1.0], [3.0, 4.0]]> : tensor<2x2xf64>}) -> tensor<?x3xf32> {
  %y = fathom.project %x by @w.p norm @norm.p eps 12.5 asking %t : tensor<?x2xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// Three tokens choose two of three experts: {0, 2}, {1, 2}, {0, 1}. Entries are
// ordered by expert, then by token: 0 | 4, ... as t * 2 + choice.
// CHECK-LABEL: @dispatch
// CHECK-NEXT: 3x2
// CHECK-NEXT: {{^}}    0 2{{$}}
// CHECK-NEXT: {{^}}    1 2{{$}}
// CHECK-NEXT: {{^}}    0 1{{$}}
// CHECK-NEXT: 10x1
// CHECK-NEXT: {{^}}    0{{$}}
// CHECK-NEXT: {{^}}    2{{$}}
// CHECK-NEXT: {{^}}    4{{$}}
// CHECK-NEXT: {{^}}    6{{$}}
// CHECK-NEXT: {{^}}    0{{$}}
// CHECK-NEXT: {{^}}    4{{$}}
// CHECK-NEXT: {{^}}    2{{$}}
// CHECK-NEXT: {{^}}    5{{$}}
// CHECK-NEXT: {{^}}    1{{$}}
// CHECK-NEXT: {{^}}    3{{$}}
func.func @dispatch(%l: tensor<?x3xf32> {fathom.values = dense<[[2.0, 0.0, 1.0], [0.0, 1.0, 2.0], [1.0, 2.0, 0.0]]> : tensor<3x3xf64>}) -> (tensor<?x2xi32>, tensor<?x1xi32>) {
  %ids, %w, %lists = fathom.dispatch %l sigmoid groups 1 top_groups 1 scale 1.0 : tensor<?x3xf32> -> tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32>
  return %ids, %lists : tensor<?x2xi32>, tensor<?x1xi32>
}

// One token with one expert: 2 * (3 * 4) and what is added, 0.5.
fathom.weight @down : tensor<1x1xf32> experts 1 from "{expert}"
    {values = dense<[[[3.0]]]> : tensor<1x1x1xf64>}
fathom.packed @down.p : panels of f32 [1, 1] experts 1 at 0 pieces [
    #fathom.piece<source = @down, rows = 1, offset = 0, row_stride = 1, column_stride = 1, first = 0, group = 1, every = 1>]
// CHECK-LABEL: @down_plus
// CHECK-NEXT: 1x1
// CHECK-NEXT: {{^}}    24.5{{$}}
func.func @down_plus(%h: tensor<?x1xf32> {fathom.values = dense<[[4.0]]> : tensor<1x1xf64>},
    %w: tensor<?x1xf32> {fathom.values = dense<[[2.0]]> : tensor<1x1xf64>},
    %lists: tensor<?x1xi32> {fathom.values = dense<[[0], [1], [0]]> : tensor<3x1xi32>},
    %x: tensor<?x1xf32> {fathom.values = dense<[[0.5]]> : tensor<1x1xf64>}) -> tensor<?x1xf32> {
  %y = fathom.expert_down %h, %w, %lists by @down.p plus %x of tensor<?x1xf32> : tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xi32> -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}
