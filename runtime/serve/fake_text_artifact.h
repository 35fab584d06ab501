// The fake model of runtime/testing with real text: for tests that talk to it.
#ifndef FATHOM_RUNTIME_SERVE_FAKE_TEXT_ARTIFACT_H_
#define FATHOM_RUNTIME_SERVE_FAKE_TEXT_ARTIFACT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/testing/fake_artifact.h"
#include "runtime/text/template_folder.h"
#include "runtime/text/tokenizer_compiler.h"

namespace fathom::rt {

inline std::vector<uint8_t> Bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

// The fake model with the tokenizer and the template of a test model.
inline FakeArtifact WithText() {
  const std::string folder =
      std::string(FATHOM_SOURCE_DIR) + "/test/models/tiny-qwen2";
  FakeArtifact fake;
  auto tables = CompileTokenizer(ReadBytes(folder + "/tokenizer.json"),
                                 ReadBytes(folder + "/tokenizer_config.json"));
  EXPECT_TRUE(tables.ok()) << tables.status();
  fake.manifest.tokenizer = Bytes(*tables);
  auto templates = LoadChatTemplates(folder);
  EXPECT_TRUE(templates.ok()) << templates.status();
  fake.manifest.chat_template =
      Bytes(SerializeTemplate(*templates->templates[0].program));
  for (const auto& [name, text] : templates->special_tokens) {
    auto token = std::make_unique<fathom::schema::NamedTextT>();
    token->name = name;
    token->text = text;
    fake.manifest.special_tokens.push_back(std::move(token));
  }
  fake.manifest.generation->sample = true;
  fake.manifest.generation->temperature = 0.5f;
  fake.manifest.reasoning->think_close_id = 3;
  fake.manifest.has_token = {0x7f};
  return fake;
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_FAKE_TEXT_ARTIFACT_H_
