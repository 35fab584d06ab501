// How to generate, from the struct of the C API.
#ifndef FATHOM_RUNTIME_API_API_SETTINGS_H_
#define FATHOM_RUNTIME_API_API_SETTINGS_H_

#include "absl/status/statusor.h"
#include "runtime/api/fathom.h"
#include "runtime/serve/conversation.h"
#include "runtime/serve/text_model.h"

namespace fathom::rt {

// Everything as the artifact says, without a limit for thinking, seed 0.
inline constexpr fathom_generation_options kGenerationDefaults = {
    sizeof(fathom_generation_options),
    /*max_tokens=*/0,
    /*think_tokens=*/-1,
    /*temperature=*/-1,
    /*top_p=*/-1,
    /*min_p=*/-1,
    /*repetition_penalty=*/0,
    /*top_k=*/-1,
    /*seed=*/0,
    /*stops=*/nullptr,
    /*stop_count=*/0};

// The settings, each in its range; otherwise InvalidArgument that names the
// field. As on the command line, a field that only sampling uses makes it
// sample, unless the temperature is 0.
absl::StatusOr<AskSettings> SettingsOf(const fathom_generation_options& options,
                                       const TextModelFacts& facts);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_API_API_SETTINGS_H_
