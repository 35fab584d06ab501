// RUN: fathom-opt %s --fathom-check-passes --fathom-planned-pipeline=step-tokens=16 | FileCheck %s

// A mixture of experts over latent attention becomes phases.

fathom.weight @experts.input_norm : tensor<48xf32> from "in.{layer}"
fathom.weight @experts.q_a_proj : tensor<40x48xbf16> from "qa.{layer}"
fathom.weight @experts.q_a_norm : tensor<40xf32> from "qan.{layer}"
fathom.weight @experts.q_b_proj : tensor<32x40xbf16> from "qb.{layer}"
fathom.weight @experts.kv_a_proj : tensor<28x48xbf16> from "kva.{layer}"
fathom.weight @experts.kv_a_norm : tensor<24xf32> from "kvan.{layer}"
fathom.weight @experts.kv_b_proj : tensor<64x24xbf16> from "kvb.{layer}"
fathom.weight @experts.o_proj : tensor<48x40xbf16> from "o.{layer}"
fathom.weight @experts.post_norm : tensor<48xf32> from "post.{layer}"
fathom.weight @experts.router : tensor<8x48xf32> from "r.{layer}"
fathom.weight @experts.correction : tensor<8xf32> from "c.{layer}"
fathom.weight @experts.gate_proj : tensor<12x48xbf16> experts 8 from "g.{layer}.{expert}"
fathom.weight @experts.up_proj : tensor<12x48xbf16> experts 8 from "u.{layer}.{expert}"
fathom.weight @experts.down_proj : tensor<48x12xbf16> experts 8 from "d.{layer}.{expert}"
fathom.weight @experts.shared.gate_proj : tensor<20x48xbf16> from "sg.{layer}"
fathom.weight @experts.shared.up_proj : tensor<20x48xbf16> from "su.{layer}"
fathom.weight @experts.shared.down_proj : tensor<48x20xbf16> from "sd.{layer}"
fathom.cache @latent parts [28] of bf16

// The experts' block takes eight slots.
// CHECK-DAG: fathom.packed @experts.gate_up : panels of bf16[32, 48] experts 8 at 0 slot [[BLOCK:[0-9]+]] kind "experts"
// CHECK-DAG: fathom.packed @experts.down : panels of bf16[48, 12] experts 8 at 6144 slot [[BLOCK]] kind "experts"

