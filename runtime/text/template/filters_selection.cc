// The filters that apply a filter or test to each item: map, select and their
// kin. They compute an item when it is asked for.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/attribute.h"
#include "runtime/text/template/builtins.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;
using Transform = std::function<absl::StatusOr<Value>(const Value&)>;

absl::StatusOr<Value> Apply(TemplateContext& context, BuiltinKind kind,
                            const Value& name, const Value& self,
                            const Arguments& arguments) {
  const Builtin* builtin =
      name.IsText() ? FindBuiltin(kind, name.text->bytes) : nullptr;
  if (builtin == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found ",
        name.IsText() ? absl::StrCat("'", Shown(name.text->bytes), "'")
                      : AKind(name),
        ", expected the name of a ",
        kind == BuiltinKind::kFilter ? "filter" : "test"));
  }
  return RunBuiltin(context, *builtin, self, arguments);
}

// What map() does to an item.
absl::StatusOr<Transform> MapTransform(TemplateContext& context,
                                       std::vector<Value> rest,
                                       Arguments named) {
  TemplateContext* ctx = &context;
  if (rest.empty()) {
    Value attribute, unset = Value::None();
    for (const auto& [name, value] : named.named) {
      if (name == "attribute") {
        attribute = value;
      } else if (name == "default") {
        unset = value;
      } else {
        return absl::InvalidArgumentError(
            absl::StrCat("'map' has no argument '", Shown(name), "'"));
      }
    }
    if (attribute.Is(Kind::kMissing)) {
      return absl::InvalidArgumentError(
          "'map' expects the name of a filter or an attribute");
    }
    FATHOM_ASSIGN_OR_RETURN(auto path, AttributePath(context.arena, attribute));
    return Transform([ctx, path, unset](const Value& item) {
      return FollowPath(*ctx, item, path, unset);
    });
  }
  Value filter = rest[0];
  named.positional.assign(rest.begin() + 1, rest.end());
  return Transform([ctx, filter, named](const Value& item) {
    return Apply(*ctx, BuiltinKind::kFilter, filter, item, named);
  });
}

// A generator over `source` that begins to work when it is first read: an empty
// source is never looked at, nor are the arguments then.
absl::StatusOr<Value> Lazily(BuiltinCall& call,
                             std::function<absl::StatusOr<Transform>()> prepare,
                             std::function<bool(const Value&, Value*)> accept) {
  struct State {
    Iterator* source = nullptr;
    Transform transform;
  };
  Arena* arena = &call.arena;
  auto state = std::make_shared<State>();
  Value value = call.self;
  auto next = [arena, state, value, prepare,
               accept](Value* item) -> absl::StatusOr<bool> {
    if (state->source == nullptr) {
      if (!Truth(value)) return false;
      FATHOM_ASSIGN_OR_RETURN(state->transform, prepare());
      FATHOM_ASSIGN_OR_RETURN(state->source, Iterate(*arena, value));
    }
    while (true) {
      FATHOM_ASSIGN_OR_RETURN(bool more, Next(*arena, state->source, item));
      if (!more) return false;
      FATHOM_RETURN_IF_ERROR(arena->Charge(64));
      FATHOM_ASSIGN_OR_RETURN(Value made, state->transform(*item));
      if (accept(made, item)) return true;
    }
  };
  return arena->NewIterator(next, DepthOf(value));
}

absl::StatusOr<Value> Map(BuiltinCall& call) {
  TemplateContext* context = &call.context;
  auto prepare = [context, rest = call.rest,
                  named = Arguments{{}, call.named}] {
    return MapTransform(*context, rest, named);
  };
  return Lazily(call, prepare, [](const Value& made, Value* item) {
    *item = made;
    return true;
  });
}

// What tells select() whether to keep an item.
absl::StatusOr<Transform> Condition(TemplateContext& context,
                                    std::vector<Value> rest, Arguments named,
                                    bool by_attribute) {
  TemplateContext* ctx = &context;
  std::vector<Value> path;
  if (by_attribute) {
    if (rest.empty()) {
      return absl::InvalidArgumentError(
          "'selectattr' and its kin expect an attribute");
    }
    FATHOM_ASSIGN_OR_RETURN(path, AttributePath(context.arena, rest[0]));
    rest.erase(rest.begin());
  }
  Value test;
  if (!rest.empty()) {
    test = rest[0];
    named.positional.assign(rest.begin() + 1, rest.end());
  }
  return Transform(
      [ctx, path, test, named](const Value& item) -> absl::StatusOr<Value> {
        FATHOM_ASSIGN_OR_RETURN(Value subject,
                                FollowPath(*ctx, item, path, Value::None()));
        if (test.Is(Kind::kMissing)) return Value::Bool(Truth(subject));
        return Apply(*ctx, BuiltinKind::kTest, test, subject, named);
      });
}

// select, reject, selectattr and rejectattr.
template <bool kKeep, bool kAttribute>
absl::StatusOr<Value> Select(BuiltinCall& call) {
  TemplateContext* context = &call.context;
  auto prepare = [context, rest = call.rest,
                  named = Arguments{{}, call.named}] {
    return Condition(*context, rest, named, kAttribute);
  };
  return Lazily(call, prepare, [](const Value& holds, Value*) {
    return Truth(holds) == kKeep;
  });
}

constexpr int kAny = kTakesRest | kTakesNamed;
constexpr Builtin kFilters[] = {
    {"map", {}, 0, kAny, Map},
    {"select", {}, 0, kAny, Select<true, false>},
    {"reject", {}, 0, kAny, Select<false, false>},
    {"selectattr", {}, 0, kAny, Select<true, true>},
    {"rejectattr", {}, 0, kAny, Select<false, true>},
};

}  // namespace

absl::Span<const Builtin> SelectionFilters() { return kFilters; }

// "a.b.0" as the filters with an attribute read it.
absl::StatusOr<std::vector<Value>> AttributePath(Arena& arena,
                                                 const Value& attribute) {
  if (attribute.Is(Kind::kNone) || attribute.Is(Kind::kMissing)) {
    return std::vector<Value>();
  }
  if (!attribute.IsText()) return std::vector<Value>{attribute};
  std::vector<Value> path;
  absl::string_view rest = attribute.text->bytes;
  while (true) {
    size_t dot = std::min(rest.find('.'), rest.size());
    absl::string_view part = rest.substr(0, dot);
    bool digits =
        !part.empty() && part.find_first_not_of("0123456789") == part.npos;
    int64_t number = 0;
    if (digits && absl::SimpleAtoi(part, &number)) {
      path.push_back(Value::Int(number));
    } else {
      FATHOM_ASSIGN_OR_RETURN(Value name, arena.NewText(part, false));
      path.push_back(name);
    }
    if (dot == rest.size()) return path;
    rest.remove_prefix(dot + 1);
  }
}

absl::StatusOr<Value> FollowPath(TemplateContext& context, Value value,
                                 absl::Span<const Value> path,
                                 const Value& unset) {
  for (const Value& part : path) {
    FATHOM_ASSIGN_OR_RETURN(value, GetItem(context, value, part));
    if (value.IsUndefined() && !unset.Is(Kind::kNone)) value = unset;
  }
  return value;
}

}  // namespace fathom::rt
