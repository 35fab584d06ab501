// RUN: fathom-opt %s --fathom-share-code | FileCheck %s

// Phases of other kinds get the function of the first that does the same, also
// where a phase has it already.
// CHECK-LABEL: func.func @dense
// CHECK:       fathom.phase "attend" code @dense.attend
// CHECK:       fathom.phase "again" code @dense.attend
func.func @dense(%tokens: !fathom.tokens) attributes {fathom.kind = "dense", fathom.layers = array<i64: 0>} {
  fathom.phase "attend" code @dense.attend {
    fathom.yield
  }
  fathom.phase "again" code @dense.attend {
    fathom.yield
  }
  return
}
// CHECK-LABEL: func.func @experts
// CHECK:       fathom.phase "attend" code @dense.attend
// CHECK:       fathom.phase "again" code @dense.attend
// CHECK:       fathom.phase "router" code @experts.router
func.func @experts(%tokens: !fathom.tokens) attributes {fathom.kind = "experts", fathom.layers = array<i64: 1>} {
  fathom.phase "attend" code @experts.attend {
    fathom.yield
  }
  fathom.phase "again" code @experts.attend {
    fathom.yield
  }
  fathom.phase "router" code @experts.router {
    fathom.yield
  }
  return
}
// A phase without code yet is left.
// CHECK-LABEL: func.func @head
// CHECK:       fathom.phase "head" {
func.func @head(%tokens: !fathom.tokens) attributes {fathom.kind = "head"} {
  fathom.phase "head" {
    fathom.yield
  }
  return
}

// CHECK:     func.func private @dense.attend(
// CHECK-NOT: @experts.attend
func.func private @dense.attend(%step: !llvm.ptr, %thread: i64, %layer: i64) {
  %slot = arith.constant 8 : i64
  %weight = llvm.getelementptr %step[%slot] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  return
}
func.func private @experts.attend(%step: !llvm.ptr, %thread: i64, %layer: i64) {
  %slot = arith.constant 8 : i64
  %weight = llvm.getelementptr %step[%slot] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  return
}
// One constant is another slot: this reads another weight.
// CHECK:     func.func private @experts.router(
func.func private @experts.router(%step: !llvm.ptr, %thread: i64, %layer: i64) {
  %slot = arith.constant 16 : i64
  %weight = llvm.getelementptr %step[%slot] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  return
}
// What no phase calls stays, whatever it is like.
// CHECK:     func.func private @other(
func.func private @other(%step: !llvm.ptr, %thread: i64, %layer: i64) {
  %slot = arith.constant 8 : i64
  %weight = llvm.getelementptr %step[%slot] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  return
}
