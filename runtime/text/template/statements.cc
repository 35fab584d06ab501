// The code of a template's statements.
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/compiler.h"

namespace fathom::rt {

absl::Status TemplateCompiler::Statements(const TemplateNodes& nodes,
                                          const Scope& scope) {
  for (const TemplateNodePtr& node : nodes) {
    FATHOM_RETURN_IF_ERROR(Statement(*node, scope));
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Statement(const Node& node, const Scope& scope) {
  line_ = node.line;
  switch (node.kind) {
    case Node::Kind::kOutput: return Output(node, scope);
    case Node::Kind::kIf: return If(node, scope);
    case Node::Kind::kFor: return For(node, scope);
    case Node::Kind::kMacro: return Macro(node, scope);
    case Node::Kind::kCallBlock:
    case Node::Kind::kGeneration: return CallBlock(node, scope);
    case Node::Kind::kFilterBlock: return FilterBlock(node, scope);
    case Node::Kind::kWith: return With(node, scope);
    case Node::Kind::kAssign:
      FATHOM_RETURN_IF_ERROR(CheckNamespaces(*node.target, scope));
      FATHOM_RETURN_IF_ERROR(Expression(*node.expr, scope));
      FATHOM_RETURN_IF_ERROR(Assign(*node.target, scope));
      return Export(*node.target, scope);
    case Node::Kind::kAssignBlock: return AssignBlock(node, scope);
    case Node::Kind::kAutoescape: return Autoescape(node, scope);
    case Node::Kind::kBlock: return Block(node, scope);
    case Node::Kind::kBreak:
    case Node::Kind::kContinue: return LoopExit(node);
    default: return absl::InternalError("an expression as a statement");
  }
}

bool TemplateCompiler::IsConstant(const Node& node, bool plain) const {
  static constexpr absl::string_view kOfTemplate[] = {
      "map", "select", "reject", "selectattr", "rejectattr", "random"};
  switch (node.kind) {
    case Node::Kind::kName:
    case Node::Kind::kCall: return false;
    case Node::Kind::kFilter:
    case Node::Kind::kTest:
      if (plain || escape_.unknown || node.expr == nullptr) return false;
      for (absl::string_view name : kOfTemplate) {
        if (node.kind == Node::Kind::kFilter && node.name == name) return false;
      }
      break;
    default: break;
  }
  bool constant = true;
  ForEachChild(node, [&](const Node& child) {
    constant = constant && IsConstant(child, plain);
  });
  return constant;
}

absl::Status TemplateCompiler::Output(const Node& node, const Scope& scope) {
  for (const TemplateNodePtr& part : node.nodes) {
    line_ = part->line;
    if (part->kind == Node::Kind::kData) {
      EmitString(Op::kEmitText, part->name);
      continue;
    }
    FATHOM_RETURN_IF_ERROR(Expression(*part, scope));
    // What is computed when compiling is escaped as far as is known then.
    TemplateEscape escape = OutputEscape();
    if (escape_.unknown && IsConstant(*part, true)) {
      escape = escape_.on ? TemplateEscape::kYes : TemplateEscape::kNo;
    }
    Emit(Op::kEmit, static_cast<int>(escape));
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::If(const Node& node, const Scope& scope) {
  Scope soft = scope;
  soft.soft = true;
  std::vector<size_t> to_end;
  auto branch = [&](const Node& part) -> absl::Status {
    line_ = part.line;
    FATHOM_RETURN_IF_ERROR(Expression(*part.test, soft));
    size_t to_next = Emit(Op::kJumpIfFalse);
    FATHOM_RETURN_IF_ERROR(Statements(part.body, soft));
    to_end.push_back(Emit(Op::kJump));
    JumpHere(to_next);
    return absl::OkStatus();
  };
  FATHOM_RETURN_IF_ERROR(branch(node));
  for (const TemplateNodePtr& part : node.elifs) {
    FATHOM_RETURN_IF_ERROR(branch(*part));
  }
  FATHOM_RETURN_IF_ERROR(Statements(node.otherwise, soft));
  for (size_t jump : to_end) JumpHere(jump);
  return absl::OkStatus();
}

namespace {

bool HasScopedBlock(const TemplateNode& node) {
  bool found = node.kind == TemplateNode::Kind::kBlock && node.scoped;
  ForEachChild(node, [&](const TemplateNode& child) {
    found = found || HasScopedBlock(child);
  });
  return found;
}

// Whether a loop, or what is inside of it, sets the variable `loop`.
bool StoresLoop(const TemplateNode& node) {
  bool found = node.kind == TemplateNode::Kind::kName &&
               node.use == TemplateNode::Use::kStore && node.name == "loop";
  ForEachChild(node, [&](const TemplateNode& child) {
    found = found || StoresLoop(child);
  });
  return found;
}

}  // namespace

absl::StatusOr<uint32_t> TemplateCompiler::LoopTest(const Node& node,
                                                    const Scope& scope) {
  if (node.test == nullptr) return TemplateFunction::kNone;
  uint32_t function =
      NewFunction(TemplateFunction::Kind::kLoopTest, scope.function);
  Suspended suspended = Enter(function);
  TemplateSymbols symbols(&slots_, function, scope.symbols);
  symbols.Analyze(node, TemplateSymbols::Branch::kTest);
  Scope test{&symbols, function};
  FATHOM_RETURN_IF_ERROR(EnterScope(node, symbols));
  FATHOM_RETURN_IF_ERROR(Assign(*node.target, test));
  FATHOM_RETURN_IF_ERROR(Expression(*node.test, test));
  Leave(std::move(suspended));
  return function;
}

absl::Status TemplateCompiler::For(const Node& node, const Scope& scope) {
  if (StoresLoop(node)) {
    return Error(node, "found 'loop' set inside of a loop, which has its own");
  }
  bool extended = node.recursive ||
                  UndeclaredNames(node.body, {"loop"}).count("loop") > 0 ||
                  HasScopedBlock(node);
  FATHOM_ASSIGN_OR_RETURN(uint32_t test, LoopTest(node, scope));
  if (!node.recursive) {
    FATHOM_RETURN_IF_ERROR(Expression(*node.expr, scope));
    return LoopBody(node, scope, extended, test);
  }
  uint32_t function =
      NewFunction(TemplateFunction::Kind::kLoop, scope.function);
  program_.functions[function].escape = OutputEscape();
  Suspended suspended = Enter(function);
  Scope inner = scope;
  inner.function = function;
  FATHOM_RETURN_IF_ERROR(LoopBody(node, inner, extended, test));
  Leave(std::move(suspended));
  FATHOM_RETURN_IF_ERROR(Expression(*node.expr, scope));
  Emit(Op::kCallLoop, function);
  Emit(Op::kEmit, static_cast<int>(TemplateEscape::kTextOnly));
  return absl::OkStatus();
}

// Loops over the value on the stack. `outer` is the scope around the loop, in
// the function that the loop is compiled into.
absl::Status TemplateCompiler::LoopBody(const Node& node, const Scope& outer,
                                        bool extended, uint32_t test) {
  TemplateSymbols symbols(&slots_, outer.function, outer.symbols);
  TemplateVariable loop;
  if (extended) loop = symbols.DeclareParameter("loop");
  symbols.Analyze(node, TemplateSymbols::Branch::kBody);
  Scope inner{&symbols, outer.function};
  // The `else` runs unless a round came to its end: a `break` or `continue` in
  // every round leaves it to run, in Jinja too.
  TemplateVariable completed = slots_.Temporary(outer.function);
  if (!node.otherwise.empty()) {
    FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kClear, completed));
  }
  if (test != TemplateFunction::kNone) Emit(Op::kLoopFilter, test);
  Emit(Op::kLoopBegin);
  size_t top = Emit(Op::kLoopNext);
  FATHOM_RETURN_IF_ERROR(Assign(*node.target, inner));
  if (extended) {
    Emit(Op::kLoopValue);
    FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kStore, loop));
  }
  FATHOM_RETURN_IF_ERROR(EnterScope(node, symbols));
  open_.push_back({true, top});
  FATHOM_RETURN_IF_ERROR(Statements(node.body, inner));
  std::vector<size_t> ends = std::move(open_.back().ends);
  open_.pop_back();
  if (!node.otherwise.empty()) {
    Emit(Op::kTrue);
    FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kStore, completed));
  }
  JumpTo(Emit(Op::kJump), top);
  JumpHere(top);
  for (size_t jump : ends) JumpHere(jump);
  Emit(Op::kLoopEnd);
  FATHOM_RETURN_IF_ERROR(LeaveScope(node, symbols));
  if (node.otherwise.empty()) return absl::OkStatus();
  size_t skip = Emit(Op::kJumpIfSet, 0, completed.slot);
  TemplateSymbols other(&slots_, outer.function, outer.symbols);
  other.Analyze(node, TemplateSymbols::Branch::kElse);
  Scope otherwise{&other, outer.function};
  FATHOM_RETURN_IF_ERROR(EnterScope(node, other));
  FATHOM_RETURN_IF_ERROR(Statements(node.otherwise, otherwise));
  FATHOM_RETURN_IF_ERROR(LeaveScope(node, other));
  JumpHere(skip);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::LoopExit(const Node& node) {
  bool is_break = node.kind == Node::Kind::kBreak;
  size_t loop = open_.size();
  while (loop > 0 && !open_[loop - 1].is_loop) --loop;
  if (loop == 0) {
    return Error(node, absl::StrCat("found '", is_break ? "break" : "continue",
                                    "' in no loop"));
  }
  // What captures between here and the loop wrote is lost, in Jinja too.
  for (size_t i = open_.size(); i > loop; --i) Emit(Op::kCaptureDrop);
  size_t jump = Emit(Op::kJump);
  if (is_break) {
    open_[loop - 1].ends.push_back(jump);
  } else {
    JumpTo(jump, open_[loop - 1].top);
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::AssignBlock(const Node& node,
                                           const Scope& scope) {
  TemplateSymbols symbols(&slots_, scope.function, scope.symbols);
  symbols.Analyze(node);
  Scope inner{&symbols, scope.function};
  FATHOM_RETURN_IF_ERROR(EnterScope(node, symbols));
  Emit(Op::kCaptureBegin);
  open_.push_back({false});
  FATHOM_RETURN_IF_ERROR(Statements(node.body, inner));
  open_.pop_back();
  Emit(Op::kCaptureEnd, node.expr == nullptr
                            ? static_cast<int>(TemplateEscape::kNo)
                            : static_cast<int>(OutputEscape()));
  if (node.expr != nullptr) {
    FATHOM_RETURN_IF_ERROR(Applied(*node.expr, inner, true));
  }
  Emit(Op::kMarkup);
  FATHOM_RETURN_IF_ERROR(Assign(*node.target, scope));
  FATHOM_RETURN_IF_ERROR(Export(*node.target, scope));
  return LeaveScope(node, symbols);
}

absl::Status TemplateCompiler::FilterBlock(const Node& node,
                                           const Scope& scope) {
  TemplateSymbols symbols(&slots_, scope.function, scope.symbols);
  symbols.Analyze(node);
  Scope inner{&symbols, scope.function};
  FATHOM_RETURN_IF_ERROR(EnterScope(node, symbols));
  Emit(Op::kCaptureBegin);
  open_.push_back({false});
  FATHOM_RETURN_IF_ERROR(Statements(node.body, inner));
  open_.pop_back();
  Emit(Op::kCaptureEnd, static_cast<int>(OutputEscape()));
  FATHOM_RETURN_IF_ERROR(Applied(*node.expr, inner, true));
  Emit(Op::kEmit, static_cast<int>(TemplateEscape::kTextOnly));
  return LeaveScope(node, symbols);
}

absl::Status TemplateCompiler::With(const Node& node, const Scope& scope) {
  TemplateSymbols symbols(&slots_, scope.function, scope.symbols);
  symbols.Analyze(node);
  Scope inner{&symbols, scope.function};
  FATHOM_RETURN_IF_ERROR(EnterScope(node, symbols));
  for (size_t i = 0; i < node.nodes.size(); ++i) {
    FATHOM_RETURN_IF_ERROR(Expression(*node.values[i], scope));
    FATHOM_RETURN_IF_ERROR(Assign(*node.nodes[i], inner));
  }
  FATHOM_RETURN_IF_ERROR(Statements(node.body, inner));
  return LeaveScope(node, symbols);
}

namespace {

// Whether a literal counts as true; none for what is computed.
std::optional<bool> LiteralTruth(const TemplateNode& node) {
  using Kind = TemplateNode::Kind;
  switch (node.kind) {
    case Kind::kTrue: return true;
    case Kind::kFalse:
    case Kind::kNone: return false;
    case Kind::kString: return !node.text.empty();
    case Kind::kInteger: return node.text != "0";
    case Kind::kFloat: return node.number != 0;
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict: return !node.nodes.empty();
    default: return std::nullopt;
  }
}

}  // namespace

absl::Status TemplateCompiler::Autoescape(const Node& node,
                                          const Scope& scope) {
  TemplateSymbols symbols(&slots_, scope.function, scope.symbols);
  symbols.Analyze(node);
  Scope inner{&symbols, scope.function};
  FATHOM_RETURN_IF_ERROR(EnterScope(node, symbols));
  TemplateVariable saved = slots_.Temporary(scope.function);
  FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kSaveEscape, saved));
  FATHOM_RETURN_IF_ERROR(Expression(*node.expr, inner));
  Emit(Op::kSetEscape);
  Escape before = escape_;
  auto known =
      IsConstant(*node.expr, true) ? LiteralTruth(*node.expr) : std::nullopt;
  if (known) {
    escape_.on = *known;
  } else {
    escape_.unknown = true;
  }
  FATHOM_RETURN_IF_ERROR(Statements(node.body, inner));
  escape_ = before;
  FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kRestoreEscape, saved));
  return LeaveScope(node, symbols);
}

