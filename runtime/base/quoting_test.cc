#include "runtime/base/quoting.h"

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

TEST(ShownTest, KeepsPlainNames) {
  EXPECT_EQ(Shown("model.layers.0.weight"), "model.layers.0.weight");
}

TEST(ShownTest, EscapesWhatWouldBreakALine) {
  EXPECT_EQ(Shown("a\nb\x1b[2J"), "a\\nb\\x1b[2J");
}

TEST(ShownTest, CutsTheMiddleJustAboveTheLimit) {
  const std::string begin(kShownBytesMax - kShownEndBytes, 'a');
  const std::string end(kShownEndBytes, 'z');
  EXPECT_EQ(Shown(begin + end), begin + end);
  EXPECT_EQ(Shown(begin + "m" + end), begin + "..." + end);
  EXPECT_EQ(Shown(begin + std::string(1 << 20, 'm') + end),
            begin + "..." + end);
  // The file's name stays whole.
  EXPECT_EQ(Shown("/home/someone/models/" + std::string(200, 'x') +
                  "/tokenizer_config.json"),
            "/home/someone/models/" + std::string(11, 'x') + "..." +
                std::string(42, 'x') + "/tokenizer_config.json");
}

}  // namespace
}  // namespace fathom::rt
