// The C API on the fake model: what it does, and what it refuses.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/api/fathom.h"
#include "runtime/serve/fake_text_artifact.h"

namespace fathom::rt {
namespace {

constexpr char kRequest[] =
    "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";
constexpr size_t kRequestBytes = sizeof kRequest - 1;

class ApiTest : public testing::Test {
 protected:
  ApiTest() : folder_(WithText().Write()) {
    EXPECT_EQ(fathom_model_open(folder_.c_str(), nullptr, &model_), FATHOM_OK)
        << fathom_error_message();
    EXPECT_EQ(fathom_session_open(model_, nullptr, &session_), FATHOM_OK)
        << fathom_error_message();
    fathom_generation_options_init(&options_, sizeof options_);
    options_.temperature = 0;
    options_.max_tokens = 20;
  }
  ~ApiTest() override {
    fathom_session_close(session_);
    fathom_model_close(model_);
  }

  // The tokens generated after `prompt`, on `session`.
  std::vector<int32_t> Generate(fathom_session* session,
                                const std::vector<int32_t>& prompt) {
    fathom_result result = {};
    result.struct_size = sizeof result;
    EXPECT_EQ(fathom_generate(session, prompt.data(), prompt.size(), &options_,
                              nullptr, nullptr, &result),
              FATHOM_OK)
        << fathom_error_message();
    return {result.output_ids, result.output_ids + result.output_tokens};
  }

