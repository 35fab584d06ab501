//===- MathTest.cpp - Expanded functions, against double ------------------===//
//
// Each function is compiled for the levels that this CPU has, run on many
// arguments, and compared with the C library's in double.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/Math.h"

#include "compiler/pipeline/CpuPipelines.h"
#include "compiler/reference/Jit.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "gtest/gtest.h"

#include <cmath>
#include <functional>
#include <limits>

namespace {

using namespace mlir;
using Emit = std::function<SmallVector<Value>(ImplicitLocOpBuilder &, Value)>;

constexpr int64_t kLanes = 16;

class Function {
public:
  /// What `emit` makes of vectors of f32: each of its results is stored after
  /// the last, so `results` numbers an argument.
  Function(const ::fathom::CpuLevel &level, const Emit &emit) {
    context
        .loadDialect<arith::ArithDialect, func::FuncDialect, LLVM::LLVMDialect,
                     scf::SCFDialect, vector::VectorDialect>();
    OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
    ImplicitLocOpBuilder b(module->getLoc(), &context);
    b.setInsertionPointToEnd(module->getBody());
    Type ptr = LLVM::LLVMPointerType::get(&context);
    auto function = func::FuncOp::create(b, "fathom_test",
                                         b.getFunctionType({ptr, ptr}, {}));
    b.setInsertionPointToStart(function.addEntryBlock());
    auto type = VectorType::get({kLanes}, b.getF32Type());
    Value x = LLVM::LoadOp::create(b, type, function.getArgument(0), 4);
    Value to = function.getArgument(1);
    for (Value result : emit(b, x)) {
      LLVM::StoreOp::create(b, result, to, 4);
      int32_t bytes = kLanes * 8;
      to = LLVM::GEPOp::create(b, ptr, b.getI8Type(), to,
                               ArrayRef<LLVM::GEPArg>{bytes});
    }
    func::ReturnOp::create(b);
    PassManager pm(&context);
    ::fathom::buildLLVMPipeline(pm);
    EXPECT_TRUE(succeeded(pm.run(*module)));
    auto made = ::fathom::Jit::create(*module, level);
    EXPECT_TRUE(succeeded(made));
    if (failed(made))
      return;
    code = std::move(*made);
    run = reinterpret_cast<void (*)(const float *, void *)>(
        code->lookup("fathom_test"));
  }

  /// Result `number` of each argument, as `T`.
  template <typename T>
  std::vector<T> operator()(std::vector<float> arguments, int number = 0) {
    std::vector<T> results;
    size_t count = arguments.size();
    arguments.resize((count + kLanes - 1) / kLanes * kLanes);
    alignas(64) char out[4 * kLanes * 8];
    for (size_t i = 0; i < arguments.size(); i += kLanes) {
      run(arguments.data() + i, out);
      auto *from = reinterpret_cast<const T *>(out + number * kLanes * 8);
      results.insert(results.end(), from, from + kLanes);
    }
    results.resize(count);
    return results;
  }

private:
  MLIRContext context;
  std::unique_ptr<::fathom::Jit> code;
  void (*run)(const float *, void *) = nullptr;
};

/// Calls `test` for each level that this CPU has.
void forEachLevel(const std::function<void(const ::fathom::CpuLevel &)> &test) {
  int seen = 0;
  for (const ::fathom::CpuLevel &level : ::fathom::cpuLevels()) {
    if (!::fathom::Jit::missingFeature(level).empty())
      continue;
    SCOPED_TRACE(level.name.str());
    test(level);
    ++seen;
  }
  if (seen == 0)
    GTEST_SKIP() << "this CPU has no level";
}

std::vector<float> range(double first, double last, int64_t count) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back(
        static_cast<float>(first + (last - first) * i / (count - 1)));
  return values;
}

TEST(MathTest, Exp) {
  forEachLevel([](const ::fathom::CpuLevel &level) {
    Function exp(level, [](ImplicitLocOpBuilder &b, Value x) {
      return SmallVector<Value>{::fathom::emitExp(b, x)};
    });
    std::vector<float> x = range(-87.32, 88.36, 2000000);
    std::vector<float> y = exp.operator()<float>(x);
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      double wanted = std::exp(static_cast<double>(x[i]));
      worst = std::max(worst, std::abs(y[i] - wanted) / wanted);
    }
    EXPECT_LE(worst, 2e-7);

    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    y = exp.operator()<float>(
        {0.0f, -0.0f, -kInfinity, -200.0f, -88.0f, kInfinity, std::nanf("")});
    EXPECT_EQ(y[0], 1.0f);
    EXPECT_EQ(y[1], 1.0f);
    EXPECT_EQ(y[2], 0.0f);
    EXPECT_EQ(y[3], 0.0f);
    EXPECT_EQ(y[4], 0.0f);
    EXPECT_GT(y[5], 2e38f);
    EXPECT_TRUE(std::isnan(y[6]));
  });
}

