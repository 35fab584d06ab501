// See model_names.h.
#include "runtime/io/model_names.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"

namespace fathom::rt {
namespace {

// As long as the parts of a name on the Hub may be.
constexpr size_t kPartBytesMax = 96;

bool IsPart(absl::string_view part) {
  return !part.empty() && part.size() <= kPartBytesMax &&
         absl::ascii_isalnum(part[0]) &&
         std::all_of(part.begin(), part.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

bool IsThere(absl::string_view path) {
  struct stat info{};
  return ::stat(std::string(path).c_str(), &info) == 0;
}

// "organisation/name", where nothing by the first part's name makes a path of
// it.
bool IsHubName(absl::string_view name) {
  const size_t slash = name.find('/');
  return slash != absl::string_view::npos && IsPart(name.substr(0, slash)) &&
         IsPart(name.substr(slash + 1)) && !absl::EndsWith(name, ".fathom") &&
         !IsThere(name.substr(0, slash));
}

// "deepseek-r1:1.5b", "library/deepseek-r1:1.5b".
bool IsOllamaName(absl::string_view name) {
  const size_t colon = name.rfind(':');
  if (colon == absl::string_view::npos || !IsPart(name.substr(colon + 1))) {
    return false;
  }
  const absl::string_view model = name.substr(0, colon);
  return IsPart(model) || IsHubName(model);
}

// "organisation/name:Q4_K_M": llama.cpp's way to name one of the GGUF files.
bool IsGgufName(absl::string_view name) {
  const size_t colon = name.rfind(':');
  if (colon == absl::string_view::npos || !IsHubName(name.substr(0, colon))) {
    return false;
  }
  absl::string_view type = name.substr(colon + 1);
  for (absl::string_view prefix : {"UD-", "IQ", "Q", "BF", "F", "MXFP"}) {
    if (absl::StartsWithIgnoreCase(type, prefix)) {
      type.remove_prefix(prefix.size());
    }
  }
  return type.size() < name.size() - colon - 1 && !type.empty() &&
         absl::ascii_isdigit(type[0]);
}

// With or without "https://" before it.
bool IsUrl(absl::string_view path) {
  return absl::StrContains(path, "://") || absl::StartsWith(path, "hf.co/") ||
         absl::StartsWith(path, "huggingface.co/");
}

// Of "https://HOST/organisation/name/tree/main" what follows the host, without
// the place in the repository.
absl::string_view HubNameOfUrl(absl::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != absl::string_view::npos) url.remove_prefix(scheme + 3);
  const size_t host = url.find('/');
  if (host == absl::string_view::npos) return "";
  url.remove_prefix(host + 1);
  size_t end = url.find('/');
  if (end != absl::string_view::npos) end = url.find('/', end + 1);
  return url.substr(0, end);
}

}  // namespace

std::string AdviceOnModelName(absl::string_view path, absl::string_view then) {
  const bool is_url = IsUrl(path);
  const absl::string_view name = is_url ? HubNameOfUrl(path) : path;
  if (IsHubName(name)) {
    return absl::StrCat(
        "; it looks like a model on the Hugging Face Hub, from which Fathom "
        "does not download: 'hf download ",
        Shown(name), " --local-dir ", Shown(name.substr(name.find('/') + 1)),
        "' does, then ", then);
  }
  if (is_url) {
    return absl::StrCat(
        "; Fathom does not download: get the model's folder, then ", then);
  }
  if (IsGgufName(name)) {
    return "; it looks like GGUF files of the Hugging Face Hub, which Fathom "
           "does not read: give the folder of the model that they were made "
           "from, with config.json and safetensors";
  }
  if (IsOllamaName(name)) {
    return absl::StrCat(
        "; it looks like a model of Ollama, whose files Fathom does not read: "
        "get the model's folder with config.json and safetensors, then ",
        then);
  }
  return "";
}

}  // namespace fathom::rt
