// Any bytes, as a tokenizer_config.json with chat templates or, where the first
// byte is odd, as a chat_template.jinja: refused as an input at fault, or
// templates that have different names.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include "runtime/io/file.h"
#include "runtime/text/template_folder.h"

namespace {

// A folder of its own for this process; it stays empty but for one file.
std::string MakeFolder() {
  char path[] = "/tmp/template_folder_fuzz.XXXXXX";
  if (mkdtemp(path) == nullptr) __builtin_trap();
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                                size - 1);
  static const std::string* path = new std::string(MakeFolder());
  const std::string jinja = *path + "/chat_template.jinja";
  fathom::rt::TokenizerFiles files;
  if (data[0] % 2 == 1) {
    std::ofstream(jinja, std::ios::binary) << bytes;
  } else {
    files.config = bytes;
  }
  auto folder = fathom::rt::Folder::Open(*path);
  if (!folder.ok()) __builtin_trap();
  const auto templates = fathom::rt::LoadChatTemplates(*folder, files);
  unlink(jinja.c_str());
  if (!templates.ok()) {
    if (!absl::IsInvalidArgument(templates.status()) &&
        !absl::IsNotFound(templates.status())) {
      __builtin_trap();
    }
    return 0;
  }
  std::set<std::string> names;
  for (const fathom::rt::ChatTemplate& chat_template : templates->templates) {
    if (!names.insert(chat_template.name).second) __builtin_trap();
  }
  return 0;
}
