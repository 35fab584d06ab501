// See tokenizer_source.h.
#include "tools/fathom/tokenizer_source.h"

#include "absl/strings/str_cat.h"
#include "runtime/base/json.h"
#include "runtime/base/status.h"
#include "runtime/text/tokenizer_compiler.h"
#include "tools/fathom/artifact_field.h"

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
  return CompileTokenizer(json, config.ok() ? *config : "");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> TokenizerOf(
    const std::string& folder) {
  auto tables =
      ArtifactField(folder, &fathom::schema::Manifest::tokenizer, "tokenizer");
  if (absl::IsNotFound(tables.status())) tables = Compile(folder);
  if (!tables.ok()) return tables.status();
  return Tokenizer::Load(*tables);
}

}  // namespace fathom::rt
