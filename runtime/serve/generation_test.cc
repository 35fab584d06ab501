// The request's state machine at its borders; generation_sim_test.cc holds the
// wide test.
#include "runtime/serve/generation.h"

#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/abi/step.h"
#include "runtime/serve/fake_request.h"

namespace fathom::rt {
namespace {

GenerationOptions Options(std::vector<int32_t> prompt_ids) {
  GenerationOptions options;
  options.prompt_ids = std::move(prompt_ids);
  options.thinking = {.open_id = kFakeOpen, .close_id = kFakeClose};
  options.eos_ids = {kFakeEos};
  options.vocabulary_size = FakeVocabulary().size();
  options.context_tokens = 200;
  options.step_tokens_max = 8;
  return options;
}

// Runs `options` on a model that says `script`, then the eos token. In the
// script a letter stands for itself, other ids are named.
std::unique_ptr<Generation> Generate(GenerationOptions options,
                                     std::vector<int32_t> script) {
  auto generation =
      Generation::Create(options, std::make_unique<FakeDecoder>());
  EXPECT_TRUE(generation.ok()) << generation.status();
  while (!(*generation)->done()) {
    std::vector<float> logits(options.vocabulary_size, 0.0f);
    const size_t said = (*generation)->ids().size();
    (*generation)->Next();
    logits[said < script.size() ? script[said] : kFakeEos] = 1;
    EXPECT_TRUE((*generation)->Advance(logits).ok());
  }
  return *std::move(generation);
}

constexpr int32_t kA = 4, kB = 5, kNewline = 8, kDotNewline = 9, kHalf = 11,
                  kOtherHalf = 12;

TEST(GenerationTest, TellsThinkingFromAnswer) {
  auto g = Generate(Options({kA, kFakeOpen}), {kA, kFakeClose, kB});
  EXPECT_EQ(g->thinking_text(), "a");
  EXPECT_EQ(g->answer_text(), "b");
  EXPECT_EQ(g->stop_reason(), StopReason::kEos);
  EXPECT_EQ(g->ids(), (std::vector<int32_t>{kA, kFakeClose, kB, kFakeEos}));
  std::vector<Piece> pieces = g->TakePieces();
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[1].text, "</think>");
  EXPECT_EQ(pieces[1].part, Thinking::Part::kTag);
}

TEST(GenerationTest, TheModelMayOpenItsThinkingItself) {
  auto g = Generate(Options({kA}), {kFakeOpen, kB, kFakeClose, kA});
  EXPECT_EQ(g->thinking_text(), "b");
  EXPECT_EQ(g->answer_text(), "a");
}

// A history that closed its thinking does not leave the request thinking.
TEST(GenerationTest, TheLastTagOfThePromptDecides) {
  auto g = Generate(Options({kFakeOpen, kA, kFakeClose, kA}), {kB});
  EXPECT_EQ(g->thinking_text(), "");
  EXPECT_EQ(g->answer_text(), "b");
}

TEST(GenerationTest, BudgetEndsThinkingAtTheNextLineBreak) {
  GenerationOptions options = Options({kFakeOpen});
  options.thinking.budget_tokens = 2;
  auto g = Generate(options, {kNewline, kA, kB, kDotNewline, kA, kA});
  EXPECT_EQ(g->thinking_text(), "\nab.\n");
  EXPECT_EQ(g->ids()[4], kFakeClose);
}

TEST(GenerationTest, BudgetEndsThinking32TokensLaterAtMost) {
  GenerationOptions options = Options({kFakeOpen});
  options.thinking.budget_tokens = 3;
  auto g = Generate(options, std::vector<int32_t>(100, kA));
  EXPECT_EQ(g->thinking_text().size(), 3u + 32u);
  EXPECT_EQ(g->ids()[35], kFakeClose);
}

TEST(GenerationTest, BudgetOfZeroThinksNotAtAll) {
  GenerationOptions options = Options({kFakeOpen});
  options.thinking.budget_tokens = 0;
  auto g = Generate(options, {kA, kB});
  EXPECT_EQ(g->thinking_text(), "");
  EXPECT_EQ(g->answer_text(), "b");
  EXPECT_EQ(g->ids()[0], kFakeClose);
}

TEST(GenerationTest, StopStringsAreLookedForInTheAnswerOnly) {
  GenerationOptions options = Options({kFakeOpen});
  options.stop_strings = {"ab"};
  auto g = Generate(options, {kA, kB, kFakeClose, kB, kA, kB, kA});
  EXPECT_EQ(g->thinking_text(), "ab");
  EXPECT_EQ(g->answer_text(), "b");
  EXPECT_EQ(g->stop_reason(), StopReason::kStop);
  EXPECT_EQ(g->ids().size(), 6u);  // the token that completed it included
}

// C10: a character split across tokens comes out whole, or replaced at the end.
TEST(GenerationTest, C10NeverHandsOutHalfACharacter) {
  auto g = Generate(Options({kA}), {kHalf, kOtherHalf, kHalf});
  EXPECT_EQ(g->answer_text(), "\xc3\xa9\xef\xbf\xbd");
}

TEST(GenerationTest, LengthIsTheLesserOfMaxTokensAndContext) {
  const std::vector<int32_t> script(300, kA);
  GenerationOptions options = Options({kA, kB});
  options.context_tokens = 7;
  auto g = Generate(options, script);
  EXPECT_EQ(g->ids().size(), 5u);
  EXPECT_EQ(g->stop_reason(), StopReason::kContext);
  options.max_tokens = 4;
  EXPECT_EQ(Generate(options, script)->ids().size(), 4u);
  options.max_tokens = 6;
  EXPECT_EQ(Generate(options, script)->ids().size(), 5u);
}

TEST(GenerationTest, MaxLengthCountsPromptAndOutput) {
  const std::vector<int32_t> script(300, kA);
  GenerationOptions options = Options({kA, kB, kA});
  options.max_length = 6;
  auto g = Generate(options, script);
  EXPECT_EQ(g->ids().size(), 3u);
  EXPECT_EQ(g->stop_reason(), StopReason::kLength);
  options.max_length = 4;
  EXPECT_EQ(Generate(options, script)->ids().size(), 1u);
  options.max_length = 3;
  EXPECT_EQ(Generation::Create(options, std::make_unique<FakeDecoder>())
                .status()
                .message(),
            "the prompt has 3 tokens, expected at most 2: the model's "
            "max_length of 3 counts the prompt; --max-tokens limits the output "
            "alone");
  options.max_length = 1000;
  options.context_tokens = 8;
  EXPECT_EQ(Generate(options, script)->ids().size(), 5u);
}

TEST(GenerationTest, RefusesWhatCannotRun) {
  auto code = [](const GenerationOptions& options) {
    return Generation::Create(options, std::make_unique<FakeDecoder>())
        .status()
        .code();
  };
  const auto kBad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code(Options({})), kBad);
  EXPECT_EQ(code(Options({-1})), kBad);
  EXPECT_EQ(code(Options({int32_t(FakeVocabulary().size())})), kBad);
  GenerationOptions options = Options({kA, kA});
  options.context_tokens = 3;
  EXPECT_EQ(code(options), absl::StatusCode::kOk);
  options.context_tokens = 2;
  EXPECT_EQ(code(options), kBad);
  options = Options({kA});
  options.max_tokens = 0;
  EXPECT_EQ(code(options), kBad);
  options = Options({kA});
  options.stop_strings = {""};
  EXPECT_EQ(code(options), kBad);
  options.stop_strings = {std::string(kStopStringBytesMax, 'a')};
  EXPECT_EQ(code(options), absl::StatusCode::kOk);
  options.stop_strings = {std::string(kStopStringBytesMax + 1, 'a')};
  EXPECT_EQ(code(options), kBad);
  options.stop_strings.assign(kStopStringsMax, "a");
  EXPECT_EQ(code(options), absl::StatusCode::kOk);
  options.stop_strings.push_back("a");
  EXPECT_EQ(code(options), kBad);
  options = Options({kA});
  options.sampling.top_p = 2;
  EXPECT_EQ(code(options), kBad);
}