absl::StatusOr<uint32_t> TemplateCompiler::MacroBody(const Node& node,
                                                     const Scope& scope) {
  uint32_t index = NewFunction(TemplateFunction::Kind::kMacro, scope.function);
  TemplateSymbols symbols(&slots_, index, scope.symbols);
  symbols.Analyze(node);
  TemplateFunction function = std::move(program_.functions[index]);
  if (node.kind == Node::Kind::kMacro) function.name = Name(node.name);
  std::set<std::string> given;
  for (const TemplateNodePtr& argument : node.nodes) {
    given.insert(argument->name);
    function.parameters.push_back(Name(argument->name));
    function.parameter_slots.push_back(symbols.Find(argument->name)->slot);
  }
  auto undeclared = UndeclaredNames(node.body, {"caller", "kwargs", "varargs"});
  if (undeclared.count("caller") > 0) {
    if (given.count("caller") > 0) {
      size_t at = 0;
      while (node.nodes[at]->name != "caller") ++at;
      if (node.nodes.size() - at > node.values.size()) {
        return Error(node,
                     "found the parameter 'caller' without a default, expected "
                     "one");
      }
    } else {
      function.caller = symbols.DeclareParameter("caller").slot;
    }
  }
  auto implied = [&](const char* name, uint32_t* slot) {
    if (undeclared.count(name) == 0 || given.count(name) > 0) return;
    *slot = symbols.DeclareParameter(name).slot;
  };
  implied("kwargs", &function.kwargs);
  implied("varargs", &function.varargs);
  symbols.Analyze(node);
  if (function.parameters.size() > kTemplateArgumentsMax) {
    return Error(node, absl::StrCat("found a macro with more than ",
                                    kTemplateArgumentsMax, " parameters"));
  }
  program_.functions[index] = std::move(function);

  Suspended suspended = Enter(index);
  Scope inner{&symbols, index};
  FATHOM_RETURN_IF_ERROR(EnterScope(node, symbols));
  size_t without = node.nodes.size() - node.values.size();
  for (size_t i = without; i < node.nodes.size(); ++i) {
    TemplateVariable variable = *symbols.Find(node.nodes[i]->name);
    size_t given_one = Emit(Op::kJumpIfSet, 0, variable.slot);
    FATHOM_RETURN_IF_ERROR(Expression(*node.values[i - without], inner));
    FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kStore, variable));
    JumpHere(given_one);
  }
  FATHOM_RETURN_IF_ERROR(Statements(node.body, inner));
  Leave(std::move(suspended));
  return index;
}

