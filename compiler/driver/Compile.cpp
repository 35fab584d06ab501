//===- Compile.cpp - From a folder to an artifact, or to a form -----------===//
//
// See Compile.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Compile.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "compiler/artifact/ArtifactWriter.h"
#include "compiler/artifact/CheckpointSource.h"
#include "compiler/artifact/LinkCode.h"
#include "compiler/artifact/ManifestFromModule.h"
#include "compiler/artifact/ManifestText.h"
#include "compiler/artifact/OutputFile.h"
#include "compiler/artifact/PackPlanFromModule.h"
#include "compiler/artifact/RandomSource.h"
#include "compiler/driver/Lowering.h"
#include "compiler/driver/PlanDigest.h"
#include "compiler/driver/Provenance.h"
#include "compiler/driver/Summary.h"
#include "compiler/import/Import.h"
#include "passes/tiling/StepPhases.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/file.h"
#include "llvm/Support/FileSystem.h"

#include <chrono>

namespace fathom {

namespace {

using Module = mlir::OwningOpRef<mlir::ModuleOp>;

class Compilation {
public:
  Compilation(const CompileOptions &options, const CompileReports &reports)
      : options(options), reports(reports),
        lowering(context, options.from.has_value()) {
    registerForms(context);
  }

  absl::Status run();

private:
  void note(const std::string &line) {
    if (reports.note)
      reports.note(line);
  }
  void warn(const std::vector<std::string> &warnings) {
    for (const std::string &warning : warnings)
      if (reports.warning)
        reports.warning(warning);
  }
  absl::Status chooseLevels();
  void noteNative();
  absl::Status import();
  absl::StatusOr<Module> start(Form &form);
  absl::StatusOr<Module> plan(Module &code);
  absl::Status checkLevel(mlir::ModuleOp code);
  absl::Status emit();
  absl::StatusOr<std::string> emitted();
  absl::Status writeArtifact();
  absl::Status compileLevel(Module module, Form form, const CpuLevel &level,
                            schema::ManifestT &manifest,
                            std::vector<std::string> &objects);
  absl::Status compileLevels(mlir::ModuleOp planned, Module code,
                             schema::ManifestT &manifest,
                             std::vector<std::string> &objects);
  absl::Status describeInputs(schema::ManifestT &manifest);

  /// Since the compilation began.
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         begin)
        .count();
  }

  const CompileOptions &options;
  const CompileReports &reports;
  const std::chrono::steady_clock::time_point begin =
      std::chrono::steady_clock::now();
  // Passes work on modules: threads would only be what the machine may refuse.
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  Lowering lowering;
  std::vector<const CpuLevel *> levels;
  std::optional<ImportedModel> model;
};

absl::Status Compilation::run() {
  FATHOM_RETURN_IF_ERROR(chooseLevels());
  if (!options.model.empty())
    FATHOM_RETURN_IF_ERROR(import());
  return options.emit ? emit() : writeArtifact();
}

absl::Status Compilation::chooseLevels() {
  for (const std::string &name : options.levels) {
    const CpuLevel *level =
        name == "native" ? hostCpuLevel() : findCpuLevel(name);
    if (!level)
      return absl::FailedPreconditionError(
          "this machine runs none of the levels, of which avx2 with fma and "
          "f16c is the lowest; use --target to compile for another machine");
    if (std::find(levels.begin(), levels.end(), level) == levels.end())
      levels.push_back(level);
  }
  return absl::OkStatus();
}

/// Said once nothing is left to refuse.
void Compilation::noteNative() {
  for (const std::string &name : options.levels)
    if (name == "native")
      note(absl::StrCat("the level of this machine is ",
                        hostCpuLevel()->name.str()));
}

StorageType storageType(const std::string &name) {
  return name == "f32"   ? StorageType::F32
         : name == "f16" ? StorageType::F16
                         : StorageType::BF16;
}

