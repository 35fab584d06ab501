// What the steps of a TokenDecoder share. For their sources only.
#ifndef FATHOM_RUNTIME_TEXT_DECODER_STEPS_H_
#define FATHOM_RUNTIME_TEXT_DECODER_STEPS_H_

#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "runtime/text/token_decoder.h"

namespace fathom::rt {

// A step that is nothing but its filter and the arguments of that.
template <typename Filter, typename... Arguments>
class StepOf final : public DecoderStep {
 public:
  explicit StepOf(Arguments... arguments)
      : arguments_(std::move(arguments)...) {}

  std::unique_ptr<DecoderFilter> Start() const override {
    return std::apply(
        [](const Arguments&... arguments) {
          return std::make_unique<Filter>(arguments...);
        },
        arguments_);
  }

 private:
  std::tuple<Arguments...> arguments_;
};

template <typename Filter, typename... Arguments>
std::unique_ptr<DecoderStep> MakeStep(Arguments... arguments) {
  return std::make_unique<StepOf<Filter, Arguments...>>(
      std::move(arguments)...);
}

// A filter that looks at whole tokens.
class WholeTokenFilter : public DecoderFilter {
 public:
  void Put(absl::string_view part, bool ends_token) final {
    if (!ends_token) {
      held_.append(part.data(), part.size());
    } else if (held_.empty()) {
      PutToken(part);
    } else {
      held_.append(part.data(), part.size());
      PutToken(held_);
      held_.clear();
    }
  }

 protected:
  virtual void PutToken(absl::string_view token) = 0;

 private:
  std::string held_;  // the begin of a token
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_DECODER_STEPS_H_
