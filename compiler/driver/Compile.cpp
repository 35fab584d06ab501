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
#include "compiler/driver/Provenance.h"
#include "compiler/import/Import.h"
#include "mlir/IR/AsmState.h"
#include "runtime/base/status.h"
#include "runtime/io/file.h"
#include "llvm/Support/FileSystem.h"

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
  absl::Status chooseLevels();
  absl::Status import();
  absl::StatusOr<Module> start(Form &form);
  absl::Status emit();
  absl::StatusOr<std::string> emitted();
  absl::Status writeArtifact();
  absl::Status compileLevels(mlir::ModuleOp planned,
                             schema::ManifestT &manifest,
                             std::vector<std::string> &objects);
  absl::Status describeInputs(schema::ManifestT &manifest);

  const CompileOptions &options;
  const CompileReports &reports;
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
          "this machine runs no level: avx2 with fma and f16c is the least; "
          "choose one for another machine by --target");
    if (name == "native" && (!options.emit || *options.emit >= Form::Tiled))
      note(absl::StrCat("the level of this machine is ", level->name.str()));
    if (std::find(levels.begin(), levels.end(), level) == levels.end())
      levels.push_back(level);
  }
  return absl::OkStatus();
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
  FATHOM_ASSIGN_OR_RETURN(model,
                          importModel(options.model, importOptions, context));
  for (const std::string &warning : model->warnings)
    if (reports.warning)
      reports.warning(warning);
  mlir::Builder builder(&context);
  mlir::Type storage = options.weights == "f32" ? builder.getF32Type()
                       : options.weights == "f16"
                           ? mlir::Type(builder.getF16Type())
                           : mlir::Type(builder.getBF16Type());
  (*model->module)->setAttr("fathom.storage", mlir::TypeAttr::get(storage));
  return absl::OkStatus();
}

/// What the compilation begins with, and its form.
absl::StatusOr<Module> Compilation::start(Form &form) {
  if (options.from) {
    form = *options.from;
    return lowering.parse(options.ir);
  }
  form = Form::Model;
  return std::move(model->module);
}

std::string printed(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  stream << "\n";
  return text;
}

absl::StatusOr<std::string> Compilation::emitted() {
  Form form;
  Form last = *options.emit;
  FATHOM_ASSIGN_OR_RETURN(Module module, start(form));
  if (form < Form::Planned && last >= Form::Planned)
    FATHOM_RETURN_IF_ERROR(lowering.toPlanned(*module));
  if (form < Form::Tiled && last >= Form::Tiled)
    FATHOM_RETURN_IF_ERROR(lowering.toTiled(*module, *levels.front()));
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
  return writeOutput(options.output, text);
}

absl::Status Compilation::compileLevels(mlir::ModuleOp planned,
                                        schema::ManifestT &manifest,
                                        std::vector<std::string> &objects) {
  for (const CpuLevel *level : levels) {
    Module module = mlir::cast<mlir::ModuleOp>(planned->clone());
    FATHOM_RETURN_IF_ERROR(lowering.toTiled(*module, *level));
    describeLevel(*module, *level, manifest);
    FATHOM_RETURN_IF_ERROR(lowering.toLLVM(*module));
    FATHOM_ASSIGN_OR_RETURN(std::string object,
                            lowering.toCode(*module, *level, CodeForm::Object));
    objects.push_back(std::move(object));
  }
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
  return describeText(options.model, manifest);
}

absl::Status Compilation::writeArtifact() {
  Form form;
  FATHOM_ASSIGN_OR_RETURN(Module module, start(form));
  if (form < Form::Planned)
    FATHOM_RETURN_IF_ERROR(lowering.toPlanned(*module));
  PackPlan plan = packPlanOf(*module);
  schema::ManifestT manifest;
  describeModule(*module, plan, manifest);
  // Cheap refusals before the code is made, the folder before all of it.
  FATHOM_ASSIGN_OR_RETURN(std::unique_ptr<OutputFolder> folder,
                          OutputFolder::create(options.output));
  FATHOM_RETURN_IF_ERROR(describeInputs(manifest));
  std::vector<std::string> objects;
  FATHOM_RETURN_IF_ERROR(compileLevels(*module, manifest, objects));
  FATHOM_ASSIGN_OR_RETURN(std::string code, linkCode(objects));

  std::unique_ptr<TensorSource> source;
  if (options.randomSeed)
    source = std::make_unique<RandomSource>(plan, *options.randomSeed);
  else
    source = std::make_unique<CheckpointSource>(*model->checkpoint);
  return fathom::writeArtifact(plan, *source, code, std::move(manifest),
                               options.threads, reports.progress, *folder);
}

} // namespace

absl::Status compile(const CompileOptions &options,
                     const CompileReports &reports) {
  return Compilation(options, reports).run();
}

} // namespace fathom