// The user's limit is the reason where it and the context's end are reached at
// once.
TEST(GenerationTest, AFullContextIsAReasonOfItsOwn) {
  GenerationOptions options = Options({kA, kB});
  options.context_tokens = 6;
  const std::vector<int32_t> script(9, kA);
  EXPECT_EQ(Generate(options, script)->stop_reason(), StopReason::kContext);
  EXPECT_EQ(Generate(options, script)->ids().size(), 4u);
  options.max_tokens = 5;
  EXPECT_EQ(Generate(options, script)->stop_reason(), StopReason::kContext);
  options.max_tokens = 4;
  EXPECT_EQ(Generate(options, script)->stop_reason(), StopReason::kLength);
  options.max_tokens = 3;
  EXPECT_EQ(Generate(options, script)->stop_reason(), StopReason::kLength);
  EXPECT_STREQ(StopReasonName(StopReason::kContext), "context");
}

// A scheduler gives a prompt what is left of a step.
TEST(GenerationTest, NextTakesNoMoreThanItMay) {
  auto g = Generation::Create(Options({kA, kB, kA, kB, kA}),
                              std::make_unique<FakeDecoder>());
  EXPECT_EQ((*g)->Next().ids.size(), 5u);
  EXPECT_EQ((*g)->Next(2).ids.size(), 2u);
  EXPECT_TRUE((*g)->Advance({}).ok());
  EXPECT_EQ((*g)->prompt_tokens_left(), 3);
  EXPECT_FALSE((*g)->Next(2).wants_logits);
  EXPECT_TRUE((*g)->Next(3).wants_logits);
  std::vector<float> logits(FakeVocabulary().size(), 0.0f);
  logits[kA] = 1;
  EXPECT_TRUE((*g)->in_prompt());
  EXPECT_TRUE((*g)->Advance(logits).ok());
  EXPECT_FALSE((*g)->in_prompt());
  EXPECT_EQ((*g)->Next(1).role, FATHOM_ROLE_GENERATED);
}

TEST(GenerationTest, NanEndsTheRequestWithAnError) {
  GenerationOptions options = Options({kA});
  auto g = Generation::Create(options, std::make_unique<FakeDecoder>());
  std::vector<float> logits(options.vocabulary_size,
                            std::numeric_limits<float>::quiet_NaN());
  (*g)->Next();
  EXPECT_FALSE((*g)->Advance(logits).ok());
  EXPECT_TRUE((*g)->done());
}

}  // namespace
}  // namespace fathom::rt
