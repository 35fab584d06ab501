#include "runtime/text/template/value.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {

using Kind = Value::Kind;

int64_t Text::Length() const {
  if (is_ascii) return bytes.size();
  if (code_points < 0) code_points = CountCodePoints(bytes);
  return code_points;
}

size_t Text::OffsetOf(int64_t at) const {
  if (is_ascii) return at;
  if (marks.empty()) {
    size_t count = 0;
    for (size_t pos = 0; pos < bytes.size(); pos += Utf8Length(bytes[pos])) {
      if (count++ % kMarkEvery == 0) marks.push_back(pos);
    }
    marks.push_back(bytes.size());
  }
  size_t mark = std::min<size_t>(at / kMarkEvery, marks.size() - 1);
  size_t pos = marks[mark];
  for (size_t left = at - mark * kMarkEvery; left > 0 && pos < bytes.size();
       --left) {
    pos += Utf8Length(bytes[pos]);
  }
  return pos;
}

double Value::AsDouble() const {
  if (kind == Kind::kFloat) return number;
  if (kind == Kind::kBig) return big->AsDouble();
  return static_cast<double>(AsInt());
}

Integer Value::AsInteger() const {
  return kind == Kind::kBig ? *big : Integer(AsInt());
}

bool Value::IsList() const {
  return kind == Kind::kSeq && seq->type == Seq::Type::kList;
}

bool Value::IsTuple() const {
  return kind == Kind::kSeq &&
         (seq->type == Seq::Type::kTuple || seq->type == Seq::Type::kGroup);
}

void TextBuilder::Put(absl::string_view bytes, bool foreign) {
  if (bytes.empty() || overflown_) return;
  if (bytes.size() > limit_ || text_.bytes.size() > limit_ - bytes.size()) {
    overflown_ = true;
    return;
  }
  size_t begin = text_.bytes.size();
  text_.bytes.append(bytes.data(), bytes.size());
  for (char c : bytes) text_.is_ascii &= static_cast<unsigned char>(c) < 0x80;
  if (!foreign) return;
  if (!text_.foreign.empty() && text_.foreign.back().end == begin) {
    text_.foreign.back().end = text_.bytes.size();
  } else {
    text_.foreign.push_back({begin, text_.bytes.size()});
  }
}

void TextBuilder::Repeat(absl::string_view piece, int64_t times, bool foreign) {
  if (piece.empty() || times <= 0) return;
  // Refused before any memory is taken.
  if (static_cast<uint64_t>(times) > limit_ / piece.size()) {
    overflown_ = true;
  }
  for (int64_t i = 0; i < times && !overflown_; ++i) Put(piece, foreign);
}

void TextBuilder::Append(const Text& text, size_t begin, size_t end) {
  absl::string_view bytes = text.bytes;
  auto span = std::lower_bound(
      text.foreign.begin(), text.foreign.end(), begin,
      [](const ByteSpan& s, size_t at) { return s.end <= at; });
  size_t at = begin;
  for (; span != text.foreign.end() && span->begin < end; ++span) {
    size_t from = std::max(span->begin, at);
    size_t to = std::min(span->end, end);
    Put(bytes.substr(at, from - at), false);
    Put(bytes.substr(from, to - from), true);
    at = to;
  }
  Put(bytes.substr(at, end - at), false);
}

absl::Status Arena::Charge(size_t bytes) {
  if (bytes > work_left_) {
    work_left_ = 0;
    return absl::InvalidArgumentError(
        "the template moves more bytes than it may for its input");
  }
  work_left_ -= bytes;
  return absl::OkStatus();
}

absl::StatusOr<Value> Arena::NewText(TextBuilder&& builder, bool markup) {
  size_t cost = builder.overflown()
                    ? work_left_ + 1
                    : builder.bytes().size() + 64 +
                          builder.text().foreign.size() * sizeof(ByteSpan);
  FATHOM_RETURN_IF_ERROR(Charge(cost));
  texts_.push_back(std::move(builder.text()));
  texts_.back().is_markup = markup;
  Value value = Value::Of(Kind::kText);
  value.text = &texts_.back();
  return value;
}

