// RUN: fathom-opt %s --fathom-interpret -o /dev/null | FileCheck %s

// The sigmoid of 0 is 0.5, of ln 3 0.75. In the first row all groups and experts
// are worth the same, and the lower ones win; in the second the second group is
// worth 1.25, though the first holds an expert as good as its best.
// CHECK-LABEL: @groups
// CHECK-NEXT: 2x2
// CHECK-NEXT: {{^}}    0 1{{$}}
// CHECK-NEXT: {{^}}    2 3{{$}}
// CHECK-NEXT: 2x2
// CHECK-NEXT: {{^}}    1 1{{$}}
// CHECK-NEXT: {{^}}    0.8 1.2{{$}}
func.func @groups(%l: tensor<?x4xf32> {fathom.values =
      dense<[[0.0, 0.0, 0.0, 0.0],
             [1.0986122886681098, -9.0, 0.0, 1.0986122886681098]]> : tensor<2x4xf64>})
    -> (tensor<?x2xi32>, tensor<?x2xf32>) {
  %ids, %w = fathom.route %l sigmoid groups 2 top_groups 1 scale 2.0 normalize
      : tensor<?x4xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
  return %ids, %w : tensor<?x2xi32>, tensor<?x2xf32>
}

// By their best, 0.75 each, the groups of that second row are worth the same and
// the first wins, of which the better expert is alone where one is chosen; with
// groups of one expert, the best two groups are the best two experts.
// CHECK-LABEL: @groups_by_best
// CHECK-NEXT: 1x1
// CHECK-NEXT: {{^}}    0{{$}}
// CHECK-NEXT: 1x1
// CHECK-NEXT: {{^}}    0.75{{$}}
// CHECK-NEXT: 1x2
// CHECK-NEXT: {{^}}    0 3{{$}}
// CHECK-NEXT: 1x2
// CHECK-NEXT: {{^}}    0.75 0.75{{$}}
func.func @groups_by_best(%l: tensor<?x4xf32> {fathom.values =
      dense<[[1.0986122886681098, -9.0, 0.0, 1.0986122886681098]]> : tensor<1x4xf64>})
    -> (tensor<?x1xi32>, tensor<?x1xf32>, tensor<?x2xi32>, tensor<?x2xf32>) {
  %a, %b = fathom.route %l sigmoid groups 2 top_groups 1 by_best scale 1.0
      : tensor<?x4xf32> -> tensor<?x1xi32>, tensor<?x1xf32>
  %c, %d = fathom.route %l sigmoid groups 4 top_groups 2 by_best scale 1.0
      : tensor<?x4xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
  return %a, %b, %c, %d
      : tensor<?x1xi32>, tensor<?x1xf32>, tensor<?x2xi32>, tensor<?x2xf32>
}

// The choices are -1.25, -1.5, -2.5 and -0.5; the weights have no bias. Experts of
// a group left out lose even to negative choices.
fathom.weight @bias : tensor<4xf32> from "b"
    {values = dense<[-2.0, -2.0, -3.0, -1.0]> : tensor<4xf64>}
// CHECK-LABEL: @negative_bias
// CHECK-NEXT: 1x2
// CHECK-NEXT: {{^}}    0 3{{$}}
// CHECK-NEXT: 1x2
// CHECK-NEXT: {{^}}    0.75 0.5{{$}}
// CHECK-NEXT: 1x2
// CHECK-NEXT: {{^}}    0 1{{$}}
// CHECK-NEXT: 1x2
// CHECK-NEXT: {{^}}    0.75 0.5{{$}}
func.func @negative_bias(%l: tensor<?x4xf32> {fathom.values =
      dense<[[1.0986122886681098, 0.0, 0.0, 0.0]]> : tensor<1x4xf64>})
    -> (tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x2xf32>) {
  %a, %b = fathom.route %l bias @bias sigmoid groups 1 top_groups 1 scale 1.0
      : tensor<?x4xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
  %c, %d = fathom.route %l bias @bias sigmoid groups 2 top_groups 1 scale 1.0
      : tensor<?x4xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
  return %a, %b, %c, %d
      : tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x2xf32>
}

// CHECK-LABEL: @softmax
// CHECK-NEXT: 1x1
// CHECK-NEXT: {{^}}    1{{$}}
// CHECK-NEXT: 1x1
// CHECK-NEXT: {{^}}    0.75{{$}}
func.func @softmax(%l: tensor<?x2xf32> {fathom.values =
      dense<[[0.0, 1.0986122886681098]]> : tensor<1x2xf64>})
    -> (tensor<?x1xi32>, tensor<?x1xf32>) {
  %ids, %w = fathom.route %l softmax groups 1 top_groups 1 scale 1.0
      : tensor<?x2xf32> -> tensor<?x1xi32>, tensor<?x1xf32>
  return %ids, %w : tensor<?x1xi32>, tensor<?x1xf32>
}

// With x = (ln 3, 2) expert 1 gives (1.5 ln 3, 0) and expert 2 gives (0, 3 ln 3).
fathom.weight @gate : tensor<1x2xf32> experts 3 from "{expert}"
    {values = dense<[[[9.0, 9.0]], [[1.0, 0.0]], [[1.0, 0.0]]]> : tensor<3x1x2xf64>}
fathom.weight @up : tensor<1x2xf32> experts 3 from "{expert}"
    {values = dense<[[[9.0, 9.0]], [[0.0, 1.0]], [[0.0, 2.0]]]> : tensor<3x1x2xf64>}
fathom.weight @down : tensor<2x1xf32> experts 3 from "{expert}"
    {values = dense<[[[9.0], [9.0]], [[1.0], [0.0]], [[0.0], [1.0]]]> : tensor<3x2x1xf64>}
// CHECK-LABEL: @experts
// CHECK-NEXT: 1x2
// CHECK-NEXT: {{^}}    1.647918 6.591674{{$}}
func.func @experts(
    %x: tensor<?x2xf32> {fathom.values = dense<[[1.0986122886681098, 2.0]]> : tensor<1x2xf64>},
    %i: tensor<?x2xi32> {fathom.values = dense<[[1, 2]]> : tensor<1x2xi32>},
    %w: tensor<?x2xf32> {fathom.values = dense<[[1.0, 2.0]]> : tensor<1x2xf64>})
    -> tensor<?x2xf32> {
  %y = fathom.experts %x, %i, %w gate @gate up @up down @down
      : tensor<?x2xf32>, tensor<?x2xi32>, tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
