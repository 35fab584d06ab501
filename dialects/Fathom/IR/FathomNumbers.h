//===- FathomNumbers.h - Numbers of types and attributes --------*- C++ -*-===//
//
// Attributes may hold any 64-bit number, and types any dimension. What is
// computed of them to be compared is computed here, so that a sum that is too
// large is unequal to all and above every limit, never a small number.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_DIALECTS_FATHOM_IR_FATHOMNUMBERS_H
#define FATHOM_DIALECTS_FATHOM_IR_FATHOMNUMBERS_H

#include <optional>

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/CheckedArithmetic.h"

namespace mlir::fathom {

/// Elements of a weight, and of a row of a value: far above those of any model,
/// and low enough that their bytes are a 64-bit number.
inline constexpr int64_t kElementsMax = int64_t{1} << 48;

/// A sum or product of numbers that are not negative; none where it does not
/// fit into 64 bits. No comparison holds with none.
class Exact {
public:
  Exact(int64_t number) : number(number) {}

  friend Exact operator+(Exact a, Exact b) {
    return a.number && b.number ? llvm::checkedAdd(*a.number, *b.number)
                                : std::nullopt;
  }
  friend Exact operator*(Exact a, Exact b) {
    return a.number && b.number ? llvm::checkedMul(*a.number, *b.number)
                                : std::nullopt;
  }

  bool is(int64_t other) const { return number && *number == other; }
  bool isAtMost(int64_t limit) const { return number && *number <= limit; }

  friend Diagnostic &operator<<(Diagnostic &diagnostic, Exact exact) {
    if (exact.number)
      return diagnostic << *exact.number;
    return diagnostic << "2^63 or more";
  }

private:
  Exact(std::optional<int64_t> number) : number(number) {}

  std::optional<int64_t> number;
};

inline int64_t rows(Value value) {
  return cast<RankedTensorType>(value.getType()).getDimSize(0);
}

inline int64_t columns(Value value) {
  return cast<RankedTensorType>(value.getType()).getDimSize(1);
}

inline bool sameRows(ArrayRef<Value> values) {
  return llvm::all_of(
      values, [&](Value value) { return rows(value) == rows(values.front()); });
}

/// Whether `type` is a matrix whose rows are of one known length. Their number
/// may be that of the step's tokens.
inline bool hasKnownColumns(Type type) {
  auto matrix = dyn_cast<RankedTensorType>(type);
  return matrix && matrix.getRank() == 2 && matrix.getDimSize(1) >= 1 &&
         matrix.getDimSize(1) <= kElementsMax;
}

inline bool isPositive(const APFloat &value) {
  return value.isFinite() && !value.isNegative() && !value.isZero();
}

} // namespace mlir::fathom

#endif // FATHOM_DIALECTS_FATHOM_IR_FATHOMNUMBERS_H
