// See content_parts.h.
#include "runtime/text/content_parts.h"

#include <string.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/request_arguments.h"
#include "runtime/text/template_request.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;

// Of so many roles a list is looked for in the prompt.
constexpr size_t kPrintedRolesMax = 16;

constexpr absl::string_view kMedia[] = {
    "image", "image_url", "input_image", "audio", "audio_url", "input_audio",
    "video", "video_url", "input_video", "file",  "file_url",  "input_file",
};

bool IsList(const Value* value) {
  return value != nullptr && value->Is(Kind::kSeq) &&
         value->seq->type == Seq::Type::kList;
}

// The part's type; empty where it says none.
absl::string_view TypeOf(const Value& part) {
  if (!part.Is(Kind::kDict)) return "";
  const Value* type = FindText(*part.dict, "type");
  return type != nullptr && type->IsText()
             ? absl::string_view(type->text->bytes)
             : "";
}

// The text of a part that is one, or null.
const Text* TextOf(const Value& part) {
  if (part.IsText()) return part.text;
  constexpr absl::string_view kTypes[] = {"", "text", "input_text",
                                          "output_text"};
  if (!part.Is(Kind::kDict) || std::find(std::begin(kTypes), std::end(kTypes),
                                         TypeOf(part)) == std::end(kTypes)) {
    return nullptr;
  }
  const Value* text = FindText(*part.dict, "text");
  return text != nullptr && text->IsText() ? text->text : nullptr;
}

absl::Status NoText(const Value& part, size_t message, size_t index) {
  const absl::string_view type = TypeOf(part);
  return absl::InvalidArgumentError(absl::StrCat(
      "messages[", message, "].content[", index, "] is ",
      type.empty() ? absl::StrCat("of kind ", KindName(part))
                   : absl::StrCat("of the type '", Shown(type), "'"),
      ", expected {\"type\": \"text\", \"text\": \"...\"}"));
}

absl::string_view Stripped(absl::string_view text) {
  return StripPythonSpace(text, /*left=*/true, /*right=*/true);
}

}  // namespace

absl::StatusOr<ListedContents> ListedContents::Read(
    absl::string_view request_json) {
  Arena arena(kTemplateWorkBytes + kTemplateWorkFactor * request_json.size());
  FATHOM_ASSIGN_OR_RETURN(const Value request,
                          ValueFromJson(arena, request_json));
  FATHOM_ASSIGN_OR_RETURN(const RequestArguments arguments,
                          ReadArguments(request));
  ListedContents contents;
  std::set<std::string> roles;
  const auto& messages = arguments.messages->seq->items;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (!messages[i].Is(Kind::kDict)) continue;
    const Value* content = FindText(*messages[i].dict, "content");
    if (!IsList(content)) continue;
    contents.is_empty_ = false;
    const auto& parts = content->seq->items;
    for (size_t j = 0; j < parts.size(); ++j) {
      if (std::find(std::begin(kMedia), std::end(kMedia), TypeOf(parts[j])) !=
          std::end(kMedia)) {
        return NoText(parts[j], i, j);
      }
      const Text* text = TextOf(parts[j]);
      if (text != nullptr) contents.texts_.emplace_back(Stripped(text->bytes));
    }
    const Value* role = FindText(*messages[i].dict, "role");
    const bool is_new =
        roles.size() < kPrintedRolesMax &&
        roles.insert(role != nullptr && role->IsText() ? role->text->bytes : "")
            .second;
    if (!is_new || parts.empty()) continue;
    TextBuilder printed = arena.Builder();
    FATHOM_RETURN_IF_ERROR(AppendRepr(arena, *content, &printed));
    contents.printed_.push_back(printed.bytes());
  }
  return contents;
}

bool ListedContents::StandIn(absl::string_view prompt) const {
  // memmem() takes time in proportion to the prompt whatever stands in it.
  absl::string_view rest = prompt;
  for (const std::string& text : texts_) {
    const void* found =
        memmem(rest.data(), rest.size(), text.data(), text.size());
    if (found == nullptr) return false;
    rest.remove_prefix(
        static_cast<size_t>(static_cast<const char*>(found) - rest.data()) +
        text.size());
  }
  return std::none_of(
      printed_.begin(), printed_.end(), [&](const std::string& printed) {
        return memmem(prompt.data(), prompt.size(), printed.data(),
                      printed.size()) != nullptr;
      });
}

absl::StatusOr<Value> JoinTexts(Arena& arena, const Value& content,
                                size_t index) {
  TextBuilder joined = arena.Builder();
  const auto& parts = content.seq->items;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Text* text = TextOf(parts[i]);
    if (text == nullptr) return NoText(parts[i], index, i);
    if (i > 0) joined.Put("\n", /*foreign=*/true);
    joined.Append(*text);
  }
  return arena.NewText(std::move(joined));
}

}  // namespace fathom::rt
