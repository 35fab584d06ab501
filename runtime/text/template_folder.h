// The chat templates of a Hugging Face folder.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_FOLDER_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_FOLDER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/io/file.h"
#include "runtime/text/chat_templates.h"
#include "runtime/text/tokenizer_folder.h"

namespace fathom::rt {

// How many templates a folder may have.
inline constexpr size_t kChatTemplatesMax = 64;
// How many files may lie beside additional templates.
inline constexpr size_t kTemplateFilesMax = 4096;

// Compiles the chat templates as transformers 5 finds them:
// `chat_template.jinja`, called "default", and the files of
// `additional_chat_templates/*.jinja` by their names; where there are none of
// those, `chat_template` of `tokenizer_config.json`, a text or texts by name.
// Templates that cannot be compiled are kept with the reason. NotFound when
// there are none at all.
absl::StatusOr<ChatTemplates> LoadChatTemplates(const std::string& folder);

// The same for a folder whose tokenizer files were read. `note` may be null; it
// is told of each file with a template, as "additional_chat_templates/x.jinja".
absl::StatusOr<ChatTemplates> LoadChatTemplates(const Folder& folder,
                                                const TokenizerFiles& files,
                                                const FileNote& note = nullptr);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_FOLDER_H_
