// Code that is wrong is noticed, and the pass that wrote it is named. The model
// is that of run-extra-layer.mlir, which has phases of each kind but one.
// RUN: sed s/bf16/f32/g %S/run-extra-layer.mlir >%t
// RUN: not fathom-opt %t --fathom-run-step=spoil=embed.embed -o /dev/null 2>&1 | FileCheck %s --check-prefix=EMBED
// EMBED: error: in phase embed.embed of layer -1: the pass 'fathom-tile-embed' changed result 1 by {{.*}} of the largest value, expected at most 1.0
// RUN: not fathom-opt %t --fathom-run-step=spoil=mtp_embed.project -o /dev/null 2>&1 | FileCheck %s --check-prefix=PROJECT
// PROJECT: error: in phase mtp_embed.project of layer 2: the pass 'fathom-tile-project' changed result 0 by {{.*}}, expected at most 2.0
// RUN: not fathom-opt %t --fathom-run-step=spoil=mtp_layer.attend -o /dev/null 2>&1 | FileCheck %s --check-prefix=LATENT
// LATENT: error: in phase mtp_layer.attend of layer 2: the pass 'fathom-tile-attend-latent' changed result 0
// RUN: not fathom-opt %t --fathom-run-step="spoil=mtp_layer.attend prompt=0" -o /dev/null 2>&1 | FileCheck %s --check-prefix=LATENT
// RUN: not fathom-opt %t --fathom-run-step=spoil=mtp_layer.dispatch -o /dev/null 2>&1 | FileCheck %s --check-prefix=DISPATCH
// DISPATCH: error: in phase mtp_layer.dispatch of layer 2: the pass 'fathom-tile-dispatch' changed result 1
// RUN: not fathom-opt %t --fathom-run-step=spoil=mtp_layer.experts_gate_up -o /dev/null 2>&1 | FileCheck %s --check-prefix=UP
// UP: error: in phase mtp_layer.experts_gate_up of layer 2: the pass 'fathom-tile-experts' changed result 0
// RUN: not fathom-opt %t --fathom-run-step=spoil=mtp_layer.experts_down -o /dev/null 2>&1 | FileCheck %s --check-prefix=DOWN
// DOWN: error: in phase mtp_layer.experts_down of layer 2: the pass 'fathom-tile-experts' changed result 0
// RUN: sed s/bf16/f32/g %S/run-attend.mlir | not fathom-opt --fathom-run-step=spoil=dense.attend -o /dev/null 2>&1 | FileCheck %s --check-prefix=ATTEND
// ATTEND: error: in phase dense.attend of layer 0: the pass 'fathom-tile-attend' changed result 0

// RUN: not fathom-opt %t --fathom-run-step=spoil=nothing.there -o /dev/null 2>&1 | FileCheck %s --check-prefix=NOTHING
// NOTHING: error: found no product in the code of a phase 'nothing.there', expected one to spoil
