#include "runtime/text/template/compiler.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template.h"
#include "runtime/text/template/lexer.h"
#include "runtime/text/template/parser.h"

namespace fathom::rt {

absl::Status TemplateCompiler::Error(const Node& node,
                                     absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrFormat("template line %d: %s", node.line, what));
}

size_t TemplateCompiler::Emit(Op op, int64_t arg, uint32_t extra) {
  Code().push_back(
      {op, static_cast<int32_t>(arg), static_cast<uint32_t>(line_), extra});
  return Here() - 1;
}

void TemplateCompiler::EmitString(Op op, absl::string_view text) {
  auto [entry, added] = string_ids_.try_emplace(
      std::string(text), static_cast<uint32_t>(program_.strings.size()));
  if (added) program_.strings.emplace_back(text);
  Emit(op, entry->second);
}

uint32_t TemplateCompiler::Name(absl::string_view name) {
  auto [entry, added] = name_ids_.try_emplace(
      std::string(name), static_cast<uint32_t>(program_.names.size()));
  if (added) program_.names.emplace_back(name);
  return entry->second;
}

uint32_t TemplateCompiler::Shape(const TemplateCallShape& shape) {
  auto found = std::find(program_.shapes.begin(), program_.shapes.end(), shape);
  if (found == program_.shapes.end()) {
    program_.shapes.push_back(shape);
    return program_.shapes.size() - 1;
  }
  return found - program_.shapes.begin();
}

TemplateEscape TemplateCompiler::OutputEscape() const {
  if (escape_.unknown) return TemplateEscape::kAsSet;
  return escape_.on ? TemplateEscape::kYes : TemplateEscape::kNo;
}

uint32_t TemplateCompiler::NewFunction(TemplateFunction::Kind kind,
                                       uint32_t parent) {
  TemplateFunction function;
  function.kind = kind;
  function.parent = parent;
  program_.functions.push_back(std::move(function));
  return slots_.AddFunction();
}

TemplateCompiler::Suspended TemplateCompiler::Enter(uint32_t function) {
  Suspended suspended{function_, std::move(open_)};
  function_ = function;
  open_.clear();
  return suspended;
}

void TemplateCompiler::Leave(Suspended suspended) {
  Emit(Op::kReturn);
  function_ = suspended.function;
  open_ = std::move(suspended.open);
}

absl::StatusOr<int64_t> TemplateCompiler::Operand(const Node& node,
                                                  TemplateVariable variable) {
  int64_t up = 0;
  for (uint32_t at = function_; at != variable.function; ++up) {
    at = program_.functions[at].parent;
    if (at == TemplateFunction::kNone) {
      return absl::InternalError("a variable of no function around");
    }
  }
  if (variable.slot >= 1u << kTemplateSlotBits) {
    return Error(node, "found too many variables");
  }
  return up << kTemplateSlotBits | variable.slot;
}

absl::Status TemplateCompiler::EmitVariable(const Node& node, Op op,
                                            TemplateVariable variable) {
  FATHOM_ASSIGN_OR_RETURN(int64_t operand, Operand(node, variable));
  Emit(op, operand);
  return absl::OkStatus();
}

absl::StatusOr<TemplateVariable> TemplateCompiler::Find(
    const Node& node, const Scope& scope, const std::string& name) const {
  if (auto variable = scope.symbols->Find(name)) return *variable;
  // Jinja fails here, too: it never looks at names in the filter of a `set`.
  return Error(node, absl::StrCat("found the name '", Shown(name),
                                  "' in the filter of a 'set' block and "
                                  "nowhere else, expected it in another "
                                  "statement, too"));
}

absl::Status TemplateCompiler::EnterScope(const Node& node,
                                          const TemplateSymbols& symbols) {
  for (const auto& [variable, load] : symbols.loads()) {
    switch (load.what) {
      case TemplateSymbolLoad::What::kParameter: break;
      case TemplateSymbolLoad::What::kResolve:
        Emit(Op::kResolve, Name(load.name));
        FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kStore, variable));
        break;
      case TemplateSymbolLoad::What::kAlias:
        FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kLoad, load.alias));
        FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kStore, variable));
        break;
      case TemplateSymbolLoad::What::kUndefined:
        FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kClear, variable));
        break;
    }
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::LeaveScope(const Node& node,
                                          const TemplateSymbols& symbols) {
  for (const auto& [variable, load] : symbols.loads()) {
    FATHOM_RETURN_IF_ERROR(EmitVariable(node, Op::kClear, variable));
  }
  return absl::OkStatus();
}

// Takes the value on the stack.
absl::Status TemplateCompiler::Assign(const Node& target, const Scope& scope) {
  if (target.kind == Node::Kind::kTuple) {
    Emit(Op::kUnpack, target.nodes.size());
    for (const TemplateNodePtr& part : target.nodes) {
      FATHOM_RETURN_IF_ERROR(Assign(*part, scope));
    }
    return absl::OkStatus();
  }
  FATHOM_ASSIGN_OR_RETURN(TemplateVariable variable,
                          Find(target, scope, target.name));
  if (target.kind != Node::Kind::kNamespaceRef) {
    return EmitVariable(target, Op::kStore, variable);
  }
  FATHOM_RETURN_IF_ERROR(EmitVariable(target, Op::kLoad, variable));
  Emit(Op::kStoreAttribute, Name(target.text));
  return absl::OkStatus();
}

