// Parses a template and emits its program; internal to the compilation.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_COMPILER_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_COMPILER_H_

#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/text/template_builtins.h"
#include "runtime/text/template_lexer.h"
#include "runtime/text/template_program.h"

namespace fathom::rt {

// Tags and brackets may nest this deep in the source.
inline constexpr int kTemplateNestingMax = 100;

class TemplateCompiler {
 public:
  explicit TemplateCompiler(std::vector<TemplateToken> tokens)
      : tokens_(std::move(tokens)) {
    Name("loop");
  }

  absl::Status Run();
  TemplateProgram& program() { return program_; }

 private:
  using Kind = TemplateToken::Kind;
  using Op = TemplateOp;

  // What is open around the statement being compiled.
  struct Open {
    enum class What { kLoop, kScope, kCapture } what;
    size_t top = 0;                 // of a loop: its kLoopNext
    std::vector<size_t> ends = {};  // jumps to the loop's end
  };

  // Tokens.
  const TemplateToken& Peek(size_t ahead = 0) const {
    size_t at = std::min(pos_ + ahead, tokens_.size() - 1);
    return tokens_[at];
  }
  bool IsOp(absl::string_view op, size_t ahead = 0) const {
    return Peek(ahead).kind == Kind::kOperator && Peek(ahead).text == op;
  }
  bool IsName(absl::string_view name, size_t ahead = 0) const {
    return Peek(ahead).kind == Kind::kName && Peek(ahead).text == name;
  }
  bool TakeOp(absl::string_view op);
  bool TakeName(absl::string_view name);
  absl::Status ExpectOp(absl::string_view op);
  absl::Status ExpectName(absl::string_view name);
  absl::Status ExpectBlockEnd();
  absl::StatusOr<std::string> TakeIdentifier();
  std::string Found() const;
  absl::Status Error(absl::string_view what) const;
  absl::Status Expected(absl::string_view what) const;

  // Code.
  size_t Emit(Op op, int64_t arg = 0);
  void EmitText(Op op, absl::string_view text);
  size_t Here() const { return program_.code.size(); }
  void JumpHere(size_t jump) { JumpTo(jump, Here()); }
  void JumpTo(size_t jump, size_t target) {
    program_.code[jump].arg =
        static_cast<int64_t>(target) - static_cast<int64_t>(jump) - 1;
  }
  uint32_t Name(absl::string_view name);
  uint32_t Shape(const TemplateCallShape& shape);
  void EmitBuiltin(Op op, int builtin, uint32_t shape) {
    Emit(op, static_cast<int64_t>(shape) << 8 | builtin);
  }

  // Statements: up to a tag whose name is in `ends`, which is left to read.
  absl::Status Statements(std::initializer_list<absl::string_view> ends);
  absl::Status Statement(const std::string& tag);
  absl::Status Body(std::initializer_list<absl::string_view> ends);
  absl::Status If();
  absl::Status For();
  absl::Status LoopExit(bool is_break);
  absl::Status Set();
  absl::Status Macro();
  // A captured body up to `end`. Its filters were compiled from `begin` on:
  // they come before the body and are applied behind it.
  absl::Status FilteredBody(size_t begin, const char* end);
  absl::Status FilterBlock();
  absl::Status With();
  absl::StatusOr<std::vector<std::string>> Targets(bool* is_tuple);
  void Store(const std::vector<std::string>& names, bool is_tuple);

  // Expressions, from the loosest operator to the tightest.
  absl::Status Expression() { return Conditional(); }
  absl::Status TupleOf(bool conditional);
  absl::Status Conditional();
  absl::Status Or();
  absl::Status And();
  absl::Status Not();
  absl::Status Comparison();
  absl::Status Sum();
  absl::Status Concatenation();
  absl::Status Product();
  absl::Status Power();
  absl::Status Unary(bool with_filter);
  absl::Status Primary();
  absl::Status Postfix();
  absl::Status FiltersAndTests();
  absl::Status Filter();
  absl::Status Test();
  absl::Status Subscript();
  absl::Status Call();
  absl::Status DictLiteral();
  absl::StatusOr<uint32_t> Arguments();

  bool IsVariable(absl::string_view name) const {
    return assigned_.count(std::string(name)) > 0;
  }

  std::vector<TemplateToken> tokens_;
  size_t pos_ = 0;
  int nesting_ = 0;
  bool in_macro_ = false;
  TemplateProgram program_;
  std::vector<Open> open_;
  std::set<std::string> assigned_;
  absl::flat_hash_map<std::string, uint32_t> name_ids_;
  absl::flat_hash_map<std::string, uint32_t> string_ids_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_COMPILER_H_