TEST(MathTest, SigmoidAndSilu) {
  forEachLevel([](const ::fathom::CpuLevel &level) {
    Function both(level, [](ImplicitLocOpBuilder &b, Value x) {
      return SmallVector<Value>{::fathom::emitSigmoid(b, x),
                                ::fathom::emitSilu(b, x)};
    });
    std::vector<float> x = range(-80, 120, 1000000);
    std::vector<float> sigmoid = both.operator()<float>(x, 0);
    std::vector<float> silu = both.operator()<float>(x, 1);
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      double wanted = 1 / (1 + std::exp(-static_cast<double>(x[i])));
      worst = std::max(worst, std::abs(sigmoid[i] - wanted) / wanted);
      if (x[i] != 0)
        worst = std::max(worst, std::abs(silu[i] / (x[i] * wanted) - 1));
    }
    EXPECT_LE(worst, 4e-7);
    // Far out the value vanishes, but stays a number.
    silu = both.operator()<float>(
        {-1e30f, -std::numeric_limits<float>::max(), 1e30f}, 1);
    EXPECT_LE(std::abs(silu[0]), 1e-6f);
    EXPECT_TRUE(std::isfinite(silu[1]));
    EXPECT_EQ(silu[2], 1e30f);
  });
}

TEST(MathTest, SineAndCosine) {
  forEachLevel([](const ::fathom::CpuLevel &level) {
    Function both(level, [](ImplicitLocOpBuilder &b, Value x) {
      auto [sine, cosine] = ::fathom::emitSinCos(b, x);
      return SmallVector<Value>{sine, cosine};
    });
    std::vector<float> x = range(0, 163839, 1500001);
    std::vector<float> more = range(-3e7, 3e7, 500001);
    x.insert(x.end(), more.begin(), more.end());
    for (int i = 0; i <= 163839; i += 7)
      x.push_back(static_cast<float>(i));
    std::vector<double> sine = both.operator()<double>(x, 0);
    std::vector<double> cosine = both.operator()<double>(x, 1);
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      double angle = x[i];
      worst = std::max({worst, std::abs(sine[i] - std::sin(angle)),
                        std::abs(cosine[i] - std::cos(angle))});
    }
    EXPECT_LE(worst, 2e-11);
  });
}

TEST(MathTest, ReciprocalSqrtIsRoundedTwice) {
  forEachLevel([](const ::fathom::CpuLevel &level) {
    Function root(level, [](ImplicitLocOpBuilder &b, Value x) {
      return SmallVector<Value>{::fathom::emitReciprocalSqrt(b, x)};
    });
    std::vector<float> x = range(1e-6, 1e4, 100000);
    std::vector<float> y = root.operator()<float>(x);
    for (size_t i = 0; i < x.size(); ++i)
      ASSERT_EQ(y[i], 1.0f / std::sqrt(x[i]));
  });
}

TEST(MathTest, LanesAreAddedInTheDocumentedOrder) {
  forEachLevel([](const ::fathom::CpuLevel &level) {
    Function both(level, [](ImplicitLocOpBuilder &b, Value x) {
      auto spread = [&](Value value) -> Value {
        return vector::BroadcastOp::create(b, x.getType(), value);
      };
      return SmallVector<Value>{spread(::fathom::emitSumOfLanes(b, x)),
                                spread(::fathom::emitLargestLane(b, x))};
    });
    // Another order gives another sum: of 1e8 each unit is lost but beside
    // its opposite.
    std::vector<float> x(kLanes);
    for (int64_t i = 0; i < kLanes; ++i)
      x[i] = (i % 3 == 0 ? 1e8f : i % 3 == 1 ? -1e8f : 1.0f) + 0.37f * i;
    std::vector<float> sums = x;
    for (int64_t half = kLanes / 2; half > 0; half /= 2)
      for (int64_t i = 0; i < half; ++i)
        sums[i] += sums[i + half];
    EXPECT_EQ(both.operator()<float>(x, 0)[0], sums[0]);
    EXPECT_EQ(both.operator()<float>(x, 1)[0],
              *std::max_element(x.begin(), x.end()));
  });
}

} // namespace
