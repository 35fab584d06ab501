#include "runtime/text/template_compiler.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template.h"

namespace fathom::rt {

bool TemplateCompiler::TakeOp(absl::string_view op) {
  if (!IsOp(op)) return false;
  ++pos_;
  return true;
}

bool TemplateCompiler::TakeName(absl::string_view name) {
  if (!IsName(name)) return false;
  ++pos_;
  return true;
}

std::string TemplateCompiler::Found() const {
  switch (Peek().kind) {
    case Kind::kEnd: return "the end of the template";
    case Kind::kData: return "text";
    case Kind::kBlockBegin: return "'{%'";
    case Kind::kPrintBegin: return "'{{'";
    case Kind::kString: return "a string";
    default: return absl::StrCat("'", Shown(Peek().text), "'");
  }
}

absl::Status TemplateCompiler::Error(absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrFormat("template line %d: %s", Peek().line, what));
}

absl::Status TemplateCompiler::Expected(absl::string_view what) const {
  return Error(absl::StrCat("found ", Found(), ", expected ", what));
}

absl::Status TemplateCompiler::ExpectOp(absl::string_view op) {
  return TakeOp(op) ? absl::OkStatus() : Expected(absl::StrCat("'", op, "'"));
}

absl::Status TemplateCompiler::ExpectName(absl::string_view name) {
  return TakeName(name) ? absl::OkStatus()
                        : Expected(absl::StrCat("'", name, "'"));
}

absl::Status TemplateCompiler::ExpectBlockEnd() {
  if (Peek().kind != Kind::kBlockEnd) return Expected("'%}'");
  ++pos_;
  return absl::OkStatus();
}

absl::StatusOr<std::string> TemplateCompiler::TakeIdentifier() {
  static constexpr absl::string_view kReserved[] = {
      "true", "True", "false", "False", "none", "None", "not",
      "and",  "or",   "if",    "else",  "in",   "is",   "loop"};
  const TemplateToken& token = Peek();
  bool reserved = std::find(std::begin(kReserved), std::end(kReserved),
                            token.text) != std::end(kReserved);
  if (token.kind != Kind::kName || reserved) {
    return Expected("the name of a variable");
  }
  if (token.text.substr(0, 2) == "__") {
    return Expected("a name without leading underscores");
  }
  ++pos_;
  return token.text;
}

size_t TemplateCompiler::Emit(Op op, int64_t arg) {
  program_.code.push_back(
      {op, static_cast<int32_t>(arg), static_cast<uint32_t>(Peek().line)});
  return Here() - 1;
}

void TemplateCompiler::EmitText(Op op, absl::string_view text) {
  auto [entry, added] = string_ids_.try_emplace(
      std::string(text), static_cast<uint32_t>(program_.strings.size()));
  if (added) program_.strings.emplace_back(text);
  Emit(op, entry->second);
}

uint32_t TemplateCompiler::Name(absl::string_view name) {
  auto [entry, added] = name_ids_.try_emplace(
      std::string(name), static_cast<uint32_t>(program_.names.size()));
  if (added) program_.names.emplace_back(name);
  return entry->second;
}

uint32_t TemplateCompiler::Shape(const TemplateCallShape& shape) {
  auto found = std::find(program_.shapes.begin(), program_.shapes.end(), shape);
  if (found == program_.shapes.end()) {
    program_.shapes.push_back(shape);
    return program_.shapes.size() - 1;
  }
  return found - program_.shapes.begin();
}

