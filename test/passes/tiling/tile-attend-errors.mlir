// RUN: fathom-opt %s --split-input-file --fathom-tile-attend --verify-diagnostics

// The cache's layout depends on its heads.
fathom.cache @kv parts [8, 8] of f32
func.func @dense(%tokens: !fathom.tokens, %qkv: tensor<?x32xf32>, %rotary: tensor<?x4xf32>) {
  %a = fathom.phase "attend" scratch 0 bytes 4096 -> tensor<?x16xf32> {
    // expected-error @below {{expects a cache of 2 heads, but @kv has 1}}
    %0 = fathom.attend %tokens, %qkv, %rotary in @kv heads 4 kv_heads 2 half scale 0.5 : tensor<?x32xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
    fathom.yield %0 : tensor<?x16xf32>
  }
  return
}

// -----

// Rotated queries need room.
fathom.cache @kv parts [8, 8] of f32 heads 2
func.func @dense(%tokens: !fathom.tokens, %qkv: tensor<?x32xf32>, %rotary: tensor<?x4xf32>) {
  %a = fathom.phase "attend" -> tensor<?x16xf32> {
    // expected-error @below {{expects its phase to have scratch memory for queries, but it has none}}
    %0 = fathom.attend %tokens, %qkv, %rotary in @kv heads 4 kv_heads 2 half scale 0.5 : tensor<?x32xf32>, tensor<?x4xf32> -> tensor<?x16xf32>
    fathom.yield %0 : tensor<?x16xf32>
  }
  return
}
