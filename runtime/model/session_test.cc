// Steps of a session on the fake model, whose logits tell pages, slots,
// positions and roles apart.
#include "runtime/model/session.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "runtime/testing/fake_artifact.h"

namespace fathom::rt {
namespace {

std::vector<int32_t> Ids(int32_t count, int32_t seed) {
  std::vector<int32_t> ids;
  for (int32_t i = 0; i < count; ++i) {
    ids.push_back((i * i + 3 * i + seed) % (kFakeVocabulary - 1));
  }
  return ids;
}

std::vector<float> Vector(absl::Span<const float> span) {
  return {span.begin(), span.end()};
}

class SessionTest : public testing::Test {
 protected:
  void Load(int32_t threads, const SessionOptions& options) {
    session_.reset();
    artifact_.reset();
    auto pool = ThreadPool::Create(threads);
    ASSERT_TRUE(pool.ok());
    pool_ = *std::move(pool);
    auto artifact = Artifact::Load(folder_, {}, *pool_);
    ASSERT_TRUE(artifact.ok()) << artifact.status();
    artifact_ = *std::move(artifact);
    auto session = Session::Create(*artifact_, *pool_, options);
    ASSERT_TRUE(session.ok()) << session.status();
    session_ = *std::move(session);
  }

  // Feeds `ids` in pieces; the logits after the last.
  std::vector<float> Feed(int32_t slot, const std::vector<int32_t>& ids,
                          int64_t chunk, int32_t role = FATHOM_ROLE_PROMPT,
                          int64_t shift = 0) {
    std::vector<float> logits;
    const absl::Span<const int32_t> all = ids;
    for (size_t at = 0; at < ids.size(); at += chunk) {
      auto result = session_->Step({{.slot = slot,
                                     .ids = all.subspan(at, chunk),
                                     .first_position = int64_t(at),
                                     .rotary_shift = shift,
                                     .role = role}});
      EXPECT_TRUE(result.ok()) << result.status();
      if (!result.ok()) return {};
      EXPECT_EQ(result->row_count, 1);
      auto row = result->Row(0);
      EXPECT_TRUE(row.ok()) << row.status();
      if (row.ok()) logits = Vector(*row);
    }
    return logits;
  }