absl::Status TemplateCompiler::Run() {
  // Names that a call may mean, besides functions: known before they are set.
  for (size_t i = 0; i + 1 < tokens_.size(); ++i) {
    if (tokens_[i].kind == Kind::kBlockBegin &&
        (tokens_[i + 1].text == "macro") && i + 2 < tokens_.size()) {
      assigned_.insert(tokens_[i + 2].text);
    }
  }
  FATHOM_RETURN_IF_ERROR(Statements({}));
  Emit(Op::kEnd);
  if (Here() > kTemplatePartsMax) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the template compiles to %d instructions, expected at most %d", Here(),
        kTemplatePartsMax));
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Statements(
    std::initializer_list<absl::string_view> ends) {
  while (true) {
    switch (Peek().kind) {
      case Kind::kEnd: {
        if (ends.size() == 0) return absl::OkStatus();
        return Expected(absl::StrCat("'", *(ends.end() - 1), "'"));
      }
      case Kind::kData:
        EmitText(Op::kEmitText, Peek().text);
        ++pos_;
        break;
      case Kind::kPrintBegin:
        ++pos_;
        FATHOM_RETURN_IF_ERROR(TupleOf(true));
        Emit(Op::kEmit);
        if (Peek().kind != Kind::kPrintEnd) return Expected("'}}'");
        ++pos_;
        break;
      default: {
        ++pos_;  // '{%'
        if (Peek().kind != Kind::kName) return Expected("the name of a tag");
        const std::string tag = Peek().text;
        for (absl::string_view end : ends) {
          if (tag == end) return absl::OkStatus();
        }
        FATHOM_RETURN_IF_ERROR(Statement(tag));
        FATHOM_RETURN_IF_ERROR(ExpectBlockEnd());
      }
    }
  }
}

absl::Status TemplateCompiler::Body(
    std::initializer_list<absl::string_view> ends) {
  FATHOM_RETURN_IF_ERROR(ExpectBlockEnd());
  return Statements(ends);
}

// One tag and what belongs to it, up to the '%}' of its last tag.
absl::Status TemplateCompiler::Statement(const std::string& tag) {
  if (++nesting_ > kTemplateNestingMax) {
    return Error(
        absl::StrCat("tags nest more than ", kTemplateNestingMax, " deep"));
  }
  absl::Status status;
  if (tag == "if") {
    ++pos_;
    status = If();
  } else if (tag == "for") {
    ++pos_;
    status = For();
  } else if (tag == "set") {
    ++pos_;
    status = Set();
  } else if (tag == "macro") {
    status = Macro();
  } else if (tag == "break" || tag == "continue") {
    status = LoopExit(tag == "break");
  } else if (tag == "filter") {
    ++pos_;
    status = FilterBlock();
  } else if (tag == "with") {
    ++pos_;
    status = With();
  } else if (tag == "generation") {
    ++pos_;
    Emit(Op::kScopeBegin);
    open_.push_back({Open::What::kScope});
    status = Body({"endgeneration"});
    if (status.ok()) {
      ++pos_;
      open_.pop_back();
      Emit(Op::kScopeEnd);
    }
  } else {
    status = Error(absl::StrCat("found the tag '", Shown(tag),
                                "', which is not supported here"));
  }
  --nesting_;
  return status;
}

absl::Status TemplateCompiler::If() {
  std::vector<size_t> to_end;
  while (true) {
    FATHOM_RETURN_IF_ERROR(TupleOf(false));
    size_t to_next = Emit(Op::kJumpIfFalse);
    FATHOM_RETURN_IF_ERROR(Body({"elif", "else", "endif"}));
    to_end.push_back(Emit(Op::kJump));
    JumpHere(to_next);
    if (!TakeName("elif")) break;
  }
  if (TakeName("else")) FATHOM_RETURN_IF_ERROR(Body({"endif"}));
  for (size_t jump : to_end) JumpHere(jump);
  return ExpectName("endif");
}

absl::StatusOr<std::vector<std::string>> TemplateCompiler::Targets(
    bool* is_tuple) {
  std::vector<std::string> names;
  bool brackets = TakeOp("(");
  *is_tuple = false;
  do {
    if (!names.empty() && Peek().kind != Kind::kName) break;
    if (IsName("in") && !names.empty()) break;
    FATHOM_ASSIGN_OR_RETURN(std::string name, TakeIdentifier());
    names.push_back(name);
    if (IsOp(",")) *is_tuple = true;
  } while (TakeOp(","));
  if (brackets) FATHOM_RETURN_IF_ERROR(ExpectOp(")"));
  return names;
}

void TemplateCompiler::Store(const std::vector<std::string>& names,
                             bool is_tuple) {
  if (is_tuple) Emit(Op::kUnpack, names.size());
  for (const std::string& name : names) {
    assigned_.insert(name);
    Emit(Op::kStore, Name(name));
  }
}

