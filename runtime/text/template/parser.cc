// The tags of a template.
#include "runtime/text/template/parser.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {

bool TemplateParser::TakeOp(absl::string_view op) {
  if (!IsOp(op)) return false;
  ++pos_;
  return true;
}

bool TemplateParser::TakeName(absl::string_view name) {
  if (!IsName(name)) return false;
  ++pos_;
  return true;
}

std::string TemplateParser::Found() const {
  switch (Peek().kind) {
    case Kind::kEnd: return "the end of the template";
    case Kind::kData: return "text";
    case Kind::kBlockBegin: return "'{%'";
    case Kind::kPrintBegin: return "'{{'";
    case Kind::kString: return "a string";
    default: return absl::StrCat("'", Shown(Peek().text), "'");
  }
}

absl::Status TemplateParser::Error(absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrFormat("template line %d: %s", Peek().line, what));
}

absl::Status TemplateParser::Expected(absl::string_view what) const {
  return Error(absl::StrCat("found ", Found(), ", expected ", what));
}

absl::Status TemplateParser::ExpectOp(absl::string_view op) {
  return TakeOp(op) ? absl::OkStatus() : Expected(absl::StrCat("'", op, "'"));
}

absl::Status TemplateParser::ExpectName(absl::string_view name) {
  return TakeName(name) ? absl::OkStatus()
                        : Expected(absl::StrCat("'", name, "'"));
}

absl::StatusOr<std::string> TemplateParser::TakeIdentifier(
    absl::string_view what) {
  if (Peek().kind != Kind::kName) return Expected(what);
  return tokens_[pos_++].text;
}

absl::Status TemplateParser::CheckNesting() const {
  if (nesting_ <= kTemplateNestingMax) return absl::OkStatus();
  return Error(absl::StrCat("tags and expressions nest more than ",
                            kTemplateNestingMax, " deep"));
}

absl::StatusOr<TemplateNodes> TemplateParser::Run() { return Statements({}); }

absl::StatusOr<TemplateNodes> TemplateParser::Statements(Names ends) {
  TemplateNodes out;
  // Text and prints that follow each other are one statement.
  auto add = [&](TemplateNodePtr node, int line) {
    if (out.empty() || out.back()->kind != Node::Kind::kOutput) {
      out.push_back(std::make_unique<Node>(Node::Kind::kOutput, line));
    }
    out.back()->nodes.push_back(std::move(node));
  };
  while (true) {
    int line = Peek().line;
    switch (Peek().kind) {
      case Kind::kEnd: {
        if (ends.empty()) return out;
        return Expected(absl::StrCat("'", ends.back(), "'"));
      }
      case Kind::kData: {
        TemplateNodePtr data = New(Node::Kind::kData);
        data->name = Peek().text;
        ++pos_;
        add(std::move(data), line);
        break;
      }
      case Kind::kPrintBegin: {
        ++pos_;
        FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr value, TupleOf(true));
        add(std::move(value), line);
        if (Peek().kind != Kind::kPrintEnd) return Expected("'}}'");
        ++pos_;
        break;
      }
      default: {
        ++pos_;  // '{%'
        if (Peek().kind != Kind::kName) return Expected("the name of a tag");
        if (std::find(ends.begin(), ends.end(), Peek().text) != ends.end()) {
          return out;
        }
        FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr statement, Statement());
        out.push_back(std::move(statement));
        if (Peek().kind != Kind::kBlockEnd) return Expected("'%}'");
        ++pos_;
      }
    }
  }
}

absl::StatusOr<TemplateNodes> TemplateParser::Body(Names ends) {
  TakeOp(":");
  if (Peek().kind != Kind::kBlockEnd) return Expected("'%}'");
  ++pos_;
  return Statements(ends);
}

absl::StatusOr<TemplateNodes> TemplateParser::BodyAndEnd(
    absl::string_view end) {
  FATHOM_ASSIGN_OR_RETURN(TemplateNodes body, Body({end}));
  ++pos_;
  return body;
}

// One tag and what belongs to it, up to the '%}' of its last tag.
TemplateParser::NodeOr TemplateParser::Statement() {
  using Parse = NodeOr (TemplateParser::*)();
  static constexpr std::pair<absl::string_view, Parse> kTags[] = {
      {"if", &TemplateParser::If},
      {"for", &TemplateParser::For},
      {"set", &TemplateParser::Set},
      {"macro", &TemplateParser::Macro},
      {"call", &TemplateParser::CallBlock},
      {"filter", &TemplateParser::FilterBlock},
      {"with", &TemplateParser::With},
      {"autoescape", &TemplateParser::Autoescape},
      {"block", &TemplateParser::Block},
      {"print", &TemplateParser::Print},
      {"generation", &TemplateParser::Generation},
      {"break", &TemplateParser::LoopExit},
      {"continue", &TemplateParser::LoopExit},
  };
  // These need other templates, of which a model's folder has none to give.
  static constexpr absl::string_view kUnsupported[] = {"include", "import",
                                                       "from", "extends"};
  const std::string& tag = Peek().text;
  for (const auto& [name, parse] : kTags) {
    if (name != tag) continue;
    ++nesting_;
    FATHOM_RETURN_IF_ERROR(CheckNesting());
    NodeOr node = (this->*parse)();
    --nesting_;
    return node;
  }
  bool known = std::find(std::begin(kUnsupported), std::end(kUnsupported),
                         tag) != std::end(kUnsupported);
  return Error(absl::StrCat(
      "found the tag '", Shown(tag), "', which ",
      known ? "is not supported: it needs another template" : "is unknown"));
}

