//===- FathomOpDefinitions.cpp - Generated operation definitions ----------===//
//
// Nothing but the generated definitions: they are slow to compile.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomNumbers.h"
#include "dialects/Fathom/IR/FathomOps.h"

// Of FathomPrinting.cpp.
namespace mlir::fathom {
ParseResult parseFrequencies(OpAsmParser &parser,
                             DenseF32ArrayAttr &frequencies);
void printFrequencies(OpAsmPrinter &printer, Operation *op,
                      DenseF32ArrayAttr frequencies);
} // namespace mlir::fathom

#define GET_OP_CLASSES
#include "dialects/Fathom/IR/FathomOps.cpp.inc"