  std::string folder_;
  fathom_model* model_ = nullptr;
  fathom_session* session_ = nullptr;
  fathom_generation_options options_ = {};
};

// What a failed call says: one line.
void ExpectFailed(fathom_code code, fathom_code expected,
                  const std::string& part) {
  EXPECT_EQ(code, expected);
  const std::string message = fathom_error_message();
  EXPECT_NE(message.find(part), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST_F(ApiTest, InfoTellsTheModelsFacts) {
  fathom_model_info info = {};
  info.struct_size = sizeof info;
  ASSERT_EQ(fathom_model_get_info(model_, &info), FATHOM_OK);
  EXPECT_EQ(info.vocabulary_size, kFakeVocabulary);
  EXPECT_EQ(info.context_tokens, kFakeContext);
  EXPECT_EQ(info.step_tokens, kFakeStepTokens);
  EXPECT_EQ(info.think_close_token, 3);
  EXPECT_GE(info.threads, 1);
  EXPECT_STRNE(info.level, "");
  EXPECT_STREQ(fathom_version(), "0.1.0");
}

TEST_F(ApiTest, TextGoesToTokensAndBack) {
  const std::string text = "Hello, w\xc3\xb6rld!";
  size_t count = 0;
  ExpectFailed(
      fathom_tokenize(model_, text.data(), text.size(), nullptr, 0, &count),
      FATHOM_ERROR_BUFFER, "room for 0 ids, expected");
  ASSERT_GT(count, 0u);
  std::vector<int32_t> ids(count);
  ASSERT_EQ(fathom_tokenize(model_, text.data(), text.size(), ids.data(),
                            ids.size(), &count),
            FATHOM_OK);
  std::string back(100, '\0');
  ASSERT_EQ(fathom_detokenize(model_, ids.data(), ids.size(), back.data(),
                              back.size(), &count),
            FATHOM_OK);
  EXPECT_EQ(back.substr(0, count), text);
  EXPECT_EQ(fathom_tokenize(model_, nullptr, 0, nullptr, 0, &count), FATHOM_OK);
  EXPECT_EQ(count, 0u);
  ids = {1 << 30};
  ExpectFailed(fathom_detokenize(model_, ids.data(), 1, back.data(),
                                 back.size(), &count),
               FATHOM_ERROR_INPUT, "ids[0] is 1073741824");
  ids = {-1};
  ExpectFailed(fathom_detokenize(model_, ids.data(), 1, back.data(),
                                 back.size(), &count),
               FATHOM_ERROR_INPUT, "ids[0] is -1");
  ExpectFailed(fathom_tokenize(model_, "\xff", 1, nullptr, 0, &count),
               FATHOM_ERROR_INPUT, "UTF-8");
}

TEST_F(ApiTest, RequestsAreRenderedAndEncoded) {
  std::string text(1000, '\0');
  size_t count = 0;
  ASSERT_EQ(fathom_render_request(model_, kRequest, kRequestBytes, text.data(),
                                  text.size(), &count),
            FATHOM_OK)
      << fathom_error_message();
  text.resize(count);
  EXPECT_NE(text.find("Hello"), std::string::npos) << text;
  std::vector<int32_t> ids(1000);
  ASSERT_EQ(fathom_encode_request(model_, kRequest, kRequestBytes, ids.data(),
                                  ids.size(), &count),
            FATHOM_OK);
  EXPECT_GT(count, 0u);
  for (const char* bad : {"", "{", "[]", "{\"messages\": 3}", "\xff"}) {
    ExpectFailed(fathom_encode_request(model_, bad, strlen(bad), ids.data(),
                                       ids.size(), &count),
                 FATHOM_ERROR_INPUT, "");
  }
}

TEST_F(ApiTest, GeneratesPieceByPiece) {
  const std::vector<int32_t> prompt = {1, 2, 4};
  std::string pieces;
  fathom_result result = {};
  result.struct_size = sizeof result;
  auto collect = [](const fathom_piece* piece, void* user) {
    EXPECT_EQ(piece->struct_size, sizeof(fathom_piece));
    EXPECT_EQ(strlen(piece->text), piece->bytes);
    *static_cast<std::string*>(user) += piece->text;
    return 0;
  };
  ASSERT_EQ(fathom_generate(session_, prompt.data(), prompt.size(), &options_,
                            collect, &pieces, &result),
            FATHOM_OK)
      << fathom_error_message();
  EXPECT_EQ(result.prompt_tokens, 3);
  EXPECT_GT(result.output_tokens, 0);
  EXPECT_LE(result.output_tokens, options_.max_tokens);
  EXPECT_GE(result.stop_reason, FATHOM_STOP_EOS);
  std::string text(1000, '\0');
  size_t count = 0;
  // The token that ended it is none of the text.
  const size_t shown = size_t(result.output_tokens) -
                       (result.stop_reason == FATHOM_STOP_EOS ? 1 : 0);
  ASSERT_EQ(fathom_detokenize(model_, result.output_ids, shown, text.data(),
                              text.size(), &count),
            FATHOM_OK);
  EXPECT_EQ(pieces, text.substr(0, count));
}

// Raw steps give the logits that generation chooses from.
TEST_F(ApiTest, StepsGiveTheLogitsOfGeneration) {
  const std::vector<int32_t> prompt = {1, 2, 4};
  const std::vector<int32_t> generated = Generate(session_, prompt);
  std::vector<int32_t> stepped;
  std::vector<float> logits(kFakeVocabulary);
  std::vector<int32_t> next = prompt;
  int64_t position = 0;
  while (stepped.size() < generated.size()) {
    ASSERT_EQ(fathom_step(
                  session_, next.data(), next.size(), position,
                  position == 0 ? FATHOM_PROMPT_TOKEN : FATHOM_GENERATED_TOKEN,
                  logits.data(), logits.size()),
              FATHOM_OK)
        << fathom_error_message();
    position += int64_t(next.size());
    // The ids that stand for a token: the first seven.
    stepped.push_back(int32_t(
        std::max_element(logits.begin(), logits.begin() + 7) - logits.begin()));
    next = {stepped.back()};
  }
  EXPECT_EQ(stepped, generated);
  // And afterwards the session generates as before.
  EXPECT_EQ(Generate(session_, prompt), generated);
}

TEST_F(ApiTest, WhatAPromptSharesIsNotComputedAgain) {
  std::vector<int32_t> prompt = {1, 2, 4, 5, 6};
  Generate(session_, prompt);
  fathom_result result = {};
  result.struct_size = sizeof result;
  ASSERT_EQ(fathom_generate(session_, prompt.data(), prompt.size(), &options_,
                            nullptr, nullptr, &result),
            FATHOM_OK);
  EXPECT_EQ(result.reused_tokens, 4);
}

int Stop(const fathom_piece*, void*) { return 1; }

TEST_F(ApiTest, TheCallbackEndsTheOutput) {
  fathom_result result = {};
  result.struct_size = sizeof result;
  options_.max_tokens = 0;
  const std::vector<int32_t> prompt = {1, 2, 4};
  ASSERT_EQ(fathom_generate(session_, prompt.data(), prompt.size(), &options_,
                            Stop, nullptr, &result),
            FATHOM_OK);
  EXPECT_EQ(result.stop_reason, FATHOM_STOP_CANCELLED);
}

// Another thread cancels from within the first callback's time; a call on the
// same session is refused meanwhile.
TEST_F(ApiTest, AnotherThreadCancels) {
  fathom_result result = {};
  result.struct_size = sizeof result;
  auto cancel = [](const fathom_piece*, void* user) {
    auto* session = static_cast<fathom_session*>(user);
    std::thread([&] {
      EXPECT_EQ(fathom_generate(session, nullptr, 0, nullptr, nullptr, nullptr,
                                nullptr),
                FATHOM_ERROR_BUSY);
      EXPECT_EQ(fathom_cancel(session), FATHOM_OK);
    }).join();
    return 0;
  };
  options_.max_tokens = 0;
  const std::vector<int32_t> prompt = {1, 2, 4};
  ASSERT_EQ(fathom_generate(session_, prompt.data(), prompt.size(), &options_,
                            cancel, session_, &result),
            FATHOM_OK);
  EXPECT_EQ(result.stop_reason, FATHOM_STOP_CANCELLED);
  // It ended that output, not the next.
  options_.max_tokens = 3;
  EXPECT_FALSE(Generate(session_, prompt).empty());
}

TEST_F(ApiTest, SessionsOfOneModelDoNotDisturbOneAnother) {
  const std::vector<int32_t> expected = Generate(session_, {1, 2, 4});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      fathom_session* session = nullptr;
      ASSERT_EQ(fathom_session_open(model_, nullptr, &session), FATHOM_OK);
      for (int round = 0; round < 5; ++round) {
        EXPECT_EQ(Generate(session, {1, 2, 4}), expected);
      }
      EXPECT_EQ(fathom_session_close(session), FATHOM_OK);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ApiTest, AClosedModelLivesAsLongAsItsSessions) {
  const std::vector<int32_t> expected = Generate(session_, {1, 2, 4});
  ASSERT_EQ(fathom_model_close(model_), FATHOM_OK);
  EXPECT_EQ(Generate(session_, {1, 2, 4}), expected);
}

TEST_F(ApiTest, ClosedNullAndOtherHandlesAreErrors) {
  size_t count = 0;
  fathom_model* model = nullptr;
  ASSERT_EQ(fathom_model_open(folder_.c_str(), nullptr, &model), FATHOM_OK);
  ASSERT_EQ(fathom_model_close(model), FATHOM_OK);
  ExpectFailed(fathom_model_close(model), FATHOM_ERROR_ARGUMENT, "closed");
  ExpectFailed(fathom_tokenize(model, "a", 1, nullptr, 0, &count),
               FATHOM_ERROR_ARGUMENT, "closed");
  ExpectFailed(fathom_tokenize(nullptr, "a", 1, nullptr, 0, &count),
               FATHOM_ERROR_ARGUMENT, "null");
  ExpectFailed(fathom_model_close(nullptr), FATHOM_ERROR_ARGUMENT, "null");
  ExpectFailed(fathom_session_close(nullptr), FATHOM_ERROR_ARGUMENT, "null");
  ExpectFailed(fathom_cancel(nullptr), FATHOM_ERROR_ARGUMENT, "null");
  // A session is no model, nor is anything else.
  ExpectFailed(fathom_model_close(reinterpret_cast<fathom_model*>(session_)),
               FATHOM_ERROR_ARGUMENT, "not an open model");
  ExpectFailed(fathom_model_close(reinterpret_cast<fathom_model*>(&count)),
               FATHOM_ERROR_ARGUMENT, "not an open model");
  fathom_session* session = nullptr;
  ASSERT_EQ(fathom_session_open(model_, nullptr, &session), FATHOM_OK);
  ASSERT_EQ(fathom_session_close(session), FATHOM_OK);
  ExpectFailed(fathom_session_close(session), FATHOM_ERROR_ARGUMENT, "closed");
  ExpectFailed(fathom_cancel(session), FATHOM_ERROR_ARGUMENT, "closed");
  ExpectFailed(fathom_chat(session, kRequest, kRequestBytes, nullptr, nullptr,
                           nullptr, nullptr),
               FATHOM_ERROR_ARGUMENT, "closed");
}

TEST_F(ApiTest, NullAndHugeArraysAreErrors) {
  size_t count = 0;
  int32_t id = 0;
  ExpectFailed(fathom_model_open(nullptr, nullptr, &model_),
               FATHOM_ERROR_ARGUMENT, "path");
  ASSERT_EQ(fathom_model_open(folder_.c_str(), nullptr, &model_), FATHOM_OK);
  ExpectFailed(fathom_model_open("x", nullptr, nullptr), FATHOM_ERROR_ARGUMENT,
               "model");
  ExpectFailed(fathom_tokenize(model_, nullptr, 1, &id, 1, &count),
               FATHOM_ERROR_ARGUMENT, "text is null, expected 1 byte");
  ExpectFailed(fathom_tokenize(model_, "a", size_t(-1), &id, 1, &count),
               FATHOM_ERROR_ARGUMENT, "at most");
  ExpectFailed(fathom_tokenize(model_, "a", 1, &id, 1, nullptr),
               FATHOM_ERROR_ARGUMENT, "count is null");
  ExpectFailed(fathom_tokenize(model_, "a", 1, nullptr, 1, &count),
               FATHOM_ERROR_ARGUMENT, "buffer is null");
  ExpectFailed(
      fathom_generate(session_, nullptr, 3, nullptr, nullptr, nullptr, nullptr),
      FATHOM_ERROR_ARGUMENT, "prompt_ids is null");
  ExpectFailed(
      fathom_generate(session_, nullptr, 0, nullptr, nullptr, nullptr, nullptr),
      FATHOM_ERROR_INPUT, "");
  ExpectFailed(fathom_model_get_info(model_, nullptr), FATHOM_ERROR_ARGUMENT,
               "info is null");
}

TEST_F(ApiTest, WrongSizesOfStructsAreErrors) {
  for (size_t size : {size_t{0}, size_t{3}, sizeof(fathom_model_info) - 1,
                      size_t{1} << 32, size_t(-1)}) {
    fathom_model_info info = {};
    info.struct_size = size;
    ExpectFailed(fathom_model_get_info(model_, &info), FATHOM_ERROR_ARGUMENT,
                 "struct_size");
  }
  fathom_result result = {};
  const int32_t id = 1;
  ExpectFailed(
      fathom_generate(session_, &id, 1, &options_, nullptr, nullptr, &result),
      FATHOM_ERROR_ARGUMENT, "result: struct_size is 0");
}

// A program that was built against a later header, with a field more.
TEST_F(ApiTest, NewerCallersAreTakenUnlessTheyUseWhatIsNew) {
  struct Newer {
    fathom_generation_options known;
    int64_t added;
  } newer = {options_, 0};
  newer.known.struct_size = sizeof newer;
  const int32_t id = 1;
  EXPECT_EQ(fathom_generate(session_, &id, 1, &newer.known, nullptr, nullptr,
                            nullptr),
            FATHOM_OK)
      << fathom_error_message();
  newer.added = 1;
  ExpectFailed(fathom_generate(session_, &id, 1, &newer.known, nullptr, nullptr,
                               nullptr),
               FATHOM_ERROR_ARGUMENT, "does not know");
  struct NewerInfo {
    fathom_model_info known;
    int64_t added;
  } info = {};
  info.added = 7;
  info.known.struct_size = sizeof info;
  ASSERT_EQ(fathom_model_get_info(model_, &info.known), FATHOM_OK);
  EXPECT_EQ(info.known.struct_size, sizeof info);
  EXPECT_EQ(info.added, 0);
}

TEST_F(ApiTest, SettingsOutOfRangeAreErrors) {
  const int32_t id = 1;
  auto refuses = [&](auto fathom_generation_options::* field, auto value,
                     const char* part) {
    fathom_generation_options options = options_;
    options.temperature = 1;
    options.*field = value;
    ExpectFailed(
        fathom_generate(session_, &id, 1, &options, nullptr, nullptr, nullptr),
        FATHOM_ERROR_ARGUMENT, part);
  };
  using Options = fathom_generation_options;
  refuses(&Options::temperature, std::nanf(""), "temperature");
  refuses(&Options::temperature, HUGE_VALF, "temperature");
  refuses(&Options::top_p, 1.5f, "top_p");
  refuses(&Options::top_p, std::nanf(""), "top_p");
  refuses(&Options::min_p, 2.0f, "min_p");
  refuses(&Options::repetition_penalty, -1.0f, "repetition_penalty");
  refuses(&Options::max_tokens, int64_t{-1}, "max_tokens");
  refuses(&Options::max_tokens, int64_t{1} << 31, "max_tokens");
  refuses(&Options::think_tokens, int64_t{1} << 31, "think_tokens");
  refuses(&Options::top_k, int64_t{1} << 31, "top_k");
  refuses(&Options::stop_count, size_t{1}, "stops is null, expected 1 text");
  refuses(&Options::stop_count, size_t(-1), "stop_count");
  const char* null = nullptr;
  fathom_generation_options options = options_;
  options.stops = &null;
  options.stop_count = 1;
  ExpectFailed(
      fathom_generate(session_, &id, 1, &options, nullptr, nullptr, nullptr),
      FATHOM_ERROR_ARGUMENT, "stops[0]");
  const char* not_utf8 = "\xff";
  options.stops = &not_utf8;
  ExpectFailed(
      fathom_generate(session_, &id, 1, &options, nullptr, nullptr, nullptr),
      FATHOM_ERROR_ARGUMENT, "stops[0] is not valid UTF-8");
}

// They belong into the options; elsewhere they would be ignored.
TEST_F(ApiTest, SettingsInARequestAreErrorsThatNameThem) {
  const std::pair<const char*, const char*> kBad[] = {
      {"\"max_tokens\": 5",
       "key 'max_tokens' is 5, expected it in fathom_generation_options"},
      {"\"temperature\": 1", "key 'temperature' is 1, expected it in"},
      {"\"stop\": [\"a\"]", "key 'stop' is an array, expected it in"},
      {"\"n\": 2", "key 'n' is 2, expected 1: one answer is computed"},
  };
  for (const auto& [member, message] : kBad) {
    const std::string request =
        std::string(
            "{\"messages\": [{\"role\": \"user\", \"content\": "
            "\"a\"}], ") +
        member + "}";
    size_t count = 0;
    ExpectFailed(fathom_chat(session_, request.data(), request.size(), nullptr,
                             nullptr, nullptr, nullptr),
                 FATHOM_ERROR_INPUT, message);
    ExpectFailed(fathom_encode_request(model_, request.data(), request.size(),
                                       nullptr, 0, &count),
                 FATHOM_ERROR_INPUT, message);
    ExpectFailed(fathom_render_request(model_, request.data(), request.size(),
                                       nullptr, 0, &count),
                 FATHOM_ERROR_INPUT, message);
  }
  const std::string request =
      "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], "
      "\"enable_thinking\": false, \"max_tokens\": null, \"n\": 1, "
      "\"model\": \"m\"}";
  size_t count = 0;
  ExpectFailed(fathom_encode_request(model_, request.data(), request.size(),
                                     nullptr, 0, &count),
               FATHOM_ERROR_BUFFER, "room for 0");
}

TEST_F(ApiTest, StepsOutOfRangeAreErrors) {
  std::vector<int32_t> ids(kFakeStepTokens + 1, 1);
  std::vector<float> logits(kFakeVocabulary);
  auto step = [&](size_t count, int64_t position, int role, size_t capacity) {
    return fathom_step(session_, ids.data(), count, position, fathom_role(role),
                       logits.data(), capacity);
  };
  ExpectFailed(step(0, 0, 0, 8), FATHOM_ERROR_ARGUMENT, "count is 0");
  ExpectFailed(step(97, 0, 0, 8), FATHOM_ERROR_ARGUMENT, "count is 97");
  ExpectFailed(step(1, -1, 0, 8), FATHOM_ERROR_ARGUMENT, "position is -1");
  ExpectFailed(step(1, kFakeContext, 0, 8), FATHOM_ERROR_ARGUMENT, "position");
  ExpectFailed(step(1, 0, 2, 8), FATHOM_ERROR_ARGUMENT, "role is 2");
  ExpectFailed(step(1, 0, 0, 7), FATHOM_ERROR_BUFFER, "7 floats");
  ExpectFailed(step(1, 1, 0, 8), FATHOM_ERROR_ARGUMENT, "position 1");
  ExpectFailed(step(1, 5, 0, 8), FATHOM_ERROR_ARGUMENT, "position 5");
  // What is refused changes nothing: the sequence still has its two tokens.
  ASSERT_EQ(step(2, 0, 0, 8), FATHOM_OK) << fathom_error_message();
  ExpectFailed(step(1, 3, 0, 8), FATHOM_ERROR_ARGUMENT, "position 3");
  ids[0] = kFakeVocabulary;
  ExpectFailed(step(1, 2, 0, 8), FATHOM_ERROR_INPUT, "ids[0] is 8");
  ids[0] = -1;
  ExpectFailed(step(1, 0, 0, 8), FATHOM_ERROR_INPUT, "ids[0] is -1");
  ids[0] = 1;
  ExpectFailed(
      fathom_generate(session_, nullptr, 0, nullptr, nullptr, nullptr, nullptr),
      FATHOM_ERROR_INPUT, "empty");
  EXPECT_EQ(step(1, 2, 1, 8), FATHOM_OK) << fathom_error_message();
}

// The last id's weights are NaN.
TEST_F(ApiTest, AFailedStepLeavesNoTokens) {
  const int32_t good[] = {1, 2}, bad = kFakeVocabulary - 1;
  std::vector<float> logits(kFakeVocabulary);
  auto step = [&](const int32_t* ids, size_t count, int64_t position) {
    return fathom_step(session_, ids, count, position, FATHOM_PROMPT_TOKEN,
                       logits.data(), logits.size());
  };
  ASSERT_EQ(step(good, 2, 0), FATHOM_OK) << fathom_error_message();
  const std::vector<float> before(kFakeVocabulary, -7);
  logits = before;
  ExpectFailed(step(&bad, 1, 2), FATHOM_ERROR_INPUT, "numerical error");
  EXPECT_EQ(logits, before);
  ExpectFailed(step(good, 1, 1), FATHOM_ERROR_ARGUMENT, "position 1");
  ASSERT_EQ(step(good, 2, 0), FATHOM_OK) << fathom_error_message();
  fathom_result result = {};
  result.struct_size = sizeof result;
  result.output_tokens = 5;
  const int32_t prompt[] = {1, 2, bad};
  ExpectFailed(fathom_generate(session_, prompt, 3, &options_, nullptr, nullptr,
                               &result),
               FATHOM_ERROR_INPUT, "numerical error");
  EXPECT_EQ(result.output_tokens, 0);
  ExpectFailed(step(good, 1, 1), FATHOM_ERROR_ARGUMENT, "position 1");
}

TEST_F(ApiTest, ACallbackCannotCloseItsSession) {
  auto close = [](const fathom_piece*, void* user) {
    auto* session = static_cast<fathom_session*>(user);
    ExpectFailed(fathom_session_close(session), FATHOM_ERROR_BUSY, "one at");
    EXPECT_EQ(fathom_cancel(session), FATHOM_OK);
    return 0;
  };
  const int32_t prompt[] = {1, 2, 4};
  EXPECT_EQ(
      fathom_generate(session_, prompt, 3, &options_, close, session_, nullptr),
      FATHOM_OK);
  // Nor did that close it.
  EXPECT_FALSE(Generate(session_, {1, 2, 4}).empty());
}

// Another thread closes while the callback runs: the output ends, closing waits
// for that, and no pointer into the session is given out.
TEST_F(ApiTest, ClosingWaitsForTheCallOfAnotherThread) {
  struct Closer {
    fathom_session* session;
    std::thread thread;
    std::atomic<bool> generates{true};
  } closer;
  ASSERT_EQ(fathom_session_open(model_, nullptr, &closer.session), FATHOM_OK);
  auto callback = [](const fathom_piece*, void* user) {
    auto& closer = *static_cast<Closer*>(user);
    if (!closer.thread.joinable()) {
      closer.thread = std::thread([&closer] {
        EXPECT_EQ(fathom_session_close(closer.session), FATHOM_OK);
        EXPECT_FALSE(closer.generates.load());
      });
      // Until it is closed to everyone else.
      while (fathom_cancel(closer.session) == FATHOM_OK) {
        std::this_thread::yield();
      }
    }
    // As late as can be within the call.
    closer.generates.store(false);
    return 0;
  };
  fathom_result result = {};
  result.struct_size = sizeof result;
  const int32_t prompt[] = {1, 2, 4};
  options_.max_tokens = 0;
  EXPECT_EQ(fathom_generate(closer.session, prompt, 3, &options_, callback,
                            &closer, &result),
            FATHOM_OK);
  closer.thread.join();
  EXPECT_EQ(result.stop_reason, FATHOM_STOP_CANCELLED);
  EXPECT_EQ(result.output_ids, nullptr);
  EXPECT_EQ(result.output_tokens, 0);
  EXPECT_EQ(result.prompt_tokens, 3);
}

TEST_F(ApiTest, AfterAnErrorOutputsAreEmpty) {
  fathom_model* model = model_;
  ExpectFailed(fathom_model_open(nullptr, nullptr, &model),
               FATHOM_ERROR_ARGUMENT, "path");
  EXPECT_EQ(model, nullptr);
  fathom_session* session = session_;
  ExpectFailed(fathom_session_open(nullptr, nullptr, &session),
               FATHOM_ERROR_ARGUMENT, "model");
  EXPECT_EQ(session, nullptr);
  size_t count = 7;
  ExpectFailed(fathom_tokenize(nullptr, "a", 1, nullptr, 0, &count),
               FATHOM_ERROR_ARGUMENT, "model");
  EXPECT_EQ(count, 0u);
  count = 7;
  ExpectFailed(fathom_detokenize(model_, nullptr, 1, nullptr, 0, &count),
               FATHOM_ERROR_ARGUMENT, "ids is null, expected 1 id");
  EXPECT_EQ(count, 0u);
  fathom_model_info info = {};
  info.struct_size = sizeof info;
  info.threads = 7;
  ExpectFailed(fathom_model_get_info(nullptr, &info), FATHOM_ERROR_ARGUMENT,
               "model");
  EXPECT_EQ(info.threads, 0);
  EXPECT_EQ(info.struct_size, sizeof info);
  const int32_t id = 1;
  fathom_result result = {};
  for (const bool is_open : {false, true}) {
    result.struct_size = sizeof result;
    result.output_ids = &id;
    result.output_tokens = 1;
    result.stop_reason = FATHOM_STOP_EOS;
    ExpectFailed(fathom_chat(is_open ? session_ : nullptr, "{", 1, nullptr,
                             nullptr, nullptr, &result),
                 is_open ? FATHOM_ERROR_INPUT : FATHOM_ERROR_ARGUMENT, "");
    EXPECT_EQ(result.output_ids, nullptr);
    EXPECT_EQ(result.output_tokens, 0);
    EXPECT_EQ(result.stop_reason, 0);
    EXPECT_EQ(result.struct_size, sizeof result);
  }
}

TEST_F(ApiTest, ReservedFieldsAreZero) {
  fathom_model_options options = {};
  ASSERT_EQ(fathom_model_options_init(&options, sizeof options), FATHOM_OK);
  options.reserved = 5;
  fathom_model* model = nullptr;
  ExpectFailed(fathom_model_open(folder_.c_str(), &options, &model),
               FATHOM_ERROR_ARGUMENT, "reserved is 5");
  const fathom_session_options session_options = {sizeof session_options, 1};
  fathom_session* session = nullptr;
  ExpectFailed(fathom_session_open(model_, &session_options, &session),
               FATHOM_ERROR_ARGUMENT, "reserved is 1");
}

TEST_F(ApiTest, WhatCannotBeOpenedIsNamed) {
  fathom_model* model = model_;
  ExpectFailed(fathom_model_open("/nowhere", nullptr, &model),
               FATHOM_ERROR_INPUT, "/nowhere");
  EXPECT_EQ(model, nullptr);
  fathom_model_options options = {};
  ASSERT_EQ(fathom_model_options_init(&options, sizeof options), FATHOM_OK);
  options.threads = -1;
  ExpectFailed(fathom_model_open(folder_.c_str(), &options, &model),
               FATHOM_ERROR_ARGUMENT, "threads is -1");
  options.threads = 1;
  options.placement = "elsewhere";
  ExpectFailed(fathom_model_open(folder_.c_str(), &options, &model),
               FATHOM_ERROR_ARGUMENT, "elsewhere");
  options.placement = nullptr;
  options.level = "sse";
  ExpectFailed(fathom_model_open(folder_.c_str(), &options, &model),
               FATHOM_ERROR_ARGUMENT, "'sse'");
  options.level = "";
  ExpectFailed(fathom_model_open(folder_.c_str(), &options, &model),
               FATHOM_ERROR_ARGUMENT, "level is ''");
}

}  // namespace
}  // namespace fathom::rt
