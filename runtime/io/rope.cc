#include "runtime/io/rope.h"

#include <algorithm>
#include <cmath>

namespace fathom::rt {
namespace {

constexpr double kPi = 3.14159265358979323846;

// theta^(2i / d) for each pair i, in float32 at each step.
std::vector<float> Powers(double theta, int64_t dim) {
  std::vector<float> powers;
  for (int64_t i = 0; i < dim / 2; ++i) {
    float exponent = static_cast<float>(2 * i) / static_cast<float>(dim);
    // The float nearest to the power, which float's own pow may miss.
    powers.push_back(static_cast<float>(
        std::pow(static_cast<double>(static_cast<float>(theta)),
                 static_cast<double>(exponent))));
  }
  return powers;
}

void ScaleLinear(const RopeConfig& rope, RopeTable* table) {
  auto factor = static_cast<float>(rope.factor);
  for (float& frequency : table->frequencies) frequency /= factor;
}

// 0.1 k ln s + 1
double Mscale(double factor, double k) {
  return factor <= 1 ? 1 : 0.1 * k * std::log(factor) + 1;
}

// The pair that turns `rotations` times within the original context.
double CorrectionPair(double rotations, const RopeConfig& rope, int64_t dim) {
  return static_cast<double>(dim) *
         std::log(static_cast<double>(rope.original_positions) /
                  (rotations * 2 * kPi)) /
         (2 * std::log(rope.theta));
}

void ScaleYarn(const RopeConfig& rope, int64_t dim, RopeTable* table) {
  double low = CorrectionPair(rope.beta_fast, rope, dim);
  double high = CorrectionPair(rope.beta_slow, rope, dim);
  if (rope.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(dim - 1));
  if (low == high) high += 0.001;
  auto factor = static_cast<float>(rope.factor);
  std::vector<float> powers = Powers(rope.theta, dim);
  for (size_t i = 0; i < powers.size(); ++i) {
    float ramp = (static_cast<float>(i) - static_cast<float>(low)) /
                 static_cast<float>(high - low);
    float kept = 1.0f - std::clamp(ramp, 0.0f, 1.0f);
    float interpolated = 1.0f / (factor * powers[i]);
    float extrapolated = 1.0f / powers[i];
    float blended = interpolated * (1.0f - kept);
    table->frequencies[i] = blended + extrapolated * kept;
  }
  if (rope.attention_factor) {
    table->attention_factor = *rope.attention_factor;
  } else if (rope.mscale != 0 && rope.mscale_all_dim != 0) {
    table->attention_factor = Mscale(rope.factor, rope.mscale) /
                              Mscale(rope.factor, rope.mscale_all_dim);
  } else {
    table->attention_factor = Mscale(rope.factor, 1);
  }
}

void ScaleLlama3(const RopeConfig& rope, RopeTable* table) {
  auto factor = static_cast<float>(rope.factor);
  auto original = static_cast<float>(rope.original_positions);
  auto low = static_cast<float>(rope.low_freq_factor);
  auto range = static_cast<float>(rope.high_freq_factor - rope.low_freq_factor);
  auto low_wavelength = static_cast<float>(
      static_cast<double>(rope.original_positions) / rope.low_freq_factor);
  auto high_wavelength = static_cast<float>(
      static_cast<double>(rope.original_positions) / rope.high_freq_factor);
  for (float& frequency : table->frequencies) {
    // PyTorch divides a number by a tensor as reciprocal times number.
    float wavelength = (1.0f / frequency) * static_cast<float>(2 * kPi);
    if (wavelength > low_wavelength) {
      frequency = frequency / factor;
    } else if (wavelength >= high_wavelength && range > 0) {
      float smooth = ((1.0f / wavelength) * original - low) / range;
      float slowed = (1.0f - smooth) * frequency / factor;
      frequency = slowed + smooth * frequency;
    }
  }
}

// Dynamic scaling stretches what lies beyond the model's positions, where
// nothing is computed. Within them it is this power of one, in float64.
double DynamicTheta(const ModelConfig& config, int64_t dim) {
  const RopeConfig& rope = config.rope;
  auto positions = static_cast<double>(config.position_limit);
  double stretch = rope.factor * positions / positions - (rope.factor - 1);
  return dim == 2
             ? rope.theta
             : rope.theta * std::pow(stretch, static_cast<double>(dim) /
                                                  static_cast<double>(dim - 2));
}

}  // namespace

RopeTable ComputeRope(const ModelConfig& config) {
  const RopeConfig& rope = config.rope;
  int64_t dim = config.rotary_dim();
  RopeTable table;
  double theta =
      rope.type == RopeType::kDynamic ? DynamicTheta(config, dim) : rope.theta;
  for (float power : Powers(theta, dim)) {
    table.frequencies.push_back(1.0f / power);
  }
  int64_t key_dim = dim;
  if (config.latent) key_dim += config.latent->nope_dim;
  table.softmax_scale = 1 / std::sqrt(static_cast<double>(key_dim));
  switch (rope.type) {
    case RopeType::kDefault:
    case RopeType::kDynamic: break;
    case RopeType::kLinear: ScaleLinear(rope, &table); break;
    case RopeType::kYarn: ScaleYarn(rope, dim, &table); break;
    case RopeType::kLlama3: ScaleLlama3(rope, &table); break;
  }
  // DeepSeek's attention alone puts the whole correction into its scores.
  if (config.latent && rope.type != RopeType::kDefault &&
      rope.mscale_all_dim != 0) {
    double mscale = Mscale(rope.factor, rope.mscale_all_dim);
    table.softmax_scale *= mscale * mscale;
  }
  return table;
}

}  // namespace fathom::rt
