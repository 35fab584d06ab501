// The filters, tests, methods and functions that templates may use.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_BUILTINS_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_BUILTINS_H_

#include <array>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/text/template/program.h"
#include "runtime/text/template/value.h"

namespace fathom::rt {

inline constexpr size_t kBuiltinParametersMax = 6;
// range() gives at most this many numbers, as transformers' sandbox has it.
inline constexpr int64_t kTemplateRangeMax = 100'000;

// What the parts of one rendering share.
struct TemplateContext {
  explicit TemplateContext(size_t work_bytes) : arena(work_bytes) {}
  Arena arena;
  std::time_t now = 0;      // 0: the time of the call
  bool autoescape = false;  // as the template last set it
};

// The arguments of a call, as they were written.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

// What a builtin works with: the values it was given by parameter (kMissing
// where none was), those beyond its parameters, and the arena for results.
struct BuiltinCall {
  TemplateContext& context;
  Arena& arena;
  absl::string_view name;
  Value self;  // what a filter, test or method is applied to
  std::array<Value, kBuiltinParametersMax> args;
  std::vector<Value> rest;  // further values by position
  std::vector<std::pair<std::string, Value>> named;  // and by name

  bool Has(int i) const { return !args[i].Is(Value::Kind::kMissing); }
  // The argument `i`, or what it is when it was not given.
  Value Arg(int i, Value unset) const { return Has(i) ? args[i] : unset; }
  // Arguments of a kind, or an error that names this builtin.
  absl::StatusOr<const Text*> TextArg(int i) const;
  absl::StatusOr<int64_t> IntArg(int i, int64_t unset) const;
  absl::Status Error(absl::string_view what) const;
};

// What a builtin takes besides its parameters.
inline constexpr int kTakesRest = 1;   // further values by position
inline constexpr int kTakesNamed = 2;  // and by any name
inline constexpr int kPositional = 4;  // nothing by name, as in Python's own

// The types that a method is one of.
enum MethodOf : uint32_t {
  kOfText = 1,
  kOfMarkup = 2,  // besides those of kOfText
  kOfList = 4,
  kOfTuple = 8,
  kOfRange = 16,
  kOfDict = 32,
  kOfInteger = 64,
  kOfFloat = 128,
  kOfLoop = 256,
  kOfCycler = 512,
  kOfDictType = 1024,  // the function dict itself
};

struct Builtin {
  absl::string_view name;
  std::array<absl::string_view, kBuiltinParametersMax> parameters;
  int required;
  int flags;
  absl::StatusOr<Value> (*run)(BuiltinCall& call);
  uint32_t types = 0;  // of a method: which types have it
};

enum class BuiltinKind : uint8_t { kFilter, kTest, kMethod, kFunction };
absl::Span<const Builtin> Builtins(BuiltinKind kind);
// The builtin of a kind and name, or null. Not for methods.
const Builtin* FindBuiltin(BuiltinKind kind, absl::string_view name);
// The method `name` of `value`'s type, or null.
const Builtin* FindMethod(const Value& value, absl::string_view name);
absl::StatusOr<Value> BindMethod(Arena& arena, const Builtin& method,
                                 const Value& self);

// Runs `builtin` on `self` with arguments matched to its parameters.
absl::StatusOr<Value> RunBuiltin(TemplateContext& context,
                                 const Builtin& builtin, const Value& self,
                                 const Arguments& arguments);

// The tables, each in a file of its own.
absl::Span<const Builtin> TextFilters();
absl::Span<const Builtin> HtmlFilters();
absl::Span<const Builtin> SequenceFilters();
absl::Span<const Builtin> SelectionFilters();
absl::Span<const Builtin> NumberFilters();
absl::Span<const Builtin> TestTable();
absl::Span<const Builtin> TextMethods();
absl::Span<const Builtin> TextPredicates();
absl::Span<const Builtin> ContainerMethods();
absl::Span<const Builtin> NumberMethods();
absl::Span<const Builtin> FunctionTable();

// Iterating over `value`, as Python's iter() has it.
absl::StatusOr<Iterator*> Iterate(Arena& arena, const Value& value);
bool IsIterable(const Value& value);
// All of what iterating over `value` gives.
absl::StatusOr<std::vector<Value>> Items(Arena& arena, const Value& value);
// The next value of an iterator, charged for.
absl::StatusOr<bool> Next(Arena& arena, Iterator* iterator, Value* item);

absl::StatusOr<Value> GetAttribute(TemplateContext& context, const Value& value,
                                   absl::string_view name);
// Without looking for an item of that name; none where Python has no attribute.
absl::StatusOr<std::optional<Value>> NativeAttribute(TemplateContext& context,
                                                     const Value& value,
                                                     absl::string_view name);
absl::StatusOr<Value> GetItem(TemplateContext& context, const Value& value,
                              const Value& index);
absl::StatusOr<Value> GetSlice(Arena& arena, const Value& value,
                               absl::Span<const Value> bounds);
absl::StatusOr<Value> Compute(TemplateContext& context, TemplateBinary op,
                              const Value& a, const Value& b);
absl::StatusOr<bool> Compare(Arena& arena, TemplateCompare op, const Value& a,
                             const Value& b);
// len(), or an error.
absl::StatusOr<int64_t> Length(Arena& arena, const Value& value);
// How many rounds a loop has, which may mean to read what is left of them.
absl::StatusOr<int64_t> LoopLength(Arena& arena, Loop& loop);
// The next round's item; false at the end.
absl::StatusOr<bool> LoopNext(Arena& arena, Loop& loop, Value* item);
// The code points `start` and `stop` of `count` that a slice or a search from
// there to there means, as Python clamps them.
void ClampRange(int64_t count, int64_t* start, int64_t* stop);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_BUILTINS_H_
