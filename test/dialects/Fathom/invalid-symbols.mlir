// RUN: fathom-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{expects a vector or matrix of static, positive dimensions and at most 281474976710656 elements, but it is 'tensor<?x8xf32>'}}
fathom.weight @weight_c1 : tensor<?x8xf32> from "w"

// -----

// 2^48 elements and one row more.
// expected-error @below {{at most 281474976710656 elements, but it is 'tensor<4294967297x65536xf32>'}}
fathom.weight @weight_c1_large : tensor<4294967297x65536xf32> from "w"

// -----

// 2^64 elements, which are none in 64 bits.
// expected-error @below {{at most 281474976710656 elements, but it is 'tensor<4294967296x4294967296xf32>'}}
fathom.weight @weight_c1_overflow : tensor<4294967296x4294967296xf32> from "w"

// -----

// expected-error @below {{expects elements of f32, f16 or bf16, but they are 'f64'}}
fathom.weight @weight_c2 : tensor<8x8xf64> from "w"

// -----

// expected-error @below {{expects '{expert}' in its source exactly when 'experts' is given, but the source is "w"}}
fathom.weight @weight_c3 : tensor<8x8xf32> experts 4 from "w"

// -----

// expected-error @below {{expects a matrix where it has scales, but it is 'tensor<8xf32>'}}
fathom.weight @weight_c4 : tensor<8xf32> from "w" scales <"s", 128 x 128>

// -----

// expected-error @below {{expects at least 1 expert, but it has 0}}
fathom.weight @weight_c5 : tensor<8x8xf32> experts 0 from "w.{expert}"

// -----

// expected-error @below {{expects blocks of at least 1 x 1, but they are 0 x 128}}
fathom.weight @block_scales : tensor<8x8xbf16> from "w" scales <"s", 0 x 128>

// -----

// expected-error @below {{expects one or two parts of at least 1 value, but they are [8, 0]}}
fathom.cache @cache_c1 parts [8, 0] of f32

// -----

// expected-error @below {{expects elements of f32, f16 or bf16, but they are 'i8'}}
fathom.cache @cache_c2 parts [8] of i8

// -----

// expected-error @below {{expects a number of heads that divides its parts, but it is 3}}
fathom.cache @cache_c3 parts [8] of f32 heads 3
