//===- FathomTileOps.td - Instruction tiles -----------------*- tablegen -*-===//
//
// The one operation of the tiled form that multiplies: an instruction, as a
// small matrix product of fixed shape and types.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMTILEOPS_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMTILEOPS_TD

include "dialects/Fathom/IR/FathomTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Fathom_TileFma256 : I32EnumAttrCase<"Fma256", 0, "fma_256">;
def Fathom_TileFma512 : I32EnumAttrCase<"Fma512", 1, "fma_512">;
def Fathom_TileDpbf16 : I32EnumAttrCase<"Dpbf16_512", 2, "vdpbf16ps_512">;
def Fathom_InstructionTile : I32EnumAttr<"InstructionTile",
    "the instruction that a tile stands for",
    [Fathom_TileFma256, Fathom_TileFma512, Fathom_TileDpbf16]> {
  let cppNamespace = "::mlir::fathom";
}

def Fathom_TileDotOp : Fathom_Op<"tile_dot", [Pure, AllTypesMatch<["acc", "result"]>]> {
  let summary = "One dot instruction: rows of weights against one activation.";
  let description = [{
    With R rows and depth K, both decided by `tile` and the element type:

    ```
    result[r] = acc[r] + sum_k weights[r * K + k] * x[k]        k ascending
    ```

    `weights` lie as a packed panel holds them, K consecutive values a row. The
    register they are in:

    ```
    K = 1 (f32, f16)   | row 0 | row 1 | ... | row R-1 |
    K = 2 (bf16)       | row 0: k0 k1 | row 1: k0 k1 | ... | row R-1: k0 k1 |
    ```

    | tile            | R  | weights        | x    | one step of the sum      |
    |-----------------|----|----------------|------|--------------------------|
    | `fma_256`       | 8  | f32, f16, bf16 | f32  | fused, rounded once      |
    | `fma_512`       | 16 | f32, f16, bf16 | f32  | fused, rounded once      |
    | `vdpbf16ps_512` | 16 | bf16           | bf16 | as the instruction does  |

    The `fma` tiles widen f16 and bf16 weights exactly.

    Constraints:

    - (C1) `acc` is a vector of R values, not scalable.
    - (C2) `weights` is a vector of R * K values, not scalable, of a type that `tile` takes.
    - (C3) `x` is a vector of K values of the type that `tile` takes.

    Example:

    ```mlir
    %s = fathom.tile_dot %acc, %w, %x vdpbf16ps_512
        : vector<16xf32>, vector<32xbf16>, vector<2xbf16>
    ```
  }];
  let arguments = (ins VectorOfRankAndType<[1], [F32]>:$acc,
                       VectorOfRankAndType<[1], [F32, F16, BF16]>:$weights,
                       VectorOfRankAndType<[1], [F32, BF16]>:$x,
                       Fathom_InstructionTile:$tile);
  let results = (outs VectorOfRankAndType<[1], [F32]>:$result);
  let assemblyFormat = [{
    $acc `,` $weights `,` $x $tile attr-dict
    `:` type($acc) `,` type($weights) `,` type($x)
  }];
  let hasVerifier = 1;
}

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMTILEOPS_TD
