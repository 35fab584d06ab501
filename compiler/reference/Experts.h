//===- Experts.h - The choice of experts on matrices, in float64 *- C++ -*-===//
//
// What fathom.route and fathom.dispatch have in common.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_REFERENCE_EXPERTS_H
#define FATHOM_COMPILER_REFERENCE_EXPERTS_H

#include "compiler/reference/Interpreter.h"

namespace fathom {

/// How experts are chosen; see fathom.route.
struct Routing {
  mlir::fathom::Scoring scoring;
  int64_t groups, topGroups, choices;
  double scale;
  bool normalize;
};

/// The ids and weights of each row's experts.
std::pair<Matrix, Matrix> route(const Matrix &logits, const Matrix &bias,
                                Routing routing);

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_EXPERTS_H
