// Models of the C API: opening, closing, facts.
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "runtime/api/api_error.h"
#include "runtime/api/api_model.h"
#include "runtime/api/fathom.h"
#include "runtime/api/struct_size.h"
#include "runtime/model/weights.h"

namespace fathom::rt {
namespace {

constexpr fathom_model_options kDefaults = {sizeof(fathom_model_options), 0, 0,
                                            nullptr, nullptr};

fathom_code Open(const char* path, const fathom_model_options* given,
                 fathom_model** model) {
  if (model == nullptr) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                "model is null, expected a place for it");
  }
  *model = nullptr;
  if (path == nullptr) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                "path is null, expected an artifact's folder");
  }
  fathom_model_options options = kDefaults;
  const fathom_code code = ReadStruct("options", given, &options);
  if (code != FATHOM_OK) return code;
  if (options.threads < 0 || options.threads > kPoolThreadsMax) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                absl::StrFormat("threads is %d, expected 0 to %d",
                                options.threads, kPoolThreadsMax));
  }
  if (options.reserved != 0) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                absl::StrFormat("options.reserved is %d, expected 0",
                                options.reserved));
  }
  if (options.placement != nullptr) {
    const auto placement = ParsePlacement(options.placement);
    if (!placement.ok()) {
      return Fail(FATHOM_ERROR_ARGUMENT, placement.status().message());
    }
  }
  if (options.level != nullptr && *options.level == '\0') {
    return Fail(FATHOM_ERROR_ARGUMENT,
                "level is '', expected one of the artifact's or NULL");
  }
  LoadOptions load;
  load.path = path;
  load.thread_count = options.threads;
  load.pool_caller = PoolCaller::kAny;
  if (options.placement != nullptr) load.placement = options.placement;
  if (options.level != nullptr) load.level = options.level;
  auto loaded = TextArtifact::Load(load);
  // The level that was asked for; the artifact itself is as it should be.
  if (absl::IsOutOfRange(loaded.status())) {
    return Fail(FATHOM_ERROR_ARGUMENT, loaded.status().message());
  }
  if (!loaded.ok()) return Fail(loaded.status());
  *model = Models().Add(*std::move(loaded));
  return FATHOM_OK;
}

fathom_code GetInfo(const fathom_model* handle, fathom_model_info* info) {
  if (info == nullptr) {
    return Fail(FATHOM_ERROR_ARGUMENT, "info is null, expected a struct");
  }
  const fathom_code code =
      CheckStructSize<fathom_model_info>("info", info->struct_size);
  if (code != FATHOM_OK) return code;
  fathom_model_info value = {};
  WriteStruct(value, info);
  const std::shared_ptr<TextArtifact> model = FindModel(handle);
  if (model == nullptr) return FATHOM_ERROR_ARGUMENT;
  const TextModelFacts& facts = model->facts();
  value.name = facts.name.c_str();
  value.level = facts.level.c_str();
  value.placement = facts.placement.c_str();
  value.threads = facts.thread_count;
  value.vocabulary_size = facts.vocabulary_size;
  value.context_tokens = facts.context_tokens;
  value.step_tokens = facts.step_tokens_max;
  value.think_open_token = facts.think_open_id;
  value.think_close_token = facts.think_close_id;
  WriteStruct(value, info);
  return FATHOM_OK;
}

}  // namespace

ModelTable& Models() {
  // Never destroyed: threads may outlive main().
  static ModelTable& table = *std::make_unique<ModelTable>().release();
  return table;
}

std::shared_ptr<TextArtifact> FindModel(const fathom_model* model) {
  std::shared_ptr<TextArtifact> found = Models().Find(model);
  if (found == nullptr) {
    Fail(FATHOM_ERROR_ARGUMENT, model == nullptr
                                    ? "model is null, expected an open model"
                                    : "model is not an open model: it was "
                                      "closed, or is something else");
  }
  return found;
}

}  // namespace fathom::rt

extern "C" {

using namespace fathom::rt;

const char* fathom_version(void) { return FATHOM_VERSION; }

const char* fathom_error_message(void) { return LastMessage(); }

fathom_code fathom_model_options_init(fathom_model_options* options,
                                      size_t struct_size) {
  return InitStruct("options", kDefaults, options, struct_size);
}

fathom_code fathom_model_open(const char* path,
                              const fathom_model_options* options,
                              fathom_model** model) {
  return Guarded([&] { return Open(path, options, model); });
}

fathom_code fathom_model_close(fathom_model* model) {
  return Guarded([&] {
    if (FindModel(model) == nullptr) return FATHOM_ERROR_ARGUMENT;
    Models().Remove(model);
    return FATHOM_OK;
  });
}

fathom_code fathom_model_get_info(fathom_model* model,
                                  fathom_model_info* info) {
  return Guarded([&] { return GetInfo(model, info); });
}

}  // extern "C"