absl::Status Compilation::import() {
  ImportOptions importOptions;
  importOptions.weights = storageType(options.weights);
  importOptions.contextTokens = options.context;
  importOptions.strict = options.strict;
  importOptions.mayLackWeights = options.emit.has_value();
  FATHOM_ASSIGN_OR_RETURN(model,
                          importModel(options.model, importOptions, context));
  warn(model->warnings);
  mlir::Builder builder(&context);
  mlir::Type storage = options.weights == "f32" ? builder.getF32Type()
                       : options.weights == "f16"
                           ? mlir::Type(builder.getF16Type())
                           : mlir::Type(builder.getBF16Type());
  (*model->module)->setAttr("fathom.storage", mlir::TypeAttr::get(storage));
  return absl::OkStatus();
}

/// Code is of one level, and its steps and probes say of which.
absl::Status Compilation::checkLevel(mlir::ModuleOp code) {
  std::string name = levelSymbol("fathom_step_", levels.front()->name);
  if (mlir::SymbolTable::lookupSymbolIn(code, name))
    return absl::OkStatus();
  std::string found = "no step";
  for (const CpuLevel &level : cpuLevels())
    if (mlir::SymbolTable::lookupSymbolIn(
            code, levelSymbol("fathom_step_", level.name)))
      found = absl::StrCat("the step of ", level.name.str());
  return absl::InvalidArgumentError(absl::StrCat(
      "'", rt::Shown(options.ir), "': found ", found, ", expected that of ",
      levels.front()->name.str(), ", the level of --target"));
}

/// What the compilation begins with, and its form.
absl::StatusOr<Module> Compilation::start(Form &form) {
  if (options.from) {
    form = *options.from;
    FATHOM_ASSIGN_OR_RETURN(Module module, lowering.parse(options.ir, form));
    if (form >= Form::Tiled)
      FATHOM_RETURN_IF_ERROR(checkLevel(*module));
    return module;
  }
  form = Form::Model;
  return std::move(model->module);
}

absl::StatusOr<std::string> Compilation::emitted() {
  Form form;
  Form last = *options.emit;
  FATHOM_ASSIGN_OR_RETURN(Module module, start(form));
  if (form < Form::Planned && last >= Form::Planned)
    FATHOM_RETURN_IF_ERROR(lowering.toPlanned(*module));
  if (form < Form::Tiled && last >= Form::Tiled) {
    notePlan(*module);
    FATHOM_RETURN_IF_ERROR(lowering.toTiled(*module, *levels.front()));
  }
  if (form < Form::LLVM && last >= Form::LLVM)
    FATHOM_RETURN_IF_ERROR(lowering.toLLVM(*module));
  if (last <= Form::LLVM)
    return printed(*module);
  return lowering.toCode(*module, *levels.front(),
                         last == Form::Object ? CodeForm::Object
                                              : CodeForm::Assembly);
}

absl::Status Compilation::emit() {
  FATHOM_ASSIGN_OR_RETURN(std::string text, emitted());
  if (*options.emit >= Form::Tiled)
    noteNative();
  FATHOM_RETURN_IF_ERROR(writeOutput(options.output, text));
  if (!options.output.empty())
    note(formSummary(options.output, formName(*options.emit), text.size(),
                     seconds()));
  return absl::OkStatus();
}

/// The object of one level, from the form on that `module` is in.
absl::Status Compilation::compileLevel(Module module, Form form,
                                       const CpuLevel &level,
                                       schema::ManifestT &manifest,
                                       std::vector<std::string> &objects) {
  if (form < Form::Tiled)
    FATHOM_RETURN_IF_ERROR(lowering.toTiled(*module, level));
  describeLevel(*module, level, manifest);
  if (form < Form::LLVM)
    FATHOM_RETURN_IF_ERROR(lowering.toLLVM(*module));
  FATHOM_ASSIGN_OR_RETURN(std::string object,
                          lowering.toCode(*module, level, CodeForm::Object));
  objects.push_back(std::move(object));
  return absl::OkStatus();
}

