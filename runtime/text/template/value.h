// The values a template computes with: Python's, immutable but for a few
// objects, in an arena that lives as long as one rendering. Text knows which of
// its bytes are foreign.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_VALUE_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_VALUE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/template.h"
#include "runtime/text/template/integer.h"

namespace fathom::rt {

// A string. Python counts its code points, so a place in text that is not
// ASCII has to be looked for; `marks` remembers where every kMarkEvery-th code
// point begins, so that a template may walk a long text by index.
struct Text {
  static constexpr size_t kMarkEvery = 64;
  std::string bytes;
  std::vector<ByteSpan> foreign;
  bool is_ascii = true;
  bool is_markup = false;  // of Python's class Markup: escaping leaves it alone
  mutable std::vector<uint32_t> marks;  // empty until they are needed
  mutable int64_t code_points = -1;     // -1 until they are counted

  int64_t Length() const;
  // Where code point `at` begins, for 0 <= at <= Length().
  size_t OffsetOf(int64_t at) const;
};

struct Seq;
struct Dict;
struct Namespace;
struct Loop;
struct Iterator;
struct Bound;
struct Closure;
struct Cycler;
struct Joiner;

struct Value {
  enum class Kind : uint8_t {
    kMissing,  // no argument was given, or no variable set; a template that
               // reads it sees an undefined value
    kUndefined,
    kNone,
    kBool,
    kInt,
    kBig,  // an integer that takes more than 64 bits
    kFloat,
    kText,
    kSeq,
    kDict,
    kIterator,  // what can be gone through once
    kNamespace,
    kLoop,
    kMacro,
    kFunction,  // a function, or a method with its object
    kCycler,
    kJoiner,
    kSelf,   // `self`, which knows the template's blocks
    kBlock,  // one of them; `integer` is its function
  };
  Kind kind = Kind::kMissing;
  union {
    bool boolean;
    int64_t integer = 0;
    double number;
    const Integer* big;
    const Text* text;
    Seq* seq;
    Dict* dict;
    Iterator* iterator;
    Namespace* ns;
    Loop* loop;
    const Closure* closure;
    const Bound* bound;
    Cycler* cycler;
    Joiner* joiner;
    const TemplateProgram* program;  // of kSelf
  };

  bool Is(Kind k) const { return kind == k; }
  bool IsText() const { return kind == Kind::kText; }
  bool IsMarkup() const { return kind == Kind::kText && text->is_markup; }
  // What a variable without a value and an undefined result have in common.
  bool IsUndefined() const {
    return kind == Kind::kUndefined || kind == Kind::kMissing;
  }
  // An integer of 64 bits. Booleans are integers too, as in Python.
  bool IsInt() const { return kind == Kind::kInt || kind == Kind::kBool; }
  bool IsInteger() const { return IsInt() || kind == Kind::kBig; }
  bool IsNumber() const { return IsInteger() || kind == Kind::kFloat; }
  int64_t AsInt() const { return kind == Kind::kBool ? boolean : integer; }
  // The nearest double of a number; infinite where an integer is too large.
  double AsDouble() const;
  // An integer of any size.
  Integer AsInteger() const;
  bool IsSeq() const { return kind == Kind::kSeq; }
  bool IsList() const;
  bool IsTuple() const;

  static Value Missing() { return {}; }
  static Value Undefined() { return Of(Kind::kUndefined); }
  static Value None() { return Of(Kind::kNone); }
  static Value Bool(bool v) {
    Value r = Of(Kind::kBool);
    r.boolean = v;
    return r;
  }
  static Value Int(int64_t v) {
    Value r = Of(Kind::kInt);
    r.integer = v;
    return r;
  }
  static Value Float(double v) {
    Value r = Of(Kind::kFloat);
    r.number = v;
    return r;
  }
  static Value Of(Kind kind) {
    Value r;
    r.kind = kind;
    return r;
  }
};

struct Seq {
  enum class Type : uint8_t {
    kList,
    kTuple,
    kGroup,  // what groupby() gives: a tuple with the names grouper and list
    kRange,
    kKeys,  // views of a mapping
    kValues,
    kItems,
  };
  Type type = Type::kList;
  int depth = 1;
  std::vector<Value> items;
  int64_t start = 0, stop = 0, step = 1;  // of a range

