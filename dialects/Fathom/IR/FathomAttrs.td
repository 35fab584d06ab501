//===- FathomAttrs.td - Attributes --------------------------*- tablegen -*-===//
//
// How a checkpoint stores what a weight symbol names.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMATTRS_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMATTRS_TD

include "dialects/Fathom/IR/FathomDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Fathom_BlockScalesAttr : AttrDef<Fathom_Dialect, "BlockScales"> {
  let mnemonic = "block_scales";
  let summary = "One scale for each block of an 8-bit weight.";
  let description = [{
    The checkpoint holds float8 codes and, under the name `tensor`, one scale a
    block of `rows` x `columns` codes. Edge blocks may be partial. A layer or an
    expert whose scales the checkpoint lacks is stored in another float type,
    and is taken as it is. An element is

    ```
    weight[i, j] = bf16(float32(code[i, j]) * float32(scale[i / rows, j / columns]))
    ```

    Example:

    ```mlir
    #fathom.block_scales<"model.layers.{layer}.q.weight_scale_inv", 128 x 128>
    ```
  }];
  let parameters = (ins StringRefParameter<"tensor of the scales">:$tensor,
                        "int64_t":$rows, "int64_t":$columns);
  let assemblyFormat = "`<` $tensor `,` $rows `x` $columns `>`";
  let genVerifyDecl = 1;
}

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMATTRS_TD
