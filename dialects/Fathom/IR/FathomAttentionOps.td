//===- FathomAttentionOps.td - Positions, caches, attention -*- tablegen -*-===//
//
// Rotary embeddings, the caches, grouped-query and latent attention.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMATTENTIONOPS_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMATTENTIONOPS_TD

include "dialects/Fathom/IR/FathomLayerOps.td"

def Fathom_RotaryOp : Fathom_Op<"rotary", [Pure]> {
  let summary = "Computes the cosines and sines of each token's position.";
  let description = [{
    With D/2 `frequencies`, the angle is the float32 product that the publishers
    compute; its cosine and sine are right to 1e-7 at every position:

    ```
    angle[t, i]        = float32(position(t)) * float32(frequencies[i])
    result[t, i]       = cos(angle[t, i]) * scale
    result[t, D/2 + i] = sin(angle[t, i]) * scale
    ```

    Constraints:

    - (C1) `result` has twice as many columns as there are frequencies.
    - (C2) there is at least one frequency, and all are positive and finite.
    - (C3) `scale` is positive and finite.

    Example:

    ```mlir
    %r = fathom.rotary %tokens frequencies [1.0, 1.0e-02] scale 1.0
        : tensor<?x4xf32>
    ```
  }];
  let arguments = (ins Fathom_TokensType:$tokens, DenseF32ArrayAttr:$frequencies,
                       F32Attr:$scale);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $tokens `frequencies` custom<Frequencies>($frequencies) `scale` $scale
    attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
}

def Fathom_RopeOp : Fathom_Op<"rope", [Pure, AllTypesMatch<["x", "result"]>]> {
  let summary = "Rotates pairs of channels of each head by the position.";
  let description = [{
    A row of `x` is `heads` vectors of equal width; in each, the D channels from
    `offset` on are rotated, D being the columns of `rotary`, the others kept.
    With c = rotary[t, i], s = rotary[t, D/2 + i] and (a, b) the channels
    (i, i + D/2) for `half`, (2i, 2i + 1) for `adjacent`, counted from `offset`:

    ```
    result[a] = x[a] * c - x[b] * s
    result[b] = x[b] * c + x[a] * s
    ```

    Constraints:

    - (C1) `heads` is at least 1 and divides the columns of `x`.
    - (C2) `offset` is not negative, and offset + D is at most a head's width.
    - (C3) D is even.
    - (C4) `rotary` has as many rows as `x`.

    Example:

    ```mlir
    %q2 = fathom.rope %q, %rotary heads 16 offset 128 adjacent
        : tensor<?x3072xf32>, tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$x, Fathom_ActivationTensor:$rotary,
                       I64Attr:$heads, I64Attr:$offset, Fathom_Pairing:$pairing);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $x `,` $rotary `heads` $heads `offset` $offset $pairing attr-dict
    `:` type($x) `,` type($rotary)
  }];
  let hasVerifier = 1;
}

class Fathom_CacheUser<string mnemonic, list<Trait> traits = []>
    : Fathom_Op<mnemonic, !listconcat(traits,
        [DeclareOpInterfaceMethods<SymbolUserOpInterface>])>;

def Fathom_CacheAppendOp : Fathom_CacheUser<"cache_append",
    [MemoryEffects<[MemWrite]>]> {
  let summary = "Stores what this layer keeps of each token.";
  let description = [{
    Rounds row t of each operand to the cache's element type and stores it under
    the slot and position of token t, in the place of the layer that runs.

    Constraints:

    - (C1) there is one operand a part of `cache`, with that part's width.
    - (C2) all operands have the same number of rows.

    Example:

    ```mlir
    fathom.cache_append %tokens, %k, %v into @kv
        : tensor<?x256xf32>, tensor<?x256xf32>
    ```
  }];
  let arguments = (ins Fathom_TokensType:$tokens,
                       Variadic<Fathom_ActivationTensor>:$parts,
                       FlatSymbolRefAttr:$cache);
  let assemblyFormat = [{
    $tokens `,` $parts `into` $cache attr-dict `:` type($parts)
  }];
  let hasVerifier = 1;
}

def Fathom_AttentionOp : Fathom_CacheUser<"attention", [MemoryEffects<[MemRead]>]> {
  let summary = "Grouped-query attention over the sequence so far.";
  let description = [{
    A row of `q` is `heads` vectors of width D; query head h meets key and value
    head g = h / (heads / kv_heads). Over the cached tokens s of the same
    sequence with position(s) <= position(t):

    ```
    p[s]            = softmax_s(scale * sum_i q[t, h, i] * key[s, g, i])
    result[t, h, i] = sum_s p[s] * value[s, g, i]
    ```

    Constraints:

    - (C1) `heads` divides the columns of `q`, and `kv_heads` divides `heads`.
    - (C2) `cache` has two parts of kv_heads * D values.
    - (C3) `result` has the type of `q`.
    - (C4) `scale` is positive and finite.

    Example:

    ```mlir
    %a = fathom.attention %tokens, %q from @kv heads 12 kv_heads 2
        scale 0.088388346 : tensor<?x1536xf32> -> tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins Fathom_TokensType:$tokens, Fathom_ActivationTensor:$q,
                       FlatSymbolRefAttr:$cache, I64Attr:$heads,
                       I64Attr:$kv_heads, F32Attr:$scale);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $tokens `,` $q `from` $cache `heads` $heads `kv_heads` $kv_heads
    `scale` $scale attr-dict `:` type($q) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Fathom_LatentAttentionOp : Fathom_CacheUser<"latent_attention",
    [MemoryEffects<[MemRead]>]> {
  let summary = "Attention over compressed keys and values (MLA).";
  let description = [{
    The cache holds, for each token s, a latent row c[s] of L values followed by
    a rotated key r[s] of `rope` values that all heads share. `weight` holds for
    each head h the rows K[h] ([nope, L]) and below them V[h] ([value, L]). A row
    of `q` is `heads` vectors [q_nope | q_rope]. Over the cached tokens s of the
    same sequence with position(s) <= position(t):

    ```
    score[s]        = q_nope[t, h] . (K[h] c[s]) + q_rope[t, h] . r[s]
    p[s]            = softmax_s(scale * score[s])
    result[t, h, i] = sum_s p[s] * (V[h] c[s])[i]
    ```

    This is one meaning with two ways of computing it: expanded, as written, or
    absorbed, with K[h]^T q_nope and V[h] (sum_s p[s] c[s]) taken first.

    Constraints:

    - (C1) `q` has heads * (nope + rope) columns.
    - (C2) `result` has heads * value columns and the rows of `q`.
    - (C3) `weight` is a matrix weight [heads * (nope + value), L].
    - (C4) `cache` has one part of L + rope values.
    - (C5) `heads`, `nope`, `rope` and `value` are at least 1; `scale` is
      positive and finite.

    Example:

    ```mlir
    %a = fathom.latent_attention %tokens, %q from @latent, @kv_b_proj
        heads 16 nope 128 rope 64 value 128 scale 0.13523378
        : tensor<?x3072xf32> -> tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Fathom_TokensType:$tokens, Fathom_ActivationTensor:$q,
                       FlatSymbolRefAttr:$cache, FlatSymbolRefAttr:$weight,
                       I64Attr:$heads, I64Attr:$nope, I64Attr:$rope,
                       I64Attr:$value, F32Attr:$scale);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $tokens `,` $q `from` $cache `,` $weight `heads` $heads `nope` $nope
    `rope` $rope `value` $value `scale` $scale attr-dict
    `:` type($q) `->` type($result)
  }];
  let hasVerifier = 1;
}

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMATTENTIONOPS_TD
