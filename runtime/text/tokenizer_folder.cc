#include "runtime/text/tokenizer_folder.h"

#include "runtime/base/status.h"

namespace fathom::rt {

absl::StatusOr<std::optional<std::string>> ReadIfThere(
    const Folder& folder, const std::string& name) {
  if (!folder.Has(name)) return std::optional<std::string>();
  FATHOM_ASSIGN_OR_RETURN(const File file, folder.OpenFile(name));
  FATHOM_ASSIGN_OR_RETURN(std::string bytes, file.ReadAll(kTextFileBytesMax));
  return std::optional<std::string>(std::move(bytes));
}

absl::StatusOr<TokenizerFolder> TokenizerFolder::Read(const Folder& folder,
                                                      const FileNote& note) {
  TokenizerFolder read;
  const struct {
    const char* name;
    std::optional<std::string>* bytes;
    bool is_noted;
  } files[] = {
      {"tokenizer.json", &read.tokenizer_, true},
      {"tokenizer_config.json", &read.config_, true},
      {"special_tokens_map.json", &read.special_tokens_map_, true},
      {"added_tokens.json", &read.added_tokens_, true},
      {"config.json", &read.model_config_, false},
  };
  for (const auto& file : files) {
    FATHOM_ASSIGN_OR_RETURN(*file.bytes, ReadIfThere(folder, file.name));
    const bool is_noted = note != nullptr && file.is_noted;
    if (is_noted && file.bytes->has_value()) note(file.name, **file.bytes);
  }
  return read;
}

}  // namespace fathom::rt
