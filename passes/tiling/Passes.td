//===- Passes.td - From the planned to the tiled form -------*- tablegen -*-===//
//
// One pass an operation of the planned form, then the step around them.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_PASSES_TD
#define FATHOM_PASSES_TILING_PASSES_TD

include "mlir/Pass/PassBase.td"

class Fathom_TilingPass<string flag> : Pass<flag, "::mlir::ModuleOp"> {
  let options = [
    Option<"level", "level", "std::string", /*default=*/"\"avx2\"",
           "The CPU level: avx2, avx512 or avx512-bf16">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def TileDispatchPass : Fathom_TilingPass<"fathom-tile-dispatch"> {
  let summary = "Writes the choice of experts and their lists of tokens.";
  let description = [{
    Each phase of a `fathom.dispatch` gets its function: threads share out the
    tokens, score, drop groups and choose; after a barrier one thread sorts the
    choices by expert. Equal choices go to the lower expert.

    Example:

    ```mlir
    // Before:
    %r:3 = fathom.phase "dispatch" -> tensor<?x8xi32>, tensor<?x8xf32>, tensor<?x1xi32> {
      %ids, %w, %lists = fathom.dispatch %logits sigmoid groups 8 top_groups 4 scale 2.5 normalize
          : tensor<?x256xf32> -> tensor<?x8xi32>, tensor<?x8xf32>, tensor<?x1xi32>
      fathom.yield %ids, %w, %lists : tensor<?x8xi32>, tensor<?x8xf32>, tensor<?x1xi32>
    }

    // After: the same phase with `code @experts.dispatch`, and
    func.func private @experts.dispatch(%step: !llvm.ptr, %thread: i64, %layer: i64)
    ```

    Preserves: each result within 1e-6 of its largest value; the choice, but for
    ties within rounding.
  }];
}

def TileExpertsPass : Fathom_TilingPass<"fathom-tile-experts"> {
  let summary = "Writes the two halves of the chosen experts as products.";
  let description = [{
    Phases with `fathom.expert_gate_up` or `fathom.expert_down`, and projects
    beside them. In the first half the panels of all experts that have tokens
    are shared out by cost; in the second a thread owns columns of the result
    and adds up the experts in ascending order, so that no sum depends on the
    number of threads.

    Example:

    ```mlir
    // Before:
    %y = fathom.phase "experts_down" -> tensor<?x2048xf32> {
      %0 = fathom.expert_down %h, %w, %lists by @down
          : tensor<?x1408xf32>, tensor<?x6xf32>, tensor<?x1xi32> -> tensor<?x2048xf32>
      fathom.yield %0 : tensor<?x2048xf32>
    }

    // After: the same phase with `code @experts.experts_down`, and
    func.func private @experts.experts_down(%step: !llvm.ptr, %thread: i64, %layer: i64)
    ```

    Preserves: each result within 2e-6 of its largest value, and within 1e-2
    where dots take bf16: operands are rounded. Of a token every bit, whatever
    the threads and the other tokens of the step are.
  }];
}

def AddProbesPass : Pass<"fathom-add-probes", "::mlir::ModuleOp"> {
  let summary = "Adds functions that measure the machine's limits.";
  let description = [{
    Two functions of runtime/abi/step.h beside the step of a level: one reads
    memory in one forward stream, one runs the level's dot instruction for the
    module's storage type on registers. What a step reaches is compared with
    them, measured in the same run.

    Example:

    ```mlir
    // Before:
    module attributes {fathom.storage = bf16} {}

    // After:
    module attributes {fathom.storage = bf16} {
      func.func @fathom_read_probe_avx2(%data: !llvm.ptr, %bytes: i64) -> i64
      func.func @fathom_dot_probe_avx2(%rounds: i64, %sink: !llvm.ptr) -> i64
    }
    ```

    Preserves: every bit of every result.
  }];
  let options = [
    Option<"level", "level", "std::string", /*default=*/"\"avx2\"",
           "The CPU level: avx2, avx512 or avx512-bf16">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ShareCodePass : Pass<"fathom-share-code", "::mlir::ModuleOp"> {
  let summary = "Gives phases whose functions are the same one of them.";
  let description = [{
    What attention, its projections and experts of one kind of layer do, those of
    another do as well, and functions find weights by slot and layer: so kinds
    often have the same function twice or three times over. Phases whose
    functions differ in nothing but their names get the first; the others go.

    Example:

    ```mlir
    // Before:
    fathom.phase "attend" code @dense.attend { fathom.yield }
    fathom.phase "attend" code @experts.attend { fathom.yield }
    func.func private @dense.attend(%step: !llvm.ptr, %thread: i64, %layer: i64) { ... }
    func.func private @experts.attend(%step: !llvm.ptr, %thread: i64, %layer: i64) { ... }

    // After:
    fathom.phase "attend" code @dense.attend { fathom.yield }
    fathom.phase "attend" code @dense.attend { fathom.yield }
    func.func private @dense.attend(%step: !llvm.ptr, %thread: i64, %layer: i64) { ... }
    ```

    Preserves: every bit of every result.
  }];
}

def AssembleStepPass : Pass<"fathom-assemble-step", "::mlir::ModuleOp"> {
  let summary = "Makes the step function out of the phases' functions.";
  let description = [{
    Each phase has its `code` by now. The step looks up in two constant tables
    which function and which layer a phase number stands for, calls it, and
    waits for all threads; sixty-one layers need no more code than four. The
    planned functions, weights and caches go. The functions of the extra
    prediction layer make a second step.

    Example:

    ```mlir
    // Before:
    func.func @head(%tokens: !fathom.tokens) {
      fathom.phase "logits" code @head.logits { fathom.yield }
      return
    }
    func.func private @head.logits(%step: !llvm.ptr, %thread: i64, %layer: i64)

    // After:
    func.func @fathom_step_avx2(%step: !llvm.ptr, %thread: i32, %first: i32, %end: i32) {
      scf.for %phase = %first to %end step %one : i32 {
        %kernel = llvm.load %entry : !llvm.ptr -> i32
        scf.index_switch %number case 0 {
          func.call @head.logits(%step, %thread, %layer) : (!llvm.ptr, i64, i64) -> ()
        }
        func.call @fathom.barrier(%step) : (!llvm.ptr) -> ()
      }
    }
    ```

    Preserves: every bit of every result.
  }];
  let options = [
    Option<"level", "level", "std::string", /*default=*/"\"avx2\"",
           "The CPU level: avx2, avx512 or avx512-bf16">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect"];
}

def TileAttendPass : Pass<"fathom-tile-attend", "::mlir::ModuleOp"> {
  let summary = "Writes the functions of the phases that attend.";
  let description = [{
    The function of a phase with a `fathom.attend` rotates the queries into the
    phase's scratch and appends keys and values to their pages, waits for all
    threads, and then lets tiles of 6 query rows meet the pages of their
    sequence, one page after another. Scores and values are products of the same
    nest as all others: a page holds keys and values as weight panels. The scratch
    must have room for each token's queries in the operand type of the level.

    Example:

    ```mlir
    // Before:
    %a = fathom.phase "attend" places [#fathom.place<offset = 0, stride = 32, operand = true>]
        scratch 4096 bytes 512 -> tensor<?x32xf32> {
      %0 = fathom.attend %tokens, %qkv, %rotary in @kv heads 4 kv_heads 2 half
          scale 0.35 : tensor<?x64xf32>, tensor<?x8xf32> -> tensor<?x32xf32>
      fathom.yield %0 : tensor<?x32xf32>
    }

    // After:
    %a = fathom.phase "attend" ... code @dense.attend -> tensor<?x32xf32> { ... }
    func.func private @dense.attend(%step: !llvm.ptr, %thread: i64, %layer: i64) {
      scf.for ...                       // rotate and append
      func.call @fathom.barrier(%step) : (!llvm.ptr) -> ()
      scf.for ...                       // tiles meet pages
    }
    ```

    Preserves: each result within 2e-6 of its largest value, within 5e-4 and
    5e-3 with caches of f16 and bf16, whose rounding may go the other way, and
    within 1e-2 where dots take bf16: operands and probabilities are rounded. Of
    a token every bit, whatever the threads and its neighbours are.
  }];
  let options = [
    Option<"level", "level", "std::string", /*default=*/"\"avx2\"",
           "The CPU level: avx2, avx512 or avx512-bf16">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def TileAttendLatentPass : Pass<"fathom-tile-attend-latent", "::mlir::ModuleOp"> {
  let summary = "Writes the functions of the phases that attend to latent rows.";
  let description = [{
    The function of a phase with a `fathom.attend_latent` writes rotated queries
    into the phase's scratch and normalised, rotated rows into the cache, waits
    for all threads, and then attends each run in the form of its role. Prompt
    tokens: for each head and page, keys and values are made as panels from the
    page's latent rows, and all tokens of the run that see the page meet it.
    Generated tokens: the queries are taken into the latent space, where a page's
    rows are keys and values at once, and the result is taken out of it. The
    scratch must have room for each token's queries in the operand type of the
    level.

    Example:

    ```mlir
    // Before:
    %a = fathom.phase "attend" places [#fathom.place<offset = 0, stride = 64, operand = true>]
        scratch 4096 bytes 512 -> tensor<?x60xf32> {
      %0 = fathom.attend_latent %tokens, %q, %c, %rotary norm @norm eps 1.0e-06
          in @latent absorbed @k_t expanded @k values @v
          heads 3 nope 12 rope 8 value 20 adjacent scale 0.2
          : tensor<?x60xf32>, tensor<?x32xf32>, tensor<?x8xf32> -> tensor<?x60xf32>
      fathom.yield %0 : tensor<?x60xf32>
    }

    // After:
    %a = fathom.phase "attend" ... code @dense.attend -> tensor<?x60xf32> { ... }
    func.func private @dense.attend(%step: !llvm.ptr, %thread: i64, %layer: i64) {
      scf.for ...                       // queries, rows of the cache
      func.call @fathom.barrier(%step) : (!llvm.ptr) -> ()
      scf.for ...                       // prompt: (run, head) by thread
      scf.for ...                       // generated: (token, head) by thread
    }
    ```

    Preserves: each result within 2e-6 of its largest value, within 5e-4 and
    5e-3 with caches of f16 and bf16, whose rounding may go the other way, and
    within 1e-2 where dots take bf16: operands, probabilities and what is made
    from the cache are rounded. Of a token every bit, whatever the threads and
    its neighbours are.
  }];
  let options = [
    Option<"level", "level", "std::string", /*default=*/"\"avx2\"",
           "The CPU level: avx2, avx512 or avx512-bf16">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def TileEmbedPass : Pass<"fathom-tile-embed", "::mlir::ModuleOp"> {
  let summary = "Writes the code of phases that enter a step.";
  let description = [{
    Phases of `fathom.embedding` and `fathom.rotary` get a function. Threads
    share out the tokens: each copies its rows of the table, widened to f32, and
    computes cosines and sines of the float32 angle in f64.

    Example:

    ```mlir
    // Before:
    %x = fathom.phase "entry" -> tensor<?x64xf32> {
      %0 = fathom.embedding %tokens, @embed : tensor<?x64xf32>
      fathom.yield %0 : tensor<?x64xf32>
    }

    // After:
    %x = fathom.phase "entry" code @embed.entry -> tensor<?x64xf32> { ... }
    func.func private @embed.entry(%step: !llvm.ptr, %thread: i64, %layer: i64) {
      scf.for %t = %begin to %end step %one : i64 {
        scf.for %c = %zero to %columns step %lanes : i64 {
          %w = llvm.load %from : !llvm.ptr -> vector<16xf32>
          llvm.store %w, %to : vector<16xf32>, !llvm.ptr
        }
      }
    }
    ```

    Preserves: each result within 1e-7 of its largest value, cosines and sines;
    of the table's rows every bit.
  }];
  let options = [
    Option<"level", "level", "std::string", /*default=*/"\"avx2\"",
           "The CPU level: avx2, avx512 or avx512-bf16">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def TileProjectPass : Pass<"fathom-tile-project", "::mlir::ModuleOp"> {
  let summary = "Writes the code of phases of linear layers.";
  let description = [{
    Phases of nothing but `fathom.project` get a function. Its prologue makes
    operands of the rows that are read (normalised, in the type that the level's
    dot instruction takes): each thread for itself where there is one row, else
    shared out over the threads. Then each thread multiplies them by its panels,
    and adds bias and residual or gates the sums before they leave registers.

    Example:

    ```mlir
    // Before:
    %h = fathom.phase "qkv" scratch 0 bytes 65536 -> tensor<?x96xf32> {
      %0 = fathom.project %x by @dense.qkv norm @dense.norm eps 1.0e-06
          : tensor<?x64xf32> -> tensor<?x96xf32>
      fathom.yield %0 : tensor<?x96xf32>
    }

    // After:
    %h = fathom.phase "qkv" scratch 0 bytes 65536 code @dense.qkv
        -> tensor<?x96xf32> { ... }
    func.func private @dense.qkv(%step: !llvm.ptr, %thread: i64, %layer: i64) {
      ...
      scf.for %panel = %first to %end step %one : i64 {
        %sums:24 = scf.for %k = ... {
          %s = fathom.tile_dot %sum, %w, %n vdpbf16ps_512
              : vector<16xf32>, vector<32xbf16>, vector<2xbf16>
        }
      }
    }
    ```

    Preserves: each result within 2e-6 of its largest value, and within 1e-2
    where dots take bf16: operands and sums are rounded as the instruction does.
    Of a token every bit, whatever the threads and the other tokens of the step
    are.
  }];
  let options = [
    Option<"level", "level", "std::string", /*default=*/"\"avx2\"",
           "The CPU level: avx2, avx512 or avx512-bf16">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::fathom::FathomDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

#endif // FATHOM_PASSES_TILING_PASSES_TD
