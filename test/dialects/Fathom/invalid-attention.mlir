// RUN: fathom-opt %s --split-input-file --verify-diagnostics

func.func @rotary_c1(%tokens: !fathom.tokens) {
  // expected-error @below {{expects 4 columns for 2 frequencies, but there are 6}}
  %r = fathom.rotary %tokens frequencies [1.0, 0.5] scale 1.0 : tensor<?x6xf32>
  return
}

// -----

func.func @rotary_c2(%tokens: !fathom.tokens) {
  // expected-error @below {{expects at least one frequency, all positive and finite}}
  %r = fathom.rotary %tokens frequencies [1.0, 0.0] scale 1.0 : tensor<?x4xf32>
  return
}

// -----

func.func @rope_c1(%x: tensor<?x32xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects 'heads' to divide 32 columns, but it is 3}}
  %y = fathom.rope %x, %r heads 3 offset 0 half : tensor<?x32xf32>, tensor<?x4xf32>
  return
}

// -----

func.func @rope_c2(%x: tensor<?x32xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects the rotated channels inside a head of 8, but they are 4 from 5 on}}
  %y = fathom.rope %x, %r heads 4 offset 5 half : tensor<?x32xf32>, tensor<?x4xf32>
  return
}

// -----

func.func @rope_c2_overflow(%x: tensor<?x32xf32>, %r: tensor<?x4xf32>) {
  // expected-error @below {{expects the rotated channels inside a head of 8, but they are 4 from 9223372036854775807 on}}
  %y = fathom.rope %x, %r heads 4 offset 9223372036854775807 half : tensor<?x32xf32>, tensor<?x4xf32>
  return
}

// -----

func.func @rope_c2_dynamic(%x: tensor<?x32xf32>, %r: tensor<?x?xf32>) {
  // expected-error @below {{static number of columns from 1 to 2^48, but got 'tensor<?x?xf32>'}}
  %y = fathom.rope %x, %r heads 4 offset 0 half : tensor<?x32xf32>, tensor<?x?xf32>
  return
}

// -----

func.func @rope_c3(%x: tensor<?x32xf32>, %r: tensor<?x3xf32>) {
  // expected-error @below {{expects an even number of rotated channels, but it is 3}}
  %y = fathom.rope %x, %r heads 4 offset 0 half : tensor<?x32xf32>, tensor<?x3xf32>
  return
}

// -----

fathom.cache @kv parts [16, 16] of bf16

func.func @cache_append_c1(%tokens: !fathom.tokens, %k: tensor<?x16xf32>) {
  // expected-error @below {{expects @kv to have parts [16], but they are [16, 16]}}
  fathom.cache_append %tokens, %k into @kv : tensor<?x16xf32>
  return
}

// -----

fathom.cache @kv parts [16, 16] of bf16

func.func @attention_c1(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects 'kv_heads' to divide 4 heads, but it is 3}}
  %a = fathom.attention %tokens, %q from @kv heads 4 kv_heads 3 scale 1.0
      : tensor<?x32xf32> -> tensor<?x32xf32>
  return
}

// -----

fathom.cache @kv parts [16, 8] of bf16

func.func @attention_c2(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects @kv to have parts [16, 16], but they are [16, 8]}}
  %a = fathom.attention %tokens, %q from @kv heads 4 kv_heads 2 scale 1.0
      : tensor<?x32xf32> -> tensor<?x32xf32>
  return
}

// -----

fathom.cache @kv parts [16, 16] of bf16

func.func @attention_c3(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects a result of type 'tensor<?x32xf32>', but it is 'tensor<?x16xf32>'}}
  %a = fathom.attention %tokens, %q from @kv heads 4 kv_heads 2 scale 1.0
      : tensor<?x32xf32> -> tensor<?x16xf32>
  return
}

// -----

fathom.cache @kv parts [16, 16] of bf16

func.func @attention_c4(%tokens: !fathom.tokens, %q: tensor<?x32xf32>) {
  // expected-error @below {{expects 'scale' to be positive and finite}}
  %a = fathom.attention %tokens, %q from @kv heads 4 kv_heads 2 scale -1.0
      : tensor<?x32xf32> -> tensor<?x32xf32>
  return
}

// -----

func.func @rotary_c3(%tokens: !fathom.tokens) {
  // expected-error @below {{expects 'scale' to be positive and finite, but it is 0x7FC00000 : f32}}
  %r = fathom.rotary %tokens frequencies [1.0, 0.5] scale 0x7FC00000 : tensor<?x4xf32>
  return
}

// -----

func.func @rope_c4(%x: tensor<3x32xf32>, %r: tensor<4x4xf32>) {
  // expected-error @below {{expects as many rows in 'rotary' as in 'x', but they are 'tensor<4x4xf32>' and 'tensor<3x32xf32>'}}
  %y = fathom.rope %x, %r heads 4 offset 0 half : tensor<3x32xf32>, tensor<4x4xf32>
  return
}

// -----

fathom.cache @kv parts [16, 16] of bf16

func.func @cache_append_c2(%tokens: !fathom.tokens, %k: tensor<3x16xf32>, %v: tensor<4x16xf32>) {
  // expected-error @below {{expects as many rows in each part, but they are of 'tensor<3x16xf32>', 'tensor<4x16xf32>'}}
  fathom.cache_append %tokens, %k, %v into @kv : tensor<3x16xf32>, tensor<4x16xf32>
  return
}
