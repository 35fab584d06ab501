// RUN: fathom-opt %s --split-input-file --verify-diagnostics

func.func @dispatch_c1(%l: tensor<?x16xf32>) {
  // expected-error @below {{expects 'groups' to divide 16 experts into two or more each, and 'top_groups' of them, but they are 5 and 2}}
  %i, %w, %n = fathom.dispatch %l sigmoid groups 5 top_groups 2 scale 1.0 : tensor<?x16xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  return
}

// -----

func.func @dispatch_c1_single(%l: tensor<?x16xf32>) {
  // expected-error @below {{expects 'groups' to divide 16 experts into two or more each, and 'top_groups' of them, but they are 16 and 2}}
  %i, %w, %n = fathom.dispatch %l sigmoid groups 16 top_groups 2 scale 1.0 : tensor<?x16xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  return
}

// -----

func.func @dispatch_c1_top(%l: tensor<?x16xf32>) {
  // expected-error @below {{expects 'groups' to divide 16 experts into two or more each, and 'top_groups' of them, but they are 4 and 5}}
  %i, %w, %n = fathom.dispatch %l sigmoid groups 4 top_groups 5 scale 1.0 : tensor<?x16xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  return
}

// -----

func.func @dispatch_c2(%l: tensor<?x16xf32>) {
  // expected-error @below {{expects as many weights as ids, from 1 to 2, and one column of lists, but there are 3, 3 and 1}}
  %i, %w, %n = fathom.dispatch %l sigmoid groups 8 top_groups 1 scale 1.0 : tensor<?x16xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  return
}

// -----

func.func @dispatch_c2_lists(%l: tensor<?x16xf32>) {
  // expected-error @below {{expects as many weights as ids, from 1 to 8, and one column of lists, but there are 3, 3 and 2}}
  %i, %w, %n = fathom.dispatch %l sigmoid groups 4 top_groups 2 scale 1.0 : tensor<?x16xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x2xi32>
  return
}

// -----

fathom.packed @b : vector of f32 [8, 1] pieces []
func.func @dispatch_c3(%l: tensor<?x16xf32>) {
  // expected-error @below {{expects @b to be packed as vector of [16, 1], but it is vector of [8, 1]}}
  %i, %w, %n = fathom.dispatch %l bias @b sigmoid groups 4 top_groups 2 scale 1.0 : tensor<?x16xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  return
}

// -----

