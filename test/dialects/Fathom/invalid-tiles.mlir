// RUN: fathom-opt %s --split-input-file --verify-diagnostics

func.func @tile_dot_c1(%acc: vector<8xf32>, %w: vector<16xf32>, %x: vector<1xf32>) {
  // expected-error @below {{expects 16 rows in 'acc' for fma_512, but it is 'vector<8xf32>'}}
  %s = fathom.tile_dot %acc, %w, %x fma_512 : vector<8xf32>, vector<16xf32>, vector<1xf32>
  return
}

// -----

func.func @tile_dot_c2(%acc: vector<8xf32>, %w: vector<8xbf16>, %x: vector<2xf32>) {
  // expected-error @below {{expects 16 weights of 'bf16' for fma_256, but they are 'vector<8xbf16>'}}
  %s = fathom.tile_dot %acc, %w, %x fma_256 : vector<8xf32>, vector<8xbf16>, vector<2xf32>
  return
}

// -----

func.func @tile_dot_c2_type(%acc: vector<16xf32>, %w: vector<32xf16>, %x: vector<2xbf16>) {
  // expected-error @below {{expects weights of bf16 for vdpbf16ps_512, but they are 'f16'}}
  %s = fathom.tile_dot %acc, %w, %x vdpbf16ps_512 : vector<16xf32>, vector<32xf16>, vector<2xbf16>
  return
}

// -----

// FMA keeps activations in f32: rounding them would be another sum.
func.func @tile_dot_c3(%acc: vector<8xf32>, %w: vector<16xbf16>, %x: vector<2xbf16>) {
  // expected-error @below {{expects 'x' to be 'vector<2xf32>' for fma_256, but it is 'vector<2xbf16>'}}
  %s = fathom.tile_dot %acc, %w, %x fma_256 : vector<8xf32>, vector<16xbf16>, vector<2xbf16>
  return
}

// -----

func.func @tile_dot_c1_scalable(%acc: vector<[16]xf32>, %w: vector<16xf32>, %x: vector<1xf32>) {
  // expected-error @below {{expects 16 rows in 'acc' for fma_512, but it is 'vector<[16]xf32>'}}
  %s = fathom.tile_dot %acc, %w, %x fma_512 : vector<[16]xf32>, vector<16xf32>, vector<1xf32>
  return
}

// -----

func.func @tile_dot_c2_scalable(%acc: vector<16xf32>, %w: vector<[16]xf32>, %x: vector<1xf32>) {
  // expected-error @below {{expects 16 weights of 'f32' for fma_512, but they are 'vector<[16]xf32>'}}
  %s = fathom.tile_dot %acc, %w, %x fma_512 : vector<16xf32>, vector<[16]xf32>, vector<1xf32>
  return
}
