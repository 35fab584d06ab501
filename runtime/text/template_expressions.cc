// The expressions of a template: precedence as Jinja's parser has it, code in
// postfix order.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template_compiler.h"

namespace fathom::rt {
namespace {

// Counts how deep the parser has recursed, for the time of one call.
class Nested {
 public:
  explicit Nested(int* depth) : depth_(depth) { ++*depth_; }
  ~Nested() { --*depth_; }

 private:
  int* depth_;
};

}  // namespace

absl::Status TemplateCompiler::TupleOf(bool conditional) {
  auto item = [&] { return conditional ? Conditional() : Or(); };
  auto ends = [&] {
    Kind kind = Peek().kind;
    return kind == Kind::kBlockEnd || kind == Kind::kPrintEnd || IsOp(")") ||
           kind == Kind::kEnd;
  };
  FATHOM_RETURN_IF_ERROR(item());
  if (!IsOp(",")) return absl::OkStatus();
  int64_t count = 1;
  while (TakeOp(",")) {
    if (ends()) break;
    FATHOM_RETURN_IF_ERROR(item());
    ++count;
  }
  Emit(Op::kTuple, count);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Conditional() {
  Nested nested(&nesting_);
  if (nesting_ > kTemplateNestingMax) {
    return Error(absl::StrCat("expressions nest more than ",
                              kTemplateNestingMax, " deep"));
  }
  size_t begin = Here();
  FATHOM_RETURN_IF_ERROR(Or());
  while (TakeName("if")) {
    // The value stands before its condition, and is computed after it.
    auto& code = program_.code;
    std::vector<TemplateInstruction> value(code.begin() + begin, code.end());
    code.resize(begin);
    FATHOM_RETURN_IF_ERROR(Or());
    size_t to_else = Emit(Op::kJumpIfFalse);
    code.insert(code.end(), value.begin(), value.end());
    size_t to_end = Emit(Op::kJump);
    JumpHere(to_else);
    if (TakeName("else")) {
      FATHOM_RETURN_IF_ERROR(Conditional());
    } else {
      Emit(Op::kUndefined);
    }
    JumpHere(to_end);
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Or() {
  FATHOM_RETURN_IF_ERROR(And());
  while (TakeName("or")) {
    size_t jump = Emit(Op::kOr);
    FATHOM_RETURN_IF_ERROR(And());
    JumpHere(jump);
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::And() {
  FATHOM_RETURN_IF_ERROR(Not());
  while (TakeName("and")) {
    size_t jump = Emit(Op::kAnd);
    FATHOM_RETURN_IF_ERROR(Not());
    JumpHere(jump);
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Not() {
  int nots = 0;
  while (TakeName("not")) ++nots;
  FATHOM_RETURN_IF_ERROR(Comparison());
  for (int i = 0; i < nots; ++i) Emit(Op::kNot);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Comparison() {
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
  FATHOM_RETURN_IF_ERROR(Sum());
  TemplateCompare op;
  if (!take(&op)) return absl::OkStatus();
  std::vector<size_t> failed;
  while (true) {
    FATHOM_RETURN_IF_ERROR(Sum());
    TemplateCompare next;
    if (!take(&next)) break;
    Emit(Op::kCompareChain, static_cast<int>(op));
    failed.push_back(Emit(Op::kAnd));
    op = next;
  }
  Emit(Op::kCompare, static_cast<int>(op));
  if (failed.empty()) return absl::OkStatus();
  size_t to_end = Emit(Op::kJump);
  for (size_t jump : failed) JumpHere(jump);
  Emit(Op::kSwapPop);
  JumpHere(to_end);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Sum() {
  FATHOM_RETURN_IF_ERROR(Concatenation());
  while (IsOp("+") || IsOp("-")) {
    auto op = IsOp("+") ? TemplateBinary::kAdd : TemplateBinary::kSubtract;
    ++pos_;
    FATHOM_RETURN_IF_ERROR(Concatenation());
    Emit(Op::kBinary, static_cast<int>(op));
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Concatenation() {
  FATHOM_RETURN_IF_ERROR(Product());
  int64_t count = 1;
  while (TakeOp("~")) {
    FATHOM_RETURN_IF_ERROR(Product());
    ++count;
  }
  if (count > 1) Emit(Op::kConcat, count);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Product() {
  FATHOM_RETURN_IF_ERROR(Power());
  while (true) {
    TemplateBinary op;
    if (TakeOp("*")) {
      op = TemplateBinary::kMultiply;
    } else if (TakeOp("/")) {
      op = TemplateBinary::kDivide;
    } else if (TakeOp("//")) {
      op = TemplateBinary::kFloorDivide;
    } else if (TakeOp("%")) {
      op = TemplateBinary::kModulo;
    } else {
      return absl::OkStatus();
    }
    FATHOM_RETURN_IF_ERROR(Power());
    Emit(Op::kBinary, static_cast<int>(op));
  }
}

absl::Status TemplateCompiler::Power() {
  FATHOM_RETURN_IF_ERROR(Unary(true));
  while (TakeOp("**")) {
    FATHOM_RETURN_IF_ERROR(Unary(true));
    Emit(Op::kBinary, static_cast<int>(TemplateBinary::kPower));
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Unary(bool with_filter) {
  Nested nested(&nesting_);
  if (nesting_ > kTemplateNestingMax) {
    return Error(absl::StrCat("expressions nest more than ",
                              kTemplateNestingMax, " deep"));
  }
  if (TakeOp("-")) {
    FATHOM_RETURN_IF_ERROR(Unary(false));
    Emit(Op::kNegate);
  } else if (TakeOp("+")) {
    FATHOM_RETURN_IF_ERROR(Unary(false));
    Emit(Op::kPlus);
  } else {
    FATHOM_RETURN_IF_ERROR(Primary());
  }
  FATHOM_RETURN_IF_ERROR(Postfix());
  return with_filter ? FiltersAndTests() : absl::OkStatus();
}

absl::Status TemplateCompiler::Primary() {
  const TemplateToken& token = Peek();
  switch (token.kind) {
    case Kind::kString: {
      std::string text;
      while (Peek().kind == Kind::kString) text += tokens_[pos_++].text;
      EmitText(Op::kText, text);
      return absl::OkStatus();
    }
    case Kind::kInteger:
      program_.integers.push_back(token.integer);
      Emit(Op::kInteger, program_.integers.size() - 1);
      ++pos_;
      return absl::OkStatus();
    case Kind::kFloat:
      program_.floats.push_back(token.number);
      Emit(Op::kFloat, program_.floats.size() - 1);
      ++pos_;
      return absl::OkStatus();
    case Kind::kName: {
      ++pos_;
      absl::string_view name = token.text;
      if (name == "true" || name == "True") {
        Emit(Op::kTrue);
      } else if (name == "false" || name == "False") {
        Emit(Op::kFalse);
      } else if (name == "none" || name == "None") {
        Emit(Op::kNone);
      } else if (absl::StartsWith(name, "__")) {
        --pos_;
        return Error(absl::StrCat("found the name '", Shown(name),
                                  "', which templates may not use"));
      } else {
        if (IsOp("(") && !IsVariable(name) &&
            FindBuiltin(BuiltinKind::kFunction, name) < 0) {
          --pos_;
          return Error(absl::StrCat("found a call of '", Shown(name),
                                    "', which is no known function or macro"));
        }
        Emit(Op::kLoad, Name(name));
      }
      return absl::OkStatus();
    }
    case Kind::kOperator: break;
    default: return Expected("an expression");
  }
  if (TakeOp("(")) {
    if (TakeOp(")")) {
      Emit(Op::kTuple, 0);
      return absl::OkStatus();
    }
    FATHOM_RETURN_IF_ERROR(TupleOf(true));
    return ExpectOp(")");
  }
  if (TakeOp("[")) {
    int64_t count = 0;
    while (!IsOp("]")) {
      if (count > 0) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
      if (IsOp("]")) break;
      FATHOM_RETURN_IF_ERROR(Expression());
      ++count;
    }
    Emit(Op::kList, count);
    return ExpectOp("]");
  }
  if (TakeOp("{")) return DictLiteral();
  return Expected("an expression");
}

absl::Status TemplateCompiler::DictLiteral() {
  int64_t count = 0;
  while (!IsOp("}")) {
    if (count > 0) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    if (IsOp("}")) break;
    FATHOM_RETURN_IF_ERROR(Expression());
    FATHOM_RETURN_IF_ERROR(ExpectOp(":"));
    FATHOM_RETURN_IF_ERROR(Expression());
    ++count;
  }
  Emit(Op::kDict, count);
  return ExpectOp("}");
}

absl::Status TemplateCompiler::Postfix() {
  while (true) {
    if (IsOp(".") || IsOp("[")) {
      FATHOM_RETURN_IF_ERROR(Subscript());
    } else if (IsOp("(")) {
      FATHOM_RETURN_IF_ERROR(Call());
    } else {
      return absl::OkStatus();
    }
  }
}

absl::Status TemplateCompiler::Call() {
  FATHOM_ASSIGN_OR_RETURN(uint32_t shape, Arguments());
  Emit(Op::kCall, shape);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Subscript() {
  if (TakeOp(".")) {
    if (Peek().kind == Kind::kInteger) {
      program_.integers.push_back(Peek().integer);
      Emit(Op::kInteger, program_.integers.size() - 1);
      Emit(Op::kItem);
      ++pos_;
      return absl::OkStatus();
    }
    if (Peek().kind != Kind::kName) return Expected("the name of an attribute");
    const std::string name = Peek().text;
    if (absl::StartsWith(name, "_")) {
      return Error(
          absl::StrCat("found the attribute '", Shown(name),
                       "', expected one without a leading underscore"));
    }
    ++pos_;
    if (!IsOp("(")) {
      Emit(Op::kAttribute, Name(name));
      return absl::OkStatus();
    }
    int method = FindBuiltin(BuiltinKind::kMethod, name);
    if (method < 0) {
      --pos_;
      return Error(absl::StrCat("found a call of the method '", Shown(name),
                                "', which is not supported"));
    }
    FATHOM_ASSIGN_OR_RETURN(uint32_t shape, Arguments());
    EmitBuiltin(Op::kMethod, method, shape);
    return absl::OkStatus();
  }
  FATHOM_RETURN_IF_ERROR(ExpectOp("["));
  auto bound = [&]() -> absl::Status {
    if (IsOp(":") || IsOp("]")) {
      Emit(Op::kNone);
      return absl::OkStatus();
    }
    return Expression();
  };
  if (!IsOp(":")) {
    FATHOM_RETURN_IF_ERROR(Expression());
    if (TakeOp("]")) {
      Emit(Op::kItem);
      return absl::OkStatus();
    }
    if (!IsOp(":")) return Expected("']' or ':'");
  } else {
    Emit(Op::kNone);
  }
  FATHOM_RETURN_IF_ERROR(ExpectOp(":"));
  FATHOM_RETURN_IF_ERROR(bound());
  if (TakeOp(":")) {
    FATHOM_RETURN_IF_ERROR(bound());
  } else {
    Emit(Op::kNone);
  }
  Emit(Op::kSlice);
  return ExpectOp("]");
}

absl::StatusOr<uint32_t> TemplateCompiler::Arguments() {
  FATHOM_RETURN_IF_ERROR(ExpectOp("("));
  TemplateCallShape shape;
  while (!IsOp(")")) {
    if (shape.size() > 0) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    if (IsOp(")")) break;
    if (IsOp("*") || IsOp("**")) {
      return Error("found '*' in a call, which is not supported");
    }
    if (Peek().kind == Kind::kName && IsOp("=", 1)) {
      shape.names.push_back(Name(Peek().text));
      pos_ += 2;
    } else if (!shape.names.empty()) {
      return Expected("a name and '=' after the arguments by name");
    } else {
      ++shape.positional;
    }
    if (shape.size() > kTemplateArgumentsMax) {
      return Error(absl::StrCat("found a call with more than ",
                                kTemplateArgumentsMax, " arguments"));
    }
    FATHOM_RETURN_IF_ERROR(Expression());
  }
  FATHOM_RETURN_IF_ERROR(ExpectOp(")"));
  return Shape(shape);
}

absl::Status TemplateCompiler::FiltersAndTests() {
  while (true) {
    if (TakeOp("|")) {
      FATHOM_RETURN_IF_ERROR(Filter());
    } else if (TakeName("is")) {
      FATHOM_RETURN_IF_ERROR(Test());
    } else if (IsOp("(")) {
      FATHOM_RETURN_IF_ERROR(Call());
    } else {
      return absl::OkStatus();
    }
  }
}

absl::Status TemplateCompiler::Filter() {
  if (Peek().kind != Kind::kName) return Expected("the name of a filter");
  const std::string name = Peek().text;
  int filter = FindBuiltin(BuiltinKind::kFilter, name);
  if (filter < 0) {
    return Error(absl::StrCat("found the filter '", Shown(name),
                              "', which is not supported"));
  }
  ++pos_;
  // map, select and their kin name a filter or test in their arguments.
  if (IsOp("(")) {
    bool attribute = absl::EndsWith(name, "attr");
    size_t at = attribute ? 3 : 1;
    bool maps = name == "map";
    bool named = Peek(at).kind == Kind::kString && (!attribute || IsOp(",", 2));
    auto kind = maps ? BuiltinKind::kFilter : BuiltinKind::kTest;
    if ((maps || name == "select" || name == "reject" || name == "selectattr" ||
         name == "rejectattr") &&
        named && FindBuiltin(kind, Peek(at).text) < 0) {
      return Error(absl::StrCat("found the ", maps ? "filter" : "test", " '",
                                Shown(Peek(at).text),
                                "', which is not supported"));
    }
  }
  uint32_t shape = Shape({});
  if (IsOp("(")) {
    FATHOM_ASSIGN_OR_RETURN(shape, Arguments());
  }
  EmitBuiltin(Op::kFilter, filter, shape);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Test() {
  bool negated = TakeName("not");
  if (Peek().kind != Kind::kName) return Expected("the name of a test");
  const std::string name = Peek().text;
  int test = FindBuiltin(BuiltinKind::kTest, name);
  if (test < 0) {
    return Error(absl::StrCat("found the test '", Shown(name),
                              "', which is not supported"));
  }
  ++pos_;
  uint32_t shape = Shape({});
  Kind kind = Peek().kind;
  if (IsOp("(")) {
    FATHOM_ASSIGN_OR_RETURN(shape, Arguments());
  } else if ((kind == Kind::kName && !IsName("else") && !IsName("or") &&
              !IsName("and") && !IsName("if") && !IsName("in") &&
              !IsName("not")) ||
             kind == Kind::kString || kind == Kind::kInteger ||
             kind == Kind::kFloat || IsOp("[") || IsOp("{")) {
    if (IsName("is")) return Error("found a second 'is' on one value");
    FATHOM_RETURN_IF_ERROR(Primary());
    FATHOM_RETURN_IF_ERROR(Postfix());
    shape = Shape({1, {}});
  }
  EmitBuiltin(Op::kTest, test, shape);
  if (negated) Emit(Op::kNot);
  return absl::OkStatus();
}

}  // namespace fathom::rt