func.func @dispatch_c4(%l: tensor<?x16xf32>) {
  // expected-error @below {{expects 'scale' to be positive and finite, but it is -1.000000e+00 : f32}}
  %i, %w, %n = fathom.dispatch %l sigmoid groups 4 top_groups 2 scale -1.0 : tensor<?x16xf32> -> tensor<?x3xi32>, tensor<?x3xf32>, tensor<?x1xi32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
fathom.packed @n : vector of f32 [8, 1] pieces []
func.func @expert_gate_up_c1(%x: tensor<?x8xf32>, %l: tensor<?x1xi32>) {
  // expected-error @below {{expects @w to be packed as panels of [16, 8] of experts, but it is panels of [16, 8]}}
  %0 = fathom.expert_gate_up %x, %l by @w norm @n eps 1.0e-6 : tensor<?x8xf32>, tensor<?x1xi32> -> tensor<?x8xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] experts 4 pieces []
fathom.packed @n : vector of f32 [8, 1] pieces []
func.func @expert_gate_up_c1_rows(%x: tensor<?x8xf32>, %l: tensor<?x1xi32>) {
  // expected-error @below {{expects @w to be packed as panels of [32, 8] of experts, but it is panels of [16, 8] of experts}}
  %0 = fathom.expert_gate_up %x, %l by @w norm @n eps 1.0e-6 : tensor<?x8xf32>, tensor<?x1xi32> -> tensor<?x9xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] experts 4 pieces []
fathom.packed @n : vector of f32 [16, 1] pieces []
func.func @expert_gate_up_c2(%x: tensor<?x8xf32>, %l: tensor<?x1xi32>) {
  // expected-error @below {{expects @n to be packed as vector of [8, 1], but it is vector of [16, 1]}}
  %0 = fathom.expert_gate_up %x, %l by @w norm @n eps 1.0e-6 : tensor<?x8xf32>, tensor<?x1xi32> -> tensor<?x8xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] experts 4 pieces []
fathom.packed @n : vector of f32 [8, 1] pieces []
func.func @expert_gate_up_c3(%x: tensor<?x8xf32>, %l: tensor<?x1xi32>) {
  // expected-error @below {{expects one column of lists and a positive, finite 'eps', but they are 1 and}}
  %0 = fathom.expert_gate_up %x, %l by @w norm @n eps -1.0 : tensor<?x8xf32>, tensor<?x1xi32> -> tensor<?x8xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] pieces []
func.func @expert_down_c1(%h: tensor<?x8xf32>, %w: tensor<?x3xf32>, %l: tensor<?x1xi32>) {
  // expected-error @below {{expects @w to be packed as panels of [16, 8] of experts, but it is panels of [16, 8]}}
  %0 = fathom.expert_down %h, %w, %l by @w : tensor<?x8xf32>, tensor<?x3xf32>, tensor<?x1xi32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] experts 4 pieces []
func.func @expert_down_c2(%h: tensor<?x8xf32>, %w: tensor<?x3xf32>, %l: tensor<?x1xi32>) {
  // expected-error @below {{expects 'slices' from 1 to 8, but it is 9}}
  %0 = fathom.expert_down %h, %w, %l by @w slices 9 : tensor<?x8xf32>, tensor<?x3xf32>, tensor<?x1xi32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] experts 4 pieces []
func.func @expert_down_c3(%h: tensor<?x8xf32>, %w: tensor<?x3xf32>, %l: tensor<?x2xi32>) {
  // expected-error @below {{expects one column of lists, but there are 2}}
  %0 = fathom.expert_down %h, %w, %l by @w : tensor<?x8xf32>, tensor<?x3xf32>, tensor<?x2xi32> -> tensor<?x16xf32>
  return
}

// -----

func.func @dispatch_c5(%l: tensor<3x16xf32>) {
  // expected-error @below {{expects as many rows of ids and weights as of logits, but they are 'tensor<3x3xi32>', 'tensor<4x3xf32>' and 'tensor<3x16xf32>'}}
  %i, %w, %n = fathom.dispatch %l sigmoid groups 4 top_groups 2 scale 1.0 : tensor<3x16xf32> -> tensor<3x3xi32>, tensor<4x3xf32>, tensor<?x1xi32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] experts 4 pieces []
func.func @expert_down_c5(%h: tensor<?x8xf32>, %w: tensor<?x3xf32>, %l: tensor<?x1xi32>, %x: tensor<?x8xf32>) {
  // expected-error @below {{expects 'plus' to be of the result's type, 'tensor<?x16xf32>', but it is 'tensor<?x8xf32>'}}
  %0 = fathom.expert_down %h, %w, %l by @w plus %x of tensor<?x8xf32> : tensor<?x8xf32>, tensor<?x3xf32>, tensor<?x1xi32> -> tensor<?x16xf32>
  return
}

// -----

fathom.packed @w : panels of f32 [16, 8] experts 4 pieces []
func.func @expert_down_c4(%h: tensor<?x8xf32>, %w: tensor<3x3xf32>, %l: tensor<?x1xi32>) {
  // expected-error @below {{expects as many rows of weights as in its result, but they are 'tensor<3x3xf32>' and 'tensor<4x16xf32>'}}
  %0 = fathom.expert_down %h, %w, %l by @w : tensor<?x8xf32>, tensor<3x3xf32>, tensor<?x1xi32> -> tensor<4x16xf32>
  return
}
