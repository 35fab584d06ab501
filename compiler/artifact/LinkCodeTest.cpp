//===- LinkCodeTest.cpp - Code that can be loaded -------------------------===//
//
// From LLVM dialect text to a shared object that is loaded and called.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/LinkCode.h"

#include "codegen/cpu/Object.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

#include <cstdlib>
#include <dlfcn.h>
#include <fstream>

namespace fathom {
namespace {

constexpr const char *kCode = R"(
  llvm.mlir.global internal constant @table(dense<[3, 5]> : tensor<2xi32>) : !llvm.array<2 x i32>
  llvm.func @helper(%a: i32) -> i32 {
    %t = llvm.mlir.addressof @table : !llvm.ptr
    %at = llvm.getelementptr %t[%a] : (!llvm.ptr, i32) -> !llvm.ptr, i32
    %v = llvm.load volatile %at : !llvm.ptr -> i32
    llvm.return %v : i32
  }
  llvm.func @fathom_step_LEVEL(%a: i32) -> i32 {
    %r = llvm.call @helper(%a) : (i32) -> i32
    llvm.return %r : i32
  }
  // A loop that an optimiser would like to make a call of memset.
  llvm.func @fathom_zero_LEVEL(%to: !llvm.ptr, %n: i64) {
    %zero = llvm.mlir.constant(0 : i64) : i64
    %one = llvm.mlir.constant(1 : i64) : i64
    %byte = llvm.mlir.constant(0 : i8) : i8
    llvm.br ^loop(%zero : i64)
  ^loop(%i: i64):
    %at = llvm.getelementptr %to[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    llvm.store %byte, %at : i8, !llvm.ptr
    %next = llvm.add %i, %one : i64
    %more = llvm.icmp "ult" %next, %n : i64
    llvm.cond_br %more, ^loop(%next : i64), ^end
  ^end:
    llvm.return
  }
)";

class LinkCodeTest : public testing::Test {
protected:
  LinkCodeTest() { context.loadDialect<mlir::LLVM::LLVMDialect>(); }
  void SetUp() override {
    std::string pattern = testing::TempDir() + "fathom-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root = pattern;
  }
  void TearDown() override {
    EXPECT_EQ(std::system(("rm -rf '" + root + "'").c_str()), 0);
  }

  std::string object(std::string text, const char *levelName,
                     CodeForm form = CodeForm::Object) {
    const CpuLevel *level = findCpuLevel(levelName);
    std::string suffix =
        llvm::StringRef(levelName).contains("bf16") ? "b" : levelName;
    for (size_t at; (at = text.find("LEVEL")) != std::string::npos;)
      text.replace(at, 5, suffix);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    auto code = compileObject(*module, *level, form);
    return mlir::succeeded(code) ? *code : "";
  }

  mlir::MLIRContext context;
  std::string root;
};

TEST_F(LinkCodeTest, LevelsInOneObjectThatLoadsAndRuns) {
  std::vector<std::string> objects = {object(kCode, "avx2"),
                                      object(kCode, "avx512-bf16")};
  std::string first;
  for (int round = 0; round < 2; ++round) {
    auto code = linkCode(objects);
    ASSERT_TRUE(code.ok()) << code.status();
    if (round == 0)
      first = *code;
    EXPECT_EQ(first, *code);
    std::string path = root + "/model.so";
    std::ofstream(path, std::ios::binary) << *code;
    void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    auto step =
        reinterpret_cast<int (*)(int)>(dlsym(library, "fathom_step_avx2"));
    ASSERT_NE(step, nullptr);
    EXPECT_EQ(step(1), 5);
    char buffer[100];
    memset(buffer, 1, sizeof buffer);
    auto zero = reinterpret_cast<void (*)(char *, long)>(
        dlsym(library, "fathom_zero_avx2"));
    zero(buffer, 100);
    EXPECT_EQ(buffer[99], 0);
    EXPECT_EQ(dlsym(library, "helper"), nullptr);
    dlclose(library);
  }
}

TEST_F(LinkCodeTest, CallsOfLibrariesAreRefused) {
  // What the code generator adds is no other than what was written.
  const char *bodies[] = {"llvm.call @expf(%x) : (f32) -> f32",
                          "llvm.intr.exp(%x) : (f32) -> f32"};
  for (const char *body : bodies)
    for (CodeForm form : {CodeForm::Object, CodeForm::Assembly}) {
      std::string said;
      mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
        said += d.str();
        return mlir::success();
      });
      std::string text = R"(
        llvm.func @expf(f32) -> f32
        llvm.func @fathom_f(%x: f32) -> f32 {
          %y = )" + std::string(body) +
                         R"(
          llvm.return %y : f32
        })";
      EXPECT_EQ(object(text, "avx2", form), "") << body;
      EXPECT_NE(said.find("it needs 'expf'"), std::string::npos) << said;
    }
}

TEST_F(LinkCodeTest, AssemblyNamesNoLibrary) {
  std::string text = object(kCode, "avx512", CodeForm::Assembly);
  EXPECT_NE(text.find("fathom_zero_avx512:"), std::string::npos);
  EXPECT_EQ(text.find("memset"), std::string::npos);
}

TEST(CpuLevelsTest, TheBestWhoseFeaturesAreAllThere) {
  llvm::StringMap<bool> features;
  EXPECT_EQ(bestCpuLevel(features), nullptr);
  for (const CpuLevel &level : cpuLevels()) {
    for (llvm::StringRef feature : level.features)
      features[feature] = true;
    EXPECT_EQ(bestCpuLevel(features), &level);
  }
  features["avx512bf16"] = false;
  EXPECT_EQ(bestCpuLevel(features)->name, "avx512");
  features["f16c"] = false;
  EXPECT_EQ(bestCpuLevel(features), nullptr);
  EXPECT_EQ(findCpuLevel("avx1"), nullptr);
}

} // namespace
} // namespace fathom