absl::Status TemplateCompiler::For() {
  bool is_tuple = false;
  FATHOM_ASSIGN_OR_RETURN(auto names, Targets(&is_tuple));
  FATHOM_RETURN_IF_ERROR(ExpectName("in"));
  FATHOM_RETURN_IF_ERROR(TupleOf(false));
  if (TakeName("if")) {
    Emit(Op::kLoopBegin);
    size_t top = Emit(Op::kLoopNext);
    Store(names, is_tuple);
    FATHOM_RETURN_IF_ERROR(Expression());
    Emit(Op::kLoopKeep);
    Emit(Op::kScopeEnd);
    JumpTo(Emit(Op::kJump), top);
    JumpHere(top);
    Emit(Op::kLoopKept);
  }
  if (IsName("recursive")) {
    return Error("found 'recursive', which is not supported");
  }
  Emit(Op::kLoopBegin);
  size_t top = Emit(Op::kLoopNext);
  Store(names, is_tuple);
  open_.push_back({Open::What::kLoop, top, {}});
  FATHOM_RETURN_IF_ERROR(Body({"else", "endfor"}));
  std::vector<size_t> ends = std::move(open_.back().ends);
  open_.pop_back();
  Emit(Op::kScopeEnd);
  JumpTo(Emit(Op::kJump), top);
  JumpHere(top);
  for (size_t jump : ends) JumpHere(jump);
  size_t end = Emit(Op::kLoopEnd);
  if (TakeName("else")) {
    Emit(Op::kScopeBegin);
    open_.push_back({Open::What::kScope});
    FATHOM_RETURN_IF_ERROR(Body({"endfor"}));
    open_.pop_back();
    Emit(Op::kScopeEnd);
  }
  JumpHere(end);
  return ExpectName("endfor");
}

