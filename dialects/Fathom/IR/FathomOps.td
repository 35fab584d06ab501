//===- FathomOps.td - All operations -----------------------*- tablegen -*-===//
//
// Symbols, what every layer has, attention, experts; then the planned form and
// the tiled form.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMOPS_TD
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMOPS_TD

include "dialects/Fathom/IR/FathomAttrs.td"
include "dialects/Fathom/IR/FathomSymbolOps.td"
include "dialects/Fathom/IR/FathomLayerOps.td"
include "dialects/Fathom/IR/FathomAttentionOps.td"
include "dialects/Fathom/IR/FathomExpertOps.td"
include "dialects/Fathom/IR/FathomPlannedOps.td"
include "dialects/Fathom/IR/FathomTileOps.td"

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMOPS_TD
