#include "runtime/text/template/builtins.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {

using Kind = Value::Kind;

namespace {

std::vector<Builtin> Joined(
    std::initializer_list<absl::Span<const Builtin>> tables) {
  std::vector<Builtin> out;
  for (auto table : tables) out.insert(out.end(), table.begin(), table.end());
  return out;
}

const std::vector<Builtin>& Table(BuiltinKind kind) {
  static const auto& tables = *new std::array<std::vector<Builtin>, 4>{
      Joined({TextFilters(), HtmlFilters(), SequenceFilters(),
              SelectionFilters(), NumberFilters()}),
      Joined({TestTable()}),
      Joined({TextMethods(), TextPredicates(), ContainerMethods(),
              NumberMethods()}),
      Joined({FunctionTable()})};
  return tables[static_cast<size_t>(kind)];
}

using Index = absl::flat_hash_map<absl::string_view, std::vector<size_t>>;

const Index& NamesOf(BuiltinKind kind) {
  static const auto& indices = *[] {
    auto* made = new std::array<Index, 4>;
    for (size_t k = 0; k < made->size(); ++k) {
      const auto& table = Table(static_cast<BuiltinKind>(k));
      for (size_t i = 0; i < table.size(); ++i) {
        (*made)[k][table[i].name].push_back(i);
      }
    }
    return made;
  }();
  return indices[static_cast<size_t>(kind)];
}

uint32_t TypesOf(const Value& value) {
  switch (value.kind) {
    case Kind::kText:
      return value.text->is_markup ? kOfText | kOfMarkup : kOfText;
    case Kind::kSeq:
      switch (value.seq->type) {
        case Seq::Type::kList: return kOfList;
        case Seq::Type::kTuple:
        case Seq::Type::kGroup: return kOfTuple;
        case Seq::Type::kRange: return kOfRange;
        default: return 0;
      }
    case Kind::kDict: return kOfDict;
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kBig: return kOfInteger;
    case Kind::kFloat: return kOfFloat;
    case Kind::kLoop: return kOfLoop;
    case Kind::kCycler: return kOfCycler;
    case Kind::kFunction: {
      const Bound& bound = *value.bound;
      bool dict = bound.table == static_cast<int>(BuiltinKind::kFunction) &&
                  Table(BuiltinKind::kFunction)[bound.index].name == "dict";
      return dict ? kOfDictType : 0;
    }
    default: return 0;
  }
}

}  // namespace

absl::Span<const Builtin> Builtins(BuiltinKind kind) { return Table(kind); }

const Builtin* FindBuiltin(BuiltinKind kind, absl::string_view name) {
  const Index& names = NamesOf(kind);
  auto found = names.find(name);
  return found == names.end() ? nullptr : &Table(kind)[found->second[0]];
}

const Builtin* FindMethod(const Value& value, absl::string_view name) {
  const Index& names = NamesOf(BuiltinKind::kMethod);
  auto found = names.find(name);
  if (found == names.end()) return nullptr;
  uint32_t types = TypesOf(value);
  for (size_t i : found->second) {
    const Builtin& method = Table(BuiltinKind::kMethod)[i];
    if ((method.types & types) != 0) return &method;
  }
  return nullptr;
}

absl::StatusOr<Value> BindMethod(Arena& arena, const Builtin& method,
                                 const Value& self) {
  size_t index = &method - Table(BuiltinKind::kMethod).data();
  return arena.NewBound({static_cast<uint8_t>(BuiltinKind::kMethod),
                         static_cast<uint16_t>(index), self});
}

absl::Status BuiltinCall::Error(absl::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat("'", name, "' ", what));
}

absl::StatusOr<const Text*> BuiltinCall::TextArg(int i) const {
  if (args[i].IsText()) return args[i].text;
  return Error(absl::StrCat("expects a string, found ", AKind(args[i])));
}

absl::StatusOr<int64_t> BuiltinCall::IntArg(int i, int64_t unset) const {
  if (!Has(i)) return unset;
  if (args[i].IsInt()) return args[i].AsInt();
  return Error(absl::StrCat("expects an integer, found ", AKind(args[i])));
}

absl::StatusOr<Value> RunBuiltin(TemplateContext& context,
                                 const Builtin& builtin, const Value& self,
                                 const Arguments& arguments) {
  BuiltinCall call{context, context.arena, builtin.name, self, {}, {}, {}};
  auto begin = builtin.parameters.begin();
  auto end = std::find(begin, builtin.parameters.end(), absl::string_view());
  size_t count = end - begin;
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    if (i < count) {
      call.args[i] = arguments.positional[i];
    } else if (builtin.flags & kTakesRest) {
      call.rest.push_back(arguments.positional[i]);
    } else {
      return call.Error(absl::StrCat("takes at most ", count,
                                     " arguments, found ",
                                     arguments.positional.size()));
    }
  }
  for (const auto& [name, value] : arguments.named) {
    auto found =
        builtin.flags & kPositional ? end : std::find(begin, end, name);
    if (found == end) {
      if (!(builtin.flags & kTakesNamed)) {
        return call.Error(absl::StrCat("has no argument '", Shown(name), "'"));
      }
      call.named.emplace_back(name, value);
      continue;
    }
    Value& arg = call.args[found - begin];
    if (!arg.Is(Kind::kMissing)) {
      return call.Error(
          absl::StrCat("was given its argument '", Shown(name), "' twice"));
    }
    arg = value;
  }
  for (int i = 0; i < builtin.required; ++i) {
    if (!call.Has(i)) {
      return call.Error(
          absl::StrCat("needs the argument '", builtin.parameters[i], "'"));
    }
  }
  return builtin.run(call);
}

}  // namespace fathom::rt
