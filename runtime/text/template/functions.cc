// The functions that templates may call.
#include <sys/time.h>

#include <clocale>
#include <ctime>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

absl::StatusOr<Value> RaiseException(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(call.arena, call.args[0]));
  return absl::InvalidArgumentError(
      absl::StrCat("the template refuses: ", Shown(text->bytes)));
}

// The longest that one directive of strftime() writes, padding included.
constexpr size_t kDirectiveBytesMax = 1024;

// datetime.now().strftime(): the C library's directives, in its "C" locale and
// the local time zone. Python has the microseconds itself, and no name and
// offset of the zone, for such a time knows none.
absl::StatusOr<Value> StrftimeNow(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(const Text* format, call.TextArg(0));
  absl::string_view bytes = format->bytes;
  if (absl::StrContains(bytes, '\0')) {
    return call.Error("expects a format without null characters");
  }
  timeval now{};
  gettimeofday(&now, nullptr);
  if (call.context.now != 0) now = {call.context.now, 0};
  std::tm parts{};
  std::time_t seconds = now.tv_sec;
  localtime_r(&seconds, &parts);
  parts.tm_isdst = -1;
  std::string ours;
  for (size_t i = 0; i < bytes.size(); ++i) {
    char next = bytes[i] == '%' && i + 1 < bytes.size() ? bytes[i + 1] : '\0';
    if (next == '\0') {
      ours.push_back(bytes[i]);
      continue;
    }
    ++i;
    switch (next) {
      case 'f': absl::StrAppendFormat(&ours, "%06d", now.tv_usec); break;
      case 'z':
      case 'Z': break;
      default: ours.append({'%', next});
    }
  }
  // A width such as "%999999d" pads; none pads beyond the limit here.
  FATHOM_RETURN_IF_ERROR(
      call.arena.Charge(ours.size() + kDirectiveBytesMax * 4));
  static const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
  std::string out(ours.size() * 16 + kDirectiveBytesMax * 4, '\0');
  size_t size = ours.empty() ? 0
                             : strftime_l(out.data(), out.size(), ours.c_str(),
                                          &parts, plain);
  if (size == 0 && absl::StrContains(ours, '%')) {
    // Nothing, or more than there is room for: the first is what "%p" may give.
    std::string marked = ours + ".";
    size = strftime_l(out.data(), out.size(), marked.c_str(), &parts, plain);
    if (size == 0) return call.Error("expects a format that writes less");
    --size;
  }
  out.resize(size);
  return call.arena.NewText(out, !format->foreign.empty());
}

absl::StatusOr<Value> Range(BuiltinCall& call) {
  int64_t bounds[3] = {0, 0, 1};
  for (int i = 0; i < 3; ++i) {
    FATHOM_ASSIGN_OR_RETURN(bounds[i], call.IntArg(i, bounds[i]));
  }
  if (!call.Has(1)) std::swap(bounds[0], bounds[1]);
  auto [begin, end, step] = bounds;
  if (step == 0) return call.Error("expects a step other than 0");
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
  FATHOM_ASSIGN_OR_RETURN(
      Value range, call.arena.NewSeq(Seq::Type::kRange, std::move(items)));
  range.seq->start = begin;
  range.seq->stop = end;
  range.seq->step = step;
  return range;
}

// dict(): of a mapping or of pairs, then of names.
absl::StatusOr<std::vector<std::pair<Value, Value>>> Entries(
    BuiltinCall& call) {
  std::vector<std::pair<Value, Value>> entries;
  if (call.Has(0) && call.args[0].Is(Kind::kDict)) {
    entries = call.args[0].dict->entries;
  } else if (call.Has(0)) {
    FATHOM_ASSIGN_OR_RETURN(auto items, Items(call.arena, call.args[0]));
    for (const Value& item : items) {
      FATHOM_ASSIGN_OR_RETURN(auto pair, Items(call.arena, item));
      if (pair.size() != 2) {
        return call.Error(
            absl::StrCat("expects pairs, found ", pair.size(), " values"));
      }
      entries.emplace_back(pair[0], pair[1]);
    }
  }
  for (const auto& [name, value] : call.named) {
    FATHOM_ASSIGN_OR_RETURN(Value key, call.arena.NewText(name, false));
    entries.emplace_back(key, value);
  }
  return entries;
}

absl::StatusOr<Value> MakeDict(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(auto entries, Entries(call));
  return call.arena.NewDict(std::move(entries));
}

absl::StatusOr<Value> MakeNamespace(BuiltinCall& call) {
  FATHOM_ASSIGN_OR_RETURN(Value dict, MakeDict(call));
  Value made = call.arena.NewNamespace();
  for (const auto& [key, value] : dict.dict->entries) {
    if (!key.IsText()) continue;  // no attribute has such a name
    if (key.text->bytes[0] == '_') {
      return call.Error(
          absl::StrCat("expects names without a leading underscore, found '",
                       Shown(key.text->bytes), "'"));
    }
    made.ns->entries.emplace_back(key.text->bytes, value);
  }
  return made;
}

absl::StatusOr<Value> MakeCycler(BuiltinCall& call) {
  if (call.rest.empty()) return call.Error("expects at least one value");
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(call.rest.size() * sizeof(Value)));
  return call.arena.NewCycler({call.rest, 0});
}

absl::StatusOr<Value> MakeJoiner(BuiltinCall& call) {
  FATHOM_RETURN_IF_ERROR(call.arena.Charge(sizeof(Joiner)));
  FATHOM_ASSIGN_OR_RETURN(Value comma, call.arena.NewText(", ", false));
  return call.arena.NewJoiner({call.Arg(0, comma), false});
}

absl::StatusOr<Value> Lipsum(BuiltinCall& call) {
  return call.Error("is not supported: it makes random text");
}

constexpr Builtin kFunctions[] = {
    {"raise_exception", {"message"}, 1, 0, RaiseException},
    {"strftime_now", {"format"}, 1, 0, StrftimeNow},
    {"range", {"start", "stop", "step"}, 1, kPositional, Range},
    {"namespace", {"mapping"}, 0, kPositional | kTakesNamed, MakeNamespace},
    {"dict", {"mapping"}, 0, kPositional | kTakesNamed, MakeDict},
    {"cycler", {}, 0, kTakesRest, MakeCycler},
    {"joiner", {"sep"}, 0, 0, MakeJoiner},
    {"lipsum", {}, 0, kTakesRest | kTakesNamed, Lipsum},
};

}  // namespace

absl::Span<const Builtin> FunctionTable() { return kFunctions; }

}  // namespace fathom::rt
