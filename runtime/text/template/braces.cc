// "{}".format(x): as string.Formatter does it, which is what Jinja's sandbox
// puts in the place of str.format().
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/format.h"
#include "runtime/text/template/markup.h"
#include "runtime/text/template/text.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

// Specifications may hold fields, and those specifications, this deep.
constexpr int kFieldNestingMax = 2;

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("found ", what, " in a format"));
}

// A field between braces, as places in the format.
struct Field {
  ByteSpan name;
  char conversion = '\0';
  ByteSpan spec;
};

class Braces {
 public:
  Braces(TemplateContext& context, bool markup,
         const std::vector<Value>& positional, const Dict& named)
      : context_(context),
        arena_(context.arena),
        markup_(markup),
        positional_(positional),
        named_(named) {}

  absl::Status Run(const Text& format, int depth, TextBuilder* out) {
    if (depth > kFieldNestingMax) {
      return Refuse("specifications that nest too deep");
    }
    absl::string_view bytes = format.bytes;
    size_t pos = 0;
    while (pos < bytes.size()) {
      size_t brace = std::min(bytes.find_first_of("{}", pos), bytes.size());
      if (brace == bytes.size()) {
        out->Append(format, pos, brace);
        break;
      }
      bool doubled =
          brace + 1 < bytes.size() && bytes[brace + 1] == bytes[brace];
      if (doubled) {
        out->Append(format, pos, brace + 1);
        pos = brace + 2;
        continue;
      }
      out->Append(format, pos, brace);
      if (bytes[brace] == '}') return Refuse("a '}' without its '{'");
      pos = brace + 1;
      if (pos == bytes.size()) return Refuse("a '{' without its '}'");
      Field field;
      FATHOM_RETURN_IF_ERROR(Parse(bytes, &pos, &field));
      FATHOM_RETURN_IF_ERROR(Put(format, field, depth, out));
    }
    return absl::OkStatus();
  }

 private:
  // Reads a field from after its '{' to after its '}'.
  absl::Status Parse(absl::string_view bytes, size_t* pos, Field* field) {
    field->name.begin = *pos;
    char c = '\0';
    while (*pos < bytes.size()) {
      c = bytes[(*pos)++];
      if (c == '{') return Refuse("a '{' in the name of a field");
      if (c == '[') {
        while (*pos < bytes.size() && bytes[*pos] != ']') ++*pos;
      }
      if (c == '}' || c == ':' || c == '!') break;
    }
    if (c != '}' && c != ':' && c != '!')
      return Refuse("a '{' without its '}'");
    field->name.end = *pos - 1;
    if (c == '}') return absl::OkStatus();
    if (c == '!') {
      if (*pos >= bytes.size()) return Refuse("no conversion after '!'");
      size_t length = Utf8Length(bytes[*pos]);
      field->conversion = length == 1 ? bytes[*pos] : '?';
      *pos += length;
      if (*pos < bytes.size()) {
        c = bytes[(*pos)++];
        if (c == '}') return absl::OkStatus();
        if (c != ':') return Refuse("no ':' after a conversion");
      }
    }
    field->spec.begin = *pos;
    for (int open = 1; *pos < bytes.size();) {
      c = bytes[(*pos)++];
      open += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (open == 0) {
        field->spec.end = *pos - 1;
        return absl::OkStatus();
      }
    }
    return Refuse("a '{' without its '}'");
  }

  absl::StatusOr<Value> First(absl::string_view name) {
    bool digits =
        !name.empty() && name.find_first_not_of("0123456789") == name.npos;
    if (!digits) {
      const Value* found = FindText(named_, name);
      if (found != nullptr) return *found;
      return Refuse(
          absl::StrCat("the name '", Shown(name), "', which has no value"));
    }
    uint64_t index = 0;
    if (!absl::SimpleAtoi(name, &index) || index >= positional_.size()) {
      return Refuse(absl::StrCat("the field ", Shown(name), ", but ",
                                 positional_.size(), " values"));
    }
    return positional_[index];
  }

