#include "runtime/text/template_builtins.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {

using Kind = Value::Kind;

absl::Span<const Builtin> Builtins(BuiltinKind kind) {
  switch (kind) {
    case BuiltinKind::kFilter: return FilterTable();
    case BuiltinKind::kTest: return TestTable();
    case BuiltinKind::kMethod: return MethodTable();
    case BuiltinKind::kFunction: return FunctionTable();
  }
  return {};
}

int FindBuiltin(BuiltinKind kind, absl::string_view name) {
  auto table = Builtins(kind);
  for (size_t i = 0; i < table.size(); ++i) {
    if (table[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

absl::Status BindArguments(const Builtin& builtin,
                           const TemplateCallShape& shape,
                           absl::Span<const std::string> names,
                           absl::Span<const Value> values, BuiltinCall* call) {
  auto end = std::find(builtin.parameters.begin(), builtin.parameters.end(),
                       absl::string_view());
  size_t count = end - builtin.parameters.begin();
  for (size_t i = 0; i < shape.positional; ++i) {
    if (i < count) {
      call->args[i] = values[i];
    } else if (builtin.takes_rest) {
      call->rest.push_back(values[i]);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("'", builtin.name, "' takes at most ", count,
                       " arguments, found ", shape.positional));
    }
  }
  for (size_t i = 0; i < shape.names.size(); ++i) {
    absl::string_view name = names[shape.names[i]];
    const Value& value = values[shape.positional + i];
    auto found = std::find(builtin.parameters.begin(), end, name);
    if (found == end) {
      if (!builtin.takes_rest) {
        return absl::InvalidArgumentError(absl::StrCat(
            "'", builtin.name, "' has no argument '", Shown(name), "'"));
      }
      call->named.emplace_back(name, value);
      continue;
    }
    Value& arg = call->args[found - builtin.parameters.begin()];
    if (!arg.Is(Kind::kMissing)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", builtin.name, "' was given its argument '", name, "' twice"));
    }
    arg = value;
  }
  for (int i = 0; i < builtin.required; ++i) {
    if (!call->Has(i)) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", builtin.name, "' needs the argument '",
                       builtin.parameters[i], "'"));
    }
  }
  return absl::OkStatus();
}

namespace {

absl::StatusOr<Value> RaiseException(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.args[0]));
  return absl::InvalidArgumentError(
      absl::StrCat("the template refuses: ", Shown(text->bytes)));
}

absl::StatusOr<Value> StrftimeNow(BuiltinCall& call) {
  if (!call.args[0].IsText()) {
    return absl::InvalidArgumentError("strftime_now() expects a string");
  }
  const std::string& format = call.args[0].text->bytes;
  static constexpr absl::string_view kKnown =
      "aAbBcdHIjmMpSuUwWxXyYeGVFTDRCZz%";
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size() || kKnown.find(format[i]) == kKnown.npos) {
      return absl::InvalidArgumentError(absl::StrCat(
          "strftime_now() does not know the format '", Shown(format), "'"));
    }
  }
  std::time_t now = call.now != 0 ? call.now : std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  std::string out(format.size() * 16 + 64, '\0');
  out.resize(std::strftime(out.data(), out.size(), format.c_str(), &parts));
  return call.arena.NewText(out, !call.args[0].text->foreign.empty());
}

absl::StatusOr<Value> Range(BuiltinCall& call) {
  int64_t bounds[3] = {0, 0, 1};
  for (int i = 0; i < 3; ++i) {
    if (!call.Has(i)) continue;
    if (!call.args[i].IsInt()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "range() expects integers, found ", KindName(call.args[i])));
    }
    bounds[i] = call.args[i].AsInt();
  }
  if (!call.Has(1)) std::swap(bounds[0], bounds[1]);
  auto [begin, end, step] = bounds;
  if (step == 0) {
    return absl::InvalidArgumentError("range() expects a step other than 0");
  }
  std::vector<Value> items;
  __int128 at = begin;
  while (step > 0 ? at < end : at > end) {
    if (items.size() >= static_cast<size_t>(kTemplateRangeMax)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "range() gives more than ", kTemplateRangeMax, " numbers"));
    }
    items.push_back(Value::Int(static_cast<int64_t>(at)));
    at += step;
  }
  return call.arena.NewSeq(Seq::Type::kRange, std::move(items));
}

absl::StatusOr<Value> MakeNamespace(BuiltinCall& call) {
  Value made = call.arena.NewNamespace();
  if (call.Has(0)) {
    if (!call.args[0].Is(Kind::kDict)) {
      return absl::InvalidArgumentError("namespace() expects a mapping");
    }
    for (const auto& [key, value] : call.args[0].dict->entries) {
      if (key.IsText()) made.ns->entries.emplace_back(key.text->bytes, value);
    }
  }
  for (const auto& [name, value] : call.named) {
    made.ns->entries.emplace_back(std::string(name), value);
  }
  return made;
}

absl::StatusOr<Value> MakeDict(BuiltinCall& call) {
  std::vector<std::pair<Value, Value>> entries;
  if (call.Has(0)) {
    if (!call.args[0].Is(Kind::kDict)) {
      return absl::InvalidArgumentError("dict() expects a mapping");
    }
    entries = call.args[0].dict->entries;
  }
  for (const auto& [name, value] : call.named) {
    FATHOM_ASSIGN_OR_RETURN(Value key, call.arena.NewText(name, false));
    entries.emplace_back(key, value);
  }
  return call.arena.NewDict(std::move(entries));
}

constexpr Builtin kFunctions[] = {
    {"raise_exception", {"message"}, 1, false, RaiseException},
    {"strftime_now", {"format"}, 1, false, StrftimeNow},
    {"range", {"start", "stop", "step"}, 1, false, Range},
    {"namespace", {"mapping"}, 0, true, MakeNamespace},
    {"dict", {"mapping"}, 0, true, MakeDict},
};

}  // namespace

absl::Span<const Builtin> FunctionTable() { return kFunctions; }

}  // namespace fathom::rt
