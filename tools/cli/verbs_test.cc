#include "tools/cli/verbs.h"

#include <string>

#include "gtest/gtest.h"

namespace fathom {
namespace {

TEST(VerbsTest, FindsEachByItsName) {
  for (const Verb& verb : Verbs()) EXPECT_EQ(FindVerb(verb.name), &verb);
  EXPECT_EQ(FindVerb("ru"), nullptr);
  EXPECT_EQ(FindVerb(""), nullptr);
}

TEST(VerbsTest, SuggestsTheNearest) {
  auto nearest = [](absl::string_view name) {
    const Verb* verb = NearestVerb(name);
    return verb == nullptr ? std::string() : std::string(verb->name);
  };
  EXPECT_EQ(nearest("rnu"), "run");
  EXPECT_EQ(nearest("complie"), "compile");
  EXPECT_EQ(nearest("caht"), "chat");
  EXPECT_EQ(nearest("tokenise"), "tokenize");
  EXPECT_EQ(nearest("benchmark"), "");
  EXPECT_EQ(nearest(""), "");
  EXPECT_EQ(nearest(std::string(100000, 'r')), "");
}

}  // namespace
}  // namespace fathom
