//===- FathomPlannedOps.td - The planned form ---------------*- tablegen -*-===//
//
// What the passes make of a layer: fused operations, each the work of one
// phase, over packed weights.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMPLANNEDOPS_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMPLANNEDOPS_TD

include "dialects/Fathom/IR/FathomPlannedAttrs.td"
include "dialects/Fathom/IR/FathomTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Fathom_PackedOp : Fathom_Op<"packed", [Symbol,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "A weight as the generated code reads it, and its recipe.";
  let description = [{
    `pieces` say which rows of which `fathom.weight` become which packed rows;
    rows that no piece names are zeros. Layouts:

    | layout   | bytes                                                          |
    |----------|----------------------------------------------------------------|
    | `panels` | panels of 64 rows, K outermost: `[K][64]` for f32 and f16,     |
    |          | pairs `[ceil(K/2)][64][2]` for bf16; rows padded to 64 by zeros |
    | `rows`   | row-major                                                      |
    | `vector` | `[rows, 1]`, row-major: one value a row                        |

    A weight with `experts` E is one matrix an expert, `at` this byte of the
    expert's block; members of a block have the same `slot`. `slot` is the index
    into the table of `kind`'s layers, or into the globals without `kind`; a
    block takes E entries from its slot on.

    Constraints:

    - (C1) `rows` and `columns` are at least 1 and their product at most 2^48;
      `columns` is 1 for a `vector`.
    - (C2) `storage` is f32, f16 or bf16.
    - (C3) each piece names a `fathom.weight`, lies inside of it, and its rows
      lie inside of `rows`; `group` is at least 1 and `every` at least `group`.
    - (C4) `experts` is at least 1, `at` and `slot` are at least 0.
    - (C5) the weights that pieces name have as many experts.

    Example:

    ```mlir
    fathom.packed @dense.o : panels of bf16 [1536, 1536] slot 3 kind "dense"
        pieces [#fathom.piece<source = @dense.o_proj, rows = 1536, offset = 0,
            row_stride = 1536, column_stride = 1, first = 0, group = 1536, every = 1536>]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Fathom_Layout:$layout,
                       TypeAttr:$storage, I64Attr:$rows, I64Attr:$columns,
                       OptionalAttr<I64Attr>:$experts, OptionalAttr<I64Attr>:$at,
                       OptionalAttr<I64Attr>:$slot, OptionalAttr<StrAttr>:$kind,
                       TypedArrayAttrBase<Fathom_PieceAttr, "pieces">:$pieces);
  let assemblyFormat = [{
    $sym_name `:` $layout `of` $storage `[` $rows `,` $columns `]`
    (`experts` $experts^)? (`at` $at^)? (`slot` $slot^)? (`kind` $kind^)?
    `pieces` $pieces attr-dict
  }];
  let hasVerifier = 1;
}

def Fathom_ProjectOp : Fathom_Op<"project", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "A linear layer with what stands around it.";
  let description = [{
    ```
    n      = x / sqrt(mean(x^2) + eps) * norm            or x without `norm`
    p      = sum_k n[t, k] * weight[r, k] (+ bias[r])
    p      = swiglu of gate and up rows                  with `swiglu`
    result = plus_m + ... (plus_1 + (plus_0 + p))        with `plus`
    ```

    With `swiglu`, packed rows 16 b .. 16 b + 7 are gate rows 8 b .. 8 b + 7 and
    the next eight the up rows of the same numbers. With `asking`, only the
    tokens that ask have a row, in order: the logits, stored where the step's
    context says; the normalised rows go to the context's `hidden` where it is
    not null. All weights are `fathom.packed`; `exact` keeps operands in f32
    whatever the level, where rounding costs most. With `slices` S the sum over k is cut
    into S runs of equal length (the last may be shorter), each summed from zero
    and added up in order: what ranks may one day share.

    Constraints:

    - (C1) `weight` is packed as `panels`, of no experts, with a column for each
      of `x` and a row for each of the result; with `swiglu` 16 rows for each 8
      columns of the result, begun ones included.
    - (C2) `norm` is packed as a `vector` with a row for each column of `x`.
    - (C3) `bias` is packed as a `vector` with as many rows as `weight`.
    - (C4) each of `plus` has the type of the result.
    - (C5) `slices` is from 1 to the columns of `x`.
    - (C6) `norm` and `eps`, which is positive and finite, come together.
    - (C7) the result has as many rows as `x`, but where `asking` chooses them.

    Example:

    ```mlir
    %qkv = fathom.project %x by @dense.qkv norm @dense.norm1 eps 1.0e-06
        bias @dense.qkv_bias : tensor<?x1536xf32> -> tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$x, FlatSymbolRefAttr:$weight,
                       OptionalAttr<FlatSymbolRefAttr>:$norm,
                       OptionalAttr<F64Attr>:$eps,
                       OptionalAttr<FlatSymbolRefAttr>:$bias,
                       UnitAttr:$swiglu, UnitAttr:$exact,
                       OptionalAttr<I64Attr>:$slices,
                       Variadic<Fathom_ActivationTensor>:$plus,
                       Optional<Fathom_TokensType>:$asking);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $x `by` $weight (`norm` $norm^ `eps` $eps)? (`bias` $bias^)?
    (`swiglu` $swiglu^)? (`exact` $exact^)? (`slices` $slices^)?
    (`plus` $plus^ `of` type($plus))? (`asking` $asking^)?
    attr-dict `:` type($x) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Fathom_AttendOp : Fathom_Op<"attend", [MemoryEffects<[MemRead, MemWrite]>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Grouped-query attention with rotation and cache.";
  let description = [{
    A row of `qkv` is heads query vectors, kv_heads key vectors and kv_heads
    value vectors of one width. Queries and keys are rotated as `fathom.rope`
    does, keys and values stored in `cache` as `fathom.cache_append` does, and
    the result is that of `fathom.attention`.

    Constraints:

    - (C1) `heads` is a multiple of `kv_heads`, which is at least 1, and divides
      the columns of the result into vectors.
    - (C2) `qkv` has heads + 2 kv_heads such vectors.
    - (C3) `rotary` has an even number of columns, no more than such a vector.
    - (C4) `cache` has two parts of kv_heads such vectors.
    - (C5) `scale` is positive and finite.
    - (C6) `qkv`, `rotary` and the result have the same number of rows.

    Example:

    ```mlir
    %a = fathom.attend %tokens, %qkv, %rotary in @kv heads 12 kv_heads 2 half
        scale 0.088388346 : tensor<?x2048xf32>, tensor<?x128xf32> -> tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins Fathom_TokensType:$tokens, Fathom_ActivationTensor:$qkv,
                       Fathom_ActivationTensor:$rotary,
                       FlatSymbolRefAttr:$cache, I64Attr:$heads,
                       I64Attr:$kv_heads, Fathom_Pairing:$pairing,
                       F32Attr:$scale);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $tokens `,` $qkv `,` $rotary `in` $cache `heads` $heads `kv_heads` $kv_heads
    $pairing `scale` $scale attr-dict
    `:` type($qkv) `,` type($rotary) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Fathom_AttendLatentOp : Fathom_Op<"attend_latent",
    [MemoryEffects<[MemRead, MemWrite]>,
     DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Latent attention in the form that each token's role picks.";
  let description = [{
    A row of `q` is heads vectors [nope | rope], not rotated yet; a row of
    `latent` the L values of the compressed row, not normalised yet, and the
    `rope` values of the shared key, not rotated yet. Normalises and rotates,
    stores [L | rope] in `cache`, and computes `fathom.latent_attention`:
    expanded for prompt tokens, absorbed for generated ones. With R(n) = n
    rounded up to 64, the packed weights are, head under head:

    - `absorbed`: rows h * R(L) + l, columns nope: K[h] transposed;
    - `expanded`: rows h * R(nope) + i, columns L: K[h];
    - `values`: rows h * R(value) + i, columns L: V[h].

    Constraints:

    - (C1) `heads`, `nope`, `rope` and `value` are at least 1, `rope` is even,
      `scale` and `eps` are positive and finite.
    - (C2) `q` has heads * (nope + rope) columns, `rotary` has `rope`, `latent`
      more than those, and the result heads * value.
    - (C3) `cache` has one part, as wide as `latent`.
    - (C4) `norm` is packed as a `vector` of L rows.
    - (C5) `absorbed`, `expanded` and `values` are packed as `panels` of the rows
      and columns above.
    - (C6) `q`, `latent`, `rotary` and the result have the same number of rows.

    Example:

    ```mlir
    %a = fathom.attend_latent %tokens, %q, %c, %rotary norm @norm eps 1.0e-06
        in @latent absorbed @k_t expanded @k values @v
        heads 16 nope 128 rope 64 value 128 adjacent scale 0.13523378
        : tensor<?x3072xf32>, tensor<?x576xf32>, tensor<?x64xf32> -> tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Fathom_TokensType:$tokens, Fathom_ActivationTensor:$q,
                       Fathom_ActivationTensor:$latent,
                       Fathom_ActivationTensor:$rotary,
                       FlatSymbolRefAttr:$norm, F64Attr:$eps,
                       FlatSymbolRefAttr:$cache, FlatSymbolRefAttr:$absorbed,
                       FlatSymbolRefAttr:$expanded, FlatSymbolRefAttr:$values,
                       I64Attr:$heads, I64Attr:$nope, I64Attr:$rope,
                       I64Attr:$value, Fathom_Pairing:$pairing, F32Attr:$scale);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $tokens `,` $q `,` $latent `,` $rotary `norm` $norm `eps` $eps
    `in` $cache `absorbed` $absorbed `expanded` $expanded `values` $values
    `heads` $heads `nope` $nope `rope` $rope `value` $value $pairing
    `scale` $scale attr-dict
    `:` type($q) `,` type($latent) `,` type($rotary) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Fathom_DispatchOp : Fathom_Op<"dispatch", [Pure,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Chooses experts and lists the tokens of each.";
  let description = [{
    `ids` and `weights` are those of `fathom.route`. With k choices a token,
    entry t * k + j is choice j of token t; `lists` holds E + 1 offsets into the
    entries that follow them, then the T * k entries ordered by expert, within
    one by token: expert e has the entries `lists[E + 1 + lists[e]]` up to
    `lists[E + 1 + lists[e + 1]]`, without the last. `ids` also go to the
    context's `experts` where it is not null.

    Constraints, with E columns of `logits`:

    - (C1) `groups` divides E, 1 <= top_groups <= groups, and with more than one
      group a group has at least two experts, unless `by_best`.
    - (C2) `ids` and `weights` have the same k columns, 1 <= k <= the experts of
      `top_groups` groups, and `lists` has one.
    - (C3) `bias` is packed as a `vector` of E rows.
    - (C4) `scale` is positive and finite.
    - (C5) `ids` and `weights` have as many rows as `logits`.

    Example:

    ```mlir
    %ids, %w, %lists = fathom.dispatch %logits bias @correction sigmoid groups 8
        top_groups 4 scale 2.5 normalize : tensor<?x256xf32>
        -> tensor<?x8xi32>, tensor<?x8xf32>, tensor<?x1xi32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$logits,
                       OptionalAttr<FlatSymbolRefAttr>:$bias,
                       Fathom_Scoring:$scoring, I64Attr:$groups,
                       I64Attr:$top_groups, UnitAttr:$by_best, F32Attr:$scale,
                       UnitAttr:$normalize);
  let results = (outs Fathom_IndexTensor:$ids, Fathom_ActivationTensor:$weights,
                      Fathom_IndexTensor:$lists);
  let assemblyFormat = [{
    $logits (`bias` $bias^)? $scoring `groups` $groups `top_groups` $top_groups
    (`by_best` $by_best^)? `scale` $scale (`normalize` $normalize^)? attr-dict `:` type($logits)
    `->` type($ids) `,` type($weights) `,` type($lists)
  }];
  let hasVerifier = 1;
}

def Fathom_ExpertGateUpOp : Fathom_Op<"expert_gate_up", [Pure,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The first half of the chosen experts.";
  let description = [{
    Row p of the result is swiglu(gate_e n, up_e n) for the p-th entry of
    `lists`, e being its expert and n its token's row of `x`, normalised. Rows
    of `weight` are interleaved as `fathom.project` does with `swiglu`.

    Constraints:

    - (C1) `weight` is packed as `panels`, of experts, with a column for each of
      `x` and 16 rows for each 8 columns of the result, begun ones included.
    - (C2) `norm` is packed as a `vector` with a row for each column of `x`.
    - (C3) `lists` has one column, and `eps` is positive and finite.

    Example:

    ```mlir
    %h = fathom.expert_gate_up %x, %lists by @gate_up norm @norm2 eps 1.0e-06
        : tensor<?x2048xf32>, tensor<?x1xi32> -> tensor<?x1408xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$x, Fathom_IndexTensor:$lists,
                       FlatSymbolRefAttr:$weight, FlatSymbolRefAttr:$norm,
                       F64Attr:$eps);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $x `,` $lists `by` $weight `norm` $norm `eps` $eps attr-dict
    `:` type($x) `,` type($lists) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Fathom_ExpertDownOp : Fathom_Op<"expert_down", [Pure,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The second half of the chosen experts, added up.";
  let description = [{
    ```
    result[t] = (plus[t] +) sum_j weights[t, j] * down_e h[p]
    ```

    with e = ids[t, j], ascending in j, and p the place of entry t * k + j in
    `lists`; `slices` as in `fathom.project`. Code may add `plus` before the
    experts or after them.

    Constraints:

    - (C1) `weight` is packed as `panels`, of experts, with a column for each of
      `h` and a row for each column of the result.
    - (C2) `slices` is from 1 to the columns of `h`.
    - (C3) `lists` has one column.
    - (C4) `weights` has as many rows as the result.
    - (C5) `plus`, where given, has the type of the result.

    Example:

    ```mlir
    %y = fathom.expert_down %h, %w, %lists by @down
        : tensor<?x1408xf32>, tensor<?x8xf32>, tensor<?x1xi32> -> tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$h,
                       Fathom_ActivationTensor:$weights,
                       Fathom_IndexTensor:$lists, FlatSymbolRefAttr:$weight,
                       OptionalAttr<I64Attr>:$slices,
                       Optional<Fathom_ActivationTensor>:$plus);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $h `,` $weights `,` $lists `by` $weight (`slices` $slices^)?
    (`plus` $plus^ `of` type($plus))? attr-dict
    `:` type($h) `,` type($weights) `,` type($lists) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Fathom_PhaseOp : Fathom_Op<"phase", [SingleBlock]> {
  let summary = "Work between two barriers of all threads.";
  let description = [{
    The operations inside are the phase's work, none of which needs another's
    result from a different thread unless its lowering waits for it. `places`
    say where the results lie, one a result. `scratch` is a place in the arena's
    shared part, of `scratch_bytes`, that only this phase uses. `code` names the
    function of the tiled form that does the work.

    Constraints:

    - (C1) the block ends in a `fathom.yield` of the results' types.
    - (C2) `places`, where given, has one place a result.
    - (C3) places and scratch begin at a multiple of 4 bytes from 0 on, a row of
      a place has a static length, no more than its stride, and scratch has no
      fewer than 0 bytes.

    Example:

    ```mlir
    %qkv = fathom.phase "qkv" places [#fathom.place<offset = 0, stride = 2048, operand = false>]
        -> tensor<?x2048xf32> {
      %0 = fathom.project %x by @dense.qkv : tensor<?x1536xf32> -> tensor<?x2048xf32>
      fathom.yield %0 : tensor<?x2048xf32>
    }
    ```
  }];
  let arguments = (ins StrAttr:$name,
                       OptionalAttr<TypedArrayAttrBase<Fathom_PlaceAttr, "places">>:$places,
                       OptionalAttr<I64Attr>:$scratch,
                       OptionalAttr<I64Attr>:$scratch_bytes,
                       OptionalAttr<FlatSymbolRefAttr>:$code);
  let results = (outs Variadic<AnyTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $name (`places` $places^)? (`scratch` $scratch^ `bytes` $scratch_bytes)?
    (`code` $code^)? (`->` type($results)^)? $body attr-dict
  }];
  let hasVerifier = 1;
}

def Fathom_YieldOp : Fathom_Op<"yield", [Pure, Terminator, HasParent<"PhaseOp">]> {
  let summary = "Ends a phase with its results.";
  let description = [{
    Example:

    ```mlir
    fathom.yield %0 : tensor<?x2048xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyTensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMPLANNEDOPS_TD
