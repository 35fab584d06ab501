//===- FathomLayerOps.td - What every layer has ------------*- tablegen -*-===//
//
// Embedding, normalisation, linear layers, the gated activation, logits.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMLAYEROPS_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMLAYEROPS_TD

include "dialects/Fathom/IR/FathomTypes.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Fathom_WeightUser<string mnemonic, list<Trait> traits = []>
    : Fathom_Op<mnemonic, !listconcat(traits,
        [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>])>;

def Fathom_EmbeddingOp : Fathom_WeightUser<"embedding"> {
  let summary = "Looks up the row of each token.";
  let description = [{
    ```
    result[t] = table[id(t)]
    ```

    No scale is applied. Ids come from the tokenizer and are below the table's
    row count; the runtime refuses others before a step.

    Constraints:

    - (C1) `table` is a matrix weight with as many columns as `result`, or one
      packed as `rows`.

    Example:

    ```mlir
    %x = fathom.embedding %tokens, @embed : tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins Fathom_TokensType:$tokens, FlatSymbolRefAttr:$table);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = "$tokens `,` $table attr-dict `:` type($result)";
}

def Fathom_RmsNormOp : Fathom_WeightUser<"rms_norm", [AllTypesMatch<["x", "result"]>]> {
  let summary = "Divides each row by its root mean square.";
  let description = [{
    ```
    result[t, i] = x[t, i] / sqrt(mean_j(x[t, j]^2) + eps) * weight[i]
    ```

    Constraints:

    - (C1) `weight` is a vector weight as long as a row of `x`.
    - (C2) `eps` is positive and finite.

    Example:

    ```mlir
    %n = fathom.rms_norm %x, @input_norm eps 1.0e-06 : tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$x, FlatSymbolRefAttr:$weight,
                       F64Attr:$eps);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = "$x `,` $weight `eps` $eps attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Fathom_LinearOp : Fathom_WeightUser<"linear"> {
  let summary = "Multiplies each row by a weight matrix.";
  let description = [{
    ```
    result[t, n] = sum_k x[t, k] * weight[n, k] (+ bias[n])
    ```

    Constraints:

    - (C1) `weight` is a matrix weight [columns of `result`, columns of `x`],
      which are static, as those of all values are.
    - (C2) `bias`, where given, is a vector weight as long as a row of `result`.
    - (C3) `x` and `result` have the same number of rows.

    Example:

    ```mlir
    %q = fathom.linear %n, @q_proj bias @q_bias
        : tensor<?x1536xf32> -> tensor<?x1536xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$x, FlatSymbolRefAttr:$weight,
                       OptionalAttr<FlatSymbolRefAttr>:$bias);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $x `,` $weight (`bias` $bias^)? attr-dict `:` type($x) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Fathom_SwigluOp : Fathom_Op<"swiglu", [Pure,
    AllTypesMatch<["gate", "up", "result"]>]> {
  let summary = "Gates one half of a feed-forward layer with the other.";
  let description = [{
    ```
    result = gate / (1 + exp(-gate)) * up
    ```

    Example:

    ```mlir
    %h = fathom.swiglu %gate, %up : tensor<?x8960xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$gate, Fathom_ActivationTensor:$up);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = "$gate `,` $up attr-dict `:` type($gate)";
}

def Fathom_LogitsOp : Fathom_WeightUser<"logits"> {
  let summary = "Scores the vocabulary for the tokens that ask.";
  let description = [{
    With a(0), a(1), ... the tokens of the step that ask for logits, in order:

    ```
    result[i, v] = sum_k x[a(i), k] * weight[v, k]
    ```

    Constraints:

    - (C1) `weight` is a matrix weight [columns of `result`, columns of `x`].

    Example:

    ```mlir
    %l = fathom.logits %n, %tokens, @lm_head
        : tensor<?x1536xf32> -> tensor<?x151936xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$x, Fathom_TokensType:$tokens,
                       FlatSymbolRefAttr:$weight);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $x `,` $tokens `,` $weight attr-dict `:` type($x) `->` type($result)
  }];
}

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMLAYEROPS_TD
