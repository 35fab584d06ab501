//===- FathomPrinting.cpp - What assembly formats need written out --------===//
//
// Upstream prints an array of floats with six digits where no type stands
// beside it: what is read back is another number then.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomOps.h"

namespace mlir::fathom {

ParseResult parseFrequencies(OpAsmParser &parser,
                             DenseF32ArrayAttr &frequencies);
void printFrequencies(OpAsmPrinter &printer, Operation *op,
                      DenseF32ArrayAttr frequencies);

ParseResult parseFrequencies(OpAsmParser &parser,
                             DenseF32ArrayAttr &frequencies) {
  SmallVector<float> values;
  auto parseOne = [&]() -> ParseResult {
    APFloat value(0.0f);
    if (parser.parseFloat(APFloat::IEEEsingle(), value))
      return failure();
    values.push_back(value.convertToFloat());
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne))
    return failure();
  frequencies = DenseF32ArrayAttr::get(parser.getContext(), values);
  return success();
}

void printFrequencies(OpAsmPrinter &printer, Operation *,
                      DenseF32ArrayAttr frequencies) {
  printer << "[";
  llvm::interleaveComma(frequencies.asArrayRef(), printer, [&](float value) {
    printer.printFloat(APFloat(value));
  });
  printer << "]";
}

} // namespace mlir::fathom
