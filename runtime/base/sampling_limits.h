// How far the settings of sampling may go, whoever gives them: a checkpoint's
// generation_config.json, an artifact's manifest, a command line.
#ifndef FATHOM_RUNTIME_BASE_SAMPLING_LIMITS_H_
#define FATHOM_RUNTIME_BASE_SAMPLING_LIMITS_H_

namespace fathom::rt {

// Beyond these a setting is a mistake, not a taste. The least penalty is far
// from where logits divided by it would overflow, and tie.
inline constexpr float kTemperatureMax = 100.0f;
inline constexpr float kRepetitionPenaltyMin = 1e-6f;
inline constexpr float kRepetitionPenaltyMax = 100.0f;

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_SAMPLING_LIMITS_H_