  bool is_view() const { return type >= Type::kKeys; }
};

struct Dict {
  std::vector<std::pair<Value, Value>> entries;  // in order of insertion
  absl::flat_hash_map<absl::string_view, size_t> by_text;  // of text keys
  absl::flat_hash_map<std::string, size_t> by_other;       // by HashKey()
  int depth = 1;
};

struct Namespace {
  std::vector<std::pair<std::string, Value>> entries;
};

// Gives its values one by one, as they are asked for: what a filter would
// compute and nobody reads is never computed, as in Python.
struct Iterator {
  // Whether there was another value, which is then in the argument.
  std::function<absl::StatusOr<bool>(Value*)> next;
  // Iterators that read iterators: how many.
  int depth = 1;
  bool done = false;
};

// The state of a `for`, which templates see as `loop`.
struct Loop {
  Value iterable;
  Iterator* iterator = nullptr;
  int64_t index0 = -1;
  int64_t depth0 = 0;
  int64_t length = -1;  // -1 until it is asked for
  Value before, current;
  Value after;  // what was read ahead; kMissing when nothing was
  bool at_end = false;
  Value changed;                       // what changed() was called with last
  const Closure* recursion = nullptr;  // of a recursive loop
};

// The variables of one call, and where the variables around it are.
struct Frame {
  std::vector<Value> slots;
  Frame* parent = nullptr;
  const struct Scope* scope = nullptr;
  bool captured = false;  // by a closure, which may outlive the call
};

// What names mean that no variable holds: the values of a block's context.
struct Scope {
  std::vector<std::pair<std::string, Value>> values;
  const Scope* parent = nullptr;
};

// A macro, the body of a call block or of a recursive loop, with the frame that
// it was defined in.
struct Closure {
  uint32_t function = 0;
  Frame* frame = nullptr;
  const TemplateProgram* program = nullptr;
};

struct Bound {
  uint8_t table = 0;  // a BuiltinKind
  uint16_t index = 0;
  Value self;  // kMissing for a function
};

struct Cycler {
  std::vector<Value> items;
  size_t at = 0;
};

struct Joiner {
  Value separator;
  bool used = false;
};

// Builds a text piece by piece. Past `limit` bytes it stops growing and fails.
class TextBuilder {
 public:
  explicit TextBuilder(size_t limit) : limit_(limit) {}
  void Put(absl::string_view bytes, bool foreign);
  void Own(absl::string_view bytes) { Put(bytes, false); }
  // `piece` `times` over.
  void Repeat(absl::string_view piece, int64_t times, bool foreign = false);
  void Append(const Text& text) { Append(text, 0, text.bytes.size()); }
  // The bytes [begin, end) of `text`, with what is foreign of them.
  void Append(const Text& text, size_t begin, size_t end);

  bool overflown() const { return overflown_; }
  size_t limit() const { return limit_; }
  const std::string& bytes() const { return text_.bytes; }
  Text& text() { return text_; }

 private:
  Text text_;
  size_t limit_;
  bool overflown_ = false;
};

// Says which bytes of a text are foreign to who goes through it in order.
class ForeignCursor {
 public:
  explicit ForeignCursor(const Text& text)
      : at_(text.foreign.begin()), end_(text.foreign.end()) {}
  // Whether the byte `pos` is; never before that of the last call.
  bool At(size_t pos) {
    while (at_ != end_ && at_->end <= pos) ++at_;
    return at_ != end_ && at_->begin <= pos;
  }

 private:
  std::vector<ByteSpan>::const_iterator at_, end_;
};

// Owns the values of one rendering, and counts the bytes that it moves so that
// no template makes us allocate or copy without limit.
class Arena {
 public:
  explicit Arena(size_t work_bytes) : work_left_(work_bytes) {}

