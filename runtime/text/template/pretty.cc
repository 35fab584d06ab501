#include "runtime/text/template/pretty.h"

#include "runtime/base/status.h"
#include "runtime/text/template/sort.h"
#include "runtime/text/template/text.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;
using Entry = std::pair<Value, Value>;

constexpr int64_t kWidth = 80;

// The name of a value's type, by which keys of several types are ordered.
absl::string_view TypeName(const Value& value) {
  switch (value.kind) {
    case Kind::kNone: return "NoneType";
    case Kind::kBool: return "bool";
    case Kind::kInt:
    case Kind::kBig: return "int";
    case Kind::kFloat: return "float";
    case Kind::kText: return "str";
    default: return "tuple";
  }
}

// A mapping's entries by their keys.
absl::StatusOr<std::vector<Entry>> SortedEntries(Arena& arena,
                                                 const Dict& dict) {
  std::vector<Entry> entries = dict.entries;
  auto less = [&](const Entry& a, const Entry& b) -> absl::StatusOr<bool> {
    FATHOM_RETURN_IF_ERROR(arena.Charge(1));
    auto order = Order(arena, a.first, b.first);
    if (order.ok()) return *order < 0;
    return TypeName(a.first) < TypeName(b.first);
  };
  FATHOM_RETURN_IF_ERROR(StableSort(&entries, less));
  return entries;
}

// `value` with its mappings sorted, so that repr() shows them so.
absl::StatusOr<Value> Sorted(Arena& arena, const Value& value) {
  if (value.Is(Kind::kDict)) {
    FATHOM_ASSIGN_OR_RETURN(std::vector<Entry> entries,
                            SortedEntries(arena, *value.dict));
    for (Entry& entry : entries) {
      FATHOM_ASSIGN_OR_RETURN(entry.second, Sorted(arena, entry.second));
    }
    return arena.NewDict(std::move(entries));
  }
  if (!value.IsList() && !value.IsTuple()) return value;
  std::vector<Value> items = value.seq->items;
  for (Value& item : items) {
    FATHOM_ASSIGN_OR_RETURN(item, Sorted(arena, item));
  }
  return arena.NewSeq(value.seq->type, std::move(items));
}

// `value` is sorted already.
class Printer {
 public:
  explicit Printer(Arena& arena) : arena_(arena), out_(arena.Builder()) {}

  absl::Status Print(const Value& value, int64_t indent, int64_t allowance,
                     int level) {
    FATHOM_ASSIGN_OR_RETURN(const Text* repr, Repr(value));
    bool fits = repr->Length() <= kWidth - indent - allowance;
    bool plain_text = value.IsText() && !value.text->is_markup;
    bool group = value.IsSeq() && value.seq->type == Seq::Type::kGroup;
    if (fits || group) {
      out_.Append(*repr);
      return absl::OkStatus();
    }
    if (value.Is(Kind::kDict))
      return PrintDict(value, indent, allowance, level);
    if (value.IsList() || value.IsTuple()) {
      return PrintItems(value, indent, allowance, level);
    }
    if (plain_text) return PrintText(*value.text, indent, allowance, level);
    out_.Append(*repr);
    return absl::OkStatus();
  }

  TextBuilder& out() { return out_; }

 private:
  absl::StatusOr<const Text*> Repr(const Value& value) {
    TextBuilder builder = arena_.Builder();
    FATHOM_RETURN_IF_ERROR(AppendRepr(arena_, value, &builder));
    FATHOM_ASSIGN_OR_RETURN(Value text, arena_.NewText(std::move(builder)));
    return text.text;
  }

  void NewLine(absl::string_view before, int64_t indent) {
    out_.Own(before);
    out_.Own("\n");
    out_.Repeat(" ", indent);
  }