/// `code` is nothing, or what was edited after the plan.
absl::Status Compilation::compileLevels(mlir::ModuleOp planned, Module code,
                                        schema::ManifestT &manifest,
                                        std::vector<std::string> &objects) {
  if (code)
    return compileLevel(std::move(code), *options.from, *levels.front(),
                        manifest, objects);
  for (const CpuLevel *level : levels)
    FATHOM_RETURN_IF_ERROR(
        compileLevel(mlir::cast<mlir::ModuleOp>(planned->clone()),
                     Form::Planned, *level, manifest, objects));
  return absl::OkStatus();
}

absl::Status Compilation::describeInputs(schema::ManifestT &manifest) {
  manifest.model->name = modelName(options.model);
  manifest.provenance = std::make_unique<schema::ProvenanceT>();
  manifest.provenance->compiler = compilerVersion();
  manifest.provenance->pipeline = Lowering::pipelineText(context);
  manifest.provenance->options =
      optionsText(options, manifest.model->context_tokens);
  describeGeneration(model->config, manifest);
  if (options.from) {
    FATHOM_ASSIGN_OR_RETURN(rt::File file, rt::File::Open(options.ir));
    FATHOM_ASSIGN_OR_RETURN(std::string bytes, file.ReadAll(file.bytes()));
    noteInput(absl::StrCat(formName(*options.from), " form"), bytes, manifest);
  }
  FATHOM_RETURN_IF_ERROR(
      noteModelFiles(options.model, model->checkpoint, manifest));
  if (!llvm::sys::fs::is_directory(options.model))
    return absl::OkStatus();
  std::vector<std::string> warnings;
  FATHOM_RETURN_IF_ERROR(describeText(options.model, manifest, warnings));
  warn(warnings);
  return absl::OkStatus();
}

/// The planned form; into `code` what --from starts with. Then the plan is
/// made of the model again, and must be the one that the code came from.
absl::StatusOr<Module> Compilation::plan(Module &code) {
  Form form;
  FATHOM_ASSIGN_OR_RETURN(Module module, start(form));
  if (form <= Form::Planned) {
    if (form < Form::Planned)
      FATHOM_RETURN_IF_ERROR(lowering.toPlanned(*module));
    return module;
  }
  code = std::move(module);
  module = std::move(model->module);
  FATHOM_RETURN_IF_ERROR(Lowering(context, false).toPlanned(*module));
  notePlan(*module);
  FATHOM_RETURN_IF_ERROR(checkSamePlan(*module, *code, options.ir));
  return module;
}

absl::Status Compilation::writeArtifact() {
  Module code;
  FATHOM_ASSIGN_OR_RETURN(Module module, plan(code));
  PackPlan plan = packPlanOf(*module);
  absl::Status isWhole = checkPlan(plan);
  if (!isWhole.ok() && options.from)
    return absl::InvalidArgumentError(isWhole.message());
  FATHOM_RETURN_IF_ERROR(isWhole);
  schema::ManifestT manifest;
  describeModule(*module, plan, manifest);
  // Cheap refusals before the code is made, the folder before all of it.
  FATHOM_ASSIGN_OR_RETURN(std::unique_ptr<OutputFolder> folder,
                          OutputFolder::create(options.output));
  FATHOM_RETURN_IF_ERROR(describeInputs(manifest));
  std::vector<std::string> objects;
  FATHOM_RETURN_IF_ERROR(
      compileLevels(*module, std::move(code), manifest, objects));
  FATHOM_ASSIGN_OR_RETURN(std::string library, linkCode(objects));

  std::unique_ptr<TensorSource> source;
  if (options.randomSeed)
    source = std::make_unique<RandomSource>(plan, *options.randomSeed);
  else
    source = std::make_unique<CheckpointSource>(*model->checkpoint);
  FATHOM_RETURN_IF_ERROR(fathom::writeArtifact(plan, *source, library, manifest,
                                               options.threads,
                                               reports.progress, *folder));
  for (const std::string &line :
       artifactSummary(options.output, manifest, seconds()))
    note(line);
  return absl::OkStatus();
}

} // namespace

absl::Status compile(const CompileOptions &options,
                     const CompileReports &reports) {
  return Compilation(options, reports).run();
}

} // namespace fathom
