//===- fathom-reference-logits.cpp - A model's logits in float64 ----------===//
//
// Imports a folder, interprets it, and compares with the reference.safetensors
// in it, or writes what it computes. For tests; slow.
//
//===----------------------------------------------------------------------===//

#include "compiler/import/Import.h"
#include "compiler/import/WeightValues.h"
#include "compiler/reference/ModelRun.h"
#include "compiler/reference/Numbers.h"
#include "compiler/reference/TensorFile.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"

#include <cmath>

namespace cl = llvm::cl;
using namespace fathom;

static cl::opt<std::string> folder(cl::Positional, cl::Required,
                                   cl::desc("FOLDER"));
static cl::opt<StorageType>
    weights("weights", cl::desc("What weights and caches are rounded to"),
            cl::values(clEnumValN(StorageType::BF16, "bf16", ""),
                       clEnumValN(StorageType::F16, "f16", ""),
                       clEnumValN(StorageType::F32, "f32", "")),
            cl::init(StorageType::F32));
static cl::list<int64_t>
    tokenIds("tokens", cl::CommaSeparated,
             cl::desc("Tokens, instead of the reference's"));
static cl::opt<int64_t> position("position", cl::desc("Of the first token"),
                                 cl::init(0));
static cl::opt<unsigned> limit("limit", cl::init(~0u),
                               cl::desc("Take the first N tokens only"));
static cl::opt<std::string> output("o", cl::desc("Write logits and experts"));
static cl::opt<std::string>
    experts("experts", cl::desc("With -o: take the experts that this file of "
                                "`fathom logits` says, and write margins"));
static cl::opt<bool> printModule("print", cl::desc("Print the model form"));
static cl::opt<bool> mtp("mtp", cl::desc("Run the MTP functions as well"));
static cl::opt<double> bound("bound", cl::init(1e-4),
                             cl::desc("Largest error relative to the largest "
                                      "logit"));

/// Of a layer that was trained.
static constexpr double kAcceptanceMin = 0.9;

/// The values of the checkpoint, rounded to the weight's element type.
static WeightSource weightsOf(const rt::Checkpoint &checkpoint) {
  return keepWeights([&](mlir::fathom::WeightOp weight, int64_t layer,
                         int64_t expert) -> std::optional<std::vector<double>> {
    auto reader = openWeight(weight, layer, expert, checkpoint);
    std::vector<float> values;
    absl::Status status = reader.status();
    if (status.ok()) {
      values.resize(reader->rows() * reader->columns());
      status = reader->ReadRows(0, absl::MakeSpan(values));
    }
    if (!status.ok()) {
      weight.emitError(std::string(status.message()));
      return std::nullopt;
    }
    auto type = mlir::cast<mlir::RankedTensorType>(weight.getType());
    std::vector<double> rounded;
    for (float value : values)
      rounded.push_back(roundTo(type.getElementType(), value));
    return rounded;
  });
}

static StepInput stepOf(llvm::ArrayRef<int64_t> ids, int64_t first,
                        int64_t slot) {
  StepInput step;
  for (int64_t i = 0; i < static_cast<int64_t>(ids.size()); ++i)
    step.tokens.push_back({ids[i], slot, first + i, i, true});
  return step;
}

/// The largest difference relative to the largest of `expected`, whose rows
/// beyond those of `got` are not looked at.
static double errorOf(const Matrix &got, const Matrix &expected) {
  Apart apart;
  for (size_t i = 0; i < got.values.size(); ++i)
    apart.add(got.values[i], expected.values[i]);
  return apart.relative();
}

/// How many experts of `got` are others than those of `expected`.
static int64_t differingExperts(const std::vector<Matrix> &got,
                                const Matrix &expected) {
  if (got.empty())
    return 0;
  int64_t count = 0, k = got[0].columns;
  int64_t tokens = expected.rows / static_cast<int64_t>(got.size());
  for (size_t layer = 0; layer < got.size(); ++layer)
    for (int64_t t = 0; t < got[layer].rows; ++t)
      for (int64_t j = 0; j < k; ++j)
        count += got[layer].row(t)[j] != expected.row(layer * tokens + t)[j];
  return count;
}

