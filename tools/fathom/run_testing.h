// Runs `fathom run` inside a test, on a fake model.
#ifndef FATHOM_TOOLS_FATHOM_RUN_TESTING_H_
#define FATHOM_TOOLS_FATHOM_RUN_TESTING_H_

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/serve/fake_text_model.h"
#include "tools/fathom/run_command.h"

namespace fathom::rt {

// Standard input holds `text`, and then ends, for as long as this lives. At
// most as much as a pipe holds.
class StdinHolds {
 public:
  explicit StdinHolds(const std::string& text) : saved_(dup(STDIN_FILENO)) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], text.data(), text.size()), ssize_t(text.size()));
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
  }
  ~StdinHolds() {
    dup2(saved_, STDIN_FILENO);
    close(saved_);
  }
  StdinHolds(const StdinHolds&) = delete;
  StdinHolds& operator=(const StdinHolds&) = delete;

 private:
  int saved_;
};

struct Ran {
  int exit_code;
  std::string out, err;
  int loads;
  LoadOptions load;  // what the model was loaded with
};

inline Ran RunOn(const FakeTextModel& model,
                 const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"fathom-run"};
  for (const std::string& argument : arguments) {
    argv.push_back(argument.c_str());
  }
  Ran ran = {};
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  ran.exit_code =
      RunCommand(int(argv.size()), argv.data(),
                 [&](const LoadOptions& load)
                     -> absl::StatusOr<std::unique_ptr<TextModel>> {
                   ++ran.loads;
                   ran.load = load;
                   if (load.path != "m.fathom") {
                     return absl::NotFoundError("no artifact there");
                   }
                   auto loaded = std::make_unique<FakeTextModel>(model);
                   loaded->mutable_facts().slot_count =
                       load.slot_count > 0 ? load.slot_count : 3;
                   return loaded;
                 });
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_RUN_TESTING_H_
