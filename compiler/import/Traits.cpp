//===- Traits.cpp - What the checkpoint says of the model -----------------===//
//
// See Traits.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/Traits.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "runtime/base/status.h"
#include "runtime/io/weight_reader.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>

namespace fathom {

static const char kEmbedding[] = "model.embed_tokens.weight";
static const char kHead[] = "lm_head.weight";

/// Numbers of each of two matrices that are compared at a time.
static constexpr uint64_t kComparedNumbers = uint64_t{1} << 18;

std::string mtpPrefix(const rt::ModelConfig &config) {
  return absl::StrCat("model.layers.", config.layer_count, ".");
}

std::string sourceName(llvm::StringRef source, int64_t layer, int64_t expert) {
  std::string name;
  while (!source.empty()) {
    if (source.consume_front("{layer}"))
      name += std::to_string(layer);
    else if (source.consume_front("{expert}"))
      name += std::to_string(expert);
    else {
      name += source.front();
      source = source.drop_front();
    }
  }
  return name;
}

bool isScaled(const rt::Checkpoint &checkpoint, const rt::TensorInfo &tensor,
              const std::string &scales) {
  return tensor.dtype == rt::DType::kF8E4M3 || checkpoint.Find(scales);
}

bool CheckpointTraits::holds(llvm::StringRef source,
                             llvm::ArrayRef<int64_t> layers,
                             bool otherwise) const {
  if (!checkpoint)
    return otherwise;
  return llvm::any_of(layers, [&](int64_t layer) {
    return checkpoint->Find(sourceName(source, layer, 0)) != nullptr;
  });
}

bool CheckpointTraits::isScaled(llvm::StringRef source,
                                llvm::ArrayRef<int64_t> layers, int64_t experts,
                                bool isLinear, const rt::Fp8Config &fp8) const {
  if (!checkpoint) {
    std::string name =
        sourceName(source, layers.empty() ? 0 : layers.front(), 0);
    absl::string_view module = name;
    absl::ConsumeSuffix(&module, ".weight");
    return isLinear && !fp8.Keeps(module);
  }
  static const int64_t kNone[] = {0};
  for (int64_t layer : layers.empty() ? llvm::ArrayRef(kNone) : layers)
    for (int64_t e = 0; e < std::max<int64_t>(experts, 1); ++e) {
      const rt::TensorInfo *tensor =
          checkpoint->Find(sourceName(source, layer, e));
      if (tensor && fathom::isScaled(*checkpoint, *tensor,
                                     sourceName(scalesOf(source), layer, e)))
        return true;
    }
  return false;
}

namespace {
/// A matrix of the model as it is read, a few rows at a time.
class Rows {
public:
  Rows(const rt::ModelConfig &config, const rt::Checkpoint &checkpoint,
       const rt::TensorInfo &tensor)
      : config(config), checkpoint(checkpoint), tensor(tensor) {}

  /// Where the tensor is stored in a way that is read. Others are refused by
  /// name once the model is checked against them.
  bool isReadable() const {
    const rt::TensorInfo *scales = checkpoint.Find(scalesOf(tensor.name));
    if (scales)
      return config.fp8 && tensor.dtype == rt::DType::kF8E4M3;
    return tensor.dtype == rt::DType::kBF16 ||
           tensor.dtype == rt::DType::kF16 || tensor.dtype == rt::DType::kF32;
  }

