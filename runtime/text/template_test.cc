#include "runtime/text/template.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "runtime/text/template/ast.h"
#include "runtime/text/template/program.h"

namespace fathom::rt {
namespace {

absl::StatusOr<Rendered> Render(absl::string_view source,
                                absl::string_view content = "hi") {
  auto program = CompileTemplate(source);
  if (!program.ok()) return program.status();
  TemplateInputs inputs;
  inputs.request_json = absl::StrCat(
      R"({"messages":[{"role":"user","content":")", content, R"("}]})");
  inputs.special_tokens = {{"bos_token", "<s>"}};
  return RenderTemplate(**program, inputs);
}

// The rendering with its foreign bytes in brackets.
std::string Marked(absl::string_view source, absl::string_view content = "hi") {
  auto rendered = Render(source, content);
  if (!rendered.ok()) return std::string(rendered.status().message());
  std::string out;
  size_t at = 0;
  for (const ByteSpan& span : rendered->foreign) {
    absl::StrAppend(&out, rendered->text.substr(at, span.begin - at), "[",
                    rendered->text.substr(span.begin, span.end - span.begin),
                    "]");
    at = span.end;
  }
  return out + rendered->text.substr(at);
}

#define USER "messages[0].content"

// C8: what a message holds is foreign wherever it went.
TEST(TemplateTest, C8_MarksWhatCameFromMessages) {
  EXPECT_EQ(Marked("{{ bos_token }}a{{ " USER " }}b"), "<s>a[hi]b");
  EXPECT_EQ(Marked("{{ '<' + " USER " + '>' }}"), "<[hi]>");
  EXPECT_EQ(Marked("{{ ('a' ~ " USER " ~ 'b')[::-1] }}"), "b[ih]a");
  EXPECT_EQ(Marked("{{ ('a' ~ " USER ")[1:2] ~ 'x' }}"), "[h]x");
  EXPECT_EQ(Marked("{{ (' ' ~ " USER ").strip() | upper }}", "\xC3\xA9 "),
            "[\xC3\x89]");
  EXPECT_EQ(Marked("{{ " USER ".split('i')[0] ~ 'i' }}"), "[h]i");
  EXPECT_EQ(Marked("{{ 'xyx'.replace('x', " USER ") }}"), "[hi]y[hi]");
  EXPECT_EQ(Marked("{{ " USER ".replace('i', '<t>') }}"), "[h]<t>");
  EXPECT_EQ(Marked("{{ ['a', " USER "] | join('-') }}"), "a-[hi]");
  EXPECT_EQ(Marked("{{ {'k': " USER "} | tojson }}", "a\\nb"),
            "{\"k\": \"[a\\nb]\"}");
  EXPECT_EQ(Marked("{{ [" USER "] }}"), "['[hi]']");
  EXPECT_EQ(Marked("{{ '%s!' % " USER " }}"), "[hi]!");
  EXPECT_EQ(Marked("{% macro m(a) %}({{ a }}){% endmacro %}{{ m(" USER ") }}"),
            "([hi])");
  EXPECT_EQ(Marked("{% set x %}<{{ " USER " }}>{% endset %}{{ x }}"), "<[hi]>");
  EXPECT_EQ(Marked("{% for c in " USER " %}{{ c }}.{% endfor %}"), "[h].[i].");
}

// C8: through every filter and method that makes text of text.
TEST(TemplateTest, C8_FollowsForeignBytesThroughFilters) {
  const std::tuple<const char*, const char*, const char*> kRows[] = {
      {"('<' ~ U ~ '>') | title", "hi ho", "<[Hi Ho]>"},
      {"('A' ~ U) | capitalize", "XY", "A[xy]"},
      {"(U ~ 'a') | center(7)", "hi", "  [hi]a  "},
      {"('a\n' ~ U) | indent(2)", "b", "a\n  [b]"},
      {"('a b ' ~ U) | wordwrap(3)", "cd", "a b\n[cd]"},
      {"('a b ' ~ U) | truncate(6, true, '>', 0)", "cdefg", "a b [c]>"},
      {"('<b>' ~ U ~ '</b>') | striptags", "x", "[x]"},
      {"(U ~ '&') | e", "<", "[&lt;]&amp;"},
      {"('é' ~ U) | urlencode", "é", "%C3%A9[%C3%A9]"},
      {"{'a': U} | urlencode", " ", "a=[+]"},
      {"{'a': U} | xmlattr", "x", " a=\"[x]\""},
      {"('see ' ~ U) | urlize", "ab.com",
       "see <a href=\"https://[ab.com]\" rel=\"noopener\">[ab.com]</a>"},
      {"['b', U] | sort | join('<')", "a", "[a]<b"},
      {"[U, 'k'] | batch(1) | map('first') | join('|')", "a", "[a]|k"},
      {"[{'n': U}] | groupby('n') | map(attribute='grouper') | first", "a",
       "[a]"},
      {"[U] | pprint", "a", "['[a]']"},
      {"'%5s|%-3s|' | format(U, 'b')", "a", "    [a]|b  |"},
      {"'{0:>3}{0!r}{a}'.format(U, a='b')", "x", "  [x]'[x]'b"},
      {"'{a.b}'.format_map({'a': {'b': U}})", "x", "[x]"},
      {"(U ~ 'a').swapcase()", "x", "[X]A"},
      {"(U ~ '\\tb').expandtabs(4)", "a", "[a]   b"},
      {"'a'.join([U, U])", "x", "[x]a[x]"},
      {"('a-' ~ U).partition('-') | last", "x", "[x]"},
      {"(U ~ 'ab').removesuffix('b').zfill(5)", "-1", "[-]00[1]a"},
      {"(U ~ 'é')[::-1]", "ab", "é[ba]"},
      {"(U ~ 'é').rjust(4, '.')", "b", "..[b]é"},
      {"('a' ~ U ~ 'é') | tojson(true)", "\u00e9", "\"a[\\u00e9]\\u00e9\""},
      {"[1] | tojson(indent=U)", "<", "[\n[<]1\n]"},
      {"('ΑΣ' ~ U) | lower", "Β", "ασ[β]"},
      {"U | reverse | upper", "ab", "[BA]"},
      {"(U | e) ~ '<'", "<", "[&lt;]<"},
      {"dict([(U, 1)])", "k", "{'[k]': 1}"},
  };
  for (auto [expression, content, expected] : kRows) {
    std::string source = absl::StrReplaceAll(
        absl::StrCat("{{ ", expression, " }}"), {{"U", USER}});
    std::string marked = Marked(source, content);
    // Brackets of lists are brackets, too: only the foreign ones are compared.
    EXPECT_EQ(marked, expected) << expression;
  }
  EXPECT_EQ(
      Marked("{% autoescape true %}{{ " USER " }}<{% endautoescape %}", "&"),
      "[&amp;]<");
  EXPECT_EQ(Marked("{% filter upper %}a{{ " USER " }}{% endfilter %}"),
            "A[HI]");
  EXPECT_EQ(Marked("{% macro m() %}<{{ caller(" USER ") }}>{% endmacro %}"
                   "{% call(x) m() %}{{ x }}!{% endcall %}"),
            "<[hi]!>");
  EXPECT_EQ(
      Marked("{% for i in [[" USER "]] recursive %}{% if i is string %}{{ i }}"
             "{% else %}({{ loop(i) }}){% endif %}{% endfor %}"),
      "([hi])");
}

// Limits hold before memory is taken, and nothing takes more than linear time.
TEST(TemplateTest, C12_RefusesWhatWouldBeHuge) {
  for (absl::string_view huge :
       {"'%1000000000d' % 1", "'%.1000000000f' % 1.5", "'x'.center(10 ** 9)",
        "'x'.zfill(10 ** 9)", "'{:>1000000000}'.format(1)",
        "'{:01000000000,}'.format(1)", "'\t'.expandtabs(10 ** 9)",
        "'a' * 10 ** 9", "[1] * 10 ** 9", "9 ** (9 ** 9)", "10 ** 5000",
        "'x' | indent(10 ** 9, true)", "[1] | tojson(indent=10 ** 9)",
        "[1] | batch(10 ** 9, 0) | list", "'x' | wordwrap(-1)",
        "('x' * 500000).replace('', 'y' * 500000)",
        "strftime_now('%999999999d')", "'a' ~ 'b' * 10 ** 12"}) {
    auto rendered = Render(absl::StrCat("{{ ", huge, " }}"));
    EXPECT_EQ(rendered.status().code(), absl::StatusCode::kInvalidArgument)
        << huge;
  }
  // Each of these was quadratic in a form that is easy to write.
  std::string many(400'000, 'a');
  for (absl::string_view slow :
       {"U.count(U[:200000] ~ 'b')", "U.find(U[:200000] ~ 'b')",
        "U.rfind('b' ~ U[:200000])", "(U[:200000] ~ 'b') in U",
        "U.rsplit('b' ~ U[:100000]) | length", "U | urlize | length",
        "('-' ~ U ~ '-' * 9000) | wordwrap(20) | length",
        "(U | replace('a', \"'\") ~ 'Σ') | lower | length",
        "('(' * 9000 ~ U ~ ')' * 9000) | urlize | length",
        "(U ~ '@') | urlize | length", "(U ~ '<') | striptags | length",
        "(U | replace('a', '&')) | striptags | length"}) {
    std::string source =
        absl::StrReplaceAll(absl::StrCat("{{ ", slow, " }}"), {{"U", USER}});
    auto rendered = Render(source, many);
    EXPECT_TRUE(rendered.ok()) << slow << ": " << rendered.status();
  }
}

// A text that is not ASCII is walked by index in linear time.
TEST(TemplateTest, WalksTextByIndex) {
  std::string content;
  for (int i = 0; i < 20'000; ++i) content += "é";
  EXPECT_EQ(Marked("{% set t = " USER
                   " %}{% set ns = namespace(n=0) %}{% for i in range(t | "
                   "length) %}{% if t[i] == 'é' %}{% set ns.n = ns.n + 1 %}"
                   "{% endif %}{% endfor %}{{ ns.n }}",
                   content),
            "20000");
}

// Integers of a request are Python's, whatever their size.
TEST(TemplateTest, KeepsLargeIntegers) {
  auto program = CompileTemplate(
      "{{ n }}|{{ n + 1 }}|{{ [n] | tojson }}|{{ n is integer }}|{{ f }}");
  ASSERT_TRUE(program.ok());
  TemplateInputs inputs;
  inputs.request_json =
      R"({"messages":[{"role":"user"}],"n":18446744073709551616,"f":1e400})";
  auto rendered = RenderTemplate(**program, inputs);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  EXPECT_EQ(rendered->text,
            "18446744073709551616|18446744073709551617|[18446744073709551616]|"
            "True|inf");
}

// The words for roles are the template's own; any other role is not.
TEST(TemplateTest, KnowsRoles) {
  EXPECT_EQ(Marked("<{{ messages[0].role }}>"), "<user>");
  auto program = CompileTemplate("<{{ messages[0].role }}>");
  TemplateInputs inputs;
  inputs.request_json = R"({"messages":[{"role":"|x|"}]})";
  auto rendered = RenderTemplate(**program, inputs);
  ASSERT_TRUE(rendered.ok());
  EXPECT_EQ(rendered->foreign, (std::vector<ByteSpan>{{1, 4}}));
}

void ExpectRefused(absl::string_view source, absl::string_view expected) {
  auto rendered = Render(source);
  EXPECT_EQ(rendered.status().code(), absl::StatusCode::kInvalidArgument)
      << source;
  EXPECT_EQ(rendered.status().message(), expected) << source;
}

// C12: what is not supported is refused by its line and name.
TEST(TemplateTest, C12_RefusesWhenCompiled) {
  ExpectRefused("\n{% import 'a' as b %}",
                "template line 2: found the tag 'import', which is not "
                "supported: it needs another template");
  for (absl::string_view tag :
       {"include 'a'", "extends 'a'", "from 'a' import b"}) {
    auto compiled = CompileTemplate(absl::StrCat("{% ", tag, " %}"));
    EXPECT_TRUE(absl::StrContains(compiled.status().message(),
                                  "which is not supported"))
        << compiled.status();
  }
  ExpectRefused("{% do x %}",
                "template line 1: found the tag 'do', which is unknown");
  ExpectRefused("a\n\n{{ x | nope('y') }}",
                "template line 3: found the filter 'nope', which is unknown");
  ExpectRefused("{{ x is sorted }}",
                "template line 1: found the test 'sorted', which is unknown");
  ExpectRefused("{% if x %}a",
                "template line 1: found the end of the template, expected "
                "'endif'");
  ExpectRefused("{{ 1 + }}",
                "template line 1: found '}}', expected an expression");
  ExpectRefused("{{ (1] }}", "template line 1: found ']', expected ')'");
  ExpectRefused("{% break %}", "template line 1: found 'break' in no loop");
  ExpectRefused("{{ a[1:2, 2] }}",
                "template line 1: found a slice beside other indices, expected "
                "it alone");
}

// C12: what the sandbox hides or forbids is refused when it is used.
TEST(TemplateTest, C12_RefusesWhatTheSandboxDoes) {
  ExpectRefused(
      "{{ open('x') }}",
      "template line 1: found a call of an undefined value, expected a "
      "function or macro");
  ExpectRefused(
      "\n{{ messages.append(1) }}",
      "template line 2: found a call of an undefined value, expected a "
      "function or macro");
  ExpectRefused("{{ ''.__class__.__mro__ }}",
                "template line 1: found the attribute '__mro__' of an "
                "undefined value");
  EXPECT_EQ(Marked("{{ ''.__class__ }}|{{ '' is defined }}"), "|True");
  ExpectRefused("{% if true %}{{ x | nope }}{% endif %}",
                "template line 1: found the filter 'nope', which is unknown");
  EXPECT_EQ(Marked("{% if false %}{{ x | nope }}{% endif %}"), "");
}

// C12: and what takes too much is stopped.
TEST(TemplateTest, C12_StopsWhatTakesTooMuch) {
  ExpectRefused("{% for i in range(1000000000) %}{% endfor %}",
                "template line 1: range() gives more than 100000 numbers");
  EXPECT_TRUE(absl::StartsWith(
      Render("{% set r = range(2000) %}{% for i in r %}{% for j in r %}"
             "{% endfor %}{% endfor %}")
          .status()
          .message(),
      "template line 1: the template takes more than 1000"));
  ExpectRefused(
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "template line 1: macros and loops call each other more than 200 deep");
  ExpectRefused(
      "{% set ns = namespace(a='xxxxxxxx') %}{% for i in range(99) %}"
      "{% set ns.a = ns.a + ns.a %}{% endfor %}",
      "template line 1: the template moves more bytes than it may "
      "for its input");
  ExpectRefused(
      "{% set ns = namespace(a=[]) %}{% for i in range(199) %}"
      "{% set ns.a = [ns.a] %}{% endfor %}",
      "template line 1: values nest more than 128 deep");
  ExpectRefused(
      "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}"
      "{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a == [] }}"
      "{{ ns.a | tojson }}",
      "template line 1: the template moves more bytes than it may "
      "for its input");
}

// The output's limit, just below and just above.
TEST(TemplateTest, LimitsTheOutput) {
  std::string request = R"({"messages":[{"role":"user"}]})";
  size_t most = kTemplateOutputFactor * request.size() + kTemplateOutputBytes;
  for (size_t extra : {0, 1}) {
    auto program =
        CompileTemplate(absl::StrCat("{{ 'x' * ", most + extra, " }}"));
    auto rendered = RenderTemplate(**program, {.request_json = request});
    EXPECT_EQ(rendered.ok(), extra == 0) << rendered.status();
  }
}

// The nesting of expressions is bounded: no source overflows our stack.
TEST(TemplateTest, LimitsNesting) {
  auto nested = [](int depth) {
    return "{{ " + std::string(depth, '(') + "1" + std::string(depth, ')') +
           " }}";
  };
  EXPECT_TRUE(Render(nested(kTemplateNestingMax / 2 - 1)).ok());
  EXPECT_FALSE(Render(nested(kTemplateNestingMax / 2 + 1)).ok());
  EXPECT_FALSE(Render(nested(100'000)).ok());
  EXPECT_FALSE(Render("{{ " + std::string(100'000, '-') + "1 }}").ok());
}

TEST(TemplateTest, RefusesDamagedBytes) {
  auto program = CompileTemplate(
      "{% for m in messages %}{{ m.content | trim }}{% endfor %}");
  ASSERT_TRUE(program.ok());
  std::string bytes = SerializeTemplate(**program);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseTemplate(bytes.substr(0, size)).ok()) << size;
  }
  // Whatever a changed byte makes of it, it is refused or it renders.
  for (size_t at = 8; at < bytes.size(); ++at) {
    for (char flip : {1, 16, 127}) {
      std::string changed = bytes;
      changed[at] ^= flip;
      auto parsed = ParseTemplate(changed);
      if (!parsed.ok()) continue;
      TemplateInputs inputs;
      inputs.request_json = R"({"messages":[{"role":"user","content":"x"}]})";
      (void)RenderTemplate(**parsed, inputs);
    }
  }
}

TEST(TemplateTest, NamesWhatAnOperatorStandsBetween) {
  const std::pair<const char*, const char*> kRows[] = {
      {"{{ 'a' + 1 }}", "expected two numbers, strings, lists or tuples"},
      {"{{ 'a' * 'b' }}",
       "expected two numbers, or a number and a string, list or tuple"},
      {"{{ [] % 1 }}", "expected two numbers, or a string and what it formats"},
      {"{{ 'a' - 'b' }}", "expected two numbers"},
  };
  for (const auto& [source, expected] : kRows) {
    const auto rendered = Render(source);
    EXPECT_TRUE(absl::EndsWith(rendered.status().message(), expected))
        << source << rendered.status();
  }
}

// As Python's json reads them, Jinja writes them and tojson does.
TEST(TemplateTest, NumbersOfARequestHaveAnySize) {
  auto program =
      CompileTemplate("{{ messages[0].a }} {{ messages[0].a | tojson }}");
  ASSERT_TRUE(program.ok()) << program.status();
  const std::pair<const char*, const char*> kCases[] = {
      {"1000000000000000019884624838656",
       "1000000000000000019884624838656 1000000000000000019884624838656"},
      {"-18446744073709551616", "-18446744073709551616 -18446744073709551616"},
      {"1e400", "inf Infinity"},
      {"-1e400", "-inf -Infinity"},
      {"-1e-400", "-0.0 -0.0"},
      {"1E+2", "100.0 100.0"},
      {"NaN", "nan NaN"},
      {"Infinity", "inf Infinity"},
      {"-Infinity", "-inf -Infinity"}};
  for (const auto& [number, text] : kCases) {
    TemplateInputs inputs;
    inputs.request_json =
        absl::StrCat("{\"messages\": [{\"a\": ", number, "}]}");
    auto rendered = RenderTemplate(**program, inputs);
    ASSERT_TRUE(rendered.ok()) << rendered.status();
    EXPECT_EQ(rendered->text, text);
  }
}

TEST(TemplateTest, RefusesRequests) {
  auto program = CompileTemplate("x");
  const std::pair<absl::string_view, const char*> kCases[] = {
      {"", "not JSON: column 1: found the end, expected a value"},
      {"[]",
       "found a request of kind list, expected a mapping with 'messages'"},
      {"1",
       "found a request of kind integer, expected a mapping with 'messages'"},
      {"{}", "found no 'messages', expected a list of at least one"},
      {R"({"messages":1})",
       "found 'messages' of kind integer, expected a list of at least one"},
      {R"({"messages":null})",
       "found 'messages' of kind none, expected a list of at least one"},
      {R"({"messages":{}})",
       "found 'messages' of kind mapping, expected a list of at least one"},
      {R"({"messages":[]})",
       "found 'messages' that is an empty list, expected a list of at least "
       "one"},
      {R"({"messages":[1]})",
       "found a message of kind integer, expected a mapping"},
      {R"({"messages":[{}]} x)",
       "not JSON: column 19: found 'x', expected the end"},
      {"{\"messages\":[{\"a\":\"\xff\"}]}", "expected UTF-8"},
      {R"({"messages":[{"a":"\ud800"}]})", "half of a surrogate pair"}};
  for (const auto& [request, words] : kCases) {
    TemplateInputs inputs;
    inputs.request_json = std::string(request);
    const absl::Status status = RenderTemplate(**program, inputs).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << request;
    EXPECT_TRUE(absl::StrContains(status.message(), words)) << status;
  }
}

}  // namespace
}  // namespace fathom::rt
