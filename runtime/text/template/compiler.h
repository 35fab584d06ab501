// Emits the program of a parsed template; internal to the compilation.
//
// It follows Jinja's own code generator statement by statement, so that scopes
// begin and end, and variables are set and read, in the same order.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_COMPILER_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_COMPILER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/template/ast.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/program.h"
#include "runtime/text/template/symbols.h"

namespace fathom::rt {

class TemplateCompiler {
 public:
  absl::Status Run(const TemplateNodes& statements);
  TemplateProgram& program() { return program_; }

 private:
  using Node = TemplateNode;
  using Op = TemplateOp;

  // The scope that code is emitted for.
  struct Scope {
    TemplateSymbols* symbols;
    uint32_t function;
    bool toplevel = false;
    // Inside an `if`: what is unknown there is an error only when it is used.
    bool soft = false;
  };
  // What is open around the statement being compiled, in its function.
  struct Open {
    bool is_loop;
    size_t top = 0;                 // of a loop: its kLoopNext
    std::vector<size_t> ends = {};  // jumps to the loop's end
  };
  // Whether autoescape is on where the code stands, as far as that is known
  // before it runs.
  struct Escape {
    bool on = false;
    bool unknown = false;
  };

  absl::Status Error(const Node& node, absl::string_view what) const;

  // Code.
  std::vector<TemplateInstruction>& Code() {
    return program_.functions[function_].code;
  }
  size_t Emit(Op op, int64_t arg = 0, uint32_t extra = 0);
  void EmitString(Op op, absl::string_view text);
  size_t Here() { return Code().size(); }
  void JumpHere(size_t jump) { JumpTo(jump, Here()); }
  void JumpTo(size_t jump, size_t target) {
    Code()[jump].arg =
        static_cast<int64_t>(target) - static_cast<int64_t>(jump) - 1;
  }
  uint32_t Name(absl::string_view name);
  uint32_t Shape(const TemplateCallShape& shape);
  TemplateEscape OutputEscape() const;
  // Whether Jinja's optimizer computes an expression when it compiles: literals
  // and operators, and unless `plain` filters and tests that need no template.
  bool IsConstant(const Node& node, bool plain) const;

  // Functions: NewFunction() adds one, and Enter() makes it the one that code
  // is emitted for until Leave().
  uint32_t NewFunction(TemplateFunction::Kind kind, uint32_t parent);
  struct Suspended {
    uint32_t function;
    std::vector<Open> open;
  };
  Suspended Enter(uint32_t function);
  void Leave(Suspended suspended);

  // Variables.
  absl::StatusOr<int64_t> Operand(const Node& node, TemplateVariable variable);
  absl::Status EmitVariable(const Node& node, Op op, TemplateVariable variable);
  absl::StatusOr<TemplateVariable> Find(const Node& node, const Scope& scope,
                                        const std::string& name) const;
  absl::Status EnterScope(const Node& node, const TemplateSymbols& symbols);
  absl::Status LeaveScope(const Node& node, const TemplateSymbols& symbols);
  absl::Status Assign(const Node& target, const Scope& scope);
  absl::Status Export(const Node& target, const Scope& scope);
  absl::Status CheckNamespaces(const Node& target, const Scope& scope);

  // Statements.
  absl::Status Statements(const TemplateNodes& nodes, const Scope& scope);
  absl::Status Statement(const Node& node, const Scope& scope);
  absl::Status Output(const Node& node, const Scope& scope);
  absl::Status If(const Node& node, const Scope& scope);
  absl::Status For(const Node& node, const Scope& scope);
  absl::StatusOr<uint32_t> LoopTest(const Node& node, const Scope& scope);
  absl::Status LoopBody(const Node& node, const Scope& outer, bool extended,
                        uint32_t test);
  absl::Status LoopExit(const Node& node);
  absl::Status AssignBlock(const Node& node, const Scope& scope);
  absl::Status FilterBlock(const Node& node, const Scope& scope);
  absl::Status With(const Node& node, const Scope& scope);
  absl::Status Autoescape(const Node& node, const Scope& scope);
  absl::Status Macro(const Node& node, const Scope& scope);
  absl::Status CallBlock(const Node& node, const Scope& scope);
  absl::Status Block(const Node& node, const Scope& scope);
  absl::StatusOr<uint32_t> MacroBody(const Node& node, const Scope& scope);
  absl::Status Blocks(const TemplateNodes& statements);

  // Expressions.
  absl::Status Expression(const Node& node, const Scope& scope);
  absl::Status Integer(const Node& node);
  absl::Status Conditional(const Node& node, const Scope& scope);
  absl::Status Comparison(const Node& node, const Scope& scope);
  absl::Status Item(const Node& node, const Scope& scope);
  // `captured` says that the value to filter is on the stack.
  absl::Status Applied(const Node& node, const Scope& scope, bool captured);
  absl::Status Call(const Node& node, const Scope& scope, uint32_t caller);
  absl::StatusOr<uint32_t> Arguments(const Node& node, const Scope& scope,
                                     uint32_t caller);
  absl::Status All(const TemplateNodes& nodes, const Scope& scope);

  TemplateProgram program_;
  TemplateSlots slots_;
  uint32_t function_ = 0;
  int line_ = 1;
  Escape escape_;
  std::vector<Open> open_;
  // The blocks by name, with their functions.
  std::map<std::string, std::pair<const Node*, uint32_t>> blocks_;
  absl::flat_hash_map<std::string, uint32_t> name_ids_;
  absl::flat_hash_map<std::string, uint32_t> string_ids_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_COMPILER_H_
