// RUN: fathom-opt %s --fathom-check-form=form=model --split-input-file --verify-diagnostics

// What the module says of the model, (M4), and the kinds of its functions, (M5).

// expected-error @below {{found no 'fathom.hidden_size', expected it on the module}}
module attributes {fathom.architecture = "a", fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
}

// -----

// expected-error @below {{found 'fathom.context_tokens' of -5 : i64, expected 1 to 16777216 : i64}}
module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = -5 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
}

// -----

// A sequence is no longer than positions go.
// expected-error @below {{found 'fathom.position_limit' of 63 : i64, expected 64 to 16777216 : i64}}
module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 63 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
}

// -----

// expected-error @below {{found 'fathom.layer_count' of 300000000000 : i64, expected 1 to 1024 : i64}}
module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 300000000000 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
}

// -----

// expected-error @below {{found 'fathom.experts_per_token' of 2 : i64, expected 0 to 0 : i64}}
module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 2 : i64} {
}

// -----

// expected-error @below {{found no 'fathom.architecture', expected it on the module}}
module attributes {fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
}

// -----

// expected-error @below {{found no function of kind "embed", expected one}}
module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
}

// -----

module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
// expected-error @below {{found the kind "foo", expected embed, dense, experts, head, mtp_embed, mtp_layer or mtp_head}}
func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "foo", fathom.layers = array<i64: 0>} {
  return %x : tensor<?x32xf32>
}
}

// -----

module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
// expected-error @below {{found layer 7, expected one below 'fathom.layer_count', 1, that no function is yet}}
func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 7>} {
  return %x : tensor<?x32xf32>
}
}

// -----

module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
// expected-error @below {{found arguments of types ('!fathom.tokens', 'tensor<?x16xf32>', 'tensor<?x8xf32>'), expected tokens, tensor<?x32xf32>, rotary factors}}
func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x16xf32>, %r: tensor<?x8xf32>) -> tensor<?x16xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
  return %x : tensor<?x16xf32>
}
}

// -----

module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
func.func @dense(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
  return %x : tensor<?x32xf32>
}
// expected-error @below {{found a second function of kind "dense", expected one}}
func.func @again(%tokens: !fathom.tokens, %x: tensor<?x32xf32>, %r: tensor<?x8xf32>) -> tensor<?x32xf32> attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
  return %x : tensor<?x32xf32>
}
}
