//===- Traits.h - What the checkpoint says of the model ---------*- C++ -*-===//
//
// Where the tensors decide: whether the head is the embedding, what the MTP
// layer shares, whether a router corrects its choice, which matrices are in
// float8. Weights are read only to compare a head with the embedding it is said
// to be tied to.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_IMPORT_TRAITS_H
#define FATHOM_COMPILER_IMPORT_TRAITS_H

#include "absl/status/statusor.h"
#include "runtime/io/checkpoint.h"
#include "runtime/io/model_config.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace fathom {

/// What the model form needs to know of a checkpoint where there is one.
struct CheckpointTraits {
  /// The MTP layer has no embedding or head of its own: the main ones serve.
  bool mtpSharesEmbedding = false;
  bool mtpSharesHead = false;
  /// The tensors that embed tokens and score the vocabulary; where they are
  /// empty, those that the configuration alone says.
  std::string embedding;
  std::string head;
  /// Null for a configuration alone. Outlives the traits.
  const rt::Checkpoint *checkpoint = nullptr;

  /// Whether a tensor of `source`, with the numbers of one of `layers` put in,
  /// is there; `otherwise` for a configuration alone.
  bool holds(llvm::StringRef source, llvm::ArrayRef<int64_t> layers,
             bool otherwise) const;
  /// Whether one of the tensors of `source` is in float8 or has scales. Of a
  /// configuration alone, `isLinear` ones are that it does not list as kept.
  bool isScaled(llvm::StringRef source, llvm::ArrayRef<int64_t> layers,
                int64_t experts, bool isLinear, const rt::Fp8Config &fp8) const;
};

/// Looks at `checkpoint`, which has to outlive the traits. What the user should
/// know goes to `warnings`, one line each.
absl::StatusOr<CheckpointTraits> traitsOf(const rt::ModelConfig &config,
                                          const rt::Checkpoint &checkpoint,
                                          std::vector<std::string> &warnings);

/// What corrects the choice of experts.
inline constexpr char kRouterBiasSource[] =
    "model.layers.{layer}.mlp.gate.e_score_correction_bias";

/// The name of the scales of the matrix `source`.
inline std::string scalesOf(llvm::StringRef source) {
  return (source + "_scale_inv").str();
}

/// What the names of the tensors of the MTP layer begin with: it is stored as
/// one layer more.
std::string mtpPrefix(const rt::ModelConfig &config);

/// `source` with the numbers of a layer and an expert put in.
std::string sourceName(llvm::StringRef source, int64_t layer, int64_t expert);

/// Whether `tensor` is stored as float8 codes: if its type or the presence of
/// `scales` says so.
bool isScaled(const rt::Checkpoint &checkpoint, const rt::TensorInfo &tensor,
              const std::string &scales);

} // namespace fathom

#endif // FATHOM_COMPILER_IMPORT_TRAITS_H