absl::Status TemplateCompiler::CheckNamespaces(const Node& target,
                                               const Scope& scope) {
  for (const TemplateNodePtr& part : target.nodes) {
    FATHOM_RETURN_IF_ERROR(CheckNamespaces(*part, scope));
  }
  if (target.kind != Node::Kind::kNamespaceRef) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(TemplateVariable variable,
                          Find(target, scope, target.name));
  FATHOM_RETURN_IF_ERROR(EmitVariable(target, Op::kLoad, variable));
  Emit(Op::kCheckNamespace);
  return absl::OkStatus();
}

// What the template itself sets is visible to its blocks.
absl::Status TemplateCompiler::Export(const Node& target, const Scope& scope) {
  if (!scope.toplevel || blocks_.empty()) return absl::OkStatus();
  for (const TemplateNodePtr& part : target.nodes) {
    FATHOM_RETURN_IF_ERROR(Export(*part, scope));
  }
  bool named =
      target.kind == Node::Kind::kName || target.kind == Node::Kind::kMacro;
  if (!named) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(TemplateVariable variable,
                          Find(target, scope, target.name));
  FATHOM_RETURN_IF_ERROR(EmitVariable(target, Op::kLoad, variable));
  Emit(Op::kExport, Name(target.name));
  return absl::OkStatus();
}

namespace {

// The blocks of a template, wherever they stand.
void FindBlocks(const TemplateNode& node,
                std::vector<const TemplateNode*>* blocks) {
  if (node.kind == TemplateNode::Kind::kBlock) blocks->push_back(&node);
  ForEachChild(node,
               [&](const TemplateNode& child) { FindBlocks(child, blocks); });
}

}  // namespace

absl::Status TemplateCompiler::Blocks(const TemplateNodes& statements) {
  std::vector<const Node*> blocks;
  for (const TemplateNodePtr& node : statements) FindBlocks(*node, &blocks);
  for (const Node* node : blocks) {
    uint32_t function =
        NewFunction(TemplateFunction::Kind::kBlock, TemplateFunction::kNone);
    program_.functions[function].name = Name(node->name);
    if (!blocks_.try_emplace(node->name, node, function).second) {
      return Error(*node, absl::StrCat("found the block '", Shown(node->name),
                                       "' twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Run(const TemplateNodes& statements) {
  uint32_t root =
      NewFunction(TemplateFunction::Kind::kRoot, TemplateFunction::kNone);
  FATHOM_RETURN_IF_ERROR(Blocks(statements));
  auto compile = [&](const TemplateNodes& body, uint32_t function) {
    Suspended suspended = Enter(function);
    TemplateSymbols symbols(&slots_, function, nullptr);
    Node here(Node::Kind::kOutput, line_);
    if (UndeclaredNames(body, {"self"}).count("self") > 0) {
      TemplateVariable self = symbols.DeclareParameter("self");
      Emit(Op::kSelf);
      FATHOM_RETURN_IF_ERROR(EmitVariable(here, Op::kStore, self));
    }
    // There is no template that this one extends: `super` is undefined.
    if (function != root && UndeclaredNames(body, {"super"}).count("super")) {
      symbols.DeclareParameter("super");
    }
    symbols.Analyze(body);
    Scope scope{&symbols, function, function == root};
    FATHOM_RETURN_IF_ERROR(EnterScope(here, symbols));
    FATHOM_RETURN_IF_ERROR(Statements(body, scope));
    Leave(std::move(suspended));
    return absl::OkStatus();
  };
  FATHOM_RETURN_IF_ERROR(compile(statements, root));
  for (const auto& [name, block] : blocks_) {
    line_ = block.first->line;
    FATHOM_RETURN_IF_ERROR(compile(block.first->body, block.second));
  }
  size_t instructions = 0;
  for (uint32_t i = 0; i < program_.functions.size(); ++i) {
    program_.functions[i].slots = slots_.Count(i);
    instructions += program_.functions[i].code.size();
  }
  if (instructions > kTemplatePartsMax) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the template compiles to %d instructions, expected at most %d",
        instructions, kTemplatePartsMax));
  }
  return absl::OkStatus();
}

absl::StatusOr<TemplateProgramPtr> CompileTemplate(absl::string_view source) {
  FATHOM_ASSIGN_OR_RETURN(auto tokens, LexTemplate(source));
  TemplateParser parser(std::move(tokens));
  FATHOM_ASSIGN_OR_RETURN(TemplateNodes statements, parser.Run());
  TemplateCompiler compiler;
  FATHOM_RETURN_IF_ERROR(compiler.Run(statements));
  absl::Status verified = VerifyTemplate(compiler.program());
  if (!verified.ok()) {
    return absl::InternalError(absl::StrCat(
        "the compiled template is not valid: ", verified.message()));
  }
  return std::make_shared<const TemplateProgram>(std::move(compiler.program()));
}

}  // namespace fathom::rt
