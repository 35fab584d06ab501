// RUN: fathom-opt %s --split-input-file --verify-diagnostics

fathom.weight @kv_b : tensor<40x24xf32> from "kv_b"
fathom.cache @latent parts [28] of f32

func.func @latent_attention_c1(%tokens: !fathom.tokens, %q: tensor<?x30xf32>) {
  // expected-error @below {{expects 32 columns in 'q', but there are 30}}
  %a = fathom.latent_attention %tokens, %q from @latent, @kv_b heads 2 nope 12 rope 4 value 8
      scale 0.25 : tensor<?x30xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.weight @kv_b : tensor<40x24xf32> from "kv_b"
fathom.cache @latent parts [28] of f32

func.func @latent_attention_c2(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects 16 columns and the rows of 'q' in its result, but it is 'tensor<?x32xf32>'}}
  %a = fathom.latent_attention %tokens, %q from @latent, @kv_b heads 2 nope 12 rope 4 value 8
      scale 0.25 : tensor<?x32xf32> -> tensor<?x32xf32>
  return
}

// -----

fathom.weight @kv_b : tensor<40x24xf32> from "kv_b"
fathom.cache @latent parts [28] of f32

// 2^62 + 2 heads of 16 are 32 in 64 bits, and of 8 are 16.
func.func @latent_attention_c1_overflow(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects 2^63 or more columns in 'q', but there are 32}}
  %a = fathom.latent_attention %tokens, %q from @latent, @kv_b heads 4611686018427387906 nope 12 rope 4 value 8
      scale 0.25 : tensor<?x32xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.weight @kv_b : tensor<40x24xf32> from "kv_b"
fathom.cache @latent parts [28] of f32

func.func @latent_attention_c1_sum(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects 2^63 or more columns in 'q', but there are 32}}
  %a = fathom.latent_attention %tokens, %q from @latent, @kv_b heads 2 nope 9223372036854775807 rope 9223372036854775807 value 8
      scale 0.25 : tensor<?x32xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.weight @kv_b : tensor<40x24xf32> from "kv_b"
fathom.cache @latent parts [28] of f32

func.func @latent_attention_c2_overflow(%tokens: !fathom.tokens, %q: tensor<?x64xf32>) {
  // expected-error @below {{expects 2^63 or more columns and the rows of 'q' in its result}}
  %a = fathom.latent_attention %tokens, %q from @latent, @kv_b heads 4 nope 12 rope 4 value 4611686018427387908
      scale 0.25 : tensor<?x64xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.weight @kv_b : tensor<24x40xf32> from "kv_b"
fathom.cache @latent parts [28] of f32

func.func @latent_attention_c3(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects @kv_b to have the shape [40, any], but it is [24, 40]}}
  %a = fathom.latent_attention %tokens, %q from @latent, @kv_b heads 2 nope 12 rope 4 value 8
      scale 0.25 : tensor<?x32xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.weight @kv_b : tensor<40x24xf32> from "kv_b"
fathom.cache @latent parts [24] of f32

// The rotated key is part of what a token leaves behind.
func.func @latent_attention_c4(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects @latent to have parts [28], but they are [24]}}
  %a = fathom.latent_attention %tokens, %q from @latent, @kv_b heads 2 nope 12 rope 4 value 8
      scale 0.25 : tensor<?x32xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.weight @kv_b : tensor<40x24xf32> from "kv_b"
fathom.cache @latent parts [28] of f32

func.func @latent_attention_c5(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects 'heads', 'nope', 'rope' and 'value' of at least 1, but they are 2, 16, 0 and 8}}
  %a = fathom.latent_attention %tokens, %q from @latent, @kv_b heads 2 nope 16 rope 0 value 8
      scale 0.25 : tensor<?x32xf32> -> tensor<?x16xf32>
  return
}
