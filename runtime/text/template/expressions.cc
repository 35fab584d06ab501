// The code of a template's expressions, in postfix order.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/compiler.h"

namespace fathom::rt {

absl::Status TemplateCompiler::All(const TemplateNodes& nodes,
                                   const Scope& scope) {
  for (const TemplateNodePtr& node : nodes) {
    FATHOM_RETURN_IF_ERROR(Expression(*node, scope));
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Expression(const Node& node,
                                          const Scope& scope) {
  auto unary = [&](Op op) {
    FATHOM_RETURN_IF_ERROR(Expression(*node.expr, scope));
    Emit(op);
    return absl::OkStatus();
  };
  switch (node.kind) {
    case Node::Kind::kNone: Emit(Op::kNone); return absl::OkStatus();
    case Node::Kind::kTrue: Emit(Op::kTrue); return absl::OkStatus();
    case Node::Kind::kFalse: Emit(Op::kFalse); return absl::OkStatus();
    case Node::Kind::kString:
      EmitString(Op::kText, node.text);
      return absl::OkStatus();
    case Node::Kind::kInteger: return Integer(node);
    case Node::Kind::kFloat:
      program_.floats.push_back(node.number);
      Emit(Op::kFloat, program_.floats.size() - 1);
      return absl::OkStatus();
    case Node::Kind::kName: {
      FATHOM_ASSIGN_OR_RETURN(TemplateVariable variable,
                              Find(node, scope, node.name));
      return EmitVariable(node, Op::kLoad, variable);
    }
    case Node::Kind::kTuple:
    case Node::Kind::kList:
      FATHOM_RETURN_IF_ERROR(All(node.nodes, scope));
      Emit(node.kind == Node::Kind::kList ? Op::kList : Op::kTuple,
           node.nodes.size());
      return absl::OkStatus();
    case Node::Kind::kDict:
      FATHOM_RETURN_IF_ERROR(All(node.nodes, scope));
      Emit(Op::kDict, node.nodes.size() / 2);
      return absl::OkStatus();
    case Node::Kind::kConditional: return Conditional(node, scope);
    case Node::Kind::kBinary:
      FATHOM_RETURN_IF_ERROR(All(node.nodes, scope));
      Emit(Op::kBinary, node.op);
      return absl::OkStatus();
    case Node::Kind::kAnd:
    case Node::Kind::kOr: {
      FATHOM_RETURN_IF_ERROR(Expression(*node.nodes[0], scope));
      size_t jump = Emit(node.kind == Node::Kind::kAnd ? Op::kAnd : Op::kOr);
      FATHOM_RETURN_IF_ERROR(Expression(*node.nodes[1], scope));
      JumpHere(jump);
      return absl::OkStatus();
    }
    case Node::Kind::kNot: return unary(Op::kNot);
    case Node::Kind::kNegate: return unary(Op::kNegate);
    case Node::Kind::kPlus: return unary(Op::kPlus);
    case Node::Kind::kCompare: return Comparison(node, scope);
    case Node::Kind::kConcat:
      FATHOM_RETURN_IF_ERROR(All(node.nodes, scope));
      // A constant is joined when Jinja compiles, without regard to Markup.
      Emit(escape_.on && !escape_.unknown && !IsConstant(node, false)
               ? Op::kConcatMarkup
               : Op::kConcat,
           node.nodes.size());
      return absl::OkStatus();
    case Node::Kind::kAttribute:
      FATHOM_RETURN_IF_ERROR(Expression(*node.expr, scope));
      Emit(Op::kAttribute, Name(node.name));
      return absl::OkStatus();
    case Node::Kind::kItem: return Item(node, scope);
    case Node::Kind::kSlice:
      return Error(node,
                   "found a slice beside other indices, expected it "
                   "alone");
    case Node::Kind::kCall: return Call(node, scope, TemplateFunction::kNone);
    case Node::Kind::kFilter:
    case Node::Kind::kTest: return Applied(node, scope, false);
    default: return absl::InternalError("a statement as an expression");
  }
}

absl::Status TemplateCompiler::Integer(const Node& node) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(node.text, &value)) {
    EmitString(Op::kBigInteger, node.text);
    return absl::OkStatus();
  }
  program_.integers.push_back(value);
  Emit(Op::kInteger, program_.integers.size() - 1);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Conditional(const Node& node,
                                           const Scope& scope) {
  Scope soft = scope;
  soft.soft = true;
  FATHOM_RETURN_IF_ERROR(Expression(*node.test, soft));
  size_t to_else = Emit(Op::kJumpIfFalse);
  FATHOM_RETURN_IF_ERROR(Expression(*node.expr, soft));
  size_t to_end = Emit(Op::kJump);
  JumpHere(to_else);
  if (node.values.empty()) {
    Emit(Op::kUndefined);
  } else {
    FATHOM_RETURN_IF_ERROR(Expression(*node.values[0], soft));
  }
  JumpHere(to_end);
  return absl::OkStatus();
}

// a < b < c keeps b for the second comparison and stops at the first that does
// not hold.
absl::Status TemplateCompiler::Comparison(const Node& node,
                                          const Scope& scope) {
  FATHOM_RETURN_IF_ERROR(Expression(*node.expr, scope));
  std::vector<size_t> failed;
  for (size_t i = 0; i < node.ops.size(); ++i) {
    FATHOM_RETURN_IF_ERROR(Expression(*node.nodes[i], scope));
    if (i + 1 == node.ops.size()) {
      Emit(Op::kCompare, node.ops[i]);
    } else {
      Emit(Op::kCompareChain, node.ops[i]);
      failed.push_back(Emit(Op::kAnd));
    }
  }
  if (failed.empty()) return absl::OkStatus();
  size_t to_end = Emit(Op::kJump);
  for (size_t jump : failed) JumpHere(jump);
  Emit(Op::kSwapPop);
  JumpHere(to_end);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Item(const Node& node, const Scope& scope) {
  FATHOM_RETURN_IF_ERROR(Expression(*node.expr, scope));
  const Node& index = *node.values[0];
  if (index.kind != Node::Kind::kSlice) {
    FATHOM_RETURN_IF_ERROR(Expression(index, scope));
    Emit(Op::kItem);
    return absl::OkStatus();
  }
  for (const TemplateNodePtr& bound : index.values) {
    if (bound == nullptr) {
      Emit(Op::kNone);
    } else {
      FATHOM_RETURN_IF_ERROR(Expression(*bound, scope));
    }
  }
  Emit(Op::kSlice);
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> TemplateCompiler::Arguments(const Node& node,
                                                     const Scope& scope,
                                                     uint32_t caller) {
  TemplateCallShape shape;
  FATHOM_RETURN_IF_ERROR(All(node.nodes, scope));
  shape.positional = node.nodes.size();
  for (const TemplateNodePtr& keyword : node.values) {
    FATHOM_RETURN_IF_ERROR(Expression(*keyword->expr, scope));
    shape.names.push_back(Name(keyword->name));
    if (caller != TemplateFunction::kNone && keyword->name == "caller") {
      return Error(node, "found the argument 'caller' twice");
    }
  }
  if (caller != TemplateFunction::kNone) {
    Emit(Op::kMacro, caller);
    shape.names.push_back(Name("caller"));
  }
  shape.star = node.star != nullptr;
  shape.star_star = node.star_star != nullptr;
  if (shape.star) FATHOM_RETURN_IF_ERROR(Expression(*node.star, scope));
  if (shape.star_star) {
    FATHOM_RETURN_IF_ERROR(Expression(*node.star_star, scope));
  }
  return Shape(shape);
}

absl::Status TemplateCompiler::Call(const Node& node, const Scope& scope,
                                    uint32_t caller) {
  FATHOM_RETURN_IF_ERROR(Expression(*node.expr, scope));
  FATHOM_ASSIGN_OR_RETURN(uint32_t shape, Arguments(node, scope, caller));
  line_ = node.line;
  Emit(Op::kCall, shape);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Applied(const Node& node, const Scope& scope,
                                       bool captured) {
  bool is_filter = node.kind == Node::Kind::kFilter;
  bool known =
      FindBuiltin(is_filter ? BuiltinKind::kFilter : BuiltinKind::kTest,
                  node.name) != nullptr;
  if (node.expr != nullptr) {
    // Of a chain of filters the innermost has the block as its value.
    if (captured) {
      FATHOM_RETURN_IF_ERROR(Applied(*node.expr, scope, true));
    } else {
      FATHOM_RETURN_IF_ERROR(Expression(*node.expr, scope));
    }
  }
  if (!known) {
    std::string what =
        absl::StrCat("found the ", is_filter ? "filter" : "test", " '",
                     Shown(node.name), "', which is unknown");
    if (!scope.soft) return Error(node, what);
    EmitString(Op::kFail, what);
    return absl::OkStatus();
  }
  FATHOM_ASSIGN_OR_RETURN(uint32_t shape,
                          Arguments(node, scope, TemplateFunction::kNone));
  line_ = node.line;
  Emit(is_filter ? Op::kFilter : Op::kTest, shape, Name(node.name));
  return absl::OkStatus();
}

}  // namespace fathom::rt
