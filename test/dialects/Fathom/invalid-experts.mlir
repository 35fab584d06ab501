// RUN: fathom-opt %s --split-input-file --verify-diagnostics

func.func @route_c1(%logits: tensor<?x8xf32>) {
  // expected-error @below {{expects 'groups' to divide 8 experts, but it is 3}}
  %ids, %w = fathom.route %logits sigmoid groups 3 top_groups 2 scale 1.0
      : tensor<?x8xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
  return
}

// -----

func.func @route_c1_top(%logits: tensor<?x8xf32>) {
  // expected-error @below {{expects 'top_groups' from 1 to 4, but it is 5}}
  %ids, %w = fathom.route %logits sigmoid groups 4 top_groups 5 scale 1.0
      : tensor<?x8xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
  return
}

// -----

func.func @route_c2(%logits: tensor<?x8xf32>) {
  // expected-error @below {{expects groups of at least two experts, but they have 1}}
  %ids, %w = fathom.route %logits sigmoid groups 8 top_groups 4 scale 1.0
      : tensor<?x8xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
  return
}

// -----

func.func @route_c3(%logits: tensor<?x8xf32>) {
  // expected-error @below {{expects as many weights as ids, from 1 to 4, but there are 5 and 5}}
  %ids, %w = fathom.route %logits sigmoid groups 4 top_groups 2 scale 1.0
      : tensor<?x8xf32> -> tensor<?x5xi32>, tensor<?x5xf32>
  return
}

// -----

fathom.weight @bias : tensor<4xf32> from "bias"

func.func @route_c4(%logits: tensor<?x8xf32>) {
  // expected-error @below {{expects @bias to have the shape [8], but it is [4]}}
  %ids, %w = fathom.route %logits bias @bias sigmoid groups 4 top_groups 2 scale 1.0
      : tensor<?x8xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
  return
}

// -----

func.func @route_c5(%logits: tensor<?x8xf32>) {
  // expected-error @below {{expects 'scale' to be positive and finite}}
  %ids, %w = fathom.route %logits softmax groups 1 top_groups 1 scale 0.0
      : tensor<?x8xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
  return
}

// -----

fathom.weight @gate : tensor<12x20xf32> experts 8 from "{expert}.gate"
fathom.weight @up : tensor<12x20xf32> experts 8 from "{expert}.up"
fathom.weight @down : tensor<20x12xf32> experts 4 from "{expert}.down"

func.func @experts_c1(%x: tensor<?x20xf32>, %ids: tensor<?x2xi32>, %w: tensor<?x2xf32>) {
  // expected-error @below {{expects the same number of experts in its weights, but they have 8, 8 and 4}}
  %y = fathom.experts %x, %ids, %w gate @gate up @up down @down
      : tensor<?x20xf32>, tensor<?x2xi32>, tensor<?x2xf32>
  return
}

// -----

fathom.weight @shared : tensor<12x20xf32> from "gate"

func.func @experts_c1_shared(%x: tensor<?x20xf32>, %ids: tensor<?x2xi32>, %w: tensor<?x2xf32>) {
  // expected-error @below {{expects @shared to be a weight of experts}}
  %y = fathom.experts %x, %ids, %w gate @shared up @shared down @shared
      : tensor<?x20xf32>, tensor<?x2xi32>, tensor<?x2xf32>
  return
}

// -----

func.func @experts_c2(%x: tensor<?x20xf32>, %ids: tensor<?x2xi32>, %w: tensor<?x3xf32>) {
  // expected-error @below {{expects as many weights as ids, but there are 3 and 2}}
  %y = fathom.experts %x, %ids, %w gate @gate up @up down @down
      : tensor<?x20xf32>, tensor<?x2xi32>, tensor<?x3xf32>
  return
}

// -----

func.func @route_c6(%logits: tensor<3x8xf32>) {
  // expected-error @below {{expects as many rows of ids and weights as of logits, but they are 'tensor<3x2xi32>', 'tensor<5x2xf32>' and 'tensor<3x8xf32>'}}
  %ids, %w = fathom.route %logits sigmoid groups 1 top_groups 1 scale 1.0
      : tensor<3x8xf32> -> tensor<3x2xi32>, tensor<5x2xf32>
  return
}

// -----

func.func @route_c6_ids(%logits: tensor<3x8xf32>) {
  // expected-error @below {{expects as many rows of ids and weights as of logits}}
  %ids, %w = fathom.route %logits sigmoid groups 1 top_groups 1 scale 1.0
      : tensor<3x8xf32> -> tensor<4x2xi32>, tensor<3x2xf32>
  return
}

// -----

func.func @experts_c3(%x: tensor<3x20xf32>, %ids: tensor<4x2xi32>, %w: tensor<3x2xf32>) {
  // expected-error @below {{expects as many rows of ids and weights as of 'x', but they are 'tensor<4x2xi32>', 'tensor<3x2xf32>' and 'tensor<3x20xf32>'}}
  %y = fathom.experts %x, %ids, %w gate @gate up @up down @down
      : tensor<3x20xf32>, tensor<4x2xi32>, tensor<3x2xf32>
  return
}
