//===- Import.h - From a checkpoint to the model form -----------*- C++ -*-===//
//
// Reads a model's configuration and tensor headers and writes what the model
// computes as operations of the fathom dialect, one function a kind of layer:
//
//   @embed(tokens) -> (x, rotary)            kind "embed"
//   @dense(tokens, x, rotary) -> x           kind "dense"
//   @experts(tokens, x, rotary) -> x         kind "experts"
//   @head(tokens, x) -> (logits, hidden)     kind "head"
//   @mtp_embed(tokens, hidden) -> (x, rotary)
//   @mtp_layer(tokens, x, rotary) -> x
//   @mtp_head(tokens, x) -> (logits, hidden)
//
// `hidden` is the state after the final norm, for every token of the step;
// logits are those of the tokens that ask. Weights are named here, not read.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_IMPORT_IMPORT_H
#define FATHOM_COMPILER_IMPORT_IMPORT_H

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "compiler/import/Traits.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "runtime/io/checkpoint.h"
#include "runtime/io/model_config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fathom {

/// What matrices are stored as, and the caches.
enum class StorageType { BF16, F16, F32 };

struct ImportOptions {
  StorageType weights = StorageType::BF16;
  /// The longest sequence; 0 for the smaller of 4096 and the model's.
  int64_t contextTokens = 0;
  /// Refuses what is otherwise a warning.
  bool strict = false;
  /// A folder without any weights is a configuration alone.
  bool mayLackWeights = false;
};

struct ImportedModel {
  rt::ModelConfig config;
  /// Nothing where there is a configuration alone.
  std::optional<rt::Checkpoint> checkpoint;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// One line each, to be shown to the user.
  std::vector<std::string> warnings;
};

/// Imports a folder (config.json, generation_config.json where there is one,
/// and tensors, which are checked against the configuration), or a
/// configuration alone, where `path` is a file. Registers nothing: `context`
/// must know the fathom, func, arith and tensor dialects, or loads them here.
absl::StatusOr<ImportedModel> importModel(const std::string &path,
                                          const ImportOptions &options,
                                          mlir::MLIRContext &context);

/// The model form of `config`, verified.
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>>
buildModel(const rt::ModelConfig &config, const ImportOptions &options,
           const CheckpointTraits &traits, mlir::MLIRContext &context);

/// Checks that `checkpoint` holds each tensor that the weights of `module`
/// name, with its shape and a type that is read, and nothing else that would
/// have a meaning. Tensors that transformers leaves out (stored rotary
/// frequencies, biases and MTP layers that the configuration does not name)
/// become one line in `warnings` each kind.
absl::Status checkTensors(mlir::ModuleOp module, const rt::ModelConfig &config,
                          const rt::Checkpoint &checkpoint,
                          std::vector<std::string> &warnings);

} // namespace fathom

#endif // FATHOM_COMPILER_IMPORT_IMPORT_H
