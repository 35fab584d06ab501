//===- Lowering.cpp - From form to form -----------------------------------===//
//
// See Lowering.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Lowering.h"

#include "absl/strings/str_cat.h"
#include "compiler/driver/IrText.h"
#include "compiler/pipeline/CpuPipelines.h"
#include "compiler/pipeline/Pipelines.h"
#include "dialects/Fathom/IR/FathomDialect.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/file.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"

#include <cstdlib>
#include <unistd.h>

namespace fathom {

void registerForms(mlir::MLIRContext &context) {
  mlir::DialectRegistry registry;
  registry.insert<mlir::arith::ArithDialect, mlir::cf::ControlFlowDialect,
                  mlir::fathom::FathomDialect, mlir::func::FuncDialect,
                  mlir::index::IndexDialect, mlir::LLVM::LLVMDialect,
                  mlir::math::MathDialect, mlir::memref::MemRefDialect,
                  mlir::scf::SCFDialect, mlir::tensor::TensorDialect,
                  mlir::ub::UBDialect, mlir::vector::VectorDialect>();
  context.appendDialectRegistry(registry);
}

namespace {
/// Keeps the first error of what runs while it lives, and shows none.
class FirstError {
public:
  explicit FirstError(mlir::MLIRContext &context)
      : handler(&context, [this](mlir::Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error &&
              text.empty()) {
            llvm::raw_string_ostream stream(text);
            if (auto at = mlir::dyn_cast<mlir::FileLineColLoc>(
                    diagnostic.getLocation()))
              stream << at.getFilename().getValue() << ":" << at.getLine()
                     << ":" << at.getColumn() << ": ";
            stream << diagnostic;
          }
          return mlir::success();
        }) {}

  /// On one line.
  std::string said() const {
    return text.empty() ? "no reason was given"
                        : text.substr(0, text.find('\n'));
  }

private:
  std::string text;
  mlir::ScopedDiagnosticHandler handler;
};
} // namespace

static std::string reproducerPath() {
  const char *folder = std::getenv("TMPDIR");
  return absl::StrCat(folder && *folder ? folder : "/tmp",
                      "/fathom-reproducer-", getpid(), ".mlir");
}

absl::Status Lowering::fault(const std::string &said,
                             const std::string &reproducer) {
  if (userWrote)
    return absl::InvalidArgumentError(said);
  std::string where;
  if (llvm::sys::fs::exists(reproducer))
    where = absl::StrCat("; '", reproducer, "' reproduces it with fathom-opt");
  return absl::InternalError(
      absl::StrCat("the compiler failed: ", said, where));
}

absl::Status Lowering::run(mlir::PassManager &passes, mlir::ModuleOp module) {
  std::string reproducer = reproducerPath();
  FirstError error(context);
  if (!userWrote)
    passes.enableCrashReproducerGeneration(reproducer);
  if (mlir::succeeded(passes.run(module)))
    return absl::OkStatus();
  return fault(error.said(), reproducer);
}

std::optional<std::string> Lowering::notIn(Form form, mlir::ModuleOp module) {
  FirstError error(context);
  mlir::PassManager passes(&context);
  buildFormCheck(passes, formName(form));
  if (mlir::succeeded(passes.run(module)))
    return std::nullopt;
  return error.said();
}

absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
Lowering::parse(const std::string &path, Form form) {
  FATHOM_ASSIGN_OR_RETURN(rt::File file, rt::File::Open(path));
  FATHOM_ASSIGN_OR_RETURN(std::string text, file.ReadAll(kIrBytesMax));
  FATHOM_RETURN_IF_ERROR(checkIrText(text, path));
  mlir::OwningOpRef<mlir::ModuleOp> module;
  {
    FirstError error(context);
    module = mlir::parseSourceString<mlir::ModuleOp>(
        text, mlir::ParserConfig(&context), path);
    if (!module)
      return absl::InvalidArgumentError(error.said());
  }
  std::optional<std::string> wrong = notIn(form, *module);
  if (!wrong)
    return module;
  for (Form other : {Form::Model, Form::Planned, Form::Tiled, Form::LLVM})
    if (other != form && !notIn(other, *module))
      return absl::InvalidArgumentError(absl::StrCat(
          "'", rt::Shown(path), "': found the ", formName(other),
          " form, expected the ", formName(form), " form, as --from says"));
  return absl::InvalidArgumentError(
      absl::StrCat("expected the ", formName(form), " form: ", *wrong));
}

absl::Status Lowering::toPlanned(mlir::ModuleOp module) {
  mlir::PassManager passes(&context);
  buildPlannedPipeline(passes, PlannedOptions());
  return run(passes, module);
}

absl::Status Lowering::toTiled(mlir::ModuleOp module, const CpuLevel &level) {
  mlir::PassManager passes(&context);
  buildTiledPipeline(passes, level.name);
  return run(passes, module);
}

absl::Status Lowering::toLLVM(mlir::ModuleOp module) {
  mlir::PassManager passes(&context);
  buildLLVMPipeline(passes);
  return run(passes, module);
}

absl::StatusOr<std::string>
Lowering::toCode(mlir::ModuleOp module, const CpuLevel &level, CodeForm form) {
  FirstError error(context);
  mlir::FailureOr<std::string> code = compileObject(module, level, form);
  if (mlir::succeeded(code))
    return *std::move(code);
  return fault(error.said(), "");
}

std::string Lowering::pipelineText(mlir::MLIRContext &context) {
  mlir::PassManager passes(&context);
  buildPlannedPipeline(passes, PlannedOptions());
  buildTiledPipeline(passes, "LEVEL");
  buildLLVMPipeline(passes);
  std::string text;
  llvm::raw_string_ostream stream(text);
  passes.printAsTextualPipeline(stream);
  return text;
}

} // namespace fathom
