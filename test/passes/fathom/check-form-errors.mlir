// RUN: fathom-opt %s --fathom-check-form=form=model --split-input-file --verify-diagnostics

module {
// expected-error @below {{found 'memref.global', expected weights, caches and functions in the model form}}
memref.global @model_m1 : memref<4xf32>
}

// -----

module {
// expected-error @below {{found no 'fathom.kind', expected the kind of layer that the function is}}
func.func @model_m2(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %x : tensor<?x8xf32>
}
}

// -----

module {
// expected-error @below {{found 2 blocks, expected one}}
func.func @model_m2_blocks(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  cf.br ^bb1
^bb1:
  return %x : tensor<?x8xf32>
}
}

// -----

module {
func.func @model_m3(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  // expected-error @below {{found 'arith.mulf', expected an operation of the model form}}
  %y = arith.mulf %x, %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
}

// -----

module {
// expected-error @below {{found no 'fathom.layers', expected the numbers of the layers that the function is}}
func.func @model_m2_layers(%x: tensor<?x8xf32>) -> tensor<?x8xf32> attributes {fathom.kind = "dense"} {
  return %x : tensor<?x8xf32>
}
}
