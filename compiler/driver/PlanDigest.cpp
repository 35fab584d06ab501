//===- PlanDigest.cpp - Whether code keeps to a plan ----------------------===//
//
// See PlanDigest.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/PlanDigest.h"

#include "absl/strings/str_cat.h"
#include "mlir/IR/Builders.h"
#include "runtime/base/quoting.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

namespace fathom {

static constexpr llvm::StringLiteral kPlan = "fathom.plan";

std::string printed(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  stream << "\n";
  return text;
}

void notePlan(mlir::ModuleOp planned) {
  planned->removeAttr(kPlan);
  std::string text = printed(planned);
  llvm::XXH128_hash_t digest =
      llvm::xxh3_128bits(llvm::arrayRefFromStringRef(llvm::StringRef(text)));
  mlir::Builder builder(planned.getContext());
  planned->setAttr(
      kPlan, builder.getStringAttr(llvm::utohexstr(digest.high64, true, 16) +
                                   llvm::utohexstr(digest.low64, true, 16)));
}

static std::string shown(mlir::Attribute attribute) {
  if (!attribute)
    return "none";
  std::string text;
  llvm::raw_string_ostream stream(text);
  attribute.print(stream, /*elideType=*/true);
  return rt::Shown(text);
}

absl::Status checkSamePlan(mlir::ModuleOp planned, mlir::ModuleOp code,
                           const std::string &name) {
  auto differs = [&](llvm::StringRef attribute) {
    return planned->getAttr(attribute) != code->getAttr(attribute);
  };
  auto bad = [&](llvm::StringRef attribute, const char *why) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", rt::Shown(name), "': found ", attribute.str(), " = ",
                     shown(code->getAttr(attribute)), ", expected ",
                     shown(planned->getAttr(attribute)), why));
  };
  // What says more than a digest first.
  for (mlir::NamedAttribute attribute : planned->getAttrs())
    if (attribute.getName() != kPlan && differs(attribute.getName()))
      return bad(attribute.getName(), ", as the model and the options say");
  if (differs(kPlan))
    return bad(kPlan, ": it came from another planned form than the model's");
  return absl::OkStatus();
}

} // namespace fathom