// CHECK-LABEL: func.func @experts
// CHECK-SAME: %[[T:[a-z0-9]+]]: !fathom.tokens, %[[X:[a-z0-9]+]]: tensor<?x48xf32> {{.*}}, %[[R:[a-z0-9]+]]: tensor<?x4xf32>
// CHECK: %[[QA:.*]] = fathom.phase "q_a" places [#fathom.place<offset = {{[0-9]+}}, stride = 128, operand = false>]
// CHECK-NEXT: fathom.project %[[X]] by @experts.q_a_kv_a norm @experts.input_norm.packed eps
// CHECK: %[[LOW:.*]] = tensor.extract_slice %[[QA]][0, 0] [%{{.*}}, 40] [1, 1]
// CHECK: %[[Q:.*]] = fathom.phase "q_b"
// CHECK-NEXT: fathom.project %[[LOW]] by @experts.q_b norm @experts.q_a_norm.packed eps
// CHECK: %[[KV:.*]] = tensor.extract_slice %[[QA]][0, 40] [%{{.*}}, 28] [1, 1]
// CHECK: %[[A:.*]] = fathom.phase "attend" places [#fathom.place<offset = {{[0-9]+}}, stride = 64, operand = false>] scratch {{[0-9]+}} bytes 8192
// CHECK-NEXT: fathom.attend_latent %[[T]], %[[Q]], %[[KV]], %[[R]] norm @experts.kv_a_norm.packed
// CHECK: %[[X1:.*]] = fathom.phase "o" places [#fathom.place<offset = 0,
// CHECK-NEXT: fathom.project %[[A]] by @experts.o exact slices 4 plus %[[X]]
// CHECK: %[[L:.*]] = fathom.phase "router"
// CHECK-NEXT: fathom.project %[[X1]] by @experts.router.packed norm @experts.post_norm.packed eps {{.*}} exact
// CHECK: %[[D:.*]]:3 = fathom.phase "dispatch"
// CHECK-NEXT: fathom.dispatch %[[L]] bias @experts.correction.packed
// CHECK: %[[H:.*]]:2 = fathom.phase "experts_gate_up"
// CHECK-NEXT: fathom.expert_gate_up %[[X1]], %[[D]]#2 by @experts.gate_up norm @experts.post_norm.packed
// CHECK-NEXT: fathom.project %[[X1]] by @experts.shared.gate_up norm @experts.post_norm.packed eps {{.*}} swiglu
// CHECK: %[[Y:.*]]:2 = fathom.phase "experts_down" places [#fathom.place<{{.*}}>, #fathom.place<offset = 0,
// CHECK-NEXT: %[[E:.*]] = fathom.expert_down %[[H]]#0, %[[D]]#1, %[[D]]#2 by @experts.down slices 4
// CHECK-NEXT: fathom.project %[[H]]#1 by @experts.shared.down slices 4 plus %[[E]], %[[X1]]
// CHECK: return %[[Y]]#1
func.func @experts(%tokens: !fathom.tokens, %x: tensor<?x48xf32>, %r: tensor<?x4xf32>) -> tensor<?x48xf32>
    attributes {fathom.kind = "experts", fathom.layers = array<i64: 1, 2>} {
  %n = fathom.rms_norm %x, @experts.input_norm eps 1.0e-06 : tensor<?x48xf32>
  %qa = fathom.linear %n, @experts.q_a_proj : tensor<?x48xf32> -> tensor<?x40xf32>
  %qan = fathom.rms_norm %qa, @experts.q_a_norm eps 1.0e-06 : tensor<?x40xf32>
  %q = fathom.linear %qan, @experts.q_b_proj : tensor<?x40xf32> -> tensor<?x32xf32>
  %qr = fathom.rope %q, %r heads 2 offset 12 adjacent : tensor<?x32xf32>, tensor<?x4xf32>
  %kv = fathom.linear %n, @experts.kv_a_proj : tensor<?x48xf32> -> tensor<?x28xf32>
  %c0 = arith.constant 0 : index
  %t = tensor.dim %kv, %c0 : tensor<?x28xf32>
  %c = tensor.extract_slice %kv[0, 0] [%t, 24] [1, 1] : tensor<?x28xf32> to tensor<?x24xf32>
  %cn = fathom.rms_norm %c, @experts.kv_a_norm eps 1.0e-06 : tensor<?x24xf32>
  %k = tensor.extract_slice %kv[0, 24] [%t, 4] [1, 1] : tensor<?x28xf32> to tensor<?x4xf32>
  %kr = fathom.rope %k, %r heads 1 offset 0 adjacent : tensor<?x4xf32>, tensor<?x4xf32>
  %row = tensor.concat dim(1) %cn, %kr : (tensor<?x24xf32>, tensor<?x4xf32>) -> tensor<?x28xf32>
  fathom.cache_append %tokens, %row into @latent : tensor<?x28xf32>
  %a = fathom.latent_attention %tokens, %qr from @latent, @experts.kv_b_proj heads 2 nope 12 rope 4 value 20 scale 0.25 : tensor<?x32xf32> -> tensor<?x40xf32>
  %o = fathom.linear %a, @experts.o_proj : tensor<?x40xf32> -> tensor<?x48xf32>
  %x1 = arith.addf %x, %o : tensor<?x48xf32>
  %n1 = fathom.rms_norm %x1, @experts.post_norm eps 1.0e-06 : tensor<?x48xf32>
  %l = fathom.linear %n1, @experts.router : tensor<?x48xf32> -> tensor<?x8xf32>
  %ids, %w = fathom.route %l bias @experts.correction sigmoid groups 4 top_groups 2 scale 2.5 normalize : tensor<?x8xf32> -> tensor<?x3xi32>, tensor<?x3xf32>
  %e = fathom.experts %n1, %ids, %w gate @experts.gate_proj up @experts.up_proj down @experts.down_proj : tensor<?x48xf32>, tensor<?x3xi32>, tensor<?x3xf32>
  %g = fathom.linear %n1, @experts.shared.gate_proj : tensor<?x48xf32> -> tensor<?x20xf32>
  %u = fathom.linear %n1, @experts.shared.up_proj : tensor<?x48xf32> -> tensor<?x20xf32>
  %h = fathom.swiglu %g, %u : tensor<?x20xf32>
  %s = fathom.linear %h, @experts.shared.down_proj : tensor<?x20xf32> -> tensor<?x48xf32>
  %m = arith.addf %e, %s : tensor<?x48xf32>
  %x2 = arith.addf %x1, %m : tensor<?x48xf32>
  return %x2 : tensor<?x48xf32>
}
