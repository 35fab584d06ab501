#include "tools/fathom/line_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

using Got = LineSource::Got;

struct Pipe {
  Pipe() { EXPECT_EQ(pipe(ends), 0); }
  ~Pipe() {
    close(ends[0]);
    CloseInput();
  }
  void Write(const std::string& text) {
    EXPECT_EQ(write(ends[1], text.data(), text.size()), ssize_t(text.size()));
  }
  void CloseInput() {
    if (ends[1] >= 0) close(ends[1]);
    ends[1] = -1;
  }
  int ends[2];
};

// "line" for each line, "<too long>" for one that is, until the end.
std::vector<std::string> Lines(const std::string& text, size_t max) {
  Pipe pipe;
  pipe.Write(text);
  pipe.CloseInput();
  LineSource source(pipe.ends[0], -1, max);
  std::vector<std::string> lines;
  std::string line;
  for (;;) {
    auto got = source.Next(true, &line);
    EXPECT_TRUE(got.ok()) << got.status();
    if (!got.ok() || *got == Got::kEnd) return lines;
    EXPECT_NE(*got, Got::kNothingYet);
    lines.push_back(*got == Got::kTooLong ? "<too long>" : line);
    EXPECT_EQ(source.number(), int64_t(lines.size()));
  }
}

using Texts = std::vector<std::string>;

TEST(LineSourceTest, GivesEachLineWithoutItsBreak) {
  EXPECT_EQ(Lines("", 9), Texts());
  EXPECT_EQ(Lines("\n", 9), Texts({""}));
  EXPECT_EQ(Lines("a\nb\n", 9), Texts({"a", "b"}));
  EXPECT_EQ(Lines("a\n\nb", 9), Texts({"a", "", "b"}));
  EXPECT_EQ(Lines(std::string("\0\r\n", 3), 9),
            Texts({std::string("\0\r", 2)}));
}

TEST(LineSourceTest, SkipsALineThatIsTooLong) {
  EXPECT_EQ(Lines("abc\nabcd\nab", 3), Texts({"abc", "<too long>", "ab"}));
  EXPECT_EQ(Lines("abcd", 3), Texts({"<too long>"}));
  EXPECT_EQ(Lines("abcd\n", 3), Texts({"<too long>"}));
  EXPECT_EQ(Lines("abc", 3), Texts({"abc"}));
  EXPECT_EQ(Lines(std::string(60000, 'x') + "\nab\n", 3),
            Texts({"<too long>", "ab"}));
}

// A line far beyond the limit, in many reads, is never held.
TEST(LineSourceTest, HoldsNoMoreThanALine) {
  const int zeros = open("/dev/zero", O_RDONLY);
  ASSERT_GE(zeros, 0);
  Pipe wake;
  LineSource source(zeros, wake.ends[0], 1000);
  std::string line;
  // Without an end of the line there is none; a wait that is ended says so.
  wake.Write("x");
  EXPECT_EQ(*source.Next(true, &line), Got::kNothingYet);
  close(zeros);
}

TEST(LineSourceTest, DoesNotWaitUnlessItMay) {
  Pipe pipe;
  LineSource source(pipe.ends[0], -1, 9);
  std::string line;
  EXPECT_EQ(*source.Next(false, &line), Got::kNothingYet);
  pipe.Write("ab");
  EXPECT_EQ(*source.Next(false, &line), Got::kNothingYet);
  pipe.Write("c\nd");
  EXPECT_EQ(*source.Next(false, &line), Got::kLine);
  EXPECT_EQ(line, "abc");
  EXPECT_EQ(*source.Next(false, &line), Got::kNothingYet);
  pipe.CloseInput();
  EXPECT_EQ(*source.Next(false, &line), Got::kLine);
  EXPECT_EQ(line, "d");
  EXPECT_EQ(*source.Next(true, &line), Got::kEnd);
}

TEST(LineSourceTest, AWaitEndsWhenItIsWoken) {
  Pipe pipe, wake;
  LineSource source(pipe.ends[0], wake.ends[0], 9);
  std::string line;
  wake.Write("x");
  EXPECT_EQ(*source.Next(true, &line), Got::kNothingYet);
}

TEST(LineSourceTest, WhatCannotBeReadIsTheMachinesFault) {
  const int folder = open("/", O_RDONLY);
  ASSERT_GE(folder, 0);
  LineSource source(folder, -1, 9);
  std::string line;
  EXPECT_TRUE(absl::IsResourceExhausted(source.Next(true, &line).status()));
  close(folder);
}

}  // namespace
}  // namespace fathom::rt
