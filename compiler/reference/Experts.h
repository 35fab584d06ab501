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
  bool byBest;
  double scale;
  bool normalize;
};

/// The ids and weights of each row's experts. Those `given` are taken where
/// there are some; `margins` then gets by how much each row's scores would have
/// to be others to make that the choice.
std::pair<Matrix, Matrix> route(const Matrix &logits, const Matrix &bias,
                                Routing routing, const Matrix *given = nullptr,
                                std::vector<double> *margins = nullptr);

} // namespace fathom

#endif // FATHOM_COMPILER_REFERENCE_EXPERTS_H
