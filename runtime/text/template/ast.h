// A template as a tree: what the parser makes and the compiler reads.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_AST_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_AST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"

namespace fathom::rt {

// Tags and brackets may nest this deep in the source,
inline constexpr int kTemplateNestingMax = 120;
// and so many operators may be applied to one value, one after another.
inline constexpr int kTemplateChainMax = 400;

struct TemplateNode;
using TemplateNodePtr = std::unique_ptr<TemplateNode>;
using TemplateNodes = std::vector<TemplateNodePtr>;

// One statement or expression. Which members a kind uses is written beside it;
// they have the names and the meaning of Jinja's own nodes.
struct TemplateNode {
  enum class Kind {
    // Statements.
    kOutput,       // nodes, kData among them
    kFor,          // target, expr (iter), test?, body, otherwise, recursive
    kIf,           // test, body, elifs (kIf), otherwise
    kMacro,        // name, nodes (arguments), values (defaults), body
    kCallBlock,    // expr (call), nodes, values, body
    kFilterBlock,  // expr (filter), body
    kWith,         // nodes (targets), values, body
    kAssign,       // target, expr
    kAssignBlock,  // target, expr? (filter), body
    kAutoescape,   // expr, body
    kBlock,        // name, body, scoped, required
    kGeneration,   // body
    kBreak,
    kContinue,
    // Expressions.
    kData,          // name: text of the template, which no escaping changes
    kName,          // name, use
    kNamespaceRef,  // name, text: the attribute
    kNone,
    kTrue,
    kFalse,
    kString,       // text
    kInteger,      // text: decimal digits
    kFloat,        // number
    kTuple,        // nodes, use
    kList,         // nodes
    kDict,         // nodes: keys and values by turns
    kConditional,  // test, expr, values[0]?: the other
    kBinary,       // nodes: left, right; op
    kAnd,          // nodes
    kOr,           // nodes
    kNot,          // expr
    kNegate,       // expr
    kPlus,         // expr
    kCompare,      // expr, nodes: operands; ops
    kConcat,       // nodes
    kAttribute,    // expr, name
    kItem,         // expr, values[0]
    kSlice,        // values: start?, stop?, step?
    kCall,     // expr, nodes (arguments), values (kKeyword), star, star_star
    kFilter,   // name and the same; expr is null for a block's filter
    kTest,     // name and the same
    kKeyword,  // name, expr
  };
  enum class Use { kLoad, kStore, kParameter };

  explicit TemplateNode(Kind k, int l) : kind(k), line(l) {}

  Kind kind;
  int line;
  Use use = Use::kLoad;
  std::string name, text;
  double number = 0;
  int op = 0;            // a TemplateBinary
  std::vector<int> ops;  // TemplateCompares
  TemplateNodePtr target, expr, test, star, star_star;
  TemplateNodes nodes, values, body, elifs, otherwise;
  bool recursive = false, scoped = false, required = false;
  int depth = 1;  // of the expression
};

// Visits the children of `node` in the order in which Jinja does, which decides
// whether a name is read before it is set.
inline void ForEachChild(const TemplateNode& node,
                         absl::FunctionRef<void(const TemplateNode&)> visit) {
  using Kind = TemplateNode::Kind;
  auto one = [&](const TemplateNodePtr& child) {
    if (child != nullptr) visit(*child);
  };
  auto all = [&](const TemplateNodes& children) {
    for (const TemplateNodePtr& child : children) one(child);
  };
  if (node.kind == Kind::kFilterBlock) {
    all(node.body);
    one(node.expr);
    return;
  }
  if (node.kind == Kind::kFor) {
    one(node.target);
    one(node.expr);
    all(node.body);
    all(node.otherwise);
    one(node.test);
    return;
  }
  one(node.target);
  one(node.test);
  one(node.expr);
  all(node.nodes);
  all(node.values);
  one(node.star);
  one(node.star_star);
  all(node.body);
  all(node.elifs);
  all(node.otherwise);
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_AST_H_
