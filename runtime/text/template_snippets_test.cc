// Renders small templates, one feature each, as transformers renders them; and
// again from the program's bytes.
//
// The snippets are those of testdata/template_snippets.json or, many more, of
// the file that FATHOM_TEMPLATE_SNIPPETS names: what
// tools/test-models/template_snippets.py --all has written.
#include <simdjson.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "runtime/text/template.h"

namespace fathom::rt {
namespace {

// The program of `source` and its twin read back from bytes render alike.
absl::StatusOr<Rendered> RenderBoth(absl::string_view source,
                                    const TemplateInputs& inputs) {
  auto program = CompileTemplate(source);
  if (!program.ok()) return program.status();
  auto rendered = RenderTemplate(**program, inputs);
  auto again = ParseTemplate(SerializeTemplate(**program));
  EXPECT_TRUE(again.ok()) << again.status();
  if (!again.ok()) return again.status();
  auto repeated = RenderTemplate(**again, inputs);
  EXPECT_EQ(rendered.status(), repeated.status());
  if (rendered.ok() && repeated.ok()) {
    EXPECT_EQ(rendered->text, repeated->text);
    EXPECT_EQ(rendered->foreign, repeated->foreign);
  }
  return rendered;
}

TEST(TemplateSnippetsTest, RenderAsTransformersDoes) {
  const char* path = std::getenv("FATHOM_TEMPLATE_SNIPPETS");
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_FALSE(parser
                   .load(path != nullptr ? path
                                         : FATHOM_SOURCE_DIR
                             "/runtime/text/testdata/template_snippets.json")
                   .get(root));
  TemplateInputs inputs;
  inputs.request_json = std::string(root["request"].get_string().value());
  int cases = 0;
  simdjson::dom::array list = root["cases"].get_array().value_unsafe();
  for (simdjson::dom::element item : list) {
    std::string source(item["template"].get_string().value_unsafe());
    auto rendered = RenderBoth(source, inputs);
    std::string_view expected;
    if (item["expected"].get_string().get(expected)) {
      EXPECT_EQ(rendered.status().code(), absl::StatusCode::kInvalidArgument)
          << source << "\n renders " << (rendered.ok() ? rendered->text : "");
    } else if (absl::EndsWith(rendered.status().message(),
                              "to write, expected a plain value")) {
      // What Python writes of a function says where it lies in memory.
      EXPECT_NE(path, nullptr) << source;
    } else if (!rendered.ok()) {
      ADD_FAILURE() << source << "\n expected " << expected << "\n"
                    << rendered.status();
    } else {
      EXPECT_EQ(rendered->text, std::string(expected)) << source;
    }
    ++cases;
  }
  EXPECT_GE(cases, 50);
}

}  // namespace
}  // namespace fathom::rt
