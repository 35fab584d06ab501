// See path_advice.h.
#include "runtime/io/path_advice.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/file_signs.h"
#include "runtime/base/json.h"
#include "runtime/base/quoting.h"
#include "runtime/io/model_names.h"

namespace fathom::rt {
namespace {

using Names = std::vector<std::string>;

// More than any model's folder holds; one that holds more is not looked into.
constexpr size_t kNamesMax = 65536;
constexpr uint64_t kAdapterConfigBytesMax = uint64_t{1} << 20;

constexpr absl::string_view kArtifactManifest = "manifest.bin";

// Weights in a format that is not read, by the names of their files; the first
// row that fits says what they are and what to do.
struct ForeignFormat {
  absl::string_view prefix;
  absl::string_view suffix;
  absl::string_view what;
  absl::string_view advice;
};
constexpr absl::string_view kSaveAgain =
    "transformers converts them: "
    "AutoModelForCausalLM.from_pretrained(OLD).save_pretrained(NEW)";
constexpr absl::string_view kTakeOriginal =
    "give the folder of the model that it was made from, with config.json and "
    "safetensors";
constexpr absl::string_view kTakeConverted =
    "take the model's files for transformers, with config.json and "
    "model*.safetensors";
constexpr ForeignFormat kForeignFormats[] = {
    {"", ".gguf", "a GGUF file", kTakeOriginal},
    {"pytorch_model", ".bin", "PyTorch weights", kSaveAgain},
    {"pytorch_model", ".bin.index.json", "PyTorch weights", kSaveAgain},
    {"consolidated", ".pth", "weights in Meta's own format", kTakeConverted},
    {"consolidated", ".safetensors", "weights in Mistral's own format",
     kTakeConverted},
    {"tf_model", ".h5", "TensorFlow weights", kSaveAgain},
    {"flax_model", ".msgpack", "Flax weights", kSaveAgain},
    {"", ".onnx", "an ONNX model", kTakeOriginal},
    {"", ".pth", "PyTorch weights", kSaveAgain},
    {"", ".pt", "PyTorch weights", kSaveAgain},
    {"", ".ckpt", "PyTorch weights", kSaveAgain},
    {"", ".ggml", "a GGML file", kTakeOriginal},
    {"", ".mlx", "an MLX model", kTakeOriginal},
};

// What tokenizers are kept in that are not tokenizer.json.
struct OtherTokenizer {
  absl::string_view name;
  absl::string_view what;
};
constexpr OtherTokenizer kOtherTokenizers[] = {
    {"tokenizer.model", "a SentencePiece model"},
    {"spiece.model", "a SentencePiece model"},
    {"tiktoken.model", "a tiktoken vocabulary"},
    {"merges.txt", "a vocabulary and its merges"},
    {"vocab.json", "a vocabulary"},
    {"vocab.txt", "a WordPiece vocabulary"},
    {"tekken.json", "a vocabulary in Mistral's own format"},
};

// Files of a model's folder that somebody may give in its place.
constexpr absl::string_view kModelFiles[] = {
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "model.safetensors.index.json",
    "chat_template.jinja",
};

enum class PathKind { kNothing, kFile, kFolder, kOther };

PathKind KindOf(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return PathKind::kNothing;
  if (S_ISDIR(info.st_mode)) return PathKind::kFolder;
  return S_ISREG(info.st_mode) ? PathKind::kFile : PathKind::kOther;
}

absl::string_view BaseName(absl::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? path : path.substr(slash + 1);
}

std::string ParentOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<size_t>(slash, 1)));
}

Names NamesIn(const Folder& folder) {
  auto names = folder.List(kNamesMax);
  return names.ok() ? *std::move(names) : Names();
}

bool IsEmpty(const Folder& folder) {
  const auto names = folder.List(kNamesMax);
  return names.ok() && names->empty();
}

