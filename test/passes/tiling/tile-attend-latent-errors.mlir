// RUN: fathom-opt %s --split-input-file --fathom-tile-attend-latent --verify-diagnostics

// Rotated queries need room.
fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of f32 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @dense(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %rotary: tensor<?x4xf32>) {
  %a = fathom.phase "attend" -> tensor<?x8xf32> {
    // expected-error @below {{expects its phase to have scratch memory for queries, but it has none}}
    %0 = fathom.attend_latent %tokens, %q, %c, %rotary norm @norm eps 1.0e-06 in @latent absorbed @k_t expanded @k values @v heads 2 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
    fathom.yield %0 : tensor<?x8xf32>
  }
  return
}

// -----

// Weights and rows of the cache meet as operands of the same instruction.
fathom.cache @latent parts [12] of f32
fathom.packed @norm : vector of f32 [8, 1] pieces []
fathom.packed @k_t : panels of bf16 [128, 4] pieces []
fathom.packed @k : panels of f32 [128, 8] pieces []
fathom.packed @v : panels of f32 [128, 8] pieces []
func.func @dense(%tokens: !fathom.tokens, %q: tensor<?x16xf32>, %c: tensor<?x12xf32>, %rotary: tensor<?x4xf32>) {
  %a = fathom.phase "attend" scratch 0 bytes 4096 -> tensor<?x8xf32> {
    // expected-error @below {{expects @k_t to be panels of 'f32', as its cache is}}
    %0 = fathom.attend_latent %tokens, %q, %c, %rotary norm @norm eps 1.0e-06 in @latent absorbed @k_t expanded @k values @v heads 2 nope 4 rope 4 value 4 adjacent scale 0.1 : tensor<?x16xf32>, tensor<?x12xf32>, tensor<?x4xf32> -> tensor<?x8xf32>
    fathom.yield %0 : tensor<?x8xf32>
  }
  return
}
