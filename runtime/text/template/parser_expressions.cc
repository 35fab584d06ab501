// The expressions of a template, with the precedence of Jinja's parser.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/parser.h"
#include "runtime/text/template/program.h"

namespace fathom::rt {

using Node = TemplateNode;

TemplateParser::NodeOr TemplateParser::Measured(TemplateNodePtr node) const {
  ForEachChild(*node, [&](const Node& child) {
    node->depth = std::max(node->depth, child.depth + 1);
  });
  if (node->depth <= kTemplateChainMax) return node;
  return Error(absl::StrCat("more than ", kTemplateChainMax,
                            " operators apply to one value"));
}

bool TemplateParser::TupleEnds(absl::string_view end) const {
  Kind kind = Peek().kind;
  return kind == Kind::kBlockEnd || kind == Kind::kPrintEnd || IsOp(")") ||
         (!end.empty() && IsName(end));
}

TemplateParser::NodeOr TemplateParser::TupleOf(bool conditional,
                                               absl::string_view end,
                                               bool parentheses) {
  TemplateNodePtr tuple = New(Node::Kind::kTuple);
  bool is_tuple = false;
  while (true) {
    if (!tuple->nodes.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    if (TupleEnds(end)) break;
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr item,
                            conditional ? Conditional() : Or());
    tuple->nodes.push_back(std::move(item));
    if (!IsOp(",")) break;
    is_tuple = true;
  }
  if (!is_tuple) {
    if (!tuple->nodes.empty()) return std::move(tuple->nodes[0]);
    if (!parentheses) return Expected("an expression");
  }
  return Measured(std::move(tuple));
}

TemplateParser::NodeOr TemplateParser::Conditional() {
  ++nesting_;
  FATHOM_RETURN_IF_ERROR(CheckNesting());
  FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr value, Or());
  while (IsName("if")) {
    TemplateNodePtr node = New(Node::Kind::kConditional);
    ++pos_;
    node->expr = std::move(value);
    FATHOM_ASSIGN_OR_RETURN(node->test, Or());
    if (TakeName("else")) {
      FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr other, Conditional());
      node->values.push_back(std::move(other));
    }
    FATHOM_ASSIGN_OR_RETURN(value, Measured(std::move(node)));
  }
  --nesting_;
  return value;
}

TemplateParser::NodeOr TemplateParser::Or() {
  FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr left, And());
  while (IsName("or")) {
    TemplateNodePtr node = New(Node::Kind::kOr);
    ++pos_;
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr right, And());
    node->nodes.push_back(std::move(left));
    node->nodes.push_back(std::move(right));
    FATHOM_ASSIGN_OR_RETURN(left, Measured(std::move(node)));
  }
  return left;
}

TemplateParser::NodeOr TemplateParser::And() {
  FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr left, Not());
  while (IsName("and")) {
    TemplateNodePtr node = New(Node::Kind::kAnd);
    ++pos_;
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr right, Not());
    node->nodes.push_back(std::move(left));
    node->nodes.push_back(std::move(right));
    FATHOM_ASSIGN_OR_RETURN(left, Measured(std::move(node)));
  }
  return left;
}

TemplateParser::NodeOr TemplateParser::Not() {
  int nots = 0;
  int line = Peek().line;
  while (TakeName("not")) ++nots;
  FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr value, Comparison());
  // Two of them make a boolean of a value, as one and three do.
  for (int left = nots > 2 ? 2 - nots % 2 : nots; left > 0; --left) {
    auto node = std::make_unique<Node>(Node::Kind::kNot, line);
    node->expr = std::move(value);
    FATHOM_ASSIGN_OR_RETURN(value, Measured(std::move(node)));
  }
  return value;
}

TemplateParser::NodeOr TemplateParser::Comparison() {
  static constexpr std::pair<absl::string_view, TemplateCompare> kOps[] = {
      {"==", TemplateCompare::kEqual},
      {"!=", TemplateCompare::kUnequal},
      {"<=", TemplateCompare::kLessEqual},
      {">=", TemplateCompare::kGreaterEqual},
      {"<", TemplateCompare::kLess},
      {">", TemplateCompare::kGreater}};
  auto take = [&](TemplateCompare* op) {
    for (const auto& [text, compare] : kOps) {
      if (TakeOp(text)) {
        *op = compare;
        return true;
      }
    }
    if (TakeName("in")) {
      *op = TemplateCompare::kIn;
      return true;
    }
    if (IsName("not") && IsName("in", 1)) {
      pos_ += 2;
      *op = TemplateCompare::kNotIn;
      return true;
    }
    return false;
  };
  TemplateNodePtr node = New(Node::Kind::kCompare);
  FATHOM_ASSIGN_OR_RETURN(node->expr, Sum());
  for (TemplateCompare op; take(&op);) {
    node->ops.push_back(static_cast<int>(op));
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr operand, Sum());
    node->nodes.push_back(std::move(operand));
  }
  if (node->ops.empty()) return std::move(node->expr);
  return Measured(std::move(node));
}

