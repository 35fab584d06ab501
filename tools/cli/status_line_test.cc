#include "tools/cli/status_line.h"

#include <string>

#include "gtest/gtest.h"

namespace fathom {
namespace {

std::string Text(int) { return "half of it"; }

// On a terminal: test/tools/fathom/progress.test.
TEST(StatusLineTest, WritesNothingAtOnceWithoutTerminal) {
  for (WithoutTerminal without :
       {WithoutTerminal::kNothing, WithoutTerminal::kLines}) {
    testing::internal::CaptureStderr();
    {
      StatusLine line("fathom test: ", without);
      line.Show(Text);
      line.Show(Text, /*now=*/true);
      StatusLine::LeaveOnSignal();
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  }
}

}  // namespace
}  // namespace fathom
