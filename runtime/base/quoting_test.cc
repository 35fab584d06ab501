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

TEST(ShownTest, KeepsPrintableCharactersOfAllScripts) {
  EXPECT_EQ(Shown("/モデル/ünï.json"), "/モデル/ünï.json");
  EXPECT_EQ(Shown("a\u202eb"), "a\\xe2\\x80\\xae\\x62");
}

// Wherever the cut falls, what is shown is whole characters.
TEST(ShownTest, CutsBetweenCharacters) {
  for (size_t shift = 0; shift < 4; ++shift) {
    for (const std::string character : {"é", "本", "👍"}) {
      std::string text(shift, 'a');
      while (text.size() <= 2 * kShownBytesMax) text += character;
      const std::string shown = Shown(text + std::string(shift, 'z'));
      EXPECT_EQ(shown.find('\\'), std::string::npos) << shown;
      EXPECT_LE(shown.size(), kShownBytesMax + 3);
      EXPECT_GT(shown.size(), kShownBytesMax + 3 - 2 * 4);
    }
  }
  // Bytes that are no characters are cut anywhere.
  EXPECT_EQ(Shown(std::string(200, '\x80')).size(),
            (kShownBytesMax - 2 * 3) * 4 + 3);
}

}  // namespace
}  // namespace fathom::rt
