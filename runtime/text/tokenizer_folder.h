// Reads the files of a model's folder that have a say in its tokenizer.
#ifndef FATHOM_RUNTIME_TEXT_TOKENIZER_FOLDER_H_
#define FATHOM_RUNTIME_TEXT_TOKENIZER_FOLDER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/io/file.h"
#include "runtime/text/special_tokens.h"

namespace fathom::rt {

// The longest side file.
inline constexpr uint64_t kTextFileBytesMax = uint64_t{64} << 20;

// Is told of each file that is read, as "tokenizer.json", and of its bytes.
using FileNote =
    std::function<void(const std::string& name, absl::string_view bytes)>;

// The file `name` of `folder`; nothing where there is none.
absl::StatusOr<std::optional<std::string>> ReadIfThere(const Folder& folder,
                                                       const std::string& name);

// The files, read. Without tokenizer.json, too: not all need it.
class TokenizerFolder {
 public:
  // `note` may be null; config.json is not noted, it is not the tokenizer's.
  static absl::StatusOr<TokenizerFolder> Read(const Folder& folder,
                                              const FileNote& note = nullptr);

  // Valid as long as this object.
  TokenizerFiles files() const {
    return {tokenizer_, config_, special_tokens_map_, model_config_,
            added_tokens_};
  }

 private:
  std::optional<std::string> tokenizer_;
  std::optional<std::string> config_;
  std::optional<std::string> special_tokens_map_;
  std::optional<std::string> model_config_;
  std::optional<std::string> added_tokens_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_FOLDER_H_
