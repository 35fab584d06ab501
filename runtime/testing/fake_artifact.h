// Writes artifacts around fake_model.c, whole or damaged on purpose.
#ifndef FATHOM_RUNTIME_TESTING_FAKE_ARTIFACT_H_
#define FATHOM_RUNTIME_TESTING_FAKE_ARTIFACT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/schema/manifest_generated.h"

namespace fathom::rt {

// The last id's weights are NaN, which it writes to the cache.
inline constexpr int32_t kFakeVocabulary = 8;
inline constexpr int32_t kFakeNanId = kFakeVocabulary - 1;
inline constexpr int32_t kFakeContext = 400;
inline constexpr int32_t kFakePositions = 150'000;
inline constexpr int32_t kFakeStepTokens = 96;

// A new folder under the tests' own.
std::string FreshFolder();

std::string ReadBytes(const std::string& path);
void WriteBytes(const std::string& path, const std::string& bytes);

// The bytes of a variant of the fake model: "", "_constructor", "_import",
// "_symbol", "_needed", "_runpath".
std::string FakeCode(const std::string& variant = "");

// Everything of an artifact before it is written; Write() fills in the digests
// of what is there then.
struct FakeArtifact {
  // Without NaN the last id is as any other.
  explicit FakeArtifact(bool with_nan = true);

  fathom::schema::ManifestT manifest;
  std::string code = FakeCode();
  std::string weights;

  // With a layer that predicts a further token: logit v is v, the hidden row,
  // and 100 for each id.
  FakeArtifact& AddFurtherLayer();

  // Returns the folder.
  std::string Write();
  // The manifest's file as it stands.
  std::string Manifest() const;
  // Digests of code and weights into the manifest.
  void Seal();
};

// What the fake model computes, by its definition: the logits after the last
// of `ids`, all fed as `role` with angles from position `shift` on.
std::vector<float> FakeLogitsOf(const std::vector<int32_t>& ids, int32_t role,
                                int32_t shift = 0);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TESTING_FAKE_ARTIFACT_H_
