//===- FathomPlannedAttrs.td - Recipes and places -----------*- tablegen -*-===//
//
// Where a packed weight's rows come from, and where a value lies in the arena.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMPLANNEDATTRS_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMPLANNEDATTRS_TD

include "dialects/Fathom/IR/FathomDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Fathom_LayoutPanels : I32EnumAttrCase<"Panels", 0, "panels">;
def Fathom_LayoutRows : I32EnumAttrCase<"Rows", 1, "rows">;
def Fathom_LayoutVector : I32EnumAttrCase<"Vector", 2, "vector">;
def Fathom_Layout : I32EnumAttr<"Layout", "how a packed weight lies in memory",
    [Fathom_LayoutPanels, Fathom_LayoutRows, Fathom_LayoutVector]> {
  let cppNamespace = "::mlir::fathom";
}

def Fathom_PieceAttr : AttrDef<Fathom_Dialect, "Piece"> {
  let mnemonic = "piece";
  let summary = "Rows of a packed weight, taken affinely from one source.";
  let description = [{
    Row i of the piece becomes row `first + (i / group) * every + i % group` of
    the packed weight; its column j is element

    ```
    offset + i * row_stride + j * column_stride
    ```

    of the source, row-major. Concatenation is `group` = `rows`; two pieces with
    `group` 8 and `every` 16 interleave; a transpose swaps the strides.

    Example:

    ```mlir
    #fathom.piece<source = @dense.q_proj, rows = 1536, offset = 0,
        row_stride = 1536, column_stride = 1, first = 0, group = 1536, every = 1536>
    ```
  }];
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$source, "int64_t":$rows,
                        "int64_t":$offset, "int64_t":$row_stride,
                        "int64_t":$column_stride, "int64_t":$first,
                        "int64_t":$group, "int64_t":$every);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Fathom_PlaceAttr : AttrDef<Fathom_Dialect, "Place"> {
  let mnemonic = "place";
  let summary = "Where a value of the step lies in the arena's shared part.";
  let description = [{
    The value's row t begins at byte `offset + t * stride * size`, `stride` being
    in elements and `size` that of the element: i32 for an index tensor; f32; or
    with `operand` the type that the level's dot instructions take for the
    module's storage type (bf16 for `vdpbf16ps`, else f32). Room is kept for
    four bytes an element, so that one plan serves every level.

    Example:

    ```mlir
    #fathom.place<offset = 4096, stride = 1536, operand = false>
    ```
  }];
  let parameters = (ins "int64_t":$offset, "int64_t":$stride, "bool":$operand);
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMPLANNEDATTRS_TD
