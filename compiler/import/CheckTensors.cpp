//===- CheckTensors.cpp - The model's weights against the checkpoint ------===//
//
// Goes through the weights of each function for each of its layers and experts
// and asks the checkpoint for the tensor; what is left over has to be known.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/Import.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/block_scales.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

namespace fathom {

using namespace mlir::fathom;

namespace {
/// One pass over all weights; collects what is missing, ends at what is wrong.
class TensorCheck {
public:
  explicit TensorCheck(const rt::Checkpoint &checkpoint)
      : checkpoint(checkpoint) {}

  absl::Status function(mlir::func::FuncOp function);
  absl::Status checkMissing() const;
  absl::Status checkLeft(const rt::ModelConfig &config,
                         std::vector<std::string> &warnings) const;
  std::string reasonLeft(absl::string_view name,
                         const rt::ModelConfig &config) const;

private:
  static constexpr size_t kNamedMax = 5;

  absl::Status weight(WeightOp weight, int64_t layer);
  absl::Status tensor(const std::string &name, llvm::ArrayRef<int64_t> shape,
                      llvm::ArrayRef<rt::DType> types);
  absl::Status scales(const std::string &name,
                      const std::vector<uint64_t> &shape);
  /// The tensor `name`; nothing where it was looked at or is missing.
  const rt::TensorInfo *next(const std::string &name);
  std::string placeOf(const rt::TensorInfo &tensor) const;