TemplateParser::NodeOr TemplateParser::If() {
  TemplateNodePtr first = New(Node::Kind::kIf);
  Node* node = first.get();
  ++pos_;
  while (true) {
    FATHOM_ASSIGN_OR_RETURN(node->test, TupleOf(false));
    FATHOM_ASSIGN_OR_RETURN(node->body, Body({"elif", "else", "endif"}));
    if (!TakeName("elif")) break;
    first->elifs.push_back(New(Node::Kind::kIf));
    node = first->elifs.back().get();
  }
  if (TakeName("else")) {
    FATHOM_ASSIGN_OR_RETURN(first->otherwise, Body({"endif"}));
  }
  ++pos_;
  return first;
}

TemplateParser::NodeOr TemplateParser::For() {
  TemplateNodePtr node = New(Node::Kind::kFor);
  ++pos_;
  FATHOM_ASSIGN_OR_RETURN(node->target, Target(false, "in"));
  FATHOM_RETURN_IF_ERROR(ExpectName("in"));
  FATHOM_ASSIGN_OR_RETURN(node->expr, TupleOf(false, "recursive"));
  if (TakeName("if")) {
    FATHOM_ASSIGN_OR_RETURN(node->test, Expression());
  }
  node->recursive = TakeName("recursive");
  FATHOM_ASSIGN_OR_RETURN(node->body, Body({"endfor", "else"}));
  if (TakeName("else")) {
    FATHOM_ASSIGN_OR_RETURN(node->otherwise, Body({"endfor"}));
  }
  ++pos_;
  return node;
}

TemplateParser::NodeOr TemplateParser::LoopExit() {
  TemplateNodePtr node =
      New(IsName("break") ? Node::Kind::kBreak : Node::Kind::kContinue);
  ++pos_;
  return node;
}

TemplateParser::NodeOr TemplateParser::Set() {
  TemplateNodePtr node = New(Node::Kind::kAssign);
  ++pos_;
  FATHOM_ASSIGN_OR_RETURN(node->target, Target(true, ""));
  if (TakeOp("=")) {
    FATHOM_ASSIGN_OR_RETURN(node->expr, TupleOf(true));
    return node;
  }
  node->kind = Node::Kind::kAssignBlock;
  FATHOM_ASSIGN_OR_RETURN(node->expr, Filters(nullptr, false));
  FATHOM_ASSIGN_OR_RETURN(node->body, BodyAndEnd("endset"));
  return node;
}

TemplateParser::NodeOr TemplateParser::FilterBlock() {
  TemplateNodePtr node = New(Node::Kind::kFilterBlock);
  ++pos_;
  FATHOM_ASSIGN_OR_RETURN(node->expr, Filters(nullptr, true));
  FATHOM_ASSIGN_OR_RETURN(node->body, BodyAndEnd("endfilter"));
  return node;
}

TemplateParser::NodeOr TemplateParser::With() {
  TemplateNodePtr node = New(Node::Kind::kWith);
  ++pos_;
  while (Peek().kind != Kind::kBlockEnd) {
    if (!node->nodes.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr target, Target(false, ""));
    SetUse(target.get(), Node::Use::kParameter);
    node->nodes.push_back(std::move(target));
    FATHOM_RETURN_IF_ERROR(ExpectOp("="));
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr value, Expression());
    node->values.push_back(std::move(value));
  }
  FATHOM_ASSIGN_OR_RETURN(node->body, BodyAndEnd("endwith"));
  return node;
}

TemplateParser::NodeOr TemplateParser::Autoescape() {
  TemplateNodePtr node = New(Node::Kind::kAutoescape);
  ++pos_;
  FATHOM_ASSIGN_OR_RETURN(node->expr, Expression());
  FATHOM_ASSIGN_OR_RETURN(node->body, BodyAndEnd("endautoescape"));
  return node;
}

TemplateParser::NodeOr TemplateParser::Block() {
  TemplateNodePtr node = New(Node::Kind::kBlock);
  ++pos_;
  FATHOM_ASSIGN_OR_RETURN(node->name, TakeIdentifier("the name of a block"));
  node->scoped = TakeName("scoped");
  node->required = TakeName("required");
  FATHOM_ASSIGN_OR_RETURN(node->body, BodyAndEnd("endblock"));
  TakeName(node->name);
  if (node->required) {
    // Only a template that extends this one could give it a body.
    return Error(
        absl::StrCat("found the required block '", Shown(node->name),
                     "', which is not supported: it needs another template"));
  }
  return node;
}

