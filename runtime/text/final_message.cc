#include "runtime/text/final_message.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/program.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;
using Entries = std::vector<std::pair<Value, Value>>;

// Ends in a space, so that a template that strips the message is noticed.
constexpr absl::string_view kMark = "CONTINUE_FINAL_MESSAGE_TAG ";

absl::Status Refuse(absl::string_view found, absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat(
      "found 'continue_final_message' with ", found, ", expected ", expected));
}

absl::StatusOr<Value> Marked(Arena& arena, const Value& value) {
  if (!value.IsText()) {
    return Refuse(absl::StrCat("a final message of kind ", KindName(value)),
                  "text, or a list with a part that has a 'text'");
  }
  TextBuilder builder = arena.Builder();
  builder.Append(*value.text);
  builder.Put(kMark, true);
  return arena.NewText(std::move(builder));
}

absl::StatusOr<Value> With(Arena& arena, const Dict& dict,
                           absl::string_view name, const Value& value) {
  Entries entries = dict.entries;
  for (auto& [key, old] : entries) {
    if (key.IsText() && key.text->bytes == name) old = value;
  }
  return arena.NewDict(std::move(entries));
}

// The last part of a message in parts that has a text, marked; `text` becomes
// that text.
absl::StatusOr<Value> MarkedParts(Arena& arena, const Value& parts,
                                  std::string* text) {
  std::vector<Value> items = parts.seq->items;
  for (size_t i = items.size(); i-- > 0;) {
    if (!items[i].Is(Kind::kDict)) {
      return Refuse(absl::StrCat("a part of kind ", KindName(items[i])),
                    "mappings");
    }
    const Value* part = FindText(*items[i].dict, "text");
    if (part == nullptr) continue;
    FATHOM_ASSIGN_OR_RETURN(const Value marked, Marked(arena, *part));
    *text = part->text->bytes;
    FATHOM_ASSIGN_OR_RETURN(items[i],
                            With(arena, *items[i].dict, "text", marked));
    return arena.NewSeq(Seq::Type::kList, std::move(items));
  }
  return Refuse("no text in the final message", "a part that has a 'text'");
}

bool IsReasoning(absl::string_view field) {
  return std::find(std::begin(kReasoningFields), std::end(kReasoningFields),
                   field) != std::end(kReasoningFields);
}

}  // namespace

absl::StatusOr<FinalMessage> FinalMessage::Mark(Arena& arena,
                                                const Value& field,
                                                std::vector<Value>* messages) {
  const std::string name = field.IsText() ? field.text->bytes : "content";
  Value& last = messages->back();
  const Value* value = FindText(*last.dict, name);
  if (value == nullptr || value->Is(Kind::kNone)) {
    return Refuse(absl::StrCat("no '", Shown(name), "' in the final message"),
                  "one to continue");
  }
  FinalMessage final;
  Value marked;
  if (value->Is(Kind::kSeq)) {
    FATHOM_ASSIGN_OR_RETURN(marked, MarkedParts(arena, *value, &final.text_));
  } else {
    FATHOM_ASSIGN_OR_RETURN(marked, Marked(arena, *value));
    final.text_ = value->text->bytes;
  }
  final.fields_.push_back(name);
  if (IsReasoning(name)) {
    // It is there by several names, of which the template reads any.
    for (absl::string_view alias : kReasoningFields) {
      const Value* copy = alias == name ? nullptr : FindText(*last.dict, alias);
      if (copy == nullptr) continue;
      FATHOM_ASSIGN_OR_RETURN(const bool equal, Equals(arena, *copy, *value));
      if (equal) final.fields_.emplace_back(alias);
    }
  }
  for (const std::string& copy : final.fields_) {
    FATHOM_ASSIGN_OR_RETURN(last, With(arena, *last.dict, copy, marked));
  }
  return final;
}

absl::Status FinalMessage::CheckProgram(const TemplateProgram& program) const {
  for (const auto* texts : {&program.names, &program.strings}) {
    for (const std::string& text : *texts) {
      for (const std::string& field : fields_) {
        if (absl::StrContains(text, field)) return absl::OkStatus();
      }
    }
  }
  return Refuse(absl::StrCat("the field '", Shown(fields_[0]), "'"),
                "one that the chat template reads");
}

absl::Status FinalMessage::Cut(Rendered* rendered) const {
  std::string& text = rendered->text;
  const absl::string_view mark = StripPythonSpace(kMark, true, true);
  size_t end = absl::string_view(text).rfind(mark);
  if (end == absl::string_view::npos ||
      !absl::StrContains(text, StripPythonSpace(text_, true, true))) {
    return Refuse(
        "a final message that the chat template does not render whole",
        "one that it does");
  }
  if (!absl::StartsWith(absl::string_view(text).substr(end), kMark)) {
    // The template strips what it renders, and so does the prompt end.
    end = StripPythonSpace(absl::string_view(text).substr(0, end), false, true)
              .size();
  }
  text.resize(end);
  std::vector<ByteSpan>& foreign = rendered->foreign;
  while (!foreign.empty() && foreign.back().begin >= end) foreign.pop_back();
  if (!foreign.empty()) {
    foreign.back().end = std::min(foreign.back().end, end);
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
