#include "runtime/text/template/symbols.h"

#include "absl/strings/str_cat.h"

namespace fathom::rt {

using Node = TemplateNode;
using What = TemplateSymbolLoad::What;

TemplateVariable TemplateSlots::Get(uint32_t function, int level,
                                    const std::string& name) {
  auto [entry, added] = slots_.try_emplace(
      {function, absl::StrCat(level, " ", name)}, counts_[function]);
  if (added) ++counts_[function];
  return {function, entry->second};
}

TemplateVariable TemplateSlots::Temporary(uint32_t function) {
  return {function, counts_[function]++};
}

uint32_t TemplateSlots::AddFunction() {
  counts_.push_back(0);
  return counts_.size() - 1;
}

TemplateVariable TemplateSymbols::Define(const std::string& name,
                                         TemplateSymbolLoad load) {
  TemplateVariable variable = slots_->Get(function_, level_, name);
  refs_[name] = variable;
  loads_[variable] = std::move(load);
  return variable;
}

std::optional<TemplateVariable> TemplateSymbols::Find(
    const std::string& name) const {
  auto found = refs_.find(name);
  if (found != refs_.end()) return found->second;
  return parent_ == nullptr ? std::nullopt : parent_->Find(name);
}

TemplateVariable TemplateSymbols::DeclareParameter(const std::string& name) {
  stores_.insert(name);
  return Define(name, {What::kParameter, name, {}});
}

void TemplateSymbols::Store(const std::string& name) {
  stores_.insert(name);
  if (refs_.count(name) > 0) return;
  if (parent_ != nullptr) {
    if (auto outer = parent_->Find(name)) {
      Define(name, {What::kAlias, name, *outer});
      return;
    }
  }
  Define(name, {What::kUndefined, name, {}});
}

void TemplateSymbols::Load(const std::string& name) {
  if (!Find(name)) Define(name, {What::kResolve, name, {}});
}

void TemplateSymbols::Merge(const std::vector<TemplateSymbols>& branches) {
  std::set<std::string> stores;
  for (const TemplateSymbols& branch : branches) {
    stores.insert(branch.stores_.begin(), branch.stores_.end());
  }
  for (const std::string& name : stores_) stores.erase(name);
  for (const TemplateSymbols& branch : branches) {
    for (const auto& [name, variable] : branch.refs_) refs_[name] = variable;
    for (const auto& [variable, load] : branch.loads_) loads_[variable] = load;
    stores_.insert(branch.stores_.begin(), branch.stores_.end());
  }
  // What only some branches set has, after the others, the value from outside.
  for (const std::string& name : stores) {
    TemplateVariable variable = *Find(name);
    if (parent_ != nullptr) {
      if (auto outer = parent_->Find(name)) {
        loads_[variable] = {What::kAlias, name, *outer};
        continue;
      }
    }
    loads_[variable] = {What::kResolve, name, {}};
  }
}

void TemplateSymbols::VisitIf(const Node& node) {
  Visit(*node.test);
  auto branch = [&](const TemplateNodes& nodes) {
    TemplateSymbols copy = *this;
    for (const TemplateNodePtr& child : nodes) copy.Visit(*child);
    return copy;
  };
  std::vector<TemplateSymbols> branches = {
      branch(node.body), branch(node.elifs), branch(node.otherwise)};
  Merge(branches);
}

void TemplateSymbols::Visit(const Node& node, bool as_parameter) {
  switch (node.kind) {
    case Node::Kind::kName:
      if (as_parameter || node.use == Node::Use::kParameter) {
        DeclareParameter(node.name);
      } else if (node.use == Node::Use::kStore) {
        Store(node.name);
      } else {
        Load(node.name);
      }
      return;
    case Node::Kind::kNamespaceRef: Load(node.name); return;
    case Node::Kind::kIf: VisitIf(node); return;
    case Node::Kind::kMacro: Store(node.name); return;
    case Node::Kind::kAssign:
      Visit(*node.expr);
      Visit(*node.target);
      return;
    // What is inside of these is a scope of its own.
    case Node::Kind::kFor: Visit(*node.expr); return;
    case Node::Kind::kCallBlock: Visit(*node.expr); return;
    case Node::Kind::kFilterBlock: Visit(*node.expr); return;
    case Node::Kind::kWith:
      for (const TemplateNodePtr& value : node.values) Visit(*value);
      return;
    case Node::Kind::kAssignBlock: Visit(*node.target); return;
    case Node::Kind::kAutoescape:
    case Node::Kind::kGeneration:
    case Node::Kind::kBlock: return;
    default:
      ForEachChild(node,
                   [&](const Node& child) { Visit(child, as_parameter); });
  }
}

void TemplateSymbols::Analyze(const TemplateNodes& nodes) {
  for (const TemplateNodePtr& node : nodes) Visit(*node);
}

void TemplateSymbols::Analyze(const Node& node, Branch branch) {
  switch (node.kind) {
    case Node::Kind::kFor:
      if (branch == Branch::kElse) {
        Analyze(node.otherwise);
        return;
      }
      Visit(*node.target, true);
      if (branch == Branch::kTest) {
        Visit(*node.test);
      } else {
        Analyze(node.body);
      }
      return;
    case Node::Kind::kAssignBlock: Analyze(node.body); return;
    case Node::Kind::kCallBlock:
    case Node::Kind::kMacro:
      Analyze(node.nodes);
      Analyze(node.values);
      Analyze(node.body);
      return;
    case Node::Kind::kWith:
      Analyze(node.nodes);
      Analyze(node.body);
      return;
    default: ForEachChild(node, [&](const Node& child) { Visit(child); });
  }
}

std::map<std::string, TemplateVariable> TemplateSymbols::Stores() const {
  std::map<std::string, TemplateVariable> out;
  for (const TemplateSymbols* at = this; at != nullptr; at = at->parent_) {
    for (const std::string& name : at->stores_) {
      if (out.count(name) == 0) out.emplace(name, *Find(name));
    }
  }
  return out;
}

namespace {

void FindUndeclared(const Node& node, std::set<std::string>* names,
                    std::set<std::string>* found) {
  if (node.kind == Node::Kind::kBlock) return;
  if (node.kind == Node::Kind::kName) {
    if (node.use == Node::Use::kLoad && names->count(node.name) > 0) {
      found->insert(node.name);
    } else {
      names->erase(node.name);
    }
    return;
  }
  ForEachChild(node,
               [&](const Node& child) { FindUndeclared(child, names, found); });
}

}  // namespace

std::set<std::string> UndeclaredNames(const TemplateNodes& nodes,
                                      std::set<std::string> names) {
  std::set<std::string> found;
  for (const TemplateNodePtr& node : nodes) {
    FindUndeclared(*node, &names, &found);
  }
  return found;
}

}  // namespace fathom::rt