static bool report(llvm::StringRef what, double error) {
  bool holds = error <= bound;
  llvm::outs() << folder << ": " << what << ": relative error "
               << llvm::format("%.2e", error)
               << (holds ? "\n" : ", expected at most ");
  if (!holds)
    llvm::outs() << llvm::format("%.2e\n", bound.getValue());
  return holds;
}

static int fail(const absl::Status &status) {
  llvm::errs() << "fathom-reference-logits: " << std::string(status.message())
               << "\n";
  return 1;
}

static bool reportExperts(llvm::StringRef what, const std::vector<Matrix> &got,
                          const Matrix &expected) {
  int64_t others = differingExperts(got, expected);
  llvm::outs() << folder << ": " << what << ": " << others << " of "
               << got.size() * got[0].values.size() << " differ\n";
  return others == 0;
}

/// What the MTP layer says of `ids`, each with the state of the one before; the
/// first one's is of token `first`.
static mlir::FailureOr<ModelResult> draft(mlir::ModuleOp module,
                                          Interpreter &interpreter,
                                          llvm::ArrayRef<int64_t> ids,
                                          const Matrix &states, int64_t first,
                                          int64_t slot) {
  Matrix hidden(ids.size(), states.columns);
  std::copy_n(states.values.begin(), hidden.values.size(),
              hidden.values.begin());
  return runMtp(module, interpreter, stepOf(ids, first, slot), hidden);
}

/// How often the MTP layer's best token is the model's own next one, over the
/// greedy continuation in `file`: a trained layer that is put together wrongly
/// hits nothing, whatever the reference was made by.
static mlir::FailureOr<double> mtpAcceptance(mlir::ModuleOp module,
                                             Interpreter &interpreter,
                                             const TensorFile &file) {
  const Matrix &prompt = file.at("greedy_prompt"), &rest = file.at("greedy");
  std::vector<int64_t> ids(prompt.values.begin(), prompt.values.end());
  ids.insert(ids.end(), rest.values.begin(), rest.values.end());
  ids.resize(std::min<size_t>(ids.size(), limit));
  auto main = runModel(module, interpreter, stepOf(ids, 0, 2));
  if (mlir::failed(main) || ids.size() < 3)
    return mlir::failure();
  // Each state meets the token after its own, and drafts the one after that.
  int64_t count = ids.size() - 2;
  llvm::ArrayRef<int64_t> next(ids.data() + 1, count);
  auto drafts = draft(module, interpreter, next, main->hidden, 0, 2);
  if (mlir::failed(drafts))
    return mlir::failure();
  int64_t first = std::max<int64_t>(prompt.columns - 2, 0), hits = 0;
  for (int64_t i = first; i < count; ++i) {
    const double *row = drafts->logits.row(i);
    hits +=
        std::max_element(row, row + drafts->logits.columns) - row == ids[i + 2];
  }
  llvm::outs() << folder << ": mtp: " << hits << " of " << count - first
               << " drafts are the model's own tokens\n";
  return double(hits) / (count - first);
}

/// Compares what the MTP layer says after `ids`, whose states are `hidden`.
static bool compareMtp(mlir::ModuleOp module, Interpreter &interpreter,
                       const TensorFile &file, llvm::ArrayRef<int64_t> ids,
                       const Matrix &hidden) {
  // Row i is of state i and token i + 1.
  auto further = draft(module, interpreter, ids.drop_front(), hidden, 0, 0);
  if (mlir::failed(further))
    return false;
  bool holds =
      report("mtp logits", errorOf(further->logits, file.at("mtp_logits")));
  holds &=
      reportExperts("mtp experts", further->experts, file.at("mtp_experts"));
  auto accepted = mtpAcceptance(module, interpreter, file);
  return mlir::succeeded(accepted) && *accepted >= kAcceptanceMin && holds;
}

