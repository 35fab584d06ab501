#include "tools/cli/page.h"

#include <string>

#include "CLI/CLI.hpp"
#include "gtest/gtest.h"
#include "tools/cli/help.h"
#include "tools/cli/man_page.h"

namespace fathom {
namespace {

// An app with one of each kind of option.
struct Sample {
  Sample() : app("Details.", "fathom run") {
    app.add_option("NAME.fathom", path, "the artifact's folder")
        ->type_name("")
        ->required();
    app.add_option("-n,--max-tokens", count, "stop after N tokens")
        ->type_name("N")
        ->default_str("the context")
        ->group("Output");
    app.add_flag("--json", json, "write \\ and .");
    app.add_flag("--secret", json, "not for users")->group("");
    app.set_help_flag("-h,--help", "show this help and exit");
  }
  CLI::App app;
  std::string path;
  int count = 0;
  bool json = false;
};

TEST(PageTest, IsMadeFromTheOptions) {
  Sample sample;
  const Page page = PageOf(sample.app, {});
  EXPECT_EQ(page.name, "fathom run");
  EXPECT_EQ(page.usages,
            std::vector<std::string>{"fathom run [OPTIONS] NAME.fathom"});
  ASSERT_EQ(page.groups.size(), 4u);
  EXPECT_EQ(page.groups[0].title, "Arguments");
  EXPECT_EQ(page.groups[1].title, "Output");
  EXPECT_EQ(page.groups[1].entries[0].Heading(), "-n, --max-tokens N");
  EXPECT_EQ(page.groups[2].title, "Options");
  ASSERT_EQ(page.groups[2].entries.size(), 1u);
  EXPECT_EQ(page.groups[3].entries[0].names[0], "-h");
}

TEST(HelpTest, WrapsAtTheWidth) {
  EXPECT_EQ(Wrapped("one two three", 0, 2, 7), "one two\n  three");
  EXPECT_EQ(Wrapped("one two three", 4, 2, 7), "one\n  two\n  three");
  EXPECT_EQ(Wrapped("extraordinarily long", 0, 0, 5), "extraordinarily\nlong");
  EXPECT_EQ(Wrapped("", 0, 2, 7), "");
  EXPECT_EQ(Wrapped("a\nb", 0, 0, 80), "a b");
}

TEST(HelpTest, ShowsDefaultsInAColumn) {
  Sample sample;
  EXPECT_EQ(HelpText(PageOf(sample.app, {}), 80),
            R"(usage: fathom run [OPTIONS] NAME.fathom

Ask a model one question and stream its answer.

Details.

Arguments:
  NAME.fathom         the artifact's folder

Output:
  -n, --max-tokens N  stop after N tokens (default: the context)

Options:
      --json          write \ and .

Other options:
  -h, --help          show this help and exit
)");
}

TEST(ManPageTest, EscapesWhatRoffReads) {
  Sample sample;
  VerbHelp help;
  help.examples = {{"Ask", "fathom run r1.fathom 'a \\ b'"}};
  const std::string roff = ManPage(PageOf(sample.app, help), {"fathom"});
  EXPECT_NE(roff.find("\\fB\\-n\\fR, \\fB\\-\\-max\\-tokens\\fR \\fIN\\fR\n"),
            std::string::npos)
      << roff;
  EXPECT_NE(roff.find("write \\e and .\n"), std::string::npos) << roff;
  EXPECT_NE(roff.find("\\(aqa \\e b\\(aq"), std::string::npos) << roff;
  EXPECT_EQ(roff.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace fathom
