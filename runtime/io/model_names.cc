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

// Of "https://HOST/organisation/name/tree/main" what follows the host, without
// the place in the repository.
absl::string_view HubNameOfUrl(absl::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  const size_t host = url.find('/');
  if (host == absl::string_view::npos) return "";
  url.remove_prefix(host + 1);
  size_t end = url.find('/');
  if (end != absl::string_view::npos) end = url.find('/', end + 1);
  return url.substr(0, end);
}

}  // namespace

std::string AdviceOnModelName(absl::string_view path, absl::string_view then) {
  const bool is_url = absl::StrContains(path, "://");
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
  if (IsOllamaName(name)) {
    return absl::StrCat(
        "; it looks like a model of Ollama, whose files Fathom does not read: "
        "get the model's folder with config.json and safetensors, then ",
        then);
  }
  return "";
}

}  // namespace fathom::rt
