// RUN: fathom-opt %s --fathom-check-form=form=llvm --split-input-file --verify-diagnostics

// Code that is right.
module attributes {fathom.architecture = "a", fathom.hidden_size = 32 : i64, fathom.layer_count = 1 : i64, fathom.vocabulary_size = 96 : i64, fathom.context_tokens = 64 : i64, fathom.position_limit = 64 : i64, fathom.expert_count = 0 : i64, fathom.experts_per_token = 0 : i64, fathom.storage = f32, fathom.step_tokens_max = 8 : i64, fathom.arena_shared_bytes = 0 : i64} {
llvm.mlir.global internal constant @table(dense<[1, 2]> : tensor<2xi32>) : !llvm.array<2 x i32>
llvm.func internal @dense.o(%step: !llvm.ptr) {
  llvm.return
}
llvm.func @fathom_step_avx2(%step: !llvm.ptr, %thread: i32, %first: i32, %end: i32) {
  llvm.call @dense.o(%step) : (!llvm.ptr) -> ()
  llvm.return
}
llvm.func @fathom_read_probe_avx2(%data: !llvm.ptr, %bytes: i64) -> i64 {
  llvm.return %bytes : i64
}
llvm.func @fathom_dot_probe_avx2(%rounds: i64, %sink: !llvm.ptr) -> i64 {
  llvm.return %rounds : i64
}
}

// -----

module {
llvm.func @fathom_step_avx2(%step: !llvm.ptr, %x: i32, %first: i32, %end: i32) {
  // expected-error @below {{found 'arith.addi', expected operations of LLVM in the llvm form}}
  %0 = arith.addi %x, %first : i32
  llvm.return
}
}

// -----

module {
// expected-error @below {{found 'func.func', expected operations of LLVM in the llvm form}}
func.func @llvm_l1_function() {
  return
}
}

// -----

module {
// expected-error @below {{found a function without a body, expected the code of everything that is called}}
llvm.func @expf(f32) -> f32
}

// -----

module {
// expected-error @below {{found a global without a value, expected those of everything that is read}}
llvm.mlir.global external @environ() : !llvm.ptr
}

// -----

module {
llvm.func @fathom_step_avx2(%step: !llvm.ptr, %thread: i32, %first: i32, %end: i32) {
  // expected-error @below {{found 'llvm.inline_asm', expected instructions that LLVM knows}}
  llvm.inline_asm has_side_effects "syscall", "" : () -> ()
  llvm.return
}
}

// -----

// expected-error @below {{found no function 'fathom_step_*', expected the step of a level}}
module {
llvm.func internal @dense.o() {
  llvm.return
}
}

// -----

module {
// expected-error @below {{found a function that is seen from outside, expected steps and probes alone}}
llvm.func @dense.o() {
  llvm.return
}
}

// -----

module {
// expected-error @below {{found the type '!llvm.func<void (ptr)>', expected '!llvm.func<void (ptr, i32, i32, i32)>', as runtime/abi/step.h says}}
llvm.func @fathom_step_avx2(%step: !llvm.ptr) {
  llvm.return
}
}

// -----

// expected-error @below {{found no 'fathom.architecture', expected it on the module}}
module {
llvm.func @fathom_step_avx2(%step: !llvm.ptr, %thread: i32, %first: i32, %end: i32) {
  llvm.return
}
}