  std::string folder_ = FakeArtifact().Write();
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<Artifact> artifact_;
  std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, ChunksThreadsAndPagesChangeNothing) {
  const std::vector<int32_t> ids = Ids(300, 1);
  const std::vector<float> wanted = FakeLogitsOf(ids, FATHOM_ROLE_PROMPT);
  for (int32_t threads : {1, 2, 3}) {
    for (int64_t seed : {-1, 7, 8}) {
      SessionOptions options;
      options.slot_count = 3;
      if (seed >= 0) options.shuffle_seed = uint64_t(seed);
      Load(threads, options);
      for (int64_t chunk : {1, 7, 64, 96}) {
        EXPECT_EQ(Feed(1, ids, chunk), wanted) << threads << " " << chunk;
      }
    }
  }
}

TEST_F(SessionTest, RolesAndAnglesReachTheModel) {
  Load(2, {});
  const std::vector<int32_t> ids = Ids(70, 2);
  const auto prompt = FakeLogitsOf(ids, FATHOM_ROLE_PROMPT);
  const auto generated = FakeLogitsOf(ids, FATHOM_ROLE_GENERATED);
  const auto shifted = FakeLogitsOf(ids, FATHOM_ROLE_PROMPT, 100'000);
  EXPECT_NE(prompt, generated);
  EXPECT_NE(prompt, shifted);
  EXPECT_EQ(Feed(0, ids, 96), prompt);
  EXPECT_EQ(Feed(0, ids, 1, FATHOM_ROLE_GENERATED), generated);
  EXPECT_EQ(Feed(0, ids, 32, FATHOM_ROLE_PROMPT, 100'000), shifted);
}

TEST_F(SessionTest, SequencesDoNotDisturbEachOther) {
  Load(2, {.slot_count = 3, .shuffle_seed = 3});
  const std::vector<int32_t> a = Ids(150, 1), b = Ids(40, 4);
  ASSERT_FALSE(Feed(0, a, 50).empty());
  ASSERT_FALSE(Feed(2, b, 40).empty());
  // One step of both, and of a third that begins.
  const std::vector<int32_t> next = {5}, third = Ids(20, 6);
  auto result = session_->Step({
      {.slot = 2, .ids = next, .first_position = 40, .role = 1},
      {.slot = 1, .ids = third, .logits = Wanted::kAll},
      {.slot = 0, .ids = next, .first_position = 150, .logits = Wanted::kNone},
  });
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->row_count, 21);
  for (int32_t i = 1; i <= 20; ++i) {
    EXPECT_EQ(Vector(*result->Row(i)),
              FakeLogitsOf({third.begin(), third.begin() + i}, 0));
  }
  std::vector<int32_t> more = a;
  more.push_back(5);
  more.push_back(3);
  const std::vector<int32_t> last = {3};
  result = session_->Step({{.slot = 0, .ids = last, .first_position = 151}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(Vector(*result->Row(0)), FakeLogitsOf(more, 0));
}

TEST_F(SessionTest, ASequenceGoesBackAndOn) {
  Load(1, {});
  std::vector<int32_t> ids = Ids(100, 1);
  ASSERT_FALSE(Feed(0, ids, 96).empty());
  ids.resize(30);
  const std::vector<int32_t> other = {1, 2};
  auto result = session_->Step({{.ids = other, .first_position = 30}});
  ASSERT_TRUE(result.ok());
  ids.insert(ids.end(), {1, 2});
  EXPECT_EQ(Vector(*result->Row(0)), FakeLogitsOf(ids, 0));
  EXPECT_EQ(session_->TokenCount(0), 32);
}

TEST_F(SessionTest, ExpertsLieByLayerAndToken) {
  Load(2, {});
  const std::vector<int32_t> ids = {3, 1};
  auto result = session_->Step({{.ids = ids}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(
      std::vector<int32_t>(result->experts.begin(), result->experts.end()),
      (std::vector<int32_t>{3, 4, 5, 1, 2, 3, 13, 14, 15, 11, 12, 13}));
}

// D7: the request that met the NaN fails, others and later ones do not.
TEST_F(SessionTest, D7ANanIsTheErrorOfItsSequence) {
  Load(2, {.slot_count = 2, .shuffle_seed = 5});
  const std::vector<int32_t> bad = {1, kFakeNanId, 2}, good = Ids(5, 1);
  auto result =
      session_->Step({{.slot = 0, .ids = bad}, {.slot = 1, .ids = good}});
  ASSERT_TRUE(result.ok());
  ASSERT_TRUE(absl::IsDataLoss(result->Row(0).status()));
  EXPECT_TRUE(absl::StrContains(result->Row(0).status().message(),
                                "numerical error at step 1"));
  ASSERT_TRUE(result->Row(1).ok());
  EXPECT_EQ(Vector(*result->Row(1)), FakeLogitsOf(good, 0));
  // The pages are dealt again: nothing of the NaN is left in them.
  session_->Release(0);
  EXPECT_EQ(Feed(0, {1}, 96), FakeLogitsOf({1}, 0));
}

TEST_F(SessionTest, RefusesWhatNoStepTakes) {
  Load(1, {.slot_count = 2, .slot_tokens = 100, .shuffle_seed = 1});
  const auto code = [&](std::vector<SequenceTokens> runs) {
    return session_->Step(runs).status().code();
  };
  const std::vector<int32_t> one = {1}, high = {kFakeVocabulary}, low = {-1};
  EXPECT_EQ(code({{.ids = high}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{.ids = low}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({}), absl::StatusCode::kInvalidArgument);
  const std::vector<int32_t> most = Ids(kFakeStepTokens, 1);
  EXPECT_EQ(code({{.slot = 0, .ids = most}, {.slot = 1, .ids = one}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{.ids = one, .first_position = 1}}),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(code({{.ids = one, .rotary_shift = int64_t{INT32_MAX} + 1}}),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(code({{.ids = one, .rotary_shift = INT32_MAX}}),
            absl::StatusCode::kOk);
  EXPECT_EQ(code({{.ids = most}}), absl::StatusCode::kOk);
  EXPECT_EQ(code({{.ids = Ids(4, 1), .first_position = 96}}),
            absl::StatusCode::kOk);
  EXPECT_EQ(code({{.ids = one, .first_position = 100}}),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(session_->step_count(), 3);
}

TEST_F(SessionTest, TheFurtherLayerTakesTheHiddenRowsOfAStep) {
  folder_ = FakeArtifact().AddFurtherLayer().Write();
  SessionOptions options;
  options.hidden = true;
  Load(2, options);
  const std::vector<int32_t> ids = Ids(70, 2);
  const absl::Span<const int32_t> all = ids;
  SequenceTokens run = {.ids = all, .logits = Wanted::kAll};
  auto step = session_->Step({run});
  ASSERT_TRUE(step.ok()) << step.status();
  ASSERT_EQ(step->hidden.size(), ids.size());
  const std::vector<float> hidden = Vector(step->hidden);

  run.ids = all.subspan(1);
  auto further = session_->PredictFurther({run}, step->hidden.subspan(0, 69));
  ASSERT_TRUE(further.ok()) << further.status();
  ASSERT_EQ(further->row_count, 69);
  for (int i = 0; i < 69; ++i) {
    auto row = further->Row(i);
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_EQ((*row)[3], hidden[i] + float(100 * ids[i + 1] + 3));
    EXPECT_EQ(further->experts[3 * i], ids[i + 1]);
  }
  EXPECT_EQ(further->experts.size(), 3u * 69);
  EXPECT_EQ(session_->TokenCount(0), 70);
  // What the model gave stays.
  EXPECT_EQ(Vector(step->hidden), hidden);
}

TEST_F(SessionTest, TheFurtherLayerRefusesWhatWasNotStepped) {
  folder_ = FakeArtifact().AddFurtherLayer().Write();
  Load(1, {});
  const std::vector<int32_t> ids = Ids(4, 1);
  const std::vector<float> hidden(4);
  Feed(0, {ids.begin(), ids.begin() + 3}, 3);
  EXPECT_EQ(session_->PredictFurther({{.ids = ids}}, hidden).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST_F(SessionTest, WithoutAFurtherLayerThereIsNoPrediction) {
  Load(1, {});
  const std::vector<int32_t> ids = Ids(1, 1);
  const std::vector<float> hidden(1);
  Feed(0, ids, 1);
  const absl::Status status =
      session_->PredictFurther({{.ids = ids}}, hidden).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
}

}  // namespace
}  // namespace fathom::rt
