// Decides which variable a name means at each place of a template.
//
// Jinja compiles templates to Python functions, and its rules of visibility are
// those of the variables of these functions: whether a name is set before or
// after it is read, in which branch, and in which scope, all matter. This is
// the same bookkeeping, so that the same variable is found.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_SYMBOLS_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_SYMBOLS_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/text/template/ast.h"

namespace fathom::rt {

// A variable: the function that has it, and which of its slots it is.
struct TemplateVariable {
  uint32_t function = 0;
  uint32_t slot = 0;
  auto operator<=>(const TemplateVariable&) const = default;
};

// What a variable holds when its scope is entered.
struct TemplateSymbolLoad {
  enum class What {
    kParameter,  // what it was given
    kResolve,    // the value that the request, or a global, has by its name
    kAlias,      // the value of a variable around it
    kUndefined,  // nothing
  };
  What what = What::kUndefined;
  std::string name;
  TemplateVariable alias;
};

// Gives each function its slots: scopes of one level share those of a name.
class TemplateSlots {
 public:
  TemplateVariable Get(uint32_t function, int level, const std::string& name);
  // A slot that no name has.
  TemplateVariable Temporary(uint32_t function);
  uint32_t Count(uint32_t function) const { return counts_[function]; }
  // Adds a function; returns its number.
  uint32_t AddFunction();

 private:
  std::vector<uint32_t> counts_;
  std::map<std::pair<uint32_t, std::string>, uint32_t> slots_;
};

// The names of one scope. Copies are cheap enough: branches of an `if` work on
// copies and are merged.
class TemplateSymbols {
 public:
  TemplateSymbols(TemplateSlots* slots, uint32_t function,
                  const TemplateSymbols* parent)
      : slots_(slots),
        function_(function),
        parent_(parent),
        level_(parent == nullptr ? 0 : parent->level_ + 1) {}

  enum class Branch { kBody, kElse, kTest };
  // Visits what is inside of `node`, but not inside of the scopes in it.
  void Analyze(const TemplateNode& node, Branch branch = Branch::kBody);
  void Analyze(const TemplateNodes& nodes);

  TemplateVariable DeclareParameter(const std::string& name);
  // The variable that `name` means here, if any was analyzed.
  std::optional<TemplateVariable> Find(const std::string& name) const;
  const std::map<TemplateVariable, TemplateSymbolLoad>& loads() const {
    return loads_;
  }
  // All names that are set here or around here, with their variables.
  std::map<std::string, TemplateVariable> Stores() const;

 private:
  void Visit(const TemplateNode& node, bool as_parameter = false);
  void VisitIf(const TemplateNode& node);
  TemplateVariable Define(const std::string& name, TemplateSymbolLoad load);
  void Store(const std::string& name);
  void Load(const std::string& name);
  void Merge(const std::vector<TemplateSymbols>& branches);

  TemplateSlots* slots_;
  uint32_t function_;
  const TemplateSymbols* parent_;
  int level_;
  std::map<std::string, TemplateVariable> refs_;
  std::map<TemplateVariable, TemplateSymbolLoad> loads_;
  std::set<std::string> stores_;
};

// Which of `names` the nodes read before they set them, blocks left out.
std::set<std::string> UndeclaredNames(const TemplateNodes& nodes,
                                      std::set<std::string> names);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_SYMBOLS_H_
