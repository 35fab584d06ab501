//===- Import.cpp - A folder or configuration to the model form -----------===//
//
// Opens the files, asks the configuration's parser, and puts the parts
// together.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/Import.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/located.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/file.h"
#include "runtime/io/path_advice.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace fathom {

/// Leaves out the layer that predicts further tokens where the checkpoint holds
/// nothing of it: what transformers saves lacks it, under a config.json that
/// names it all the same.
static void leaveOutMtp(ImportedModel &model) {
  std::string prefix = mtpPrefix(model.config);
  auto isOfMtp = [&](const rt::TensorInfo &tensor) {
    return absl::StartsWith(tensor.name, prefix);
  };
  if (model.config.mtp_layer_count == 0 ||
      llvm::any_of(model.checkpoint->tensors(), isOfMtp))
    return;
  model.config.mtp_layer_count = 0;
  model.warnings.push_back(absl::StrCat(
      "num_nextn_predict_layers is ignored: the checkpoint holds no '", prefix,
      "*'"));
}

static absl::StatusOr<std::string> readText(const rt::Folder &folder,
                                            absl::string_view name) {
  FATHOM_ASSIGN_OR_RETURN(rt::File file, folder.OpenFile(name));
  return file.ReadAll(rt::kConfigBytesMax);
}

/// Parses what the files at two paths hold.
static absl::Status parse(absl::string_view config,
                          std::optional<absl::string_view> generation,
                          const std::string &configPath,
                          const std::string &generationPath,
                          ImportedModel &model) {
  auto parsed = rt::ParseModelConfig(config, generation);
  absl::Status status =
      rt::Located(parsed.status(), "config.json", rt::Shown(configPath));
  status =
      rt::Located(status, "generation_config.json", rt::Shown(generationPath));
  FATHOM_RETURN_IF_ERROR(status);
  model.config = *std::move(parsed);
  return absl::OkStatus();
}

/// Whether a file of `folder` is named as weights are: the one or the index
/// that Checkpoint opens, or a shard whose index is not there. A folder that
/// cannot be listed may hold some.
static bool mayHoldWeights(const rt::Folder &folder) {
  std::error_code error;
  llvm::sys::fs::directory_iterator file(folder.path(), error), end;
  for (; !error && file != end; file.increment(error)) {
    llvm::StringRef name = llvm::sys::path::filename(file->path());
    if (name.starts_with("model") &&
        (name.ends_with(".safetensors") ||
         name.ends_with(".safetensors.index.json")))
      return true;
  }
  return static_cast<bool>(error);
}

/// Reads the folder's configuration and opens its tensors.
static absl::Status readFolder(const std::string &path, bool mayLackWeights,
                               ImportedModel &model) {
  FATHOM_ASSIGN_OR_RETURN(rt::Folder folder, rt::Folder::Open(path));
  FATHOM_ASSIGN_OR_RETURN(std::string config, readText(folder, "config.json"));
  std::string generation;
  std::optional<absl::string_view> given;
  if (folder.Has("generation_config.json")) {
    FATHOM_ASSIGN_OR_RETURN(generation,
                            readText(folder, "generation_config.json"));
    given = generation;
  }
  FATHOM_RETURN_IF_ERROR(parse(config, given, path + "/config.json",
                               path + "/generation_config.json", model));
  if (mayLackWeights && !mayHoldWeights(folder))
    return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(model.checkpoint, rt::Checkpoint::Open(folder));
  llvm::append_range(model.warnings, model.checkpoint->notes());
  return absl::OkStatus();
}

static absl::Status readConfig(const std::string &path, ImportedModel &model) {
  FATHOM_ASSIGN_OR_RETURN(rt::File file, rt::File::Open(path));
  FATHOM_ASSIGN_OR_RETURN(std::string config,
                          file.ReadAll(rt::kConfigBytesMax));
  return parse(config, std::nullopt, path, "", model);
}

absl::StatusOr<ImportedModel> importModel(const std::string &path,
                                          const ImportOptions &options,
                                          mlir::MLIRContext &context) {
  ImportedModel model;
  FATHOM_RETURN_IF_ERROR(rt::CheckModelPath(path));
  FATHOM_RETURN_IF_ERROR(llvm::sys::fs::is_directory(path)
                             ? readFolder(path, options.mayLackWeights, model)
                             : readConfig(path, model));
  std::string unknown = rt::UnknownKeys(model.config);
  if (!unknown.empty()) {
    if (options.strict)
      return absl::InvalidArgumentError(
          "found unknown keys, expected none with --strict: " + unknown);
    model.warnings.push_back("found unknown keys, ignored: " + unknown +
                             "; --strict refuses them");
  }
  llvm::append_range(model.warnings, model.config.warnings);
  CheckpointTraits traits;
  if (model.checkpoint) {
    leaveOutMtp(model);
    FATHOM_ASSIGN_OR_RETURN(
        traits, traitsOf(model.config, *model.checkpoint, model.warnings));
  }
  FATHOM_ASSIGN_OR_RETURN(model.module,
                          buildModel(model.config, options, traits, context));
  if (model.checkpoint)
    FATHOM_RETURN_IF_ERROR(checkTensors(*model.module, model.config,
                                        *model.checkpoint, model.warnings));
  return model;
}

} // namespace fathom
