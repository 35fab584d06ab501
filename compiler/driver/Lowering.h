//===- Lowering.h - From form to form ---------------------------*- C++ -*-===//
//
// Runs the pipelines between the named forms, and says on one line what went
// wrong: the input's fault where the user wrote the IR, else our own, with a
// reproducer.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_DRIVER_LOWERING_H
#define FATHOM_COMPILER_DRIVER_LOWERING_H

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codegen/cpu/CpuLevels.h"
#include "codegen/cpu/Object.h"
#include "compiler/driver/Forms.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>
#include <string>

namespace fathom {

/// Makes known what the forms are written in.
void registerForms(mlir::MLIRContext &context);

class Lowering {
public:
  /// With `userWrote` the IR came from the command line.
  Lowering(mlir::MLIRContext &context, bool userWrote)
      : context(context), userWrote(userWrote) {}

  /// Reads a file that must be in `form`.
  absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
  parse(const std::string &path, Form form);

  /// Model to planned form.
  absl::Status toPlanned(mlir::ModuleOp module);
  /// Planned to tiled form.
  absl::Status toTiled(mlir::ModuleOp module, const CpuLevel &level);
  /// Tiled form to LLVM's dialect.
  absl::Status toLLVM(mlir::ModuleOp module);
  absl::StatusOr<std::string> toCode(mlir::ModuleOp module,
                                     const CpuLevel &level, CodeForm form);

  /// The passes from the model form to LLVM's dialect, as text.
  static std::string pipelineText(mlir::MLIRContext &context);

private:
  /// Nothing where the module is in `form`, else why not.
  std::optional<std::string> notIn(Form form, mlir::ModuleOp module);
  absl::Status run(mlir::PassManager &passes, mlir::ModuleOp module);
  absl::Status fault(const std::string &said, const std::string &reproducer);

  mlir::MLIRContext &context;
  bool userWrote;
};

} // namespace fathom

#endif // FATHOM_COMPILER_DRIVER_LOWERING_H
