//===- Passes.td - From the model form to the planned form --*- tablegen -*-===//
//
// In the order in which the pipeline runs them, more or less.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_FATHOM_PASSES_TD
#define FATHOM_PASSES_FATHOM_PASSES_TD

include "mlir/Pass/PassBase.td"

def PackWeightsPass : Pass<"fathom-pack-weights", "::mlir::ModuleOp"> {
  let summary = "Turns products into products over packed weights.";
  let description = [{
    Generated code reads weights in the order of its instructions, so what it
    names is not a tensor of the checkpoint but a `fathom.packed` with a recipe.
    `fathom.linear` and `fathom.logits` become `fathom.project` over panels, the
    table of `fathom.embedding` becomes rows, a bias a vector. Norms, routers'
    biases and experts are left to the passes that fuse them.

    Example:

    ```mlir
    // Before:
    %o = fathom.linear %a, @dense.o_proj
        : tensor<?x1536xf32> -> tensor<?x1536xf32>

    // After:
    fathom.packed @dense.o : panels of bf16 [1536, 1536]
        pieces [#fathom.piece<source = @dense.o_proj, rows = 1536, ...>]
    %o = fathom.project %a by @dense.o : tensor<?x1536xf32> -> tensor<?x1536xf32>
    ```

    Preserves: every bit of the result.
  }];
  let dependentDialects = ["::mlir::fathom::FathomDialect"];
}

