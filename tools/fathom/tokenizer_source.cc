// See tokenizer_source.h.
#include "tools/fathom/tokenizer_source.h"

#include "absl/strings/str_cat.h"
#include "runtime/base/json.h"
#include "runtime/base/status.h"
#include "runtime/text/tokenizer_compiler.h"
#include "tools/fathom/manifest_source.h"

namespace fathom::rt {
namespace {

absl::StatusOr<std::string> Compile(const std::string& folder) {
  FATHOM_ASSIGN_OR_RETURN(const std::string json,
                          ReadWholeFile(absl::StrCat(folder, "/tokenizer.json"),
                                        kJsonFileBytesMax));
  auto config = ReadWholeFile(absl::StrCat(folder, "/tokenizer_config.json"),
                              kJsonFileBytesMax);
  if (!config.ok() && !absl::IsNotFound(config.status())) {
    return config.status();
  }
  return CompileTokenizer(json, config.ok() ? *config : "", folder);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> TokenizerOf(
    const std::string& folder) {
  auto manifest = ManifestOf(folder);
  if (manifest.ok()) {
    const absl::string_view tables = BytesOf((*manifest)->tokenizer());
    if (!tables.empty()) return Tokenizer::Load(tables);
    return absl::InvalidArgumentError(
        "manifest.bin: found no tokenizer: the model was compiled without");
  }
  if (!absl::IsNotFound(manifest.status())) return manifest.status();
  FATHOM_ASSIGN_OR_RETURN(const std::string tables, Compile(folder));
  return Tokenizer::Load(tables);
}

}  // namespace fathom::rt
