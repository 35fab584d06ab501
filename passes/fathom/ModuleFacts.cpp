//===- ModuleFacts.cpp - What a module says of its model ------------------===//
//
// See ModuleFacts.h. Limits are those of a runtime that loads what is made.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/ModuleFacts.h"

#include "passes/fathom/Passes.h"

#include <map>

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

namespace {

constexpr int64_t kVocabularyMax = 1 << 20;
constexpr int64_t kHiddenMax = 1 << 16;
constexpr int64_t kLayersMax = 1 << 10;
constexpr int64_t kContextMax = 1 << 24;
constexpr int64_t kExpertsMax = 1 << 12;
constexpr int64_t kStepTokensMax = 1 << 20;
constexpr int64_t kArenaBytesMax = int64_t{1} << 40;

LogicalResult checkNumber(ModuleOp module, StringRef name, int64_t least,
                          int64_t most) {
  Attribute found = module->getAttr(name);
  if (!found)
    return module.emitError("found no '")
           << name << "', expected it on the module";
  auto number = dyn_cast<IntegerAttr>(found);
  if (number && number.getType().isSignlessInteger(64) &&
      number.getInt() >= least && number.getInt() <= most)
    return success();
  return module.emitError("found '")
         << name << "' of " << found << ", expected " << least << " to " << most
         << " : i64";
}

int64_t numberOf(ModuleOp module, StringRef name) {
  return module->getAttrOfType<IntegerAttr>(name).getInt();
}

/// The kinds of functions, what they take and what they give: tokens, the
/// residual stream, rotary factors, logits.
struct Kind {
  StringRef name, takes, gives;
  bool isLayer;
};
constexpr Kind kKinds[] = {
    {"embed", "t", "xr", false},     {"dense", "txr", "x", true},
    {"experts", "txr", "x", true},   {"head", "tx", "l", false},
    {"mtp_embed", "tx", "xr", true}, {"mtp_layer", "txr", "x", true},
    {"mtp_head", "tx", "l", true}};

const Kind *kindOf(func::FuncOp function) {
  auto name = function->getAttrOfType<StringAttr>("fathom.kind");
  for (const Kind &kind : kKinds)
    if (name && name.getValue() == kind.name)
      return &kind;
  function.emitError("found the kind ")
      << (name ? Attribute(name) : function->getAttr("fathom.kind"))
      << ", expected embed, dense, experts, head, mtp_embed, mtp_layer or "
         "mtp_head";
  return nullptr;
}

class KindChecker {
public:
  explicit KindChecker(ModuleOp module)
      : module(module), hidden(numberOf(module, "fathom.hidden_size")),
        vocabulary(numberOf(module, "fathom.vocabulary_size")),
        layerCount(numberOf(module, "fathom.layer_count")) {}

  LogicalResult check();

private:
  LogicalResult checkValues(func::FuncOp function, StringRef expected,
                            TypeRange types, StringRef what);
  LogicalResult checkLayers(func::FuncOp function, const Kind &kind);
  LogicalResult checkExperts();

  ModuleOp module;
  int64_t hidden, vocabulary, layerCount;
  /// Of all functions alike; not known before the first.
  int64_t rotary = 0;
  std::map<StringRef, func::FuncOp> functions;
  std::map<int64_t, func::FuncOp> layers;
};

} // namespace

LogicalResult KindChecker::checkValues(func::FuncOp function,
                                       StringRef expected, TypeRange types,
                                       StringRef what) {
  auto fits = [&](char letter, Type type) {
    if (letter == 't')
      return isa<TokensType>(type);
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || tensor.getRank() != 2 || !tensor.isDynamicDim(0) ||
        tensor.isDynamicDim(1) || !tensor.getElementType().isF32())
      return false;
    int64_t columns = tensor.getDimSize(1);
    if (letter == 'r')
      rotary = rotary == 0 ? columns : rotary;
    return columns == (letter == 'x'   ? hidden
                       : letter == 'l' ? vocabulary
                                       : rotary);
  };
  // What a head gives after the logits is asked for by no step.
  bool good =
      expected == "l" ? !types.empty() : types.size() == expected.size();
  for (size_t i = 0; good && i < expected.size(); ++i)
    good = fits(expected[i], types[i]);
  if (good)
    return success();
  auto error = function.emitError("found ")
               << what << " of types (" << types << "), expected ";
  for (size_t i = 0; i < expected.size(); ++i) {
    error << (i == 0 ? "" : ", ");
    if (expected[i] == 't')
      error << "tokens";
    else if (expected[i] == 'r' && rotary == 0)
      error << "rotary factors";
    else
      error << "tensor<?x"
            << (expected[i] == 'x'   ? hidden
                : expected[i] == 'l' ? vocabulary
                                     : rotary)
            << "xf32>";
  }
  return error;
}

LogicalResult KindChecker::checkLayers(func::FuncOp function,
                                       const Kind &kind) {
  auto numbers = function->getAttrOfType<DenseI64ArrayAttr>("fathom.layers");
  if (!kind.isLayer && !function->hasAttr("fathom.layers"))
    return success();
  if (!kind.isLayer || !numbers || numbers.empty())
    return function.emitError("found ")
           << (kind.isLayer ? "no 'fathom.layers'" : "'fathom.layers'")
           << ", expected "
           << (kind.isLayer ? "the numbers of its layers" : "none")
           << " of a function of kind \"" << kind.name << '"';
  if (kind.name.starts_with("mtp")) {
    if (numbers.asArrayRef() == ArrayRef<int64_t>{layerCount})
      return success();
    return function.emitError("found layers [")
           << numbers.asArrayRef() << "], expected [" << layerCount
           << "], the one after 'fathom.layer_count'";
  }
  for (int64_t number : numbers.asArrayRef())
    if (number < 0 || number >= layerCount ||
        !layers.emplace(number, function).second)
      return function.emitError("found layer ")
             << number << ", expected one below 'fathom.layer_count', "
             << layerCount << ", that no function is yet";
  return success();
}

