// RUN: fathom-opt %s --fathom-assemble-step=level=avx512-bf16 | FileCheck %s

// Phases are numbered embedding, layers, head; a function stands once, however
// many layers it serves.

fathom.cache @kv parts [8, 8] of bf16
func.func @embed(%tokens: !fathom.tokens) attributes {fathom.kind = "embed"} {
  fathom.phase "embed" code @embed.embed {
    fathom.yield
  }
  return
}
func.func @dense(%tokens: !fathom.tokens) attributes {fathom.kind = "dense", fathom.layers = array<i64: 0, 2>} {
  fathom.phase "qkv" code @dense.qkv {
    fathom.yield
  }
  return
}
func.func @experts(%tokens: !fathom.tokens) attributes {fathom.kind = "experts", fathom.layers = array<i64: 1>} {
  fathom.phase "router" code @experts.router {
    fathom.yield
  }
  return
}
// The extra layer has a step of its own. What stands around it has its number.
func.func @mtp_embed(%tokens: !fathom.tokens) attributes {fathom.kind = "mtp_embed", fathom.layers = array<i64: 3>} {
  fathom.phase "embed" code @mtp_embed.embed {
    fathom.yield
  }
  return
}
func.func @mtp_layer(%tokens: !fathom.tokens) attributes {fathom.kind = "mtp_layer", fathom.layers = array<i64: 3>} {
  fathom.phase "qkv" code @mtp_layer.qkv {
    fathom.yield
  }
  return
}
func.func @mtp_head(%tokens: !fathom.tokens) attributes {fathom.kind = "mtp_head", fathom.layers = array<i64: 3>} {
  fathom.phase "head" code @mtp_head.head {
    fathom.yield
  }
  return
}
// CHECK-DAG: llvm.mlir.global internal constant @fathom_mtp_step_avx512_bf16.kernels(dense<[0, 1, 2]> : tensor<3xi32>)
// CHECK-DAG: llvm.mlir.global internal constant @fathom_mtp_step_avx512_bf16.layers(dense<3> : tensor<3xi32>)
// CHECK-DAG: llvm.mlir.global internal constant @fathom_step_avx512_bf16.kernels(dense<[0, 1, 2, 1]> : tensor<4xi32>)
// CHECK-DAG: llvm.mlir.global internal constant @fathom_step_avx512_bf16.layers(dense<[0, 0, 1, 2]> : tensor<4xi32>)
// CHECK-NOT: fathom.cache
// CHECK-NOT: fathom.phase
// CHECK: func.func private @dense.qkv({{.*}}) attributes {llvm.linkage = #llvm.linkage<internal>}
func.func private @embed.embed(%step: !llvm.ptr, %thread: i64, %layer: i64) { return }
func.func private @dense.qkv(%step: !llvm.ptr, %thread: i64, %layer: i64) { return }
func.func private @mtp_embed.embed(%step: !llvm.ptr, %thread: i64, %layer: i64) { return }
func.func private @mtp_layer.qkv(%step: !llvm.ptr, %thread: i64, %layer: i64) { return }
func.func private @mtp_head.head(%step: !llvm.ptr, %thread: i64, %layer: i64) { return }
func.func private @experts.router(%step: !llvm.ptr, %thread: i64, %layer: i64) { return }
// CHECK: func.func @fathom_step_avx512_bf16(%[[STEP:.*]]: !llvm.ptr, %{{.*}}: i32, %[[FIRST:.*]]: i32, %[[END:.*]]: i32)
// CHECK: scf.for %{{.*}} = %[[FIRST]] to %[[END]]
// CHECK: case 1 {
// CHECK: call @dense.qkv(%[[STEP]]
// CHECK: call @fathom.barrier(%[[STEP]])
// CHECK: func.func @fathom_mtp_step_avx512_bf16(
// CHECK: call @mtp_embed.embed(
// CHECK: call @mtp_layer.qkv(
// CHECK: call @mtp_head.head(
