// See tokenizer_source.h.
#include "tools/fathom/tokenizer_source.h"

#include "runtime/base/status.h"
#include "runtime/io/file.h"
#include "runtime/io/path_advice.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_folder.h"
#include "tools/fathom/manifest_source.h"

namespace fathom::rt {
namespace {

absl::StatusOr<std::string> Compile(const std::string& path) {
  const absl::StatusOr<Folder> folder = Folder::Open(path);
  if (!folder.ok()) return NoTokenizer(path);
  FATHOM_ASSIGN_OR_RETURN(const TokenizerFolder read,
                          TokenizerFolder::Read(*folder));
  if (!read.files().tokenizer.has_value()) return NoTokenizer(path);
  return CompileTokenizer(read.files(), path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> TokenizerOf(
    const std::string& folder) {
  auto manifest = ManifestOf(folder);
  if (manifest.ok()) {
    const absl::string_view tables = BytesOf((*manifest)->tokenizer());
    if (!tables.empty()) return Tokenizer::Load(tables);
    return absl::InvalidArgumentError(
        "manifest.bin: found no tokenizer: the model was compiled without one");
  }
  if (!absl::IsNotFound(manifest.status())) return manifest.status();
  FATHOM_ASSIGN_OR_RETURN(const std::string tables, Compile(folder));
  return Tokenizer::Load(tables);
}

}  // namespace fathom::rt