absl::Status TemplateCompiler::LoopExit(bool is_break) {
  size_t loop = open_.size();
  while (loop > 0 && open_[loop - 1].what != Open::What::kLoop) --loop;
  if (loop == 0) return Error(absl::StrCat("found ", Found(), " in no loop"));
  ++pos_;
  for (size_t i = open_.size(); i > loop; --i) {
    if (open_[i - 1].what == Open::What::kScope) {
      Emit(Op::kScopeEnd);
    } else {
      Emit(Op::kCaptureEnd);
      Emit(Op::kPop);
    }
  }
  Open& target = open_[loop - 1];
  Emit(Op::kScopeEnd);
  size_t jump = Emit(Op::kJump);
  if (is_break) {
    target.ends.push_back(jump);
  } else {
    JumpTo(jump, target.top);
  }
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Set() {
  bool attribute = Peek().kind == Kind::kName && IsOp(".", 1);
  std::vector<std::string> names;
  bool is_tuple = false;
  std::string attribute_name;
  if (attribute) {
    Emit(Op::kLoad, Name(Peek().text));
    pos_ += 2;
    FATHOM_ASSIGN_OR_RETURN(attribute_name, TakeIdentifier());
    if (attribute_name[0] == '_') {
      return Error("found an attribute with a leading underscore to set");
    }
  } else {
    FATHOM_ASSIGN_OR_RETURN(names, Targets(&is_tuple));
  }
  auto store = [&] {
    if (attribute) {
      Emit(Op::kStoreAttribute, Name(attribute_name));
    } else {
      Store(names, is_tuple);
    }
  };
  if (TakeOp("=")) {
    FATHOM_RETURN_IF_ERROR(TupleOf(true));
    store();
    return absl::OkStatus();
  }
  size_t begin = Here();
  while (TakeOp("|")) FATHOM_RETURN_IF_ERROR(Filter());
  FATHOM_RETURN_IF_ERROR(FilteredBody(begin, "endset"));
  store();
  return absl::OkStatus();
}

absl::Status TemplateCompiler::FilteredBody(size_t begin, const char* end) {
  auto& code = program_.code;
  std::vector<TemplateInstruction> filters(code.begin() + begin, code.end());
  code.resize(begin);
  Emit(Op::kScopeBegin);
  Emit(Op::kCaptureBegin);
  open_.push_back({Open::What::kScope});
  open_.push_back({Open::What::kCapture});
  FATHOM_RETURN_IF_ERROR(Body({end}));
  ++pos_;
  open_.resize(open_.size() - 2);
  Emit(Op::kCaptureEnd);
  Emit(Op::kScopeEnd);
  code.insert(code.end(), filters.begin(), filters.end());
  return absl::OkStatus();
}

absl::Status TemplateCompiler::FilterBlock() {
  size_t begin = Here();
  do {
    FATHOM_RETURN_IF_ERROR(Filter());
  } while (TakeOp("|"));
  FATHOM_RETURN_IF_ERROR(FilteredBody(begin, "endfilter"));
  Emit(Op::kEmit);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::With() {
  std::vector<std::string> names;
  while (Peek().kind != Kind::kBlockEnd) {
    if (!names.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    FATHOM_ASSIGN_OR_RETURN(std::string name, TakeIdentifier());
    FATHOM_RETURN_IF_ERROR(ExpectOp("="));
    FATHOM_RETURN_IF_ERROR(Expression());
    names.push_back(name);
  }
  Emit(Op::kScopeBegin);
  std::reverse(names.begin(), names.end());
  Store(names, false);
  open_.push_back({Open::What::kScope});
  FATHOM_RETURN_IF_ERROR(Body({"endwith"}));
  ++pos_;
  open_.pop_back();
  Emit(Op::kScopeEnd);
  return absl::OkStatus();
}

absl::Status TemplateCompiler::Macro() {
  if (!open_.empty() || in_macro_) {
    return Error(
        "found a macro inside a loop, block or macro, expected it "
        "outside of them");
  }
  ++pos_;
  TemplateMacro macro;
  FATHOM_ASSIGN_OR_RETURN(std::string name, TakeIdentifier());
  macro.name = Name(name);
  assigned_.insert(name);
  Emit(Op::kMacro, program_.macros.size());
  size_t over = Emit(Op::kJump);
  macro.entry = Here();
  FATHOM_RETURN_IF_ERROR(ExpectOp("("));
  bool defaults = false;
  while (!IsOp(")")) {
    if (!macro.parameters.empty()) FATHOM_RETURN_IF_ERROR(ExpectOp(","));
    FATHOM_ASSIGN_OR_RETURN(std::string parameter, TakeIdentifier());
    assigned_.insert(parameter);
    macro.parameters.push_back(Name(parameter));
    if (macro.parameters.size() > kTemplateArgumentsMax) {
      return Error(absl::StrCat("found a macro with more than ",
                                kTemplateArgumentsMax, " parameters"));
    }
    size_t given = Emit(Op::kDefault, 0);
    if (TakeOp("=")) {
      defaults = true;
      FATHOM_RETURN_IF_ERROR(Expression());
    } else if (defaults) {
      return Expected("'=' after a parameter with a default");
    } else {
      Emit(Op::kUndefined);
    }
    Emit(Op::kStore, Name(parameter));
    JumpHere(given);
  }
  FATHOM_RETURN_IF_ERROR(ExpectOp(")"));
  in_macro_ = true;
  FATHOM_RETURN_IF_ERROR(Body({"endmacro"}));
  in_macro_ = false;
  ++pos_;
  Emit(Op::kReturn);
  JumpHere(over);
  program_.macros.push_back(std::move(macro));
  return absl::OkStatus();
}

absl::StatusOr<TemplateProgramPtr> CompileTemplate(absl::string_view source) {
  FATHOM_ASSIGN_OR_RETURN(auto tokens, LexTemplate(source));
  TemplateCompiler compiler(std::move(tokens));
  FATHOM_RETURN_IF_ERROR(compiler.Run());
  absl::Status verified = VerifyTemplate(compiler.program());
  if (!verified.ok()) {
    return absl::InternalError(absl::StrCat(
        "the compiled template is not valid: ", verified.message()));
  }
  return std::make_shared<const TemplateProgram>(std::move(compiler.program()));
}

}  // namespace fathom::rt
