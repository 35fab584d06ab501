// RUN: fathom-opt %s --fathom-check-form=form=tiled --split-input-file --verify-diagnostics

// expected-error @below {{found no function 'fathom_step_*', expected the step of a level}}
module {
func.func @tiled_t1() {
  return
}
}

// -----

module {
// expected-error @below {{found a function without a body, expected the code of everything that is called}}
func.func private @tiled_t2()
}

// -----

module {
func.func @fathom_step_avx2(%p: memref<4xf32>) {
  // expected-error @below {{found 'memref.dealloc', expected scalars, vectors, loops, addresses and instruction tiles in the tiled form}}
  memref.dealloc %p : memref<4xf32>
  return
}
}

// -----

module {
func.func @fathom_step_avx2(%x: f32) -> f32 {
  // expected-error @below {{found 'math.sin', expected scalars, vectors, loops, addresses and instruction tiles in the tiled form}}
  %s = math.sin %x : f32
  return %s : f32
}
}

// -----

module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64, fathom.storage = f32, fathom.step_tokens_max = 8 : i64, fathom.arena_shared_bytes = 0 : i64} {
func.func @fathom_step_avx2(%a: vector<8xf32>, %w: vector<8xf32>, %x: vector<1xf32>) -> vector<8xf32> {
  %s = fathom.tile_dot %a, %w, %x fma_256 : vector<8xf32>, vector<8xf32>, vector<1xf32>
  return %s : vector<8xf32>
}
}

// -----

// expected-error @below {{found 'fathom.storage' of <<NULL ATTRIBUTE>>, expected bf16, f16 or f32}}
module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64} {
func.func @fathom_step_avx2() {
  return
}
}
