#include "runtime/io/digest.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

template <typename Digest>
std::string Hex(const Digest& digest) {
  return absl::BytesToHexString(
      {reinterpret_cast<const char*>(digest.data()), digest.size()});
}

TEST(DigestTest, Sha256IsFips180s) {
  EXPECT_EQ(Hex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// The value that xxHash's own specification states for no bytes.
TEST(DigestTest, Xxh3IsCanonical) {
  EXPECT_EQ(Hex(Xxh3("")), "99aa06d3014798d86001c324468d497f");
}

TEST(DigestTest, StreamsGiveWhatTheWholeGives) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes.push_back(char(i * 7 + i / 251));
  Xxh3Stream stream;
  for (int round = 0; round < 2; ++round) {
    for (size_t at = 0; at < bytes.size(); at += 999) {
      stream.Add(absl::string_view(bytes).substr(at, 999));
    }
    EXPECT_EQ(stream.Finish(), Xxh3(bytes));
  }
}

TEST(DigestTest, EveryChangedBitIsSeen) {
  const std::string sealed = WithDigest("what it holds");
  auto opened = WithoutDigest(sealed, "file");
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, "what it holds");
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = char(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_TRUE(absl::IsDataLoss(WithoutDigest(changed, "file").status()));
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(
        WithoutDigest(absl::string_view(sealed).substr(0, size), "file")
            .status()));
  }
  EXPECT_FALSE(WithoutDigest(sealed + "x", "file").ok());
}

}  // namespace
}  // namespace fathom::rt
