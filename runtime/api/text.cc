// Text of the C API: tokens, requests, and back.
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "runtime/api/api_error.h"
#include "runtime/api/api_model.h"
#include "runtime/api/api_text.h"
#include "runtime/api/fathom.h"
#include "runtime/base/status.h"
#include "runtime/serve/request_json.h"

namespace fathom::rt {

std::string Counted(size_t count, absl::string_view unit) {
  return absl::StrFormat("%d %s%s", count, unit, count == 1 ? "" : "s");
}

fathom_code CheckArray(const char* name, const void* data, size_t count,
                       absl::string_view unit) {
  if (data == nullptr && count > 0) {
    return Fail(
        FATHOM_ERROR_ARGUMENT,
        absl::StrFormat("%s is null, expected %s", name, Counted(count, unit)));
  }
  if (count > kApiItemsMax) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                absl::StrFormat("%s has %s, expected at most %d", name,
                                Counted(count, unit), kApiItemsMax));
  }
  return FATHOM_OK;
}

absl::Status CheckApiRequest(absl::string_view request) {
  return CheckHoldsNoSettings(request, "the request",
                              "fathom_generation_options");
}

namespace {

// What a buffer of these holds.
absl::string_view UnitOf(const char*) { return "byte"; }
absl::string_view UnitOf(const int32_t*) { return "id"; }

// Writes all items or none, as fathom.h describes for all of these functions.
template <typename T>
fathom_code Write(absl::Span<const T> items, T* buffer, size_t capacity,
                  size_t* count) {
  *count = items.size();
  if (items.size() > capacity) {
    return Fail(
        FATHOM_ERROR_BUFFER,
        absl::StrFormat("the buffer has room for %s, expected %d",
                        Counted(capacity, UnitOf(buffer)), items.size()));
  }
  if (!items.empty()) {
    std::memcpy(buffer, items.data(), items.size() * sizeof(T));
  }
  return FATHOM_OK;
}

// Calls `convert(model)`, which gives a StatusOr of a string or a vector, and
// writes what it gave.
template <typename T, typename Convert>
fathom_code Converted(const fathom_model* handle, fathom_code checked,
                      T* buffer, size_t capacity, size_t* count,
                      Convert convert) {
  return Guarded([&] {
    if (count == nullptr) {
      return Fail(FATHOM_ERROR_ARGUMENT, "count is null, expected a place");
    }
    *count = 0;
    if (checked != FATHOM_OK) return checked;
    const fathom_code code =
        CheckArray("the buffer", buffer, capacity, UnitOf(buffer));
    if (code != FATHOM_OK) return code;
    const std::shared_ptr<TextArtifact> model = FindModel(handle);
    if (model == nullptr) return FATHOM_ERROR_ARGUMENT;
    const auto converted = convert(*model);
    if (!converted.ok()) return Fail(converted.status());
    return Write<T>(absl::MakeConstSpan(*converted), buffer, capacity, count);
  });
}

absl::StatusOr<std::string> Decode(const TextArtifact& model,
                                   absl::Span<const int32_t> ids) {
  const Tokenizer& tokenizer = model.tokenizer();
  for (size_t i = 0; i < ids.size(); ++i) {
    if (tokenizer.HasToken(ids[i])) continue;
    return absl::InvalidArgumentError(absl::StrFormat(
        "ids[%d] is %d, expected a token of the vocabulary", i, ids[i]));
  }
  return tokenizer.Decode(ids);
}

}  // namespace
}  // namespace fathom::rt

extern "C" {

using namespace fathom::rt;

fathom_code fathom_tokenize(fathom_model* model, const char* text, size_t bytes,
                            int32_t* ids, size_t capacity, size_t* count) {
  return Converted(model, CheckArray("text", text, bytes, "byte"), ids,
                   capacity, count, [&](const TextArtifact& artifact) {
                     return artifact.tokenizer().Encode({text, bytes});
                   });
}

fathom_code fathom_detokenize(fathom_model* model, const int32_t* ids,
                              size_t id_count, char* text, size_t capacity,
                              size_t* count) {
  return Converted(model, CheckArray("ids", ids, id_count, "id"), text,
                   capacity, count, [&](const TextArtifact& artifact) {
                     return Decode(artifact, {ids, id_count});
                   });
}

fathom_code fathom_render_request(fathom_model* model, const char* request,
                                  size_t bytes, char* text, size_t capacity,
                                  size_t* count) {
  return Converted(
      model, CheckArray("request", request, bytes, "byte"), text, capacity,
      count, [&](const TextArtifact& artifact) -> absl::StatusOr<std::string> {
        FATHOM_RETURN_IF_ERROR(CheckApiRequest({request, bytes}));
        auto rendered = artifact.Render({request, bytes});
        if (!rendered.ok()) return rendered.status();
        return std::move(rendered->text);
      });
}

fathom_code fathom_encode_request(fathom_model* model, const char* request,
                                  size_t bytes, int32_t* ids, size_t capacity,
                                  size_t* count) {
  return Converted(model, CheckArray("request", request, bytes, "byte"), ids,
                   capacity, count,
                   [&](const TextArtifact& artifact)
                       -> absl::StatusOr<std::vector<int32_t>> {
                     FATHOM_RETURN_IF_ERROR(CheckApiRequest({request, bytes}));
                     return artifact.EncodeRequest({request, bytes});
                   });
}

}  // extern "C"