absl::Status TemplateCompiler::Macro(const Node& node, const Scope& scope) {
  FATHOM_ASSIGN_OR_RETURN(uint32_t function, MacroBody(node, scope));
  Emit(Op::kMacro, function);
  FATHOM_ASSIGN_OR_RETURN(TemplateVariable variable,
                          Find(node, scope, node.name));
  FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kStore, variable));
  if (!scope.toplevel || blocks_.empty()) return absl::OkStatus();
  FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kLoad, variable));
  Emit(Op::kExport, Name(node.name));
  return absl::OkStatus();
}

absl::Status TemplateCompiler::CallBlock(const Node& node, const Scope& scope) {
  FATHOM_ASSIGN_OR_RETURN(uint32_t function, MacroBody(node, scope));
  if (node.kind == Node::Kind::kGeneration) {
    // Its body is a function of its own, as that of a call block is: what it
    // sets is not seen outside.
    Emit(Op::kMacro, function);
    Emit(Op::kCall, Shape({}));
  } else {
    FATHOM_RETURN_IF_ERROR(Call(*node.expr, scope, function));
  }
  Emit(Op::kEmit, static_cast<int>(TemplateEscape::kTextOnly));
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Block(const Node& node, const Scope& scope) {
  TemplateCallShape locals;
  if (node.scoped) {
    for (const auto& [name, variable] : scope.symbols->Stores()) {
      FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kLoad, variable));
      locals.names.push_back(Name(name));
    }
    if (locals.names.size() > kTemplateArgumentsMax) {
      return Error(node, absl::StrCat("found a scoped block that sees more "
                                      "than ",
                                      kTemplateArgumentsMax, " variables"));
    }
  }
  Emit(Op::kBlock, blocks_[node.name].second, Shape(locals));
  return absl::OkStatus();
}

}  // namespace fathom::rt