bool Holds(const Names& names, absl::string_view name) {
  return std::binary_search(names.begin(), names.end(), name);
}

absl::Status Bad(absl::string_view path, absl::string_view text) {
  return absl::NotFoundError(absl::StrCat(Shown(path), ": ", text));
}

const ForeignFormat* FormatOf(absl::string_view name) {
  for (const ForeignFormat& format : kForeignFormats) {
    if (absl::StartsWith(name, format.prefix) &&
        absl::EndsWithIgnoreCase(name, format.suffix)) {
      return &format;
    }
  }
  return nullptr;
}

// Of the formats, the first in the table that a file has.
std::optional<std::string> ForeignWeights(const Names& names) {
  const ForeignFormat* best = nullptr;
  absl::string_view file;
  for (const std::string& name : names) {
    const ForeignFormat* format = FormatOf(name);
    if (format == nullptr || (best != nullptr && best <= format)) continue;
    best = format;
    file = name;
  }
  if (best == nullptr) return std::nullopt;
  return absl::StrCat("holds ", best->what, " ('", Shown(file),
                      "'), which Fathom does not read: ", best->advice);
}

// The base of an adapter, as its configuration names it.
std::string BaseModelOf(const Folder& folder) {
  auto file = folder.OpenFile("adapter_config.json");
  if (!file.ok()) return "";
  auto bytes = file->ReadAll(kAdapterConfigBytesMax);
  if (!bytes.ok()) return "";
  auto document = JsonDocument::Parse(*bytes, "adapter_config.json");
  if (!document.ok()) return "";
  const auto name = document->root().Find("base_model_name_or_path");
  if (!name || !name->AsString().ok()) return "";
  return absl::StrCat(" '", Shown(*name->AsString()), "'");
}

bool IsAdapter(const Names& names) {
  return Holds(names, "adapter_config.json") ||
         Holds(names, "adapter_model.safetensors") ||
         Holds(names, "adapter_model.bin");
}

// The subfolder, at most two levels down, that holds `file`: a cache of the Hub
// has snapshots/REVISION.
std::optional<std::string> SubfolderWith(const std::string& path,
                                         const Names& names,
                                         absl::string_view file, int levels) {
  for (const std::string& name : names) {
    const std::string below = absl::StrCat(path, "/", name);
    if (KindOf(below) != PathKind::kFolder) continue;
    auto folder = Folder::Open(below);
    if (!folder.ok()) continue;
    if (folder->Has(file)) return below;
    if (levels <= 1) continue;
    auto deeper = SubfolderWith(below, NamesIn(*folder), file, levels - 1);
    if (deeper) return deeper;
  }
  return std::nullopt;
}

absl::Status NoWeightsAmong(const Folder& folder, const Names& names) {
  if (IsAdapter(names)) {
    return Bad(folder.path(),
               absl::StrCat("is an adapter (LoRA) and holds no model: merge it "
                            "into its base model",
                            BaseModelOf(folder),
                            " with peft's merge_and_unload(), save that, and "
                            "compile it"));
  }
  for (const std::string& name : names) {
    if (absl::StartsWith(name, "model-") &&
        absl::EndsWith(name, ".safetensors")) {
      return Bad(folder.path(),
                 absl::StrCat("holds '", Shown(name),
                              "' but not model.safetensors.index.json, which "
                              "lists the shards: download it, too"));
    }
  }
  if (auto foreign = ForeignWeights(names)) return Bad(folder.path(), *foreign);
  return Bad(folder.path(),
             "holds neither model.safetensors nor "
             "model.safetensors.index.json, expected one of them");
}

constexpr absl::string_view kModel =
    "a model's folder, with config.json and model*.safetensors";
constexpr absl::string_view kArtifact =
    "an artifact, the folder that 'fathom compile DIR -o NAME.fathom' writes";
constexpr absl::string_view kTokenizer =
    "an artifact, or a folder that holds a model's tokenizer";

