//===- NumbersTest.cpp - Rounding, against APFloat ------------------------===//

#include "compiler/reference/Numbers.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/bit.h"
#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <random>
#include <utility>

namespace fathom {
namespace {

/// The bits of what APFloat makes of `value`.
uint64_t expected(mlir::FloatType type, double value) {
  llvm::APFloat rounded(value);
  bool losesInfo = false;
  rounded.convert(type.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return llvm::bit_cast<uint64_t>(rounded.convertToDouble());
}

TEST(NumbersTest, RoundToIsAPFloats) {
  mlir::MLIRContext context;
  mlir::FloatType types[] = {
      mlir::Float64Type::get(&context), mlir::Float32Type::get(&context),
      mlir::Float16Type::get(&context), mlir::BFloat16Type::get(&context),
      mlir::Float8E4M3FNType::get(&context)};
  std::mt19937_64 random(1);
  for (mlir::FloatType type : types) {
    const llvm::fltSemantics &semantics = type.getFloatSemantics();
    int least = llvm::APFloat::semanticsMinExponent(semantics) -
                int(llvm::APFloat::semanticsPrecision(semantics)) - 1;
    int most = llvm::APFloat::semanticsMaxExponent(semantics) + 1;
    least = std::max(least, -1073);
    most = std::min(most, 1022);
    auto expectSame = [&](double value) {
      EXPECT_EQ(llvm::bit_cast<uint64_t>(roundTo(type, value)),
                expected(type, value))
          << value << " in " << type.getWidth() << " bits";
    };
    for (int i = 0; i < 100000; ++i) {
      // Few digits, so that ties are frequent, at every exponent.
      double digits = double(random() >> (11 + random() % 53));
      double value = std::ldexp(digits, least + int(random() % (most - least)) -
                                            std::max(0, std::ilogb(digits)));
      expectSame(value);
      expectSame(-value);
    }
    for (double value : {0.0, 1.0, std::numeric_limits<double>::infinity(),
                         std::numeric_limits<double>::max(),
                         std::numeric_limits<double>::min(),
                         std::numeric_limits<double>::denorm_min()}) {
      expectSame(value);
      expectSame(-value);
    }
    EXPECT_TRUE(
        std::isnan(roundTo(type, std::numeric_limits<double>::quiet_NaN())));
  }
}

TEST(NumbersTest, ApartIsTheLargestDifference) {
  Apart apart;
  apart.add(1, 1.5);
  apart.add(-4, -4.25);
  apart.add(2, 2);
  EXPECT_EQ(apart.difference, 0.5);
  EXPECT_EQ(apart.relative(), 0.5 / 4.25);
}

TEST(NumbersTest, ANaNStaysApart) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (auto [got, expected] : {std::pair(kNaN, 1.0),
                               {1.0, kNaN},
                               {kNaN, kNaN},
                               {INFINITY, -INFINITY}}) {
    Apart apart;
    apart.add(1, 1);
    apart.add(got, expected);
    apart.add(2, 2);
    EXPECT_EQ(apart.difference, INFINITY);
    EXPECT_FALSE(apart.relative() <= 1);
  }
  Apart same;
  same.add(INFINITY, INFINITY);
  EXPECT_EQ(same.difference, 0);
}

} // namespace
} // namespace fathom
