// Parses the tokens of a template, with the grammar of Jinja's own parser.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_PARSER_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_PARSER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/text/template/ast.h"
#include "runtime/text/template/lexer.h"

namespace fathom::rt {

class TemplateParser {
 public:
  explicit TemplateParser(std::vector<TemplateToken> tokens)
      : tokens_(std::move(tokens)) {}

  // The statements of the whole template.
  absl::StatusOr<TemplateNodes> Run();

 private:
  using Kind = TemplateToken::Kind;
  using Node = TemplateNode;
  using NodeOr = absl::StatusOr<TemplateNodePtr>;
  using Names = absl::Span<const absl::string_view>;

  // Tokens.
  const TemplateToken& Peek(size_t ahead = 0) const {
    return tokens_[std::min(pos_ + ahead, tokens_.size() - 1)];
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
  absl::StatusOr<std::string> TakeIdentifier(absl::string_view what);
  std::string Found() const;
  absl::Status Error(absl::string_view what) const;
  absl::Status Expected(absl::string_view what) const;
  TemplateNodePtr New(Node::Kind kind) const {
    return std::make_unique<Node>(kind, Peek().line);
  }
  // `node` with its depth set, or an error when it is too deep.
  NodeOr Measured(TemplateNodePtr node) const;
  absl::Status CheckNesting() const;

  // Statements: up to a tag that is in `ends`, whose name is left to read.
  absl::StatusOr<TemplateNodes> Statements(Names ends);
  // The same after the '%}' of the tag that begins them.
  absl::StatusOr<TemplateNodes> Body(Names ends);
  // The same, and takes the name of the tag that ends them.
  absl::StatusOr<TemplateNodes> BodyAndEnd(absl::string_view end);
  NodeOr Statement();
  NodeOr For();
  NodeOr If();
  NodeOr Set();
  NodeOr Macro();
  NodeOr CallBlock();
  NodeOr FilterBlock();
  NodeOr With();
  NodeOr Autoescape();
  NodeOr Block();
  NodeOr Print();
  NodeOr Generation();
  NodeOr LoopExit();
  absl::Status Signature(Node* node);
  // What may be assigned to: a name, an attribute of a namespace if
  // `with_namespace`, or a tuple of them; `end` is a name that ends it.
  NodeOr Target(bool with_namespace, absl::string_view end);
  absl::Status MakeTarget(Node* node) const;
  static void SetUse(Node* node, Node::Use use);

  // Expressions.
  NodeOr TupleOf(bool conditional, absl::string_view end = "",
                 bool parentheses = false);
  NodeOr TargetTuple(bool with_namespace, absl::string_view end,
                     bool parentheses);
  NodeOr Expression() { return Conditional(); }
  NodeOr Conditional();
  NodeOr Or();
  NodeOr And();
  NodeOr Not();
  NodeOr Comparison();
  NodeOr Sum();
  NodeOr Concatenation();
  NodeOr Product();
  NodeOr Power();
  NodeOr Unary(bool with_filter);
  NodeOr Primary(bool with_namespace = false);
  NodeOr List();
  NodeOr Dict();
  NodeOr Postfix(TemplateNodePtr node);
  NodeOr FiltersAndTests(TemplateNodePtr node);
  NodeOr Subscript(TemplateNodePtr node);
  NodeOr Subscribed();
  NodeOr Call(TemplateNodePtr node);
  // One filter after another; `inline_start` expects no '|' before the first.
  NodeOr Filters(TemplateNodePtr node, bool inline_start);
  NodeOr Test(TemplateNodePtr node);
  absl::Status Arguments(Node* call);
  absl::StatusOr<std::string> DottedName(absl::string_view what);
  bool TupleEnds(absl::string_view end) const;

  std::vector<TemplateToken> tokens_;
  size_t pos_ = 0;
  int nesting_ = 0;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_PARSER_H_