// About a path at which stat() failed just now: what `then` is to be done with
// a model that has to be fetched, else what was `expected`.
absl::Status NotThere(const std::string& path, absl::string_view then,
                      absl::string_view expected) {
  const int error = errno;
  std::string text =
      absl::StrCat("cannot open '", Shown(path), "': ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR: {
      const std::string advice = AdviceOnModelName(path, then);
      return absl::NotFoundError(
          advice.empty() ? absl::StrCat(text, "; expected ", expected)
                         : absl::StrCat(text, advice));
    }
    case ELOOP:
    case ENAMETOOLONG: return absl::InvalidArgumentError(text);
    default: return absl::FailedPreconditionError(text);
  }
}

std::string StartOf(const std::string& path) {
  auto file = File::Open(path);
  if (!file.ok()) return "";
  std::string start(
      static_cast<size_t>(std::min<uint64_t>(file->bytes(), kFileSignBytes)),
      '\0');
  return file->ReadAt(0, absl::MakeSpan(start)).ok() ? start : "";
}

// What is wrong with a file of this name and start, in a place where a folder
// is expected; nothing where it may be a configuration.
std::optional<std::string> AdviceOnFile(const std::string& path) {
  const absl::string_view name = BaseName(path);
  const std::string start = StartOf(path);
  const ForeignFormat* format = FormatOf(name);
  if (absl::StartsWith(start, "GGUF")) format = &kForeignFormats[0];
  if (format != nullptr) {
    return absl::StrCat("is ", format->what,
                        ", which Fathom does not read: ", format->advice);
  }
  const bool is_of_model =
      absl::EndsWith(name, ".safetensors") ||
      std::find(std::begin(kModelFiles), std::end(kModelFiles), name) !=
          std::end(kModelFiles);
  if (is_of_model) {
    return absl::StrCat("is one file of a model, expected its folder: '",
                        Shown(ParentOf(path)), "'");
  }
  if (absl::EndsWith(name, ".mlir")) {
    return "is MLIR, expected a model's folder; --from=FORM starts from a "
           "file of MLIR";
  }
  const absl::string_view sign = LooksLike(start);
  if (sign.empty()) return std::nullopt;
  return absl::StrCat("is a file, expected a model's folder", sign);
}

absl::Status CheckModelFolder(const Folder& folder) {
  if (folder.Has("config.json")) return absl::OkStatus();
  const std::string& path = folder.path();
  const Names names = NamesIn(folder);
  if (IsEmpty(folder)) {
    return Bad(path, "is empty, expected a model's folder with config.json");
  }
  if (Holds(names, kArtifactManifest)) {
    return Bad(path,
               "is an artifact, compiled already: 'fathom run' asks it; to "
               "compile, give the model's folder");
  }
  if (IsAdapter(names)) return NoWeightsAmong(folder, names);
  if (auto below = SubfolderWith(path, names, "config.json", 2)) {
    return Bad(path, absl::StrCat("holds no config.json, but '", Shown(*below),
                                  "' does: give that folder"));
  }
  if (auto foreign = ForeignWeights(names)) return Bad(path, *foreign);
  return Bad(path,
             "holds no config.json, expected a model's folder as Hugging Face "
             "keeps it: config.json, model*.safetensors, tokenizer.json");
}

// "fathom compile DIR -o NAME.fathom" for the folder `path`.
std::string CompileCommand(const std::string& path) {
  return absl::StrCat("'fathom compile ", Shown(path), " -o ",
                      Shown(BaseName(path)), ".fathom'");
}

}  // namespace

absl::Status NoWeights(const Folder& folder) {
  return NoWeightsAmong(folder, NamesIn(folder));
}

