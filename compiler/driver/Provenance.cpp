//===- Provenance.cpp - What an artifact was made from --------------------===//
//
// See Provenance.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/driver/Provenance.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/artifact/ManifestText.h"
#include "runtime/base/status.h"
#include "runtime/io/file.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace fathom {

std::string modelName(const std::string &path) {
  llvm::SmallString<256> real;
  if (llvm::sys::fs::real_path(path, real))
    real = path;
  if (llvm::sys::path::filename(real) == "config.json")
    llvm::sys::path::remove_filename(real);
  else if (!llvm::sys::fs::is_directory(real))
    return llvm::sys::path::stem(real).str();
  return llvm::sys::path::filename(real).str();
}

std::string compilerVersion() {
  return "fathom " FATHOM_VERSION ", LLVM " LLVM_VERSION_STRING;
}

std::string optionsText(const CompileOptions &options, uint64_t contextTokens) {
  std::string text = absl::StrCat(
      "--target=", absl::StrJoin(options.levels, ","),
      " --weights=", options.weights, " --context=", contextTokens);
  if (options.strict)
    absl::StrAppend(&text, " --strict");
  if (options.randomSeed)
    absl::StrAppend(&text, " --random-weights=", *options.randomSeed);
  if (options.from)
    absl::StrAppend(&text, " --from=", formName(*options.from));
  return text;
}

/// The header of a shard: it names the tensors, and is read in any case.
static absl::Status noteShard(const rt::File &file,
                              schema::ManifestT &manifest) {
  std::string start(8, '\0');
  FATHOM_RETURN_IF_ERROR(file.ReadAt(0, absl::MakeSpan(&start[0], 8)));
  FATHOM_ASSIGN_OR_RETURN(
      uint64_t bytes,
      rt::ReadSafetensorsHeaderBytes(start, file.bytes(), file.path()));
  std::string header(8 + bytes, '\0');
  FATHOM_RETURN_IF_ERROR(
      file.ReadAt(0, absl::MakeSpan(&header[0], header.size())));
  noteInput(
      absl::StrCat(llvm::sys::path::filename(file.path()).str(), " (header)"),
      header, manifest);
  return absl::OkStatus();
}

absl::Status noteModelFiles(const std::string &model,
                            const std::optional<rt::Checkpoint> &checkpoint,
                            schema::ManifestT &manifest) {
  auto note = [&](const std::string &name, rt::File file) -> absl::Status {
    FATHOM_ASSIGN_OR_RETURN(std::string bytes,
                            file.ReadAll(rt::kSafetensorsHeaderBytesMax));
    noteInput(name, bytes, manifest);
    return absl::OkStatus();
  };
  if (!llvm::sys::fs::is_directory(model)) {
    FATHOM_ASSIGN_OR_RETURN(rt::File file, rt::File::Open(model));
    return note("config.json", std::move(file));
  }
  FATHOM_ASSIGN_OR_RETURN(rt::Folder folder, rt::Folder::Open(model));
  for (const char *name : {"config.json", "generation_config.json"}) {
    if (!folder.Has(name))
      continue;
    FATHOM_ASSIGN_OR_RETURN(rt::File file, folder.OpenFile(name));
    FATHOM_RETURN_IF_ERROR(note(name, std::move(file)));
  }
  if (checkpoint)
    for (const rt::File &file : checkpoint->files())
      FATHOM_RETURN_IF_ERROR(noteShard(file, manifest));
  return absl::OkStatus();
}

} // namespace fathom
