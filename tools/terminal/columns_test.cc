#include "tools/terminal/columns.h"

#include <string>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

TEST(ColumnsTest, MarksAreNarrowIdeographsAndEmojiWide) {
  EXPECT_EQ(CodePointColumns('a'), 1);
  EXPECT_EQ(CodePointColumns('\t'), 0);
  EXPECT_EQ(CodePointColumns(0x7f), 0);
  EXPECT_EQ(CodePointColumns(0x9b), 0);
  EXPECT_EQ(CodePointColumns(0xe9), 1);
  EXPECT_EQ(CodePointColumns(0x301), 0);
  EXPECT_EQ(CodePointColumns(0x200d), 0);
  EXPECT_EQ(CodePointColumns(0x4e2d), 2);
  EXPECT_EQ(CodePointColumns(0x1f600), 2);
  // Newer than Unicode 14: an emoji of 16, an ideograph, anything else.
  EXPECT_EQ(CodePointColumns(0x1fae9), 2);
  EXPECT_EQ(CodePointColumns(0x3fffd), 2);
  EXPECT_EQ(CodePointColumns(0x1c8a), 1);
}

TEST(ColumnsTest, ClustersAreWhatAReaderSees) {
  const std::string e = "e\xcc\x81", family =
                                         "\xf0\x9f\x91\xa9\xe2\x80\x8d"
                                         "\xf0\x9f\x91\xa7";
  EXPECT_EQ(FirstCluster(e + "x").bytes, 3u);
  EXPECT_EQ(FirstCluster(e + "x").columns, 1);
  EXPECT_EQ(FirstCluster(family + "x").bytes, family.size());
  EXPECT_EQ(FirstCluster("\r\n").bytes, 1u);
  EXPECT_EQ(FirstCluster("\n\xcc\x81").bytes, 1u);
  EXPECT_EQ(FirstCluster("ab").bytes, 1u);
}

TEST(ColumnsTest, TheLastClusterEndsTheText) {
  EXPECT_EQ(LastClusterBytes(""), 0u);
  EXPECT_EQ(LastClusterBytes("ab"), 1u);
  EXPECT_EQ(LastClusterBytes("e\xcc\x81"), 3u);
  EXPECT_EQ(LastClusterBytes("xe\xcc\x81"), 3u);
  EXPECT_EQ(LastClusterBytes("\xe4\xb8\xad\xe4\xb8\xad"), 3u);
  // Two flags: each is a pair.
  EXPECT_EQ(LastClusterBytes("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa"
                             "\xf0\x9f\x87\xab\xf0\x9f\x87\xb7"),
            8u);
  EXPECT_EQ(LastClusterBytes("a\n"), 1u);
}

}  // namespace
}  // namespace fathom::rt
