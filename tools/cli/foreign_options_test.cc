#include "tools/cli/foreign_options.h"

#include "gtest/gtest.h"

namespace fathom {
namespace {

std::string Advice(absl::string_view verb, absl::string_view option,
                   bool has_ours = true) {
  return AdviceForOption(verb, option,
                         [&](absl::string_view) { return has_ours; });
}

TEST(ForeignOptionsTest, TheSameWordIsAnotherThingToAnotherVerb) {
  EXPECT_EQ(Advice("compile", "-c"), "use '--context'");
  EXPECT_EQ(Advice("run", "-c"),
            "'fathom compile --context TOKENS' sets the context");
  EXPECT_EQ(Advice("run", "-s"), "use '--seed'");
  EXPECT_EQ(Advice("compile", "-s"), "use '--quiet'");
  EXPECT_EQ(Advice("run", "-f"),
            "'--prompt -' reads the prompt from standard input");
  EXPECT_EQ(Advice("compile", "-f").find("there is no Modelfile"), 0u);
  EXPECT_EQ(Advice("bench", "-p"), "use '--prompt-tokens'");
  EXPECT_EQ(Advice("tokenize", "-p"),
            "the text is an argument without an option");
  EXPECT_EQ(Advice("tokenize", "-f"), "without a text, standard input is read");
  EXPECT_EQ(Advice("template", "-f"), "use '--messages'");
  EXPECT_EQ(Advice("compile", "--keepalive"), "");
}

TEST(ForeignOptionsTest, AnOptionOfOursIsNamedWhereTheVerbHasIt) {
  EXPECT_EQ(Advice("bench", "--format", true), "use '--json'");
  EXPECT_EQ(Advice("logits", "--format", false), "");
  EXPECT_EQ(Advice("run", "--zzz"), "");
  EXPECT_EQ(Advice("run", ""), "");
  EXPECT_EQ(Advice("run", "--temp --seed"), "");
}

}  // namespace
}  // namespace fathom