TemplateParser::NodeOr TemplateParser::Sum() {
  FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr left, Concatenation());
  while (IsOp("+") || IsOp("-")) {
    TemplateNodePtr node = New(Node::Kind::kBinary);
    node->op = static_cast<int>(IsOp("+") ? TemplateBinary::kAdd
                                          : TemplateBinary::kSubtract);
    ++pos_;
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr right, Concatenation());
    node->nodes.push_back(std::move(left));
    node->nodes.push_back(std::move(right));
    FATHOM_ASSIGN_OR_RETURN(left, Measured(std::move(node)));
  }
  return left;
}

TemplateParser::NodeOr TemplateParser::Concatenation() {
  TemplateNodePtr node = New(Node::Kind::kConcat);
  do {
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr part, Product());
    node->nodes.push_back(std::move(part));
  } while (TakeOp("~"));
  if (node->nodes.size() == 1) return std::move(node->nodes[0]);
  return Measured(std::move(node));
}

TemplateParser::NodeOr TemplateParser::Product() {
  static constexpr std::pair<absl::string_view, TemplateBinary> kOps[] = {
      {"*", TemplateBinary::kMultiply},
      {"/", TemplateBinary::kDivide},
      {"//", TemplateBinary::kFloorDivide},
      {"%", TemplateBinary::kModulo}};
  FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr left, Power());
  while (true) {
    auto op =
        std::find_if(std::begin(kOps), std::end(kOps),
                     [&](const auto& known) { return IsOp(known.first); });
    if (op == std::end(kOps)) return left;
    TemplateNodePtr node = New(Node::Kind::kBinary);
    node->op = static_cast<int>(op->second);
    ++pos_;
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr right, Power());
    node->nodes.push_back(std::move(left));
    node->nodes.push_back(std::move(right));
    FATHOM_ASSIGN_OR_RETURN(left, Measured(std::move(node)));
  }
}

// Jinja's powers are taken from the left, unlike Python's: 2 ** 3 ** 2 is 64;
// and a sign belongs to what it stands before: -2 ** 2 is 4.
TemplateParser::NodeOr TemplateParser::Power() {
  FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr left, Unary(true));
  while (IsOp("**")) {
    TemplateNodePtr node = New(Node::Kind::kBinary);
    node->op = static_cast<int>(TemplateBinary::kPower);
    ++pos_;
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr right, Unary(true));
    node->nodes.push_back(std::move(left));
    node->nodes.push_back(std::move(right));
    FATHOM_ASSIGN_OR_RETURN(left, Measured(std::move(node)));
  }
  return left;
}

TemplateParser::NodeOr TemplateParser::Unary(bool with_filter) {
  ++nesting_;
  FATHOM_RETURN_IF_ERROR(CheckNesting());
  TemplateNodePtr node;
  if (IsOp("-") || IsOp("+")) {
    node = New(IsOp("-") ? Node::Kind::kNegate : Node::Kind::kPlus);
    ++pos_;
    FATHOM_ASSIGN_OR_RETURN(node->expr, Unary(false));
    FATHOM_ASSIGN_OR_RETURN(node, Measured(std::move(node)));
  } else {
    FATHOM_ASSIGN_OR_RETURN(node, Primary());
  }
  FATHOM_ASSIGN_OR_RETURN(node, Postfix(std::move(node)));
  if (with_filter) {
    FATHOM_ASSIGN_OR_RETURN(node, FiltersAndTests(std::move(node)));
  }
  --nesting_;
  return node;
}

TemplateParser::NodeOr TemplateParser::Primary(bool with_namespace) {
  static constexpr std::pair<absl::string_view, Node::Kind> kConstants[] = {
      {"true", Node::Kind::kTrue},   {"True", Node::Kind::kTrue},
      {"false", Node::Kind::kFalse}, {"False", Node::Kind::kFalse},
      {"none", Node::Kind::kNone},   {"None", Node::Kind::kNone}};
  const TemplateToken& token = Peek();
  switch (token.kind) {
    case Kind::kString: {
      TemplateNodePtr node = New(Node::Kind::kString);
      while (Peek().kind == Kind::kString) node->text += tokens_[pos_++].text;
      return node;
    }
    case Kind::kInteger:
    case Kind::kFloat: {
      bool is_float = token.kind == Kind::kFloat;
      TemplateNodePtr node =
          New(is_float ? Node::Kind::kFloat : Node::Kind::kInteger);
      node->text = token.text;
      node->number = token.number;
      ++pos_;
      return node;
    }
    case Kind::kName: {
      TemplateNodePtr node = New(Node::Kind::kName);
      node->name = token.text;
      ++pos_;
      for (const auto& [name, kind] : kConstants) {
        if (name == node->name) {
          node->kind = kind;
          return node;
        }
      }
      if (with_namespace && TakeOp(".")) {
        node->kind = Node::Kind::kNamespaceRef;
        FATHOM_ASSIGN_OR_RETURN(node->text,
                                TakeIdentifier("the name of an attribute"));
      }
      return node;
    }
    case Kind::kOperator: break;
    default: return Expected("an expression");
  }
  if (TakeOp("(")) {
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr node, TupleOf(true, "", true));
    FATHOM_RETURN_IF_ERROR(ExpectOp(")"));
    return node;
  }
  if (IsOp("[")) return List();
  if (IsOp("{")) return Dict();
  return Expected("an expression");
}