def FuseProjectionsPass : Pass<"fathom-fuse-projections", "::mlir::ModuleOp"> {
  let summary = "Joins products of the same input into one.";
  let description = [{
    Products of one input and one storage become one whose packed rows are
    theirs, one after another, and slices of its columns. Biases are joined too,
    with zeros for a product that has none. Products that `fathom.swiglu` or
    `fathom.route` read are left alone, and those with anything fused already.

    Example:

    ```mlir
    // Before:
    %q = fathom.project %n by @dense.q : tensor<?x64xf32> -> tensor<?x64xf32>
    %k = fathom.project %n by @dense.k : tensor<?x64xf32> -> tensor<?x32xf32>

    // After:
    %qk = fathom.project %n by @dense.q_k : tensor<?x64xf32> -> tensor<?x96xf32>
    %q = tensor.extract_slice %qk[0, 0] [%t, 64] [1, 1]
        : tensor<?x96xf32> to tensor<?x64xf32>
    %k = tensor.extract_slice %qk[0, 64] [%t, 32] [1, 1]
        : tensor<?x96xf32> to tensor<?x32xf32>
    ```

    Preserves: every bit of the result.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::tensor::TensorDialect"];
}

def SplitConcatsPass : Pass<"fathom-split-concats", "::mlir::ModuleOp"> {
  let summary = "Makes a product of a concatenation a sum of products.";
  let description = [{
    Rows that are put side by side need not be stored so: a `fathom.project` of a
    `tensor.concat` becomes one product a part, over the part's columns of the
    weight, each adding to the one before. A bias stays with the first. Products
    with anything fused already are left alone.

    Example:

    ```mlir
    // Before:
    %c = tensor.concat dim(1) %a, %b
        : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x128xf32>
    %y = fathom.project %c by @mtp.eh : tensor<?x128xf32> -> tensor<?x64xf32>

    // After:
    %s = fathom.project %a by @mtp.eh.part0 : tensor<?x64xf32> -> tensor<?x64xf32>
    %y = fathom.project %b by @mtp.eh.part1 plus %s of tensor<?x64xf32>
        : tensor<?x64xf32> -> tensor<?x64xf32>
    ```

    Preserves: the result within 1e-12 of its largest value: sums are taken in
    another order.
  }];
  let dependentDialects = ["::mlir::fathom::FathomDialect"];
}

def FuseSwigluPass : Pass<"fathom-fuse-swiglu", "::mlir::ModuleOp"> {
  let summary = "Computes gate and up in one product that stores the gated value.";
  let description = [{
    Two products of one input that only a `fathom.swiglu` reads become one whose
    packed rows alternate by eight, gate first, padded to whole groups of 16; so
    do their biases, where both have one. Products with anything else fused are
    left alone.

    Example:

    ```mlir
    // Before:
    %g = fathom.project %n by @dense.gate : tensor<?x64xf32> -> tensor<?x96xf32>
    %u = fathom.project %n by @dense.up : tensor<?x64xf32> -> tensor<?x96xf32>
    %h = fathom.swiglu %g, %u : tensor<?x96xf32>

    // After:
    %h = fathom.project %n by @dense.gate_up swiglu
        : tensor<?x64xf32> -> tensor<?x96xf32>
    ```

    Preserves: every bit of the result.
  }];
  let dependentDialects = ["::mlir::fathom::FathomDialect"];
}

def FuseNormsPass : Pass<"fathom-fuse-norms", "::mlir::ModuleOp"> {
  let summary = "Moves a norm into the prologue of each product that reads it.";
  let description = [{
    Each `fathom.project` of a `fathom.rms_norm` takes the norm's input and its
    weight; a norm that nothing else reads goes away. A product for the tokens
    that ask hands out their normalised rows itself, so a function that returned
    them returns the logits alone. Other readers keep the norm.

    Example:

    ```mlir
    // Before:
    %n = fathom.rms_norm %x, @dense.norm eps 1.0e-06 : tensor<?x64xf32>
    %q = fathom.project %n by @dense.q : tensor<?x64xf32> -> tensor<?x64xf32>

    // After:
    %q = fathom.project %x by @dense.q norm @dense.norm.packed eps 1.0e-06
        : tensor<?x64xf32> -> tensor<?x64xf32>
    ```

    Preserves: every bit of the result.
  }];
  let dependentDialects = ["::mlir::fathom::FathomDialect"];
}

def FuseResidualsPass : Pass<"fathom-fuse-residuals", "::mlir::ModuleOp"> {
  let summary = "Moves additions into the epilogue of the product they add to.";
  let description = [{
    An `arith.addf` of a product that nothing else reads becomes one of the
    product's addends, after those it already has. Where both sides are
    products, the right one takes the other. Products with `swiglu` and those
    for the tokens that ask are left alone. A `fathom.expert_down` takes one
    addend, where neither side is such a product.

    Example:

    ```mlir
    // Before:
    %o = fathom.project %a by @dense.o : tensor<?x64xf32> -> tensor<?x64xf32>
    %y = arith.addf %x, %o : tensor<?x64xf32>

    // After:
    %y = fathom.project %a by @dense.o plus %x of tensor<?x64xf32>
        : tensor<?x64xf32> -> tensor<?x64xf32>
    ```

    Preserves: every bit of the result.
  }];
  let dependentDialects = ["::mlir::fathom::FathomDialect"];
}

def SliceContractionsPass : Pass<"fathom-slice-contractions", "::mlir::ModuleOp"> {
  let summary = "Cuts sums that ranks may share into a fixed number of slices.";
  let description = [{
    Each `fathom.project` with `plus` (attention's output, a feed-forward layer's
    second half) and each `fathom.expert_down` gets `slices`: runs of its sum,
    each from zero, added up in order. Their number is the model's and not the
    machine's, so that ranks that own whole slices compute the same bits as one;
    a sum over fewer columns has a slice a column.

    Example:

    ```mlir
    // Before:
    %y = fathom.project %a by @dense.o plus %x of tensor<?x64xf32>
        : tensor<?x64xf32> -> tensor<?x64xf32>

    // After:
    %y = fathom.project %a by @dense.o slices 4 plus %x of tensor<?x64xf32>
        : tensor<?x64xf32> -> tensor<?x64xf32>
    ```

    Preserves: every bit of the result: its meaning says no order of the sum.
  }];
  let options = [
    Option<"slices", "slices", "int64_t", /*default=*/"4",
           "How many slices a sum is cut into">,
  ];
}

def KeepScoreOperandsPass : Pass<"fathom-keep-score-operands", "::mlir::ModuleOp"> {
  let summary = "Keeps in f32 what scores are made of, and latent attention's output.";
  let description = [{
    A `fathom.project` that makes what `fathom.attend` or `fathom.attend_latent`
    reads, and one whose compressed rows such a product takes, becomes `exact`:
    its operands stay f32 where the level's dots would round them to bf16. Of
    the error that rounding leaves in logits, these few products (7 % of the work
    of a prompt in a distilled model) make two thirds to three quarters. The one
    that takes what `fathom.attend_latent` gives becomes `exact`, too.

    Example:

    ```mlir
    // Before:
    %qkv = fathom.project %x by @dense.qkv norm @dense.norm1 eps 1.0e-06
        : tensor<?x64xf32> -> tensor<?x128xf32>
    %a = fathom.attend %tokens, %qkv, %r in @kv heads 2 kv_heads 1 half scale 0.25
        : tensor<?x128xf32>, tensor<?x32xf32> -> tensor<?x64xf32>

    // After:
    %qkv = fathom.project %x by @dense.qkv norm @dense.norm1 eps 1.0e-06 exact
        : tensor<?x64xf32> -> tensor<?x128xf32>
    %a = fathom.attend %tokens, %qkv, %r in @kv heads 2 kv_heads 1 half scale 0.25
        : tensor<?x128xf32>, tensor<?x32xf32> -> tensor<?x64xf32>
    ```

    Preserves: every bit of the result: its meaning says no rounding.
  }];
}

def FuseAttentionPass : Pass<"fathom-fuse-attention", "::mlir::ModuleOp"> {
  let summary = "Makes rotation, append and grouped-query attention one.";
  let description = [{
    A `fathom.attention` of rotated queries, whose keys and values are appended
    to the same cache just before, becomes `fathom.attend` where queries, keys
    and values are consecutive columns of one value. Attention that is written
    in any other way is left as it is.

    Example:

    ```mlir
    // Before:
    %q2 = fathom.rope %q, %r heads 2 offset 0 half : tensor<?x64xf32>, tensor<?x32xf32>
    %k2 = fathom.rope %k, %r heads 1 offset 0 half : tensor<?x32xf32>, tensor<?x32xf32>
    fathom.cache_append %tokens, %k2, %v into @kv : tensor<?x32xf32>, tensor<?x32xf32>
    %a = fathom.attention %tokens, %q2 from @kv heads 2 kv_heads 1 scale 0.25
        : tensor<?x64xf32> -> tensor<?x64xf32>

    // After:
    %a = fathom.attend %tokens, %qkv, %r in @kv heads 2 kv_heads 1 half scale 0.25
        : tensor<?x128xf32>, tensor<?x32xf32> -> tensor<?x64xf32>
    ```

    Preserves: every bit of the result.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::tensor::TensorDialect"];
}

def AbsorbLatentPass : Pass<"fathom-absorb-latent", "::mlir::ModuleOp"> {
  let summary = "Makes latent attention one operation with both of its forms.";
  let description = [{
    A `fathom.latent_attention` of rotated queries, whose normalised latent row
    and rotated key are appended to the same cache just before, becomes
    `fathom.attend_latent`. Its weight is packed three times, head under head,
    each head padded to whole panels: keys transposed, which generated tokens
    absorb into their queries; keys as they are, which prompt tokens expand; and
    values. Attention that is written in any other way is left as it is.

    Example:

    ```mlir
    // Before:
    %q2 = fathom.rope %q, %r heads 2 offset 16 adjacent
        : tensor<?x48xf32>, tensor<?x8xf32>
    %c = tensor.extract_slice %kv[0, 0] [%t, 32] [1, 1] : tensor<?x40xf32> to tensor<?x32xf32>
    %n = fathom.rms_norm %c, @norm eps 1.0e-06 : tensor<?x32xf32>
    %k = tensor.extract_slice %kv[0, 32] [%t, 8] [1, 1] : tensor<?x40xf32> to tensor<?x8xf32>
    %k2 = fathom.rope %k, %r heads 1 offset 0 adjacent : tensor<?x8xf32>, tensor<?x8xf32>
    %row = tensor.concat dim(1) %n, %k2
        : (tensor<?x32xf32>, tensor<?x8xf32>) -> tensor<?x40xf32>
    fathom.cache_append %tokens, %row into @latent : tensor<?x40xf32>
    %a = fathom.latent_attention %tokens, %q2 from @latent, @kv_b_proj
        heads 2 nope 16 rope 8 value 16 scale 0.25 : tensor<?x48xf32> -> tensor<?x32xf32>

    // After:
    %a = fathom.attend_latent %tokens, %q, %kv, %r norm @norm.packed eps 1.0e-06
        in @latent absorbed @kv_b.absorbed expanded @kv_b.expanded values @kv_b.values
        heads 2 nope 16 rope 8 value 16 adjacent scale 0.25
        : tensor<?x48xf32>, tensor<?x40xf32>, tensor<?x8xf32> -> tensor<?x32xf32>
    ```

    Preserves: every bit of the result, in the expanded form.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FuseExpertsPass : Pass<"fathom-fuse-experts", "::mlir::ModuleOp"> {
  let summary = "Makes routed experts a dispatch and two grouped products.";
  let description = [{
    A `fathom.experts` of normalised rows and the `fathom.route` that chooses
    become `fathom.dispatch`, `fathom.expert_gate_up`, which normalises for
    itself, and `fathom.expert_down`. Gate and up rows alternate by eight; the
    matrix after them begins at a multiple of 64 bytes of the same block. The
    router's product keeps its operands in f32. Experts of rows that are not
    normalised are left alone.

    Example:

    ```mlir
    // Before:
    %l = fathom.project %n by @router : tensor<?x64xf32> -> tensor<?x8xf32>
    %ids, %w = fathom.route %l sigmoid groups 1 top_groups 1 scale 1.0
        : tensor<?x8xf32> -> tensor<?x2xi32>, tensor<?x2xf32>
    %y = fathom.experts %n, %ids, %w gate @gate_proj up @up_proj down @down_proj
        : tensor<?x64xf32>, tensor<?x2xi32>, tensor<?x2xf32>

    // After:
    %l = fathom.project %n by @router exact : tensor<?x64xf32> -> tensor<?x8xf32>
    %ids, %w, %lists = fathom.dispatch %l sigmoid groups 1 top_groups 1 scale 1.0
        : tensor<?x8xf32> -> tensor<?x2xi32>, tensor<?x2xf32>, tensor<?x1xi32>
    %h = fathom.expert_gate_up %x, %lists by @gate_up norm @norm.packed eps 1.0e-06
        : tensor<?x64xf32>, tensor<?x1xi32> -> tensor<?x32xf32>
    %y = fathom.expert_down %h, %w, %lists by @down
        : tensor<?x32xf32>, tensor<?x2xf32>, tensor<?x1xi32> -> tensor<?x64xf32>
    ```

    Preserves: every bit of the result.
  }];
  let dependentDialects = ["::mlir::fathom::FathomDialect"];
}

def FormPhasesPass : Pass<"fathom-form-phases", "::mlir::ModuleOp"> {
  let summary = "Wraps the work between two barriers of all threads.";
  let description = [{
    Each operation becomes a `fathom.phase`, named after what it does; the entry
    and the head are one phase each, and the shared expert's products join those
    of the chosen ones. Every value that is made in a phase is a result of it.
    Slices stay outside, as columns of what they slice. Functions without
    `fathom.kind` are left as they are.

    Example:

    ```mlir
    // Before:
    %h = fathom.project %x by @dense.gate_up swiglu
        : tensor<?x64xf32> -> tensor<?x96xf32>

    // After:
    %h = fathom.phase "gate_up" -> tensor<?x96xf32> {
      %0 = fathom.project %x by @dense.gate_up swiglu
          : tensor<?x64xf32> -> tensor<?x96xf32>
      fathom.yield %0 : tensor<?x96xf32>
    }
    ```

    Preserves: every bit of the result.
  }];
  let dependentDialects = ["::mlir::fathom::FathomDialect"];
}

def AssignSlotsPass : Pass<"fathom-assign-slots", "::mlir::ModuleOp"> {
  let summary = "Numbers the packed weights in the order of their use.";
  let description = [{
    A packed weight that a layer uses gets the kind of the layer and an index
    into its table, a block of experts one entry an expert; one that is used
    outside of layers gets an index into the globals. The functions around a
    layer that predicts further tokens share its table, `mtp_layer`, after the
    layer's own. A weight that two tables would hold is an error. Slots given
    before are forgotten.

    Example:

    ```mlir
    // Before:
    fathom.packed @dense.o : panels of bf16 [64, 64] pieces [...]

    // After:
    fathom.packed @dense.o : panels of bf16 [64, 64] slot 3 kind "dense" pieces [...]
    ```

    Preserves: every bit of the result.
  }];
  let dependentDialects = ["::mlir::fathom::FathomDialect"];
}

def PlanMemoryPass : Pass<"fathom-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Gives every value of a step its place in the arena.";
  let description = [{
    The residual stream and the rotary factors have one place each in all
    functions; what adds to the stream writes it in place. Other results of
    phases, and what a phase needs for itself, get places that nothing else
    uses while they live, aligned to 64 bytes. A value that only products in the
    module's storage type read is stored as their operand. Logits have no place.
    The module is told its `fathom.step_tokens_max`, `fathom.storage` and
    `fathom.arena_shared_bytes`.

    Example:

    ```mlir
    // Before:
    %h = fathom.phase "gate_up" -> tensor<?x96xf32> { ... }

    // After:
    %h = fathom.phase "gate_up"
        places [#fathom.place<offset = 393216, stride = 128, operand = true>]
        scratch 655360 bytes 131072 -> tensor<?x96xf32> { ... }
    ```

    Preserves: every bit of the result.
  }];
  let options = [
    Option<"stepTokens", "step-tokens", "int64_t", /*default=*/"512",
           "Most tokens of one step">,
  ];
  let dependentDialects = ["::mlir::fathom::FathomDialect"];
}

def CheckFormPass : Pass<"fathom-check-form", "::mlir::ModuleOp"> {
  let summary = "Checks that a module is in a named form.";
  let description = [{
    The definitions of the forms are in dialects/Fathom/RATIONALE.md; what is no
    part of a form is an error that says what was expected instead. A program
    may be stopped at a form, edited, checked, and taken on from there.

    Example:

    ```mlir
    // Before: with form=model
    func.func @dense(%x: tensor<?x64xf32>) -> tensor<?x64xf32>
        attributes {fathom.kind = "dense"} {
      %y = fathom.project %x by @w : tensor<?x64xf32> -> tensor<?x64xf32>
      return %y : tensor<?x64xf32>
    }

    // After: the same, and
    // error: found 'fathom.project', expected an operation of the model form
    ```

    Preserves: every bit of the result.
  }];
  let options = [
    Option<"form", "form", "std::string", /*default=*/"\"planned\"",
           "The form: model, planned, tiled or llvm">,
  ];
}

#endif // FATHOM_PASSES_FATHOM_PASSES_TD