LogicalResult KindChecker::checkExperts() {
  int64_t count = numberOf(module, "fathom.expert_count");
  int64_t chosen = numberOf(module, "fathom.experts_per_token");
  for (auto packed : module.getOps<PackedOp>())
    if (packed.getExperts() &&
        static_cast<int64_t>(*packed.getExperts()) != count)
      return packed.emitError("found a weight of ")
             << *packed.getExperts() << " experts, expected the " << count
             << " of 'fathom.expert_count'";
  WalkResult walked = module.walk([&](Operation *op) {
    if (!isa<RouteOp, DispatchOp>(op))
      return WalkResult::advance();
    auto columns = [](Value value) {
      return cast<RankedTensorType>(value.getType()).getDimSize(1);
    };
    int64_t found = columns(op->getOperand(0));
    int64_t taken = columns(op->getResult(0));
    if (found == count && taken == chosen)
      return WalkResult::advance();
    op->emitError("found ")
        << taken << " of " << found << " experts, expected " << chosen << " of "
        << count << ", as the module says";
    return WalkResult::interrupt();
  });
  return failure(walked.wasInterrupted());
}

LogicalResult KindChecker::check() {
  for (auto function : module.getOps<func::FuncOp>()) {
    const Kind *kind = kindOf(function);
    if (!kind)
      return failure();
    if (!functions.emplace(kind->name, function).second)
      return function.emitError("found a second function of kind \"")
             << kind->name << "\", expected one";
    if (failed(checkLayers(function, *kind)) ||
        failed(checkValues(function, kind->takes, function.getArgumentTypes(),
                           "arguments")) ||
        failed(checkValues(function, kind->gives, function.getResultTypes(),
                           "results")))
      return failure();
  }
  bool hasMtp = functions.count("mtp_layer") > 0;
  for (const Kind &kind : kKinds)
    if ((!kind.isLayer || (hasMtp && kind.name.starts_with("mtp"))) &&
        !functions.count(kind.name))
      return module.emitError("found no function of kind \"")
             << kind.name << "\", expected one";
  for (int64_t number = 0; number < layerCount; ++number)
    if (!layers.count(number))
      return module.emitError("found no function of layer ")
             << number << ", expected one of each of 'fathom.layer_count', "
             << layerCount;
  if (!hasMtp && (functions.count("mtp_embed") || functions.count("mtp_head")))
    return module.emitError(
        "found no function of kind \"mtp_layer\", expected one");
  return checkExperts();
}

LogicalResult checkOneBlock(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return function.emitError("found ")
           << function.getBody().getBlocks().size() << " blocks, expected one";
  Operation &end = function.getBody().front().back();
  if (!isa<func::ReturnOp>(end))
    return end.emitError("found '")
           << end.getName() << "', expected the function to return here";
  return success();
}

LogicalResult checkModelFacts(ModuleOp module) {
  auto architecture = module->getAttrOfType<StringAttr>("fathom.architecture");
  if (!architecture || architecture.empty())
    return module.emitError(
        "found no 'fathom.architecture', expected it on the module");
  if (failed(checkNumber(module, "fathom.hidden_size", 1, kHiddenMax)) ||
      failed(checkNumber(module, "fathom.layer_count", 1, kLayersMax)) ||
      failed(
          checkNumber(module, "fathom.vocabulary_size", 1, kVocabularyMax)) ||
      failed(checkNumber(module, "fathom.context_tokens", 1, kContextMax)) ||
      failed(checkNumber(module, "fathom.position_limit",
                         numberOf(module, "fathom.context_tokens"),
                         kContextMax)) ||
      failed(checkNumber(module, "fathom.expert_count", 0, kExpertsMax)))
    return failure();
  return checkNumber(module, "fathom.experts_per_token", 0,
                     numberOf(module, "fathom.expert_count"));
}

LogicalResult checkPlanFacts(ModuleOp module) {
  Attribute storage = module->getAttr("fathom.storage");
  auto type = dyn_cast_or_null<TypeAttr>(storage);
  if (!type || !(type.getValue().isF32() || type.getValue().isF16() ||
                 type.getValue().isBF16()))
    return module.emitError("found 'fathom.storage' of ")
           << storage << ", expected bf16, f16 or f32";
  if (failed(checkNumber(module, "fathom.step_tokens_max", 1, kStepTokensMax)))
    return failure();
  return checkNumber(module, "fathom.arena_shared_bytes", 0, kArenaBytesMax);
}

LogicalResult checkCodeFacts(ModuleOp module) {
  if (failed(checkPlanFacts(module)))
    return failure();
  // Code without memory of a thread's own says nothing of it.
  if (!module->hasAttr("fathom.arena_thread_bytes"))
    return success();
  return checkNumber(module, "fathom.arena_thread_bytes", 0, kArenaBytesMax);
}

LogicalResult checkKinds(ModuleOp module) {
  return KindChecker(module).check();
}

} // namespace fathom