absl::StatusOr<Value> Arena::NewText(absl::string_view bytes, bool foreign) {
  TextBuilder builder = Builder();
  builder.Put(bytes, foreign);
  return NewText(std::move(builder));
}

absl::StatusOr<Value> Arena::SubText(const Text& text, size_t begin,
                                     size_t end) {
  TextBuilder builder = Builder();
  builder.Append(text, begin, end);
  return NewText(std::move(builder));
}

absl::StatusOr<Value> Arena::Marked(const Text& text, bool markup) {
  if (text.is_markup == markup) {
    Value value = Value::Of(Kind::kText);
    value.text = &text;
    return value;
  }
  TextBuilder builder = Builder();
  builder.Append(text);
  return NewText(std::move(builder), markup);
}

absl::StatusOr<Value> Arena::NewInteger(Integer integer) {
  if (auto small = integer.AsInt64()) return Value::Int(*small);
  if (integer.digits() > kIntegerDigitsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("found an integer of more than ", kIntegerDigitsMax,
                     " digits, expected at most as many"));
  }
  FATHOM_RETURN_IF_ERROR(Charge(64 + integer.digits()));
  integers_.push_back(std::move(integer));
  Value value = Value::Of(Kind::kBig);
  value.big = &integers_.back();
  return value;
}

namespace {

absl::Status CheckDepth(int depth) {
  if (depth <= kTemplateDepthMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("values nest more than %d deep", kTemplateDepthMax));
}

}  // namespace

absl::StatusOr<Value> Arena::NewSeq(Seq::Type type, std::vector<Value> items) {
  FATHOM_RETURN_IF_ERROR(Charge(64 + items.size() * sizeof(Value)));
  Seq seq;
  seq.type = type;
  for (const Value& item : items) {
    seq.depth = std::max(seq.depth, 1 + DepthOf(item));
  }
  FATHOM_RETURN_IF_ERROR(CheckDepth(seq.depth));
  seq.items = std::move(items);
  seqs_.push_back(std::move(seq));
  Value value = Value::Of(Kind::kSeq);
  value.seq = &seqs_.back();
  return value;
}

absl::StatusOr<Value> Arena::NewDict(
    std::vector<std::pair<Value, Value>> entries) {
  FATHOM_RETURN_IF_ERROR(Charge(64 + entries.size() * 4 * sizeof(Value)));
  dicts_.emplace_back();
  Dict& dict = dicts_.back();
  for (auto& [key, value] : entries) {
    dict.depth = std::max({dict.depth, 1 + DepthOf(key), 1 + DepthOf(value)});
    // The last value of a key counts, at the place of the first.
    if (key.IsText()) {
      auto [at, added] =
          dict.by_text.try_emplace(key.text->bytes, dict.entries.size());
      if (!added) {
        dict.entries[at->second].second = value;
        continue;
      }
    } else {
      FATHOM_ASSIGN_OR_RETURN(std::string hash, HashKey(*this, key));
      auto [at, added] =
          dict.by_other.try_emplace(std::move(hash), dict.entries.size());
      if (!added) {
        dict.entries[at->second].second = value;
        continue;
      }
    }
    dict.entries.emplace_back(key, value);
  }
  FATHOM_RETURN_IF_ERROR(CheckDepth(dict.depth));
  Value value = Value::Of(Kind::kDict);
  value.dict = &dict;
  return value;
}

absl::StatusOr<Value> Arena::NewIterator(
    std::function<absl::StatusOr<bool>(Value*)> next, int depth) {
  FATHOM_RETURN_IF_ERROR(Charge(256));
  FATHOM_RETURN_IF_ERROR(CheckDepth(depth + 1));
  iterators_.push_back({std::move(next), depth + 1, false});
  Value value = Value::Of(Kind::kIterator);
  value.iterator = &iterators_.back();
  return value;
}

absl::StatusOr<Value> Arena::NewBound(Bound bound) {
  FATHOM_RETURN_IF_ERROR(Charge(sizeof(Bound)));
  bounds_.push_back(bound);
  Value value = Value::Of(Kind::kFunction);
  value.bound = &bounds_.back();
  return value;
}

absl::StatusOr<Value> Arena::NewClosure(Closure closure) {
  FATHOM_RETURN_IF_ERROR(Charge(sizeof(Closure)));
  closures_.push_back(closure);
  Value value = Value::Of(Kind::kMacro);
  value.closure = &closures_.back();
  return value;
}

