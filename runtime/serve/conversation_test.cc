// Conversations: what the cache saves, and what ends an answer.
#include "runtime/serve/conversation.h"

#include <string>

#include "gtest/gtest.h"
#include "runtime/serve/fake_text_model.h"

namespace fathom::rt {
namespace {

double StandingClock() { return 0; }
bool Never() { return false; }
bool TakeAll(const Piece&) { return true; }

std::vector<int32_t> Encode(FakeTextModel& model,
                            std::vector<ChatMessage> messages) {
  return *model.EncodeChat(messages);
}

TEST(FakeTextModelTest, TakesRequestsAsArtifactsDo) {
  FakeTextModel model("");
  constexpr int32_t kBos = FakeTextModel::kBos, kUser = FakeTextModel::kUser,
                    kAssistant = FakeTextModel::kAssistant;
  const auto encode = [&](absl::string_view rest) {
    return *model.EncodeRequest(absl::StrCat(
        R"({"messages": [{"role": "user", "content": "a"},
            {"role": "assistant", "content": "b"}])",
        rest, "}"));
  };
  const std::vector<int32_t> cut = {kBos, kUser, 'a', kAssistant, 'b'};
  EXPECT_EQ(encode(R"(, "continue_final_message": true)"), cut);
  std::vector<int32_t> closed = cut;
  closed.push_back(FakeTextModel::kEos);
  EXPECT_EQ(encode(R"(, "add_generation_prompt": false)"), closed);
  EXPECT_EQ(encode(""), Encode(model, {{"user", "a"}, {"assistant", "b"}}));
  EXPECT_FALSE(model.EncodeRequest("{}").ok());
}

TEST(ConversationTest, AnswersAndStreams) {
  FakeTextModel model("hm}yes");
  Conversation conversation(&model, StandingClock);
  std::string streamed;
  auto answer = conversation.Ask(
      Encode(model, {{"user", "well?"}}), {},
      [&](const Piece& piece) {
        streamed += piece.text;
        return true;
      },
      Never);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(streamed, "hm</think>yes");
  EXPECT_EQ(answer->thinking, "hm");
  EXPECT_EQ(answer->answer, "yes");
  EXPECT_EQ(answer->stop_reason, StopReason::kEos);
  EXPECT_EQ(answer->ids.size(), 7u);
}

// The second prompt repeats the first up to its generation prompt: what follows
// was generated, and generated tokens stand for no prompt tokens.
TEST(ConversationTest, ReusesEqualIdsWithEqualRolesOnly) {
  FakeTextModel model("hm}yes");
  Conversation conversation(&model, StandingClock);
  std::vector<ChatMessage> messages = {{"user", "well?"}};
  const auto first = Encode(model, messages);
  ASSERT_TRUE(conversation.Ask(first, {}, TakeAll, Never).ok());
  messages.push_back({"assistant", "yes"});
  messages.push_back({"user", "sure?"});
  const auto second = Encode(model, messages);
  const int64_t before = model.stepped();
  auto answer = conversation.Ask(second, {}, TakeAll, Never);
  ASSERT_TRUE(answer.ok());
  const int64_t common = int64_t(first.size()) - 1;  // without the open tag
  EXPECT_EQ(answer->reused_tokens, common);
  EXPECT_EQ(model.stepped() - before, int64_t(second.size()) - common + 6);
  // A raw prompt that goes on with what was generated reuses the prompt's part.
  auto raw = second;
  for (int32_t id : answer->ids) raw.push_back(id);
  EXPECT_EQ(conversation.Ask(raw, {}, TakeAll, Never)->reused_tokens,
            int64_t(second.size()));
  // The same prompt again: all but the last token, whose logits are needed.
  EXPECT_EQ(conversation.Ask(raw, {}, TakeAll, Never)->reused_tokens,
            int64_t(raw.size()) - 1);
  // Another system message: nothing after it.
  messages.insert(messages.begin(), {"system", "x"});
  EXPECT_EQ(conversation.Ask(Encode(model, messages), {}, TakeAll, Never)
                ->reused_tokens,
            1);
}

TEST(ConversationTest, AnInterruptEndsTheAnswerNotTheConversation) {
  FakeTextModel model("hm}yes");
  Conversation conversation(&model, StandingClock);
  const auto ids = Encode(model, {{"user", "well?"}});
  int asked = 0;
  auto answer = conversation.Ask(ids, {}, TakeAll, [&] { return ++asked > 4; });
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->stop_reason, StopReason::kCancelled);
  EXPECT_EQ(answer->thinking, "hm");
  EXPECT_EQ(conversation.Ask(ids, {}, TakeAll, Never)->answer, "yes");
  // In the middle of the prompt, too.
  asked = 3;
  Conversation other(&model, StandingClock);
  answer = other.Ask(ids, {}, TakeAll, [&] { return ++asked > 4; });
  EXPECT_EQ(answer->ids.size(), 0u);
  EXPECT_EQ(other.Ask(ids, {}, TakeAll, Never)->reused_tokens, 4);
}

// After a step that failed its positions are computed anew.
TEST(ConversationTest, AFailedStepLeavesNothingInTheCache) {
  FakeTextModel model("hm}yes");
  Conversation conversation(&model, StandingClock);
  const auto ids = Encode(model, {{"user", "well?"}});
  ASSERT_TRUE(conversation.Ask(ids, {}, TakeAll, Never).ok());
  model.set_step_error(absl::ResourceExhaustedError("no"));
  EXPECT_FALSE(conversation.Ask(ids, {}, TakeAll, Never).ok());
  model.set_step_error(absl::OkStatus());
  auto answer = conversation.Ask(ids, {}, TakeAll, Never);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->answer, "yes");
  EXPECT_EQ(answer->reused_tokens, 0);
}

}  // namespace
}  // namespace fathom::rt