  absl::Status PrintDict(const Value& value, int64_t indent, int64_t allowance,
                         int level) {
    const auto& entries = value.dict->entries;
    out_.Own("{");
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) NewLine(",", indent + 1);
      FATHOM_ASSIGN_OR_RETURN(const Text* key, Repr(entries[i].first));
      out_.Append(*key);
      out_.Own(": ");
      bool last = i + 1 == entries.size();
      FATHOM_RETURN_IF_ERROR(Print(entries[i].second,
                                   indent + 1 + key->Length() + 2,
                                   last ? allowance + 1 : 1, level + 1));
    }
    out_.Own("}");
    return absl::OkStatus();
  }

  absl::Status PrintItems(const Value& value, int64_t indent, int64_t allowance,
                          int level) {
    const auto& items = value.seq->items;
    absl::string_view end = value.IsList()      ? "]"
                            : items.size() == 1 ? ",)"
                                                : ")";
    out_.Own(value.IsList() ? "[" : "(");
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) NewLine(",", indent + 1);
      bool last = i + 1 == items.size();
      int64_t after = last ? allowance + static_cast<int64_t>(end.size()) : 1;
      FATHOM_RETURN_IF_ERROR(Print(items[i], indent + 1, after, level + 1));
    }
    out_.Own(end);
    return absl::OkStatus();
  }

  // repr() of the bytes [begin, end) of a text.
  absl::StatusOr<const Text*> PartRepr(const Text& text, size_t begin,
                                       size_t end) {
    FATHOM_ASSIGN_OR_RETURN(Value part, arena_.SubText(text, begin, end));
    return Repr(part);
  }

  // The pieces of one line: of words with the space after them as many as fit.
  absl::Status PrintLine(const Text& text, ByteSpan line, int64_t width,
                         int64_t last_width, std::vector<const Text*>* chunks) {
    std::vector<size_t> ends;  // of the words and their space
    size_t length = 0;
    for (size_t pos = line.begin; pos < line.end;) {
      auto run = [&](bool space) {
        while (pos < line.end &&
               IsPythonSpace(DecodeUtf8(text.bytes, pos, &length)) == space) {
          pos += length;
        }
      };
      run(false);
      run(true);
      ends.push_back(pos);
    }
    size_t begin = line.begin, kept = line.begin;
    for (size_t i = 0; i < ends.size(); ++i) {
      FATHOM_ASSIGN_OR_RETURN(const Text* candidate,
                              PartRepr(text, begin, ends[i]));
      int64_t room = i + 1 == ends.size() ? last_width : width;
      if (candidate->Length() > room && kept > begin) {
        FATHOM_ASSIGN_OR_RETURN(const Text* chunk, PartRepr(text, begin, kept));
        chunks->push_back(chunk);
        begin = kept;
      } else if (candidate->Length() > room) {
        begin = kept;
      }
      kept = ends[i];
    }
    if (kept > begin) {
      FATHOM_ASSIGN_OR_RETURN(const Text* chunk, PartRepr(text, begin, kept));
      chunks->push_back(chunk);
    }
    return absl::OkStatus();
  }

  absl::Status PrintText(const Text& text, int64_t indent, int64_t allowance,
                         int level) {
    if (level == 1) {
      ++indent;
      ++allowance;
    }
    auto lines = LinesOf(text.bytes, true);
    std::vector<const Text*> chunks;
    int64_t width = kWidth - indent;
    for (size_t i = 0; i < lines.size(); ++i) {
      FATHOM_ASSIGN_OR_RETURN(const Text* repr,
                              PartRepr(text, lines[i].begin, lines[i].end));
      int64_t last = i + 1 == lines.size() ? width - allowance : width;
      if (repr->Length() <= last) {
        chunks.push_back(repr);
      } else {
        FATHOM_RETURN_IF_ERROR(PrintLine(text, lines[i], width, last, &chunks));
      }
    }
    if (chunks.size() == 1) {
      FATHOM_ASSIGN_OR_RETURN(
          const Text* repr,
          PartRepr(text, lines.back().begin, lines.back().end));
      out_.Append(*repr);
      return absl::OkStatus();
    }
    if (level == 1) out_.Own("(");
    for (size_t i = 0; i < chunks.size(); ++i) {
      if (i > 0) NewLine("", indent);
      out_.Append(*chunks[i]);
    }
    if (level == 1) out_.Own(")");
    return absl::OkStatus();
  }

  Arena& arena_;
  TextBuilder out_;
};

}  // namespace

absl::StatusOr<Value> Pretty(Arena& arena, const Value& value) {
  FATHOM_ASSIGN_OR_RETURN(Value sorted, Sorted(arena, value));
  Printer printer(arena);
  FATHOM_RETURN_IF_ERROR(printer.Print(sorted, 0, 0, 1));
  return arena.NewText(std::move(printer.out()));
}

}  // namespace fathom::rt
