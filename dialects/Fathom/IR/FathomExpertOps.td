//===- FathomExpertOps.td - Mixture of experts --------------*- tablegen -*-===//
//
// The router's choice, and the chosen experts as one operation: a dispatch that
// decays into scatters could not be put together again.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMEXPERTOPS_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMEXPERTOPS_TD

include "dialects/Fathom/IR/FathomLayerOps.td"

def Fathom_RouteOp : Fathom_WeightUser<"route"> {
  let summary = "Chooses the experts of each token, and their weights.";
  let description = [{
    With E columns of `logits`, consecutive experts form `groups` groups:

    ```
    score  = sigmoid(logits[t]) or softmax(logits[t])
    choice = score + bias                       (bias is 0 where not given)
    ```

    A group's worth is the sum of its two largest choices, or its largest choice
    with `by_best`. The `top_groups` best groups stay; the experts of all others
    count as -infinity. `ids[t]` are the
    k experts of largest choice, in ascending order; of equal ones the lower id
    wins. Their weights are their *scores*, without bias, divided by their sum
    plus 1e-20 where `normalize`, times `scale`.

    Constraints:

    - (C1) `groups` divides E, and 1 <= top_groups <= groups.
    - (C2) with more than one group, a group has at least two experts, unless
      `by_best`.
    - (C3) `ids` and `weights` have the same k columns, 1 <= k <= the experts of
      `top_groups` groups.
    - (C4) `bias`, where given, is a vector weight of E values.
    - (C5) `scale` is positive and finite.
    - (C6) `ids` and `weights` have as many rows as `logits`.

    Example:

    ```mlir
    %ids, %w = fathom.route %logits bias @correction sigmoid groups 8
        top_groups 4 scale 2.5 normalize
        : tensor<?x256xf32> -> tensor<?x8xi32>, tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$logits,
                       OptionalAttr<FlatSymbolRefAttr>:$bias,
                       Fathom_Scoring:$scoring, I64Attr:$groups,
                       I64Attr:$top_groups, UnitAttr:$by_best, F32Attr:$scale,
                       UnitAttr:$normalize);
  let results = (outs Fathom_IndexTensor:$ids, Fathom_ActivationTensor:$weights);
  let assemblyFormat = [{
    $logits (`bias` $bias^)? $scoring `groups` $groups `top_groups` $top_groups
    (`by_best` $by_best^)? `scale` $scale (`normalize` $normalize^)? attr-dict
    `:` type($logits) `->` type($ids) `,` type($weights)
  }];
  let hasVerifier = 1;
}

def Fathom_ExpertsOp : Fathom_WeightUser<"experts", [AllTypesMatch<["x", "result"]>]> {
  let summary = "Runs the chosen experts and adds them up.";
  let description = [{
    ```
    E_e(x)    = down_e (swiglu(gate_e x, up_e x))
    result[t] = sum_j weights[t, j] * E_ids[t, j](x[t])
    ```

    The sum goes in ascending order of expert ids.

    Constraints:

    - (C1) `gate`, `up` and `down` are expert weights with the same number of
      experts; `gate` and `up` are [I, H], `down` is [H, I], with H columns of `x`.
    - (C2) `ids` and `weights` have the same number of columns.
    - (C3) `ids` and `weights` have as many rows as `x`.

    Example:

    ```mlir
    %y = fathom.experts %x, %ids, %w gate @gate up @up down @down
        : tensor<?x7168xf32>, tensor<?x8xi32>, tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Fathom_ActivationTensor:$x, Fathom_IndexTensor:$ids,
                       Fathom_ActivationTensor:$weights,
                       FlatSymbolRefAttr:$gate, FlatSymbolRefAttr:$up,
                       FlatSymbolRefAttr:$down);
  let results = (outs Fathom_ActivationTensor:$result);
  let assemblyFormat = [{
    $x `,` $ids `,` $weights `gate` $gate `up` $up `down` $down attr-dict
    `:` type($x) `,` type($ids) `,` type($weights)
  }];
  let hasVerifier = 1;
}

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMEXPERTOPS_TD