  absl::StatusOr<rt::WeightReader> open() const {
    const rt::TensorInfo *scales = checkpoint.Find(scalesOf(tensor.name));
    if (!scales)
      return rt::WeightReader::Open(checkpoint, tensor);
    auto block = [](int64_t given, uint64_t whole) {
      return given == 0 ? whole : static_cast<uint64_t>(given);
    };
    return rt::WeightReader::OpenBlocks(
        checkpoint, tensor, *scales,
        block(config.fp8->block_rows, tensor.shape[0]),
        block(config.fp8->block_columns, tensor.shape[1]));
  }

private:
  const rt::ModelConfig &config;
  const rt::Checkpoint &checkpoint;
  const rt::TensorInfo &tensor;
};
} // namespace

/// Whether two matrices hold the same numbers, whatever types they are of; as
/// transformers asks before it ties them.
static absl::StatusOr<bool> areEqual(const rt::ModelConfig &config,
                                     const rt::Checkpoint &checkpoint,
                                     const rt::TensorInfo &a,
                                     const rt::TensorInfo &b) {
  const std::vector<uint64_t> shape = {
      static_cast<uint64_t>(config.vocabulary_size),
      static_cast<uint64_t>(config.hidden_size)};
  Rows first(config, checkpoint, a), second(config, checkpoint, b);
  // What is wrong with them is for checkTensors to say.
  if (a.shape != shape || b.shape != shape || !first.isReadable() ||
      !second.isReadable())
    return false;
  FATHOM_ASSIGN_OR_RETURN(rt::WeightReader left, first.open());
  FATHOM_ASSIGN_OR_RETURN(rt::WeightReader right, second.open());
  uint64_t columns = shape[1];
  uint64_t step = std::max<uint64_t>(kComparedNumbers / columns, 1);
  std::vector<float> x, y;
  for (uint64_t row = 0; row < shape[0]; row += step) {
    uint64_t count = std::min(step, shape[0] - row) * columns;
    x.resize(count);
    y.resize(count);
    FATHOM_RETURN_IF_ERROR(left.ReadRows(row, absl::MakeSpan(x)));
    FATHOM_RETURN_IF_ERROR(right.ReadRows(row, absl::MakeSpan(y)));
    if (x != y)
      return false;
  }
  return true;
}

/// As transformers ties: what is stored counts, be it the embedding, the head
/// or both.
static absl::Status tie(const rt::ModelConfig &config,
                        const rt::Checkpoint &checkpoint,
                        CheckpointTraits &traits,
                        std::vector<std::string> &warnings) {
  const rt::TensorInfo *embedding = checkpoint.Find(kEmbedding);
  const rt::TensorInfo *head = checkpoint.Find(kHead);
  if (!config.tied_embeddings || !head)
    return absl::OkStatus();
  if (!embedding) {
    traits.embedding = traits.head = kHead;
    return absl::OkStatus();
  }
  FATHOM_ASSIGN_OR_RETURN(bool same,
                          areEqual(config, checkpoint, *embedding, *head));
  if (same)
    return absl::OkStatus();
  traits.head = kHead;
  warnings.push_back("'lm_head.weight' is used as it is stored: it differs "
                     "from the embedding, to which tie_word_embeddings of "
                     "config.json would tie it");
  return absl::OkStatus();
}

/// Warns where a router is corrected that should not be, or the other way.
static void compareRouters(const rt::ModelConfig &config,
                           const CheckpointTraits &traits,
                           std::vector<std::string> &warnings) {
  if (!config.experts)
    return;
  llvm::SmallVector<int64_t> layers;
  for (int64_t i = 0; i < config.layer_count; ++i)
    if (config.experts->IsIn(i))
      layers.push_back(i);
  if (layers.empty())
    return;
  bool holds = traits.holds(kRouterBiasSource, layers, false);
  if (holds && !config.experts->has_bias)
    warnings.push_back(
        "'e_score_correction_bias' is added to the scores that choose experts, "
        "as transformers does, though topk_method of config.json has none");
  if (!holds && config.experts->has_bias)
    warnings.push_back(
        "the checkpoint holds no 'e_score_correction_bias': experts are chosen "
        "by their scores alone, as transformers does");
}

absl::StatusOr<CheckpointTraits> traitsOf(const rt::ModelConfig &config,
                                          const rt::Checkpoint &checkpoint,
                                          std::vector<std::string> &warnings) {
  CheckpointTraits traits;
  traits.checkpoint = &checkpoint;
  FATHOM_RETURN_IF_ERROR(tie(config, checkpoint, traits, warnings));
  compareRouters(config, traits, warnings);
  if (config.mtp_layer_count == 0)
    return traits;
  std::string prefix = mtpPrefix(config);
  traits.mtpSharesEmbedding = !checkpoint.Find(prefix + "embed_tokens.weight");
  traits.mtpSharesHead = !checkpoint.Find(prefix + "shared_head.head.weight");
  return traits;
}

} // namespace fathom