TemplateParser::NodeOr TemplateParser::List() {
  TemplateNodePtr node = New(Node::Kind::kList);
  ++pos_;
  while (!IsOp("]")) {
    if (!node->nodes.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    if (IsOp("]")) break;
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr item, Expression());
    node->nodes.push_back(std::move(item));
  }
  ++pos_;
  return Measured(std::move(node));
}

TemplateParser::NodeOr TemplateParser::Dict() {
  TemplateNodePtr node = New(Node::Kind::kDict);
  ++pos_;
  while (!IsOp("}")) {
    if (!node->nodes.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    if (IsOp("}")) break;
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr key, Expression());
    FATHOM_RETURN_IF_ERROR(ExpectOp(":"));
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr value, Expression());
    node->nodes.push_back(std::move(key));
    node->nodes.push_back(std::move(value));
  }
  ++pos_;
  return Measured(std::move(node));
}

TemplateParser::NodeOr TemplateParser::Postfix(TemplateNodePtr node) {
  while (true) {
    if (IsOp(".") || IsOp("[")) {
      FATHOM_ASSIGN_OR_RETURN(node, Subscript(std::move(node)));
    } else if (IsOp("(")) {
      FATHOM_ASSIGN_OR_RETURN(node, Call(std::move(node)));
    } else {
      return node;
    }
  }
}

TemplateParser::NodeOr TemplateParser::FiltersAndTests(TemplateNodePtr node) {
  while (true) {
    if (IsOp("|")) {
      FATHOM_ASSIGN_OR_RETURN(node, Filters(std::move(node), false));
    } else if (IsName("is")) {
      FATHOM_ASSIGN_OR_RETURN(node, Test(std::move(node)));
    } else if (IsOp("(")) {
      FATHOM_ASSIGN_OR_RETURN(node, Call(std::move(node)));
    } else {
      return node;
    }
  }
}

TemplateParser::NodeOr TemplateParser::Subscript(TemplateNodePtr node) {
  if (TakeOp(".")) {
    TemplateNodePtr out = New(Node::Kind::kAttribute);
    out->expr = std::move(node);
    if (Peek().kind == Kind::kInteger) {
      out->kind = Node::Kind::kItem;
      FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr index, Primary());
      out->values.push_back(std::move(index));
    } else {
      FATHOM_ASSIGN_OR_RETURN(out->name,
                              TakeIdentifier("the name of an attribute"));
    }
    return Measured(std::move(out));
  }
  TemplateNodePtr out = New(Node::Kind::kItem);
  out->expr = std::move(node);
  TemplateNodePtr tuple = New(Node::Kind::kTuple);
  ++pos_;
  while (!IsOp("]")) {
    if (!tuple->nodes.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr part, Subscribed());
    tuple->nodes.push_back(std::move(part));
  }
  ++pos_;
  if (tuple->nodes.size() == 1) {
    out->values.push_back(std::move(tuple->nodes[0]));
  } else {
    FATHOM_ASSIGN_OR_RETURN(tuple, Measured(std::move(tuple)));
    out->values.push_back(std::move(tuple));
  }
  return Measured(std::move(out));
}

TemplateParser::NodeOr TemplateParser::Subscribed() {
  TemplateNodePtr slice = New(Node::Kind::kSlice);
  if (IsOp(":")) {
    slice->values.push_back(nullptr);
  } else {
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr first, Expression());
    if (!IsOp(":")) return first;
    slice->values.push_back(std::move(first));
  }
  auto bound = [&]() -> absl::Status {
    slice->values.push_back(nullptr);
    if (IsOp("]") || IsOp(",") || IsOp(":")) return absl::OkStatus();
    FATHOM_ASSIGN_OR_RETURN(slice->values.back(), Expression());
    return absl::OkStatus();
  };
  ++pos_;
  FATHOM_RETURN_IF_ERROR(bound());
  if (TakeOp(":")) {
    if (IsOp(":")) return Expected("']'");
    FATHOM_RETURN_IF_ERROR(bound());
  } else {
    slice->values.push_back(nullptr);
  }
  return Measured(std::move(slice));
}

