//===- FathomTypes.td - Types and enumerations -------------*- tablegen -*-===//
//
// `!fathom.tokens`, and the words that attributes choose from.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMTYPES_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMTYPES_TD

include "dialects/Fathom/IR/FathomDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Fathom_TokensType : TypeDef<Fathom_Dialect, "Tokens"> {
  let mnemonic = "tokens";
  let summary = "The tokens of one step.";
  let description = [{
    T tokens, each with its id, the slot of its sequence, its position, its role
    (prompt or generated), and whether it asks for logits.

    Example: `!fathom.tokens`
  }];
}

def Fathom_PairingHalf : I32EnumAttrCase<"Half", 0, "half">;
def Fathom_PairingAdjacent : I32EnumAttrCase<"Adjacent", 1, "adjacent">;
def Fathom_Pairing : I32EnumAttr<"Pairing", "which two channels rotate together",
    [Fathom_PairingHalf, Fathom_PairingAdjacent]> {
  let cppNamespace = "::mlir::fathom";
}

def Fathom_ScoringSigmoid : I32EnumAttrCase<"Sigmoid", 0, "sigmoid">;
def Fathom_ScoringSoftmax : I32EnumAttrCase<"Softmax", 1, "softmax">;
def Fathom_Scoring : I32EnumAttr<"Scoring", "how router logits become scores",
    [Fathom_ScoringSigmoid, Fathom_ScoringSoftmax]> {
  let cppNamespace = "::mlir::fathom";
}

// A row a token; the rows are of one known length.
class Fathom_RowsOf<Type element> : ConfinedType<2DTensorOf<[element]>,
    [CPred<"::mlir::fathom::hasKnownColumns($_self)">],
    2DTensorOf<[element]>.summary # " with a static number of columns from 1 "
    "to 2^48">;
def Fathom_ActivationTensor : Fathom_RowsOf<F32>;
def Fathom_IndexTensor : Fathom_RowsOf<I32>;

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMTYPES_TD