  // "0.name[1]": a value, its attributes and its items.
  absl::StatusOr<Value> Lookup(absl::string_view name) {
    size_t end = std::min(name.find_first_of(".["), name.size());
    std::string first(name.substr(0, end));
    bool digits =
        !name.empty() && name.find_first_not_of("0123456789") == name.npos;
    if (name.empty()) {
      if (manual_) return Refuse("numbered fields and fields without a number");
      first = absl::StrCat(automatic_++);
    } else if (digits) {
      if (automatic_ > 0) {
        return Refuse("numbered fields and fields without a number");
      }
      manual_ = true;
    }
    FATHOM_ASSIGN_OR_RETURN(Value value, First(first));
    size_t pos = end;
    while (pos < name.size()) {
      bool attribute = name[pos] == '.';
      if (!attribute && name[pos] != '[') {
        return Refuse("no '.' or '[' after ']'");
      }
      size_t begin = pos + 1;
      size_t stop = attribute
                        ? std::min(name.find_first_of(".[", begin), name.size())
                        : name.find(']', begin);
      if (stop == name.npos) return Refuse("a '[' without its ']'");
      absl::string_view part = name.substr(begin, stop - begin);
      pos = attribute ? stop : stop + 1;
      if (part.empty()) return Refuse("an empty attribute");
      if (attribute) {
        FATHOM_ASSIGN_OR_RETURN(value, GetAttribute(context_, value, part));
        continue;
      }
      Value index;
      int64_t number = 0;
      if (part.find_first_not_of("0123456789") == part.npos) {
        if (!absl::SimpleAtoi(part, &number)) {
          return Refuse("a number of too many digits");
        }
        index = Value::Int(number);
      } else {
        FATHOM_ASSIGN_OR_RETURN(index, arena_.NewText(part, false));
      }
      FATHOM_ASSIGN_OR_RETURN(value, GetItem(context_, value, index));
    }
    return value;
  }

  absl::StatusOr<Value> Convert(const Value& value, char conversion) {
    if (conversion == '\0') return value;
    TextBuilder written = arena_.Builder();
    switch (conversion) {
      case 's':
        FATHOM_RETURN_IF_ERROR(AppendStr(arena_, value, &written));
        break;
      case 'r':
      case 'a':
        FATHOM_RETURN_IF_ERROR(AppendRepr(arena_, value, &written));
        break;
      default: return Refuse("a conversion that Python does not know");
    }
    FATHOM_ASSIGN_OR_RETURN(Value text, arena_.NewText(std::move(written)));
    return conversion == 'a' ? AsciiText(arena_, *text.text) : text;
  }

  absl::Status Put(const Text& format, const Field& field, int depth,
                   TextBuilder* out) {
    absl::string_view name =
        absl::string_view(format.bytes)
            .substr(field.name.begin, field.name.end - field.name.begin);
    FATHOM_ASSIGN_OR_RETURN(Value value, Lookup(name));
    FATHOM_ASSIGN_OR_RETURN(value, Convert(value, field.conversion));
    FATHOM_ASSIGN_OR_RETURN(
        Value written,
        arena_.SubText(format, field.spec.begin,
                       std::max(field.spec.begin, field.spec.end)));
    TextBuilder spec = arena_.Builder();
    FATHOM_RETURN_IF_ERROR(Run(*written.text, depth + 1, &spec));
    FATHOM_ASSIGN_OR_RETURN(Value expanded, arena_.NewText(std::move(spec)));
    if (!markup_) return AppendFormatted(context_, value, *expanded.text, out);
    if (value.IsMarkup()) {
      if (!expanded.text->bytes.empty()) {
        return Refuse("a specification for Markup");
      }
      out->Append(*value.text);
      return absl::OkStatus();
    }
    TextBuilder plain = arena_.Builder();
    FATHOM_RETURN_IF_ERROR(
        AppendFormatted(context_, value, *expanded.text, &plain));
    FATHOM_ASSIGN_OR_RETURN(Value text, arena_.NewText(std::move(plain)));
    return AppendEscaped(arena_, text, out);
  }

  TemplateContext& context_;
  Arena& arena_;
  bool markup_;
  const std::vector<Value>& positional_;
  const Dict& named_;
  size_t automatic_ = 0;
  bool manual_ = false;
};

}  // namespace

absl::StatusOr<Value> FormatBraces(TemplateContext& context, const Text& format,
                                   const std::vector<Value>& positional,
                                   const Dict& named) {
  TextBuilder out = context.arena.Builder();
  FATHOM_RETURN_IF_ERROR(Braces(context, format.is_markup, positional, named)
                             .Run(format, 0, &out));
  return context.arena.NewText(std::move(out), format.is_markup);
}

}  // namespace fathom::rt