  const rt::Checkpoint &checkpoint;
  llvm::StringSet<> used;
  std::vector<std::string> missing;
};
} // namespace

template <typename Shape> static std::string shown(const Shape &shape) {
  return absl::StrCat("[", absl::StrJoin(shape.begin(), shape.end(), ", "),
                      "]");
}

const rt::TensorInfo *TensorCheck::next(const std::string &name) {
  if (!used.insert(name).second)
    return nullptr;
  const rt::TensorInfo *found = checkpoint.Find(name);
  if (!found)
    missing.push_back(name);
  return found;
}

std::string TensorCheck::placeOf(const rt::TensorInfo &tensor) const {
  return absl::StrCat(rt::Shown(checkpoint.files()[tensor.shard].path()),
                      ": tensor '", rt::Shown(tensor.name), "' ");
}

absl::Status TensorCheck::scales(const std::string &name,
                                 const std::vector<uint64_t> &shape) {
  const rt::TensorInfo *found = next(name);
  if (!found)
    return absl::OkStatus();
  if (!rt::IsScaleShape(found->shape, shape))
    return absl::InvalidArgumentError(
        absl::StrCat(placeOf(*found), "has shape ", shown(found->shape),
                     ", expected ", shown(shape), " by config.json"));
  if (!rt::IsScaleType(found->dtype))
    return absl::InvalidArgumentError(
        absl::StrCat(placeOf(*found), "is of ", rt::DTypeName(found->dtype),
                     ", expected ", rt::kScaleTypes));
  return absl::OkStatus();
}

absl::Status TensorCheck::tensor(const std::string &name,
                                 llvm::ArrayRef<int64_t> shape,
                                 llvm::ArrayRef<rt::DType> types) {
  const rt::TensorInfo *found = next(name);
  if (!found)
    return absl::OkStatus();
  std::string where = placeOf(*found);
  llvm::SmallVector<int64_t> actual(found->shape.begin(), found->shape.end());
  if (llvm::ArrayRef<int64_t>(actual) != shape)
    return absl::InvalidArgumentError(
        absl::StrCat(where, "has shape ", shown(actual), ", expected ",
                     shown(shape), " by config.json"));
  if (!llvm::is_contained(types, found->dtype)) {
    std::vector<std::string> names;
    for (rt::DType type : types)
      names.push_back(std::string(rt::DTypeName(type)));
    return absl::InvalidArgumentError(
        absl::StrCat(where, "is of ", rt::DTypeName(found->dtype),
                     ", expected ", absl::StrJoin(names, " or ")));
  }
  return absl::OkStatus();
}

absl::Status TensorCheck::weight(WeightOp weight, int64_t layer) {
  using rt::DType;
  auto type = mlir::cast<mlir::RankedTensorType>(weight.getType());
  for (int64_t e = 0, end = weight.getExperts().value_or(1); e < end; ++e) {
    std::string name = sourceName(weight.getSource(), layer, e);
    auto attribute = weight.getScales();
    std::string scaleName;
    if (attribute)
      scaleName = sourceName(attribute->getTensor(), layer, e);
    const rt::TensorInfo *found = checkpoint.Find(name);
    if (!attribute || !found || !isScaled(checkpoint, *found, scaleName)) {
      FATHOM_RETURN_IF_ERROR(tensor(name, type.getShape(),
                                    {DType::kBF16, DType::kF16, DType::kF32}));
      continue;
    }
    FATHOM_RETURN_IF_ERROR(tensor(name, type.getShape(), {DType::kF8E4M3}));
    FATHOM_RETURN_IF_ERROR(
        scales(scaleName,
               rt::ScaleShape(type.getDimSize(0), type.getDimSize(1),
                              attribute->getRows(), attribute->getColumns())));
  }
  return absl::OkStatus();
}

absl::Status TensorCheck::function(mlir::func::FuncOp function) {
  llvm::SmallVector<int64_t> layers = {0};
  if (auto given =
          function->getAttrOfType<mlir::DenseI64ArrayAttr>("fathom.layers"))
    layers.assign(given.asArrayRef().begin(), given.asArrayRef().end());
  mlir::SymbolTable symbols(function->getParentOfType<mlir::ModuleOp>());
  llvm::SmallVector<WeightOp> weights;
  if (auto uses = mlir::SymbolTable::getSymbolUses(function))
    for (const mlir::SymbolTable::SymbolUse &use : *uses)
      if (auto weight =
              symbols.lookup<WeightOp>(use.getSymbolRef().getRootReference()))
        weights.push_back(weight);
  for (int64_t layer : layers)
    for (WeightOp weight : weights)
      FATHOM_RETURN_IF_ERROR(this->weight(weight, layer));
  return absl::OkStatus();
}

absl::Status TensorCheck::checkMissing() const {
  if (missing.empty())
    return absl::OkStatus();
  size_t named = std::min(missing.size(), kNamedMax);
  std::vector<std::string> names;
  for (size_t i = 0; i < named; ++i)
    names.push_back(absl::StrCat("'", rt::Shown(missing[i]), "'"));
  return absl::InvalidArgumentError(
      absl::StrCat("the checkpoint lacks ", missing.size(), " tensor",
                   missing.size() == 1 ? "" : "s",
                   " that config.json asks for: ", absl::StrJoin(names, ", "),
                   missing.size() > named ? ", ..." : ""));
}

/// `name` with the numbers in it as stars.
static std::string withStars(absl::string_view name) {
  std::vector<std::string> parts = absl::StrSplit(name, '.');
  for (std::string &part : parts)
    if (!part.empty() && llvm::all_of(part, llvm::isDigit))
      part = "*";
  return absl::StrJoin(parts, ".");
}

/// Why a tensor that no weight names may be there; empty where it may not.
std::string TensorCheck::reasonLeft(absl::string_view name,
                                    const rt::ModelConfig &config) const {
  absl::string_view module = name;
  if (absl::ConsumeSuffix(&module, ".bias") &&
      used.contains(absl::StrCat(module, ".weight")))
    return absl::StrCat("'", rt::Shown(withStars(name)),
                        "' are not used: config.json asks for no such bias, "
                        "and transformers does not use them either");
  if (absl::EndsWith(name, ".rotary_emb.inv_freq"))
    return "stored 'rotary_emb.inv_freq' tensors are ignored: Fathom computes "
           "them";
  if (!absl::StartsWith(name, "model.") && !absl::StartsWith(name, "lm_head."))
    return absl::StrCat("'", rt::Shown(withStars(name)),
                        "' are not used: they are outside the decoder, and "
                        "transformers does not use them either");
  std::string mtp = mtpPrefix(config);
  if (config.architecture == rt::Architecture::kDeepseekV3 &&
      config.mtp_layer_count == 0 && absl::StartsWith(name, mtp))
    return absl::StrCat(
        "'", mtp,
        "*' are ignored: config.json has no num_nextn_predict_layers");
  return "";
}

absl::Status TensorCheck::checkLeft(const rt::ModelConfig &config,
                                    std::vector<std::string> &warnings) const {
  std::vector<std::string> unknown;
  size_t count = 0;
  for (const rt::TensorInfo &tensor : checkpoint.tensors()) {
    if (used.contains(tensor.name))
      continue;
    // The head that is tied to an embedding of the same numbers, and layers of
    // no columns, as transformers writes where no expert is shared.
    if ((tensor.name == "lm_head.weight" && config.tied_embeddings) ||
        llvm::is_contained(tensor.shape, 0u))
      continue;
    std::string reason = reasonLeft(tensor.name, config);
    if (reason.empty()) {
      if (++count <= kNamedMax)
        unknown.push_back(absl::StrCat("'", rt::Shown(tensor.name), "'"));
    } else if (!llvm::is_contained(warnings, reason)) {
      warnings.push_back(reason);
    }
  }
  if (count == 0)
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the checkpoint holds ", count, " tensor", count == 1 ? "" : "s",
      " that config.json does not use: ", absl::StrJoin(unknown, ", "),
      count > kNamedMax ? ", ..." : ""));
}

absl::Status checkTensors(mlir::ModuleOp module, const rt::ModelConfig &config,
                          const rt::Checkpoint &checkpoint,
                          std::vector<std::string> &warnings) {
  TensorCheck check(checkpoint);
  for (auto function : module.getOps<mlir::func::FuncOp>())
    FATHOM_RETURN_IF_ERROR(check.function(function));
  FATHOM_RETURN_IF_ERROR(check.checkMissing());
  return check.checkLeft(config, warnings);
}

} // namespace fathom