TemplateParser::NodeOr TemplateParser::Print() {
  TemplateNodePtr node = New(Node::Kind::kOutput);
  ++pos_;
  while (Peek().kind != Kind::kBlockEnd) {
    if (!node->nodes.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr value, Expression());
    node->nodes.push_back(std::move(value));
  }
  return node;
}

TemplateParser::NodeOr TemplateParser::Generation() {
  TemplateNodePtr node = New(Node::Kind::kGeneration);
  ++pos_;
  FATHOM_ASSIGN_OR_RETURN(node->body, BodyAndEnd("endgeneration"));
  return node;
}

absl::Status TemplateParser::Signature(Node* node) {
  FATHOM_RETURN_IF_ERROR(ExpectOp("("));
  while (!IsOp(")")) {
    if (!node->nodes.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    TemplateNodePtr argument = New(Node::Kind::kName);
    argument->use = Node::Use::kParameter;
    FATHOM_ASSIGN_OR_RETURN(argument->name,
                            TakeIdentifier("the name of a parameter"));
    FATHOM_RETURN_IF_ERROR(MakeTarget(argument.get()));
    argument->use = Node::Use::kParameter;
    for (const TemplateNodePtr& other : node->nodes) {
      if (other->name == argument->name) {
        return Error(absl::StrCat("found the parameter '",
                                  Shown(argument->name), "' twice"));
      }
    }
    if (TakeOp("=")) {
      FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr value, Expression());
      node->values.push_back(std::move(value));
    } else if (!node->values.empty()) {
      return Expected("'=' after a parameter with a default");
    }
    node->nodes.push_back(std::move(argument));
  }
  return ExpectOp(")");
}

TemplateParser::NodeOr TemplateParser::Macro() {
  TemplateNodePtr node = New(Node::Kind::kMacro);
  ++pos_;
  TemplateNodePtr name = New(Node::Kind::kName);
  FATHOM_ASSIGN_OR_RETURN(name->name, TakeIdentifier("the name of a macro"));
  FATHOM_RETURN_IF_ERROR(MakeTarget(name.get()));
  node->name = name->name;
  FATHOM_RETURN_IF_ERROR(Signature(node.get()));
  FATHOM_ASSIGN_OR_RETURN(node->body, BodyAndEnd("endmacro"));
  return node;
}

TemplateParser::NodeOr TemplateParser::CallBlock() {
  TemplateNodePtr node = New(Node::Kind::kCallBlock);
  ++pos_;
  if (IsOp("(")) FATHOM_RETURN_IF_ERROR(Signature(node.get()));
  FATHOM_ASSIGN_OR_RETURN(node->expr, Expression());
  if (node->expr->kind != Node::Kind::kCall) return Expected("a call");
  FATHOM_ASSIGN_OR_RETURN(node->body, BodyAndEnd("endcall"));
  return node;
}

void TemplateParser::SetUse(Node* node, Node::Use use) {
  node->use = use;
  for (TemplateNodePtr& part : node->nodes) SetUse(part.get(), use);
}

absl::Status TemplateParser::MakeTarget(Node* node) const {
  static constexpr absl::string_view kConstants[] = {"true",  "True", "false",
                                                     "False", "none", "None"};
  node->use = Node::Use::kStore;
  if (node->kind == Node::Kind::kTuple) {
    for (TemplateNodePtr& part : node->nodes) {
      FATHOM_RETURN_IF_ERROR(MakeTarget(part.get()));
    }
    return absl::OkStatus();
  }
  bool constant = std::find(std::begin(kConstants), std::end(kConstants),
                            node->name) != std::end(kConstants);
  if (node->kind == Node::Kind::kNamespaceRef ||
      (node->kind == Node::Kind::kName && !constant)) {
    return absl::OkStatus();
  }
  return Error("found no name of a variable, expected one to assign to");
}

TemplateParser::NodeOr TemplateParser::Target(bool with_namespace,
                                              absl::string_view end) {
  FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr node,
                          TargetTuple(with_namespace, end, false));
  FATHOM_RETURN_IF_ERROR(MakeTarget(node.get()));
  return node;
}

TemplateParser::NodeOr TemplateParser::TargetTuple(bool with_namespace,
                                                   absl::string_view end,
                                                   bool parentheses) {
  TemplateNodePtr tuple = New(Node::Kind::kTuple);
  bool is_tuple = false;
  while (true) {
    if (!tuple->nodes.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    if (TupleEnds(end)) break;
    FATHOM_ASSIGN_OR_RETURN(TemplateNodePtr part, Primary(with_namespace));
    tuple->nodes.push_back(std::move(part));
    if (!IsOp(",")) break;
    is_tuple = true;
  }
  if (!is_tuple) {
    if (!tuple->nodes.empty()) return std::move(tuple->nodes[0]);
    if (!parentheses) return Expected("the name of a variable");
  }
  return Measured(std::move(tuple));
}

}  // namespace fathom::rt
