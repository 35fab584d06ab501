#include "runtime/text/template_value.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {

using Kind = Value::Kind;

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

absl::StatusOr<Value> Arena::NewText(TextBuilder&& builder) {
  size_t cost = builder.overflown()
                    ? work_left_ + 1
                    : builder.bytes().size() + 64 +
                          builder.text().foreign.size() * sizeof(ByteSpan);
  FATHOM_RETURN_IF_ERROR(Charge(cost));
  texts_.push_back(std::move(builder.text()));
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
    if (key.Is(Kind::kSeq) || key.Is(Kind::kDict) || key.Is(Kind::kUndefined)) {
      return absl::InvalidArgumentError(
          absl::StrCat("found a key of kind ", KindName(key),
                       ", expected text or a number"));
    }
    dict.depth = std::max(dict.depth, 1 + DepthOf(value));
    // The last value of a key counts, at the place of the first.
    FATHOM_ASSIGN_OR_RETURN(const Value* seen, Find(*this, dict, key));
    if (seen != nullptr) {
      *const_cast<Value*>(seen) = value;
      continue;
    }
    if (key.IsText()) dict.by_text[key.text->bytes] = dict.entries.size();
    dict.entries.emplace_back(key, value);
  }
  FATHOM_RETURN_IF_ERROR(CheckDepth(dict.depth));
  Value value = Value::Of(Kind::kDict);
  value.dict = &dict;
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

absl::string_view KindName(const Value& value) {
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kUndefined: return "undefined";
    case Kind::kNone: return "none";
    case Kind::kBool: return "boolean";
    case Kind::kInt: return "integer";
    case Kind::kFloat: return "float";
    case Kind::kText: return "string";
    case Kind::kSeq: return "list";
    case Kind::kDict: return "mapping";
    case Kind::kNamespace: return "namespace";
    case Kind::kLoop: return "loop";
    case Kind::kMacro: return "macro";
    case Kind::kFunction: return "function";
  }
  return "?";
}

int DepthOf(const Value& value) {
  if (value.Is(Kind::kSeq)) return value.seq->depth;
  if (value.Is(Kind::kDict)) return value.dict->depth;
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
    case Kind::kSeq:
      return value.seq->type == Seq::Type::kGenerator ||
             !value.seq->items.empty();
    case Kind::kDict: return !value.dict->entries.empty();
    default: return true;
  }
}

const Value* FindText(const Dict& dict, absl::string_view key) {
  auto found = dict.by_text.find(key);
  return found == dict.by_text.end() ? nullptr
                                     : &dict.entries[found->second].second;
}

absl::StatusOr<const Value*> Find(Arena& arena, const Dict& dict,
                                  const Value& key) {
  if (key.IsText()) return FindText(dict, key.text->bytes);
  if (dict.by_text.size() == dict.entries.size()) return nullptr;
  for (const auto& [k, v] : dict.entries) {
    FATHOM_ASSIGN_OR_RETURN(bool equal, Equals(arena, k, key));
    if (equal) return &v;
  }
  return nullptr;
}

absl::StatusOr<bool> Equals(Arena& arena, const Value& a, const Value& b) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(4));
  if (a.IsNumber() && b.IsNumber()) {
    if (a.IsInt() && b.IsInt()) return a.AsInt() == b.AsInt();
    return a.AsDouble() == b.AsDouble();
  }
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kText:
      FATHOM_RETURN_IF_ERROR(arena.Charge(a.text->bytes.size() / 16));
      return a.text->bytes == b.text->bytes;
    case Kind::kSeq: {
      if (a.seq == b.seq) return true;
      if (a.seq->type != b.seq->type || a.seq->type == Seq::Type::kGenerator ||
          a.seq->items.size() != b.seq->items.size()) {
        return false;
      }
      for (size_t i = 0; i < a.seq->items.size(); ++i) {
        FATHOM_ASSIGN_OR_RETURN(
            bool equal, Equals(arena, a.seq->items[i], b.seq->items[i]));
        if (!equal) return false;
      }
      return true;
    }
    case Kind::kDict: {
      if (a.dict->entries.size() != b.dict->entries.size()) return false;
      for (const auto& [key, value] : a.dict->entries) {
        FATHOM_ASSIGN_OR_RETURN(const Value* other, Find(arena, *b.dict, key));
        if (other == nullptr) return false;
        FATHOM_ASSIGN_OR_RETURN(bool equal, Equals(arena, value, *other));
        if (!equal) return false;
      }
      return true;
    }
    case Kind::kNamespace: return a.ns == b.ns;
    case Kind::kLoop: return a.loop == b.loop;
    case Kind::kMacro:
    case Kind::kFunction: return a.integer == b.integer;
    default: return true;  // none and undefined
  }
}

absl::StatusOr<int> Order(Arena& arena, const Value& a, const Value& b) {
  FATHOM_RETURN_IF_ERROR(arena.Charge(4));
  auto order = [](const auto& x, const auto& y) { return x < y ? -1 : x > y; };
  if (a.IsInt() && b.IsInt()) return order(a.AsInt(), b.AsInt());
  if (a.IsNumber() && b.IsNumber()) return order(a.AsDouble(), b.AsDouble());
  if (a.IsText() && b.IsText()) {
    FATHOM_RETURN_IF_ERROR(arena.Charge(a.text->bytes.size() / 16));
    return order(a.text->bytes, b.text->bytes);
  }
  if (a.Is(Kind::kSeq) && b.Is(Kind::kSeq) && a.seq->type == b.seq->type &&
      a.seq->type <= Seq::Type::kTuple) {
    size_t common = std::min(a.seq->items.size(), b.seq->items.size());
    for (size_t i = 0; i < common; ++i) {
      FATHOM_ASSIGN_OR_RETURN(bool equal,
                              Equals(arena, a.seq->items[i], b.seq->items[i]));
      if (!equal) return Order(arena, a.seq->items[i], b.seq->items[i]);
    }
    return order(a.seq->items.size(), b.seq->items.size());
  }
  return absl::InvalidArgumentError(
      absl::StrCat("found an order asked of ", KindName(a), " and ",
                   KindName(b), ", expected two numbers or two strings"));
}

absl::StatusOr<const Text*> ToText(Arena& arena, const Value& value) {
  if (value.IsText()) return value.text;
  TextBuilder builder = arena.Builder();
  FATHOM_RETURN_IF_ERROR(AppendStr(arena, value, &builder));
  FATHOM_ASSIGN_OR_RETURN(Value text, arena.NewText(std::move(builder)));
  return text.text;
}

}  // namespace fathom::rt
