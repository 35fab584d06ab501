// RUN: fathom-opt %s --split-input-file --verify-diagnostics

fathom.cache @kv parts [8, 8] of f32 heads 2
func.func @attend_c1(%tokens: !fathom.tokens, %qkv: tensor<?x32xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects 'kv_heads' to divide 'heads', and those the 16 columns of the result, but they are 3 and 4}}
  %0 = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 3 half scale 0.5 : tensor<?x32xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.cache @kv parts [8, 8] of f32 heads 2
func.func @attend_c1_result(%tokens: !fathom.tokens, %qkv: tensor<?x32xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects 'kv_heads' to divide 'heads', and those the 16 columns of the result, but they are 1 and 3}}
  %0 = fathom.attend %tokens, %qkv, %r in @kv heads 3 kv_heads 1 half scale 0.5 : tensor<?x32xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.cache @kv parts [8, 8] of f32 heads 2
func.func @attend_c2(%tokens: !fathom.tokens, %qkv: tensor<?x32xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects 24 columns in 'qkv', but there are 32}}
  %0 = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 1 half scale 0.5 : tensor<?x32xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.cache @kv parts [8, 8] of f32 heads 2
func.func @attend_c3(%tokens: !fathom.tokens, %qkv: tensor<?x32xf32>, %r: tensor<?x6xf32>) {
  // expected-error @below {{expects an even number of columns in 'rotary', at most 4, but there are 6}}
  %0 = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 2 half scale 0.5 : tensor<?x32xf32>, tensor<?x6xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.cache @kv parts [8, 4] of f32 heads 2
func.func @attend_c4(%tokens: !fathom.tokens, %qkv: tensor<?x32xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects @kv to have parts [8, 8], but they are [8, 4]}}
  %0 = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 2 half scale 0.5 : tensor<?x32xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

func.func @attend_c4_missing(%tokens: !fathom.tokens, %qkv: tensor<?x32xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects @kv to be a fathom.cache}}
  %0 = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 2 half scale 0.5 : tensor<?x32xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.cache @kv parts [8, 8] of f32 heads 2
func.func @attend_c5(%tokens: !fathom.tokens, %qkv: tensor<?x32xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects 'scale' to be positive and finite, but it is 0.000000e+00 : f32}}
  %0 = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 2 half scale 0.0 : tensor<?x32xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @attend_latent_c1(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects 'heads', 'nope', 'rope' and 'value' of at least 1 and an even 'rope', but they are 2, 5, 3 and 4}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 1.0e-6 in @latent absorbed @k_t expanded @k values @v heads 2 nope 5 rope 3 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
  return
}

// -----

fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @attend_latent_c1_eps(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects 'scale' and 'eps' to be positive and finite, but they are}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 0.0 in @latent absorbed @k_t expanded @k values @v heads 2 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
  return
}

// -----

fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @attend_latent_c2(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects 20 columns in 'q', 4 in 'rotary', more in 'latent' and 8 in the result, but there are 16, 4, 12 and 8}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 1.0e-6 in @latent absorbed @k_t expanded @k values @v heads 2 nope 6 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
  return
}

// -----

fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
// 2^62 + 2 heads of 8 are 16 in 64 bits, and of 4 are 8.
func.func @attend_latent_c2_overflow(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects 2^63 or more columns in 'q', 4 in 'rotary', more in 'latent' and 2^63 or more in the result}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 1.0e-6 in @latent absorbed @k_t expanded @k values @v heads 4611686018427387906 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
  return
}

// -----

fathom.cache @latent parts [16] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @attend_latent_c3(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects @latent to have parts [12], but they are [16]}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 1.0e-6 in @latent absorbed @k_t expanded @k values @v heads 2 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
  return
}

// -----

fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [12, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @attend_latent_c4(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects @norm to be packed as vector of [8, 1], but it is vector of [12, 1]}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 1.0e-6 in @latent absorbed @k_t expanded @k values @v heads 2 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
  return
}

// -----

fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [64, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @attend_latent_c5(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects @k_t to be packed as panels of [128, 4], but it is panels of [64, 4]}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 1.0e-6 in @latent absorbed @k_t expanded @k values @v heads 2 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
  return
}

// -----

fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 12] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @attend_latent_c5_expanded(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects @k to be packed as panels of [128, 8], but it is panels of [128, 12]}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 1.0e-6 in @latent absorbed @k_t expanded @k values @v heads 2 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
  return
}

// -----

fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : rows of f32 [128, 8] pieces []
func.func @attend_latent_c5_values(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects @v to be packed as panels of [128, 8], but it is rows of [128, 8]}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 1.0e-6 in @latent absorbed @k_t expanded @k values @v heads 2 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
  return
}

// -----

fathom.cache @kv parts [8, 8] of f32
func.func @attend_c6(%tokens: !fathom.tokens, %qkv: tensor<3x32xf32>, %r: tensor<3x4xf32>) {
  // expected-error @below {{expects as many rows in 'qkv', 'rotary' and the result, but they are 'tensor<3x32xf32>', 'tensor<3x4xf32>' and 'tensor<9x16xf32>'}}
  %0 = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 2 half scale 0.5 : tensor<3x32xf32>, tensor<3x4xf32> -> tensor<9x16xf32>
  return
}

// -----

fathom.cache @kv parts [8, 8] of f32
func.func @attend_c6_rotary(%tokens: !fathom.tokens, %qkv: tensor<3x32xf32>, %r: tensor<7x4xf32>) {
  // expected-error @below {{expects as many rows in 'qkv', 'rotary' and the result}}
  %0 = fathom.attend %tokens, %qkv, %r in @kv heads 4 kv_heads 2 half scale 0.5 : tensor<3x32xf32>, tensor<7x4xf32> -> tensor<3x16xf32>
  return
}

// -----

fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @attend_latent_c6(%tokens: !fathom.tokens, %q: tensor<3x16xf32>, %c: tensor<4x12xf32>, %r: tensor<3x4xf32>) {
  // expected-error @below {{expects as many rows in 'q', 'latent', 'rotary' and the result}}
  %0 = fathom.attend_latent %tokens, %q, %c, %r norm @norm eps 1.0e-6 in @latent absorbed @k_t expanded @k values @v heads 2 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<3x16xf32>, tensor<4x12xf32>, tensor<3x4xf32> -> tensor<3x8xf32>
  return
}