Value Arena::NewNamespace() {
  namespaces_.emplace_back();
  Value value = Value::Of(Kind::kNamespace);
  value.ns = &namespaces_.back();
  return value;
}

Value Arena::NewLoop(Loop loop) {
  loops_.push_back(std::move(loop));
  Value value = Value::Of(Kind::kLoop);
  value.loop = &loops_.back();
  return value;
}

Value Arena::NewCycler(Cycler cycler) {
  cyclers_.push_back(std::move(cycler));
  Value value = Value::Of(Kind::kCycler);
  value.cycler = &cyclers_.back();
  return value;
}

Value Arena::NewJoiner(Joiner joiner) {
  joiners_.push_back(joiner);
  Value value = Value::Of(Kind::kJoiner);
  value.joiner = &joiners_.back();
  return value;
}

Scope* Arena::NewScope() { return &scopes_.emplace_back(); }

absl::StatusOr<Frame*> Arena::NewFrame(size_t slots) {
  Frame* frame = nullptr;
  if (free_frames_.empty()) {
    FATHOM_RETURN_IF_ERROR(Charge(sizeof(Frame)));
    frame = &frames_.emplace_back();
  } else {
    frame = free_frames_.back();
    free_frames_.pop_back();
  }
  size_t known = frame->slots.capacity();
  if (slots > known) {
    FATHOM_RETURN_IF_ERROR(Charge((slots - known) * sizeof(Value)));
  }
  frame->slots.assign(slots, Value::Missing());
  frame->captured = false;
  return frame;
}

void Arena::Release(Frame* frame) { free_frames_.push_back(frame); }

absl::string_view KindName(const Value& value) {
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kUndefined: return "undefined";
    case Kind::kNone: return "none";
    case Kind::kBool: return "boolean";
    case Kind::kInt:
    case Kind::kBig: return "integer";
    case Kind::kFloat: return "float";
    case Kind::kText: return "string";
    case Kind::kSeq:
      switch (value.seq->type) {
        case Seq::Type::kList: return "list";
        case Seq::Type::kTuple:
        case Seq::Type::kGroup: return "tuple";
        case Seq::Type::kRange: return "range";
        default: return "view of a mapping";
      }
    case Kind::kDict: return "mapping";
    case Kind::kIterator: return "generator";
    case Kind::kNamespace: return "namespace";
    case Kind::kLoop: return "loop";
    case Kind::kMacro: return "macro";
    case Kind::kFunction: return "function";
    case Kind::kCycler: return "cycler";
    case Kind::kJoiner: return "joiner";
    case Kind::kSelf: return "template";
    case Kind::kBlock: return "block";
  }
  return "?";
}

std::string AKind(const Value& value) {
  if (value.IsUndefined()) return "an undefined value";
  const absl::string_view name = KindName(value);
  if (value.Is(Value::Kind::kNone)) return std::string(name);
  return absl::StrCat(name[0] == 'i' ? "an " : "a ", name);
}

int DepthOf(const Value& value) {
  if (value.Is(Kind::kSeq)) return value.seq->depth;
  if (value.Is(Kind::kDict)) return value.dict->depth;
  if (value.Is(Kind::kIterator)) return value.iterator->depth;
  return 0;
}

bool Truth(const Value& value) {
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kUndefined:
    case Kind::kNone: return false;
    case Kind::kBool: return value.boolean;
    case Kind::kInt: return value.integer != 0;
    case Kind::kFloat: return value.number != 0;
    case Kind::kText: return !value.text->bytes.empty();
    case Kind::kSeq: return !value.seq->items.empty();
    case Kind::kDict: return !value.dict->entries.empty();
    default: return true;
  }
}

absl::StatusOr<const Text*> ToText(Arena& arena, const Value& value) {
  if (value.IsText()) return value.text;
  TextBuilder builder = arena.Builder();
  FATHOM_RETURN_IF_ERROR(AppendStr(arena, value, &builder));
  FATHOM_ASSIGN_OR_RETURN(Value text, arena.NewText(std::move(builder)));
  return text.text;
}

}  // namespace fathom::rt
