//===- Summary.cpp - What was written, for the user -----------------------===//
//
// See Summary.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Summary.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "runtime/base/quoting.h"
#include "runtime/base/units.h"

namespace fathom {

/// "1 layer", "2 layers".
static std::string counted(uint64_t count, const char *noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::vector<std::string> artifactSummary(const std::string &path,
                                         const schema::ManifestT &manifest,
                                         double seconds) {
  std::string levels = absl::StrJoin(manifest.levels, " and ",
                                     [](std::string *out, const auto &level) {
                                       absl::StrAppend(out, level->name);
                                     });
  const schema::ModelT &model = *manifest.model;
  return {absl::StrFormat(
              "wrote '%s' in %.1f s: %s of %s weights, %s of code for "
              "%s",
              rt::Shown(path), seconds, rt::BytesText(manifest.weights_bytes),
              rt::Shown(manifest.weights_format),
              rt::BytesText(manifest.code_bytes), levels),
          absl::StrCat(rt::Shown(model.architecture), ", ",
                       counted(model.layer_count, "layer"), ", ",
                       rt::CountText(model.parameter_count),
                       " parameters, context ",
                       counted(model.context_tokens, "token"))};
}

std::string formSummary(const std::string &path, const std::string &form,
                        uint64_t bytes, double seconds) {
  return absl::StrFormat("wrote '%s' in %.1f s: the %s form, %s",
                         rt::Shown(path), seconds, form, rt::BytesText(bytes));
}

} // namespace fathom
