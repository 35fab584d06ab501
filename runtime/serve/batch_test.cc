// The scheduler's promises one by one; batch_sim_test.cc has them all at once.
#include "runtime/serve/batch.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/serve/conversation.h"
#include "runtime/serve/fake_text_model.h"

namespace fathom::rt {
namespace {

std::unique_ptr<Generation> Ask(TextModel& model, const std::string& text) {
  auto generation = Generation::Create(
      RequestOptions(*model.EncodeRaw(text), {}, model.facts()),
      model.NewDecoder());
  EXPECT_TRUE(generation.ok()) << generation.status();
  return *std::move(generation);
}

TEST(BatchTest, RefusesNoSlotAndMoreSlotsThanAStepHasTokens) {
  FakeTextModel model("yes");
  EXPECT_EQ(Batch::Create(&model, 0, 4).status().message(),
            "found 0 sequences at a time, expected at least 1");
  EXPECT_TRUE(Batch::Create(&model, 4, 4).ok());
  EXPECT_EQ(Batch::Create(&model, 5, 4).status().message(),
            "found 5 sequences at a time, expected at most 4: a step has so "
            "many tokens, and each sequence needs one");
}

// A prompt of ten steps is added while another request generates: that one has
// a token in each step.
TEST(BatchTest, ALongPromptDelaysNobodyByMoreThanAStep) {
  FakeTextModel model(std::string(30, 'x'));
  Batch batch = *Batch::Create(&model, 2, 4);
  batch.Add(7, Ask(model, "a"));
  ASSERT_TRUE(batch.Step().ok());
  batch.Add(8, Ask(model, std::string(29, 'b')));
  for (size_t step = 1; step <= 10; ++step) {
    ASSERT_TRUE(batch.Step().ok());
    batch.Visit([&](int64_t key, Generation& generation) {
      EXPECT_EQ(generation.ids().size(),
                key == 7 ? step + 1 : size_t{step == 10});
    });
  }
}

TEST(BatchTest, ASlotIsFreeAgainWhenItsRequestIsDone) {
  FakeTextModel model("");
  Batch batch = *Batch::Create(&model, 1, 4);
  for (int64_t key = 0; key < 3; ++key) {
    EXPECT_EQ(batch.free_slots(), 1);
    batch.Add(key, Ask(model, "abc"));
    EXPECT_EQ(batch.free_slots(), 0);
    ASSERT_TRUE(batch.Step().ok());
    EXPECT_TRUE(batch.idle());
    auto done = batch.TakeDone();
    ASSERT_EQ(done.size(), 1u);
    EXPECT_EQ(done[0].key, key);
    EXPECT_EQ(done[0].generation->stop_reason(), StopReason::kEos);
  }
}

TEST(BatchTest, CancellingEndsOneOrAll) {
  FakeTextModel model("yes");
  Batch batch = *Batch::Create(&model, 4, 8);
  for (int64_t key = 0; key < 4; ++key) batch.Add(key, Ask(model, "a"));
  ASSERT_TRUE(batch.Step().ok());
  batch.Cancel(2);
  batch.Cancel(9);  // nobody
  auto done = batch.TakeDone();
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(done[0].key, 2);
  EXPECT_EQ(done[0].generation->stop_reason(), StopReason::kCancelled);
  EXPECT_EQ(done[0].generation->answer_text(), "y");
  batch.CancelAll();
  EXPECT_TRUE(batch.idle());
  EXPECT_EQ(batch.TakeDone().size(), 3u);
}

TEST(BatchTest, AStepThatFailsEndsAllWithItsError) {
  FakeTextModel model("yes");
  Batch batch = *Batch::Create(&model, 2, 8);
  batch.Add(0, Ask(model, "a"));
  batch.Add(1, Ask(model, "b"));
  model.set_step_error(absl::ResourceExhaustedError("no memory"));
  EXPECT_TRUE(absl::IsResourceExhausted(batch.Step()));
  for (const Batch::Request& request : batch.TakeDone()) {
    EXPECT_TRUE(absl::IsResourceExhausted(request.status));
  }
  EXPECT_TRUE(batch.idle());
}

}  // namespace
}  // namespace fathom::rt