absl::Status CheckModelPath(const std::string& path) {
  switch (KindOf(path)) {
    case PathKind::kNothing: return NotThere(path, "give that folder", kModel);
    case PathKind::kOther: return absl::OkStatus();
    case PathKind::kFile: {
      const std::optional<std::string> advice = AdviceOnFile(path);
      return advice ? Bad(path, *advice) : absl::OkStatus();
    }
    case PathKind::kFolder: break;
  }
  const absl::StatusOr<Folder> folder = Folder::Open(path);
  return folder.ok() ? CheckModelFolder(*folder) : folder.status();
}

absl::Status NotAnArtifact(const std::string& path) {
  switch (KindOf(path)) {
    case PathKind::kNothing: {
      absl::Status status =
          NotThere(path, "compile it with 'fathom compile'", kArtifact);
      const std::string artifact = absl::StrCat(path, ".fathom");
      if (!absl::IsNotFound(status) || KindOf(artifact) != PathKind::kFolder) {
        return status;
      }
      return absl::NotFoundError(absl::StrCat(
          status.message(), "; did you mean '", Shown(artifact), "'?"));
    }
    case PathKind::kOther:
    case PathKind::kFile: {
      const std::string parent = ParentOf(path);
      const auto folder = Folder::Open(parent);
      if (folder.ok() && folder->Has(kArtifactManifest)) {
        return Bad(path,
                   absl::StrCat("is one file of an artifact, expected its "
                                "folder: '",
                                Shown(parent), "'"));
      }
      const auto advice = AdviceOnFile(path);
      return Bad(path, absl::StrCat(advice ? *advice : "is a file",
                                    "; expected an artifact, the folder that "
                                    "'fathom compile' writes"));
    }
    case PathKind::kFolder: break;
  }
  const auto folder = Folder::Open(path);
  if (!folder.ok()) return folder.status();
  const Names names = NamesIn(*folder);
  if (folder->Has("config.json")) {
    return Bad(path, absl::StrCat("is a model's folder, expected an artifact: ",
                                  CompileCommand(path), " makes one"));
  }
  if (auto below = SubfolderWith(path, names, kArtifactManifest, 1)) {
    return Bad(path, absl::StrCat("is not an artifact, but '", Shown(*below),
                                  "' is: give that folder"));
  }
  if (IsAdapter(names)) return NoWeightsAmong(*folder, names);
  if (auto foreign = ForeignWeights(names)) return Bad(path, *foreign);
  return absl::NotFoundError(
      absl::StrCat("found no ", kArtifactManifest, " in '", Shown(path),
                   IsEmpty(*folder) ? "', which is empty" : "'",
                   ", expected an artifact as 'fathom compile' writes it"));
}

absl::Status NoTokenizer(const std::string& path) {
  switch (KindOf(path)) {
    case PathKind::kNothing:
      return NotThere(path, "give that folder", kTokenizer);
    case PathKind::kOther:
    case PathKind::kFile: {
      const auto advice = AdviceOnFile(path);
      return Bad(path, advice ? *advice
                              : "is a file, expected a folder with "
                                "tokenizer.json");
    }
    case PathKind::kFolder: break;
  }
  const auto folder = Folder::Open(path);
  if (!folder.ok()) return folder.status();
  const Names names = NamesIn(*folder);
  for (const OtherTokenizer& other : kOtherTokenizers) {
    if (!Holds(names, other.name)) continue;
    return Bad(path,
               absl::StrCat("holds ", other.what, " ('", other.name,
                            "') but no tokenizer.json: transformers writes "
                            "one: AutoTokenizer.from_pretrained(DIR)"
                            ".save_pretrained(DIR)"));
  }
  if (auto below = SubfolderWith(path, names, "tokenizer.json", 2)) {
    return Bad(path, absl::StrCat("holds no tokenizer.json, but '",
                                  Shown(*below), "' does: give that folder"));
  }
  return Bad(path, IsEmpty(*folder) ? "is empty, expected a folder with "
                                      "tokenizer.json"
                                    : "holds no tokenizer.json, expected one: "
                                      "download it, too");
}

}  // namespace fathom::rt