TemplateParser::NodeOr TemplateParser::Call(TemplateNodePtr node) {
  TemplateNodePtr call = New(Node::Kind::kCall);
  call->expr = std::move(node);
  FATHOM_RETURN_IF_ERROR(Arguments(call.get()));
  return Measured(std::move(call));
}

absl::Status TemplateParser::Arguments(Node* call) {
  FATHOM_RETURN_IF_ERROR(ExpectOp("("));
  bool first = true;
  while (!IsOp(")")) {
    if (!first) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    if (IsOp(")")) break;
    first = false;
    if (TakeOp("*")) {
      if (call->star || call->star_star) return Error("found '*' out of place");
      FATHOM_ASSIGN_OR_RETURN(call->star, Expression());
    } else if (TakeOp("**")) {
      if (call->star_star) return Error("found '**' twice in a call");
      FATHOM_ASSIGN_OR_RETURN(call->star_star, Expression());
    } else if (Peek().kind == Kind::kName && IsOp("=", 1)) {
      if (call->star_star) return Error("found an argument after '**'");
      TemplateNodePtr keyword = New(Node::Kind::kKeyword);
      keyword->name = Peek().text;
      for (const TemplateNodePtr& other : call->values) {
        if (other->name == keyword->name) {
          return Error(absl::StrCat("found the argument '",
                                    Shown(keyword->name), "' twice"));
        }
      }
      pos_ += 2;
      FATHOM_ASSIGN_OR_RETURN(keyword->expr, Expression());
      FATHOM_ASSIGN_OR_RETURN(keyword, Measured(std::move(keyword)));
      call->values.push_back(std::move(keyword));
    } else {
      if (call->star || call->star_star || !call->values.empty()) {
        return Expected("a name and '=' after the arguments by name");
      }
      FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr argument, Expression());
      call->nodes.push_back(std::move(argument));
    }
    if (call->nodes.size() + call->values.size() > kTemplateArgumentsMax) {
      return Error(absl::StrCat("found a call with more than ",
                                kTemplateArgumentsMax, " arguments"));
    }
  }
  return ExpectOp(")");
}

absl::StatusOr<std::string> TemplateParser::DottedName(absl::string_view what) {
  FATHOM_ASSIGN_OR_RETURN(std::string name, TakeIdentifier(what));
  while (TakeOp(".")) {
    FATHOM_ASSIGN_OR_RETURN(std::string part, TakeIdentifier(what));
    absl::StrAppend(&name, ".", part);
  }
  return name;
}

TemplateParser::NodeOr TemplateParser::Filters(TemplateNodePtr node,
                                               bool inline_start) {
  while (inline_start || TakeOp("|")) {
    inline_start = false;
    TemplateNodePtr filter = New(Node::Kind::kFilter);
    FATHOM_ASSIGN_OR_RETURN(filter->name, DottedName("the name of a filter"));
    filter->expr = std::move(node);
    if (IsOp("(")) FATHOM_RETURN_IF_ERROR(Arguments(filter.get()));
    FATHOM_ASSIGN_OR_RETURN(node, Measured(std::move(filter)));
  }
  return node;
}

TemplateParser::NodeOr TemplateParser::Test(TemplateNodePtr node) {
  TemplateNodePtr test = New(Node::Kind::kTest);
  ++pos_;
  bool negated = TakeName("not");
  FATHOM_ASSIGN_OR_RETURN(test->name, DottedName("the name of a test"));
  test->expr = std::move(node);
  Kind kind = Peek().kind;
  if (IsOp("(")) {
    FATHOM_RETURN_IF_ERROR(Arguments(test.get()));
  } else if ((kind == Kind::kName && !IsName("else") && !IsName("or") &&
              !IsName("and")) ||
             kind == Kind::kString || kind == Kind::kInteger ||
             kind == Kind::kFloat || IsOp("[") || IsOp("{")) {
    if (IsName("is")) return Error("found a second 'is' on one value");
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr argument, Primary());
    FATHOM_ASSIGN_OR_RETURN(argument, Postfix(std::move(argument)));
    test->nodes.push_back(std::move(argument));
  }
  FATHOM_ASSIGN_OR_RETURN(test, Measured(std::move(test)));
  if (!negated) return test;
  auto inverse = std::make_unique<Node>(Node::Kind::kNot, test->line);
  inverse->expr = std::move(test);
  return Measured(std::move(inverse));
}

}  // namespace fathom::rt