/// Compares with the file of transformers' numbers.
static int compare(mlir::ModuleOp module, Interpreter &interpreter) {
  auto file = TensorFile::read(folder + "/reference.safetensors");
  if (!file.ok())
    return fail(file.status());
  std::vector<int64_t> ids;
  for (double id : file->at("tokens").values)
    ids.push_back(id);
  ids.resize(std::min<size_t>(ids.size(), limit));
  std::vector<int64_t> nearIds = ids;
  auto near = runModel(module, interpreter, stepOf(nearIds, 0, 0));
  ids.resize(std::min<size_t>(ids.size(), file->at("far_logits").rows));
  int64_t farPosition = file->at("far_position").values[0];
  auto far = runModel(module, interpreter, stepOf(ids, farPosition, 1));
  if (mlir::failed(near) || mlir::failed(far))
    return 1;
  bool holds = report("logits", errorOf(near->logits, file->at("logits")));
  holds &= report("logits at position " + std::to_string(farPosition),
                  errorOf(far->logits, file->at("far_logits")));
  if (!near->experts.empty())
    holds &= reportExperts("experts", near->experts, file->at("experts"));
  if (mtp)
    holds &= compareMtp(module, interpreter, *file, nearIds, near->hidden);
  return holds ? 0 : 1;
}

/// `shape` are the dimensions before the number of choices.
static void addExperts(TensorFile &file, llvm::StringRef name,
                       const std::vector<Matrix> &layers,
                       std::vector<int64_t> shape) {
  if (layers.empty())
    return;
  std::vector<double> all;
  for (const Matrix &layer : layers)
    all.insert(all.end(), layer.values.begin(), layer.values.end());
  shape.push_back(layers[0].columns);
  file.add(name, shape, all, /*isInteger=*/true);
}

/// Makes routes choose what `all` holds, `rows` rows each.
static void giveExperts(Interpreter &interpreter, const Matrix &all,
                        int64_t rows) {
  for (int64_t first = 0; first < all.rows; first += rows) {
    Matrix layer(std::min(rows, all.rows - first), all.columns);
    std::copy_n(all.row(first), layer.values.size(), layer.values.begin());
    interpreter.givenExperts.push_back(std::move(layer));
  }
}

/// Adds what scores missed of the given experts, of the routes since the last.
static void addMargins(TensorFile &file, llvm::StringRef name,
                       Interpreter &interpreter, int64_t rows) {
  std::vector<double> all;
  for (const std::vector<double> &layer : interpreter.choiceMargins)
    all.insert(all.end(), layer.begin(), layer.end());
  int64_t layers = interpreter.choiceMargins.size();
  interpreter.choiceMargins.clear();
  if (layers)
    file.add(name, {layers, rows}, all);
}

static int write(mlir::ModuleOp module, Interpreter &interpreter) {
  std::vector<int64_t> ids(tokenIds.begin(), tokenIds.end());
  StepInput step = stepOf(ids, position, 0);
  TensorFile given;
  if (!experts.empty()) {
    auto read = TensorFile::read(experts);
    if (!read.ok())
      return fail(read.status());
    given = std::move(*read);
    giveExperts(interpreter, given.at("experts"), ids.size());
  }
  auto result = runModel(module, interpreter, step);
  if (mlir::failed(result))
    return 1;
  TensorFile file;
  file.add("logits", {result->logits.rows, result->logits.columns},
           result->logits.values);
  int64_t count = ids.size(), layers = result->experts.size();
  addExperts(file, "experts", result->experts, {layers, count});
  addMargins(file, "margins", interpreter, count);
  if (mtp && count > 1) {
    giveExperts(interpreter, given.at("mtp_experts"), count - 1);
    auto further = draft(module, interpreter, llvm::ArrayRef(ids).drop_front(),
                         result->hidden, position, 0);
    if (mlir::failed(further))
      return 1;
    file.add("mtp_logits", {further->logits.rows, further->logits.columns},
             further->logits.values);
    addExperts(file, "mtp_experts", further->experts, {count - 1});
    addMargins(file, "mtp_margins", interpreter, count - 1);
  }
  absl::Status status = file.write(output);
  return status.ok() ? 0 : fail(status);
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "A model's logits in float64\n");
  mlir::MLIRContext context;
  ImportOptions options;
  options.weights = weights;
  auto model = importModel(folder, options, context);
  if (!model.ok())
    return fail(model.status());
  for (const std::string &warning : model->warnings)
    llvm::errs() << "warning: " << warning << "\n";
  if (printModule) {
    model->module->print(llvm::outs());
    return 0;
  }
  if (!model->checkpoint)
    return fail(absl::InvalidArgumentError("found a configuration alone, "
                                           "expected a folder with weights"));
  Interpreter interpreter(*model->module, weightsOf(*model->checkpoint));
  return output.empty() ? compare(*model->module, interpreter)
                        : write(*model->module, interpreter);
}
