//===- FathomSymbolOps.td - Weights and caches -------------*- tablegen -*-===//
//
// The symbols that a model's functions refer to. No operation holds a weight's
// values: a weight says where they lie, and the artifact writer fetches them.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMSYMBOLOPS_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMSYMBOLOPS_TD

include "dialects/Fathom/IR/FathomAttrs.td"
include "dialects/Fathom/IR/FathomTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

def Fathom_WeightOp : Fathom_Op<"weight", [Symbol]> {
  let summary = "Names a weight of the checkpoint.";
  let description = [{
    Declares a vector or matrix and the tensor of the checkpoint it comes from.
    In `source` the pieces `{layer}` and `{expert}` stand for the number of the
    layer whose function uses the weight and of the expert; a weight with
    `experts` is one matrix an expert, all of `type`. Matrices are [out, in]:
    a linear layer computes y = x W^T. The element type is the one the values
    are rounded to once read; float8 codes become bf16 first, as `scales` says,
    whatever the element type.

    Constraints:

    - (C1) `type` is a tensor of rank 1 or 2 with static dimensions of at least 1,
      and at most 2^48 elements.
    - (C2) the element type is f32, f16 or bf16.
    - (C3) `source` names `{expert}` exactly when `experts` is given.
    - (C4) `scales` needs a matrix.
    - (C5) `experts`, where given, is at least 1.

    Example:

    ```mlir
    fathom.weight @o_proj : tensor<1536x1536xbf16>
        from "model.layers.{layer}.self_attn.o_proj.weight"
    fathom.weight @up : tensor<2048x7168xbf16> experts 256
        from "model.layers.{layer}.mlp.experts.{expert}.up_proj.weight"
        scales <"model.layers.{layer}.mlp.experts.{expert}.up_proj.weight_scale_inv", 128 x 128>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<AnyRankedTensor>:$type,
                       OptionalAttr<I64Attr>:$experts,
                       StrAttr:$source,
                       OptionalAttr<Fathom_BlockScalesAttr>:$scales);
  let assemblyFormat = [{
    $sym_name `:` $type (`experts` $experts^)? `from` $source
    (`scales` $scales^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Fathom_CacheOp : Fathom_Op<"cache", [Symbol]> {
  let summary = "Declares a cache class: what a layer keeps of each token.";
  let description = [{
    Each layer that appends to the cache keeps, for each token, one row of each
    part: `[64, 64]` are a key and a value row of 64 numbers each, `[576]` one
    latent row. Rows are rounded to `element` on their way in. A row of each
    part is `heads` vectors of equal width, one where not given.

    Constraints:

    - (C1) there are one or two parts, each of at least 1 value.
    - (C2) the element type is f32, f16 or bf16.
    - (C3) `heads` is at least 1 and divides each part.

    Example:

    ```mlir
    fathom.cache @kv parts [256, 256] of bf16 heads 2
    fathom.cache @latent parts [576] of bf16
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, DenseI64ArrayAttr:$parts,
                       TypeAttr:$element, OptionalAttr<I64Attr>:$heads);
  let assemblyFormat = [{
    $sym_name `parts` $parts `of` $element (`heads` $heads^)? attr-dict
  }];
  let hasVerifier = 1;
}

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMSYMBOLOPS_TD