  absl::Status Charge(size_t bytes);
  size_t work_left() const { return work_left_; }
  TextBuilder Builder() const { return TextBuilder(work_left_); }

  absl::StatusOr<Value> NewText(TextBuilder&& builder, bool markup = false);
  absl::StatusOr<Value> NewText(absl::string_view bytes, bool foreign);
  absl::StatusOr<Value> SubText(const Text& text, size_t begin, size_t end);
  // `text` as Markup, or as what is not.
  absl::StatusOr<Value> Marked(const Text& text, bool markup);
  // A value of kind kInt where the integer fits, else of kind kBig.
  absl::StatusOr<Value> NewInteger(Integer integer);
  absl::StatusOr<Value> NewSeq(Seq::Type type, std::vector<Value> items);
  absl::StatusOr<Value> NewDict(std::vector<std::pair<Value, Value>> entries);
  // `depth` is that of the iterator it reads from, or 0.
  absl::StatusOr<Value> NewIterator(
      std::function<absl::StatusOr<bool>(Value*)> next, int depth = 0);
  absl::StatusOr<Value> NewBound(Bound bound);
  absl::StatusOr<Value> NewClosure(Closure closure);
  Value NewNamespace();
  Value NewLoop(Loop loop);
  Value NewCycler(Cycler cycler);
  Value NewJoiner(Joiner joiner);
  Scope* NewScope();
  // A frame of `slots` variables, none of them set.
  absl::StatusOr<Frame*> NewFrame(size_t slots);
  // Gives back a frame that nothing refers to.
  void Release(Frame* frame);

 private:
  size_t work_left_;
  std::deque<Text> texts_;
  std::deque<Integer> integers_;
  std::deque<Seq> seqs_;
  std::deque<Dict> dicts_;
  std::deque<Iterator> iterators_;
  std::deque<Namespace> namespaces_;
  std::deque<Loop> loops_;
  std::deque<Bound> bounds_;
  std::deque<Closure> closures_;
  std::deque<Cycler> cyclers_;
  std::deque<Joiner> joiners_;
  std::deque<Scope> scopes_;
  std::deque<Frame> frames_;
  std::vector<Frame*> free_frames_;
};

// The name of a value's kind, as messages show it.
absl::string_view KindName(const Value& value);
// The same with its article: "a list", "an integer", "none".
std::string AKind(const Value& value);
int DepthOf(const Value& value);
bool Truth(const Value& value);
absl::StatusOr<bool> Equals(Arena& arena, const Value& a, const Value& b);
// Negative, zero or positive; an error when Python knows no order.
absl::StatusOr<int> Order(Arena& arena, const Value& a, const Value& b);
// A string that two values share exactly when they are one key of a mapping; an
// error for lists and mappings, which Python cannot hash.
absl::StatusOr<std::string> HashKey(Arena& arena, const Value& value);
// The entry of `key`, or null.
absl::StatusOr<const Value*> Find(Arena& arena, const Dict& dict,
                                  const Value& key);
const Value* FindText(const Dict& dict, absl::string_view key);

// str() and repr() of Python, appended to `out`.
absl::Status AppendStr(Arena& arena, const Value& value, TextBuilder* out);
absl::Status AppendRepr(Arena& arena, const Value& value, TextBuilder* out);
std::string FloatRepr(double number);
// The decimal digits of an integer; an error where Python refuses to write it.
absl::StatusOr<std::string> IntegerText(const Value& value);

struct JsonStyle {
  bool ensure_ascii = false;
  bool sort_keys = false;
  bool indented = false;
  Value indent;  // text
  Value item_separator, key_separator;
};
// json.dumps() of Python.
absl::Status AppendJson(Arena& arena, const Value& value,
                        const JsonStyle& style, int level, TextBuilder* out);
// str() of a value as a text value: texts are themselves.
absl::StatusOr<const Text*> ToText(Arena& arena, const Value& value);

// One JSON text as a value; every string of it is foreign.
absl::StatusOr<Value> ValueFromJson(Arena& arena, absl::string_view json);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_VALUE_H_
