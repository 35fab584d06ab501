// Runs a template's program over the values of a request.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template.h"
#include "runtime/text/template_builtins.h"
#include "runtime/text/template_program.h"
#include "runtime/text/template_request.h"

namespace fathom::rt {
namespace {

using Kind = Value::Kind;
using Op = TemplateOp;

class Renderer {
 public:
  Renderer(const TemplateProgram& program, Arena& arena, const Dict& globals,
           size_t output_bytes, std::time_t now)
      : program_(program), arena_(arena), globals_(globals), now_(now) {
    outputs_.emplace_back(output_bytes);
    frames_.push_back({});
  }

  absl::StatusOr<Rendered> Run() {
    while (!done_) {
      at_ = pc_++;
      absl::Status status = Step(program_.code[at_]);
      if (!status.ok()) {
        return absl::Status(
            status.code(),
            absl::StrFormat("template line %d: %s", program_.code[at_].line,
                            status.message()));
      }
    }
    Text& text = outputs_.back().text();
    return Rendered{std::move(text.bytes), std::move(text.foreign)};
  }

 private:
  struct Binding {
    uint32_t name;
    Value value;
  };
  // A macro's call, or the template itself at the bottom.
  struct Frame {
    size_t return_pc = 0;
    size_t bindings = 0;  // where its variables begin
    size_t scopes = 0;
    std::vector<bool> given;  // which of its parameters were
    size_t next_default = 0;
  };

  absl::Status Count(int steps) {
    steps_ += steps;
    if (steps_ <= kTemplateStepsMax) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "the template takes more than ", kTemplateStepsMax, " steps"));
  }

  void Push(Value value) { stack_.push_back(value); }
  Value Pop() {
    Value value = stack_.back();
    stack_.pop_back();
    return value;
  }
  std::vector<Value> PopMany(size_t count) {
    std::vector<Value> values(stack_.end() - count, stack_.end());
    stack_.resize(stack_.size() - count);
    return values;
  }

  // The innermost scope's variables begin here.
  size_t ScopeBegin() const {
    return scopes_.empty() || scopes_.size() == frames_.back().scopes
               ? frames_.back().bindings
               : scopes_.back();
  }
  void OpenScope() { scopes_.push_back(bindings_.size()); }
  void CloseScope() {
    bindings_.resize(scopes_.back());
    scopes_.pop_back();
  }

  void Set(uint32_t name, const Value& value) {
    for (size_t i = ScopeBegin(); i < bindings_.size(); ++i) {
      if (bindings_[i].name == name) {
        bindings_[i].value = value;
        return;
      }
    }
    bindings_.push_back({name, value});
  }

  Value Load(uint32_t name) const {
    for (size_t i = bindings_.size(); i > frames_.back().bindings; --i) {
      if (bindings_[i - 1].name == name) return bindings_[i - 1].value;
    }
    if (frames_.size() > 1) {  // A macro sees the template's own variables.
      size_t end = scopes_.empty() ? frames_[1].bindings
                                   : std::min(scopes_[0], frames_[1].bindings);
      for (size_t i = 0; i < end; ++i) {
        if (bindings_[i].name == name) return bindings_[i].value;
      }
    }
    const std::string& text = program_.names[name];
    const Value* global = FindText(globals_, text);
    if (global != nullptr) return *global;
    int function = FindBuiltin(BuiltinKind::kFunction, text);
    if (function < 0) return Value::Undefined();
    Value value = Value::Of(Kind::kFunction);
    value.integer = function;
    return value;
  }

  absl::Status Emit(const Value& value) {
    TextBuilder& out = outputs_.back();
    FATHOM_RETURN_IF_ERROR(AppendStr(arena_, value, &out));
    return CheckOutput();
  }

  absl::Status CheckOutput() {
    if (!outputs_.back().overflown()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the template writes more than ", outputs_.back().limit(),
                     " bytes for this input"));
  }

  absl::Status RunBuiltin(BuiltinKind kind, int32_t arg) {
    FATHOM_RETURN_IF_ERROR(Count(1));
    const TemplateCallShape& shape = program_.shapes[arg >> 8];
    std::vector<Value> values = PopMany(shape.size());
    BuiltinCall call{arena_, Pop(), {}, {}, {}, now_};
    return Finish(Builtins(kind)[arg & 0xFF], shape, values, &call);
  }

  absl::Status Finish(const Builtin& builtin, const TemplateCallShape& shape,
                      absl::Span<const Value> values, BuiltinCall* call) {
    FATHOM_RETURN_IF_ERROR(
        BindArguments(builtin, shape, program_.names, values, call));
    FATHOM_ASSIGN_OR_RETURN(Value result, builtin.run(*call));
    Push(result);
    return absl::OkStatus();
  }

  absl::Status Call(const TemplateCallShape& shape) {
    FATHOM_RETURN_IF_ERROR(Count(1));
    std::vector<Value> values = PopMany(shape.size());
    Value callee = Pop();
    if (callee.Is(Kind::kFunction) && callee.integer >= 0) {
      BuiltinCall call{arena_, Value::Missing(), {}, {}, {}, now_};
      return Finish(FunctionTable()[callee.integer], shape, values, &call);
    }
    if (!callee.Is(Kind::kMacro)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found a call of a ", KindName(callee), ", expected a macro"));
    }
    if (frames_.size() > kTemplateCallsMax) {
      return absl::InvalidArgumentError(absl::StrCat(
          "macros call each other more than ", kTemplateCallsMax, " deep"));
    }
    const TemplateMacro& macro = program_.macros[callee.integer];
    Frame frame;
    frame.return_pc = pc_;
    frame.bindings = bindings_.size();
    frame.scopes = scopes_.size();
    frame.given.resize(macro.parameters.size());
    if (shape.positional > macro.parameters.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("a macro takes at most ", macro.parameters.size(),
                       " arguments, found ", shape.positional));
    }
    for (size_t i = 0; i < shape.size(); ++i) {
      size_t parameter = i;
      if (i >= shape.positional) {
        uint32_t name = shape.names[i - shape.positional];
        parameter =
            std::find(macro.parameters.begin(), macro.parameters.end(), name) -
            macro.parameters.begin();
        if (parameter == macro.parameters.size() || frame.given[parameter]) {
          return absl::InvalidArgumentError(absl::StrCat(
              "a macro was given the argument '", Shown(program_.names[name]),
              "', which it does not have or has already"));
        }
      }
      frame.given[parameter] = true;
      bindings_.push_back({macro.parameters[parameter], values[i]});
    }
    frames_.push_back(std::move(frame));
    outputs_.emplace_back(outputs_[0].limit());
    pc_ = macro.entry;
    return absl::OkStatus();
  }

  absl::Status CaptureEnd() {
    TextBuilder captured = std::move(outputs_.back());
    outputs_.pop_back();
    FATHOM_ASSIGN_OR_RETURN(Value text, arena_.NewText(std::move(captured)));
    Push(text);
    return absl::OkStatus();
  }

  absl::Status Unpack(size_t count) {
    FATHOM_ASSIGN_OR_RETURN(auto items, Items(arena_, Pop()));
    if (items.size() != count) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found ", items.size(), " values to unpack, expected ", count));
    }
    stack_.insert(stack_.end(), items.rbegin(), items.rend());
    return absl::OkStatus();
  }

  absl::Status StoreAttribute(const std::string& name) {
    Value value = Pop();
    Value target = Pop();
    if (!target.Is(Kind::kNamespace)) {
      return absl::InvalidArgumentError(
          absl::StrCat("found an attribute set on a ", KindName(target),
                       ", expected a namespace"));
    }
    FATHOM_RETURN_IF_ERROR(arena_.Charge(16));
    for (auto& [key, old] : target.ns->entries) {
      if (key == name) {
        old = value;
        return absl::OkStatus();
      }
    }
    target.ns->entries.emplace_back(name, value);
    return absl::OkStatus();
  }

  absl::StatusOr<Value> MakeDict(size_t count) {
    std::vector<Value> values = PopMany(2 * count);
    std::vector<std::pair<Value, Value>> entries;
    for (size_t i = 0; i < values.size(); i += 2) {
      entries.emplace_back(values[i], values[i + 1]);
    }
    return arena_.NewDict(std::move(entries));
  }

  absl::StatusOr<Value> Sign(bool negates) {
    Value value = Pop();
    if (!value.IsNumber()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found a sign before a ", KindName(value), ", expected a number"));
    }
    // 0 - 0.0 would lose the sign.
    if (negates && value.Is(Kind::kFloat)) return Value::Float(-value.number);
    return Compute(arena_,
                   negates ? TemplateBinary::kSubtract : TemplateBinary::kAdd,
                   Value::Int(0), value);
  }

  absl::Status LoopNext(int32_t jump) {
    FATHOM_RETURN_IF_ERROR(Count(1));
    Loop& loop = *loops_.back().loop;
    if (loop.round == loop.items.size()) {
      pc_ += jump;
      return absl::OkStatus();
    }
    Push(loop.items[loop.round++]);
    OpenScope();
    bindings_.push_back({0, loops_.back()});
    return absl::OkStatus();
  }

  absl::Status Step(const TemplateInstruction& code);
  absl::Status StepLoop(const TemplateInstruction& code);
  absl::Status StepValue(const TemplateInstruction& code);

  const TemplateProgram& program_;
  Arena& arena_;
  const Dict& globals_;
  std::time_t now_;
  bool done_ = false;
  size_t pc_ = 0;
  size_t at_ = 0;
  int64_t steps_ = 0;
  uint64_t instructions_ = 0;
  std::vector<Value> stack_;
  std::vector<Value> loops_;
  std::vector<Binding> bindings_;
  std::vector<size_t> scopes_;
  std::vector<Frame> frames_;
  std::vector<TextBuilder> outputs_;
};

// Control, variables and output.
absl::Status Renderer::Step(const TemplateInstruction& code) {
  // Expressions cost little, but not nothing.
  if (++instructions_ % 16 == 0) FATHOM_RETURN_IF_ERROR(Count(1));
  switch (code.op) {
    case Op::kEnd: done_ = true; break;
    case Op::kEmitText:
      FATHOM_RETURN_IF_ERROR(Count(1));
      outputs_.back().Own(program_.strings[code.arg]);
      return CheckOutput();
    case Op::kEmit: FATHOM_RETURN_IF_ERROR(Count(1)); return Emit(Pop());
    case Op::kLoad: Push(Load(code.arg)); break;
    case Op::kStore: Set(code.arg, Pop()); break;
    case Op::kStoreAttribute: return StoreAttribute(program_.names[code.arg]);
    case Op::kJump: pc_ += code.arg; break;
    case Op::kJumpIfFalse:
      if (!Truth(Pop())) pc_ += code.arg;
      break;
    case Op::kAnd:
    case Op::kOr:
      if (Truth(stack_.back()) == (code.op == Op::kOr)) {
        pc_ += code.arg;
      } else {
        stack_.pop_back();
      }
      break;
    case Op::kLoopBegin:
    case Op::kLoopNext:
    case Op::kLoopKeep:
    case Op::kLoopKept:
    case Op::kLoopEnd: return StepLoop(code);
    case Op::kScopeBegin: OpenScope(); break;
    case Op::kScopeEnd: CloseScope(); break;
    case Op::kCaptureBegin:
      FATHOM_RETURN_IF_ERROR(Count(1));
      outputs_.emplace_back(outputs_[0].limit());
      break;
    case Op::kCaptureEnd: return CaptureEnd();
    case Op::kMacro: {
      Value macro = Value::Of(Kind::kMacro);
      macro.integer = code.arg;
      Set(program_.macros[code.arg].name, macro);
      break;
    }
    case Op::kDefault: {
      Frame& frame = frames_.back();
      size_t next = frame.next_default++;
      if (next < frame.given.size() && frame.given[next]) pc_ += code.arg;
      break;
    }
    case Op::kReturn:
      pc_ = frames_.back().return_pc;
      bindings_.resize(frames_.back().bindings);
      frames_.pop_back();
      return CaptureEnd();
    case Op::kCall: return Call(program_.shapes[code.arg]);
    case Op::kFilter: return RunBuiltin(BuiltinKind::kFilter, code.arg);
    case Op::kTest: return RunBuiltin(BuiltinKind::kTest, code.arg);
    case Op::kMethod: return RunBuiltin(BuiltinKind::kMethod, code.arg);
    case Op::kUnpack: return Unpack(code.arg);
    default: return StepValue(code);
  }
  return absl::OkStatus();
}

// Loops and what they keep.
absl::Status Renderer::StepLoop(const TemplateInstruction& code) {
  switch (code.op) {
    case Op::kLoopBegin: {
      Loop loop;
      FATHOM_ASSIGN_OR_RETURN(loop.items, Items(arena_, Pop()));
      loops_.push_back(arena_.NewLoop(std::move(loop)));
      return arena_.Charge(128);
    }
    case Op::kLoopNext: return LoopNext(code.arg);
    case Op::kLoopKeep: {
      Loop& loop = *loops_.back().loop;
      if (Truth(Pop()) && loop.round > 0) {
        FATHOM_RETURN_IF_ERROR(arena_.Charge(sizeof(Value)));
        loop.kept.push_back(loop.items[loop.round - 1]);
      }
      break;
    }
    case Op::kLoopKept: {
      Loop& loop = *loops_.back().loop;
      FATHOM_ASSIGN_OR_RETURN(
          Value kept, arena_.NewSeq(Seq::Type::kList, std::move(loop.kept)));
      loops_.pop_back();
      Push(kept);
      break;
    }
    case Op::kLoopEnd:
      if (loops_.back().loop->round > 0) pc_ += code.arg;
      loops_.pop_back();
      break;
    default: return absl::InternalError("not of a loop");
  }
  return absl::OkStatus();
}

// What takes values and gives one.
absl::Status Renderer::StepValue(const TemplateInstruction& code) {
  absl::StatusOr<Value> result = Value::Undefined();
  switch (code.op) {
    case Op::kText:
      result = arena_.NewText(program_.strings[code.arg], false);
      break;
    case Op::kInteger: result = Value::Int(program_.integers[code.arg]); break;
    case Op::kFloat: result = Value::Float(program_.floats[code.arg]); break;
    case Op::kNone: result = Value::None(); break;
    case Op::kTrue: result = Value::Bool(true); break;
    case Op::kFalse: result = Value::Bool(false); break;
    case Op::kUndefined: break;
    case Op::kPop: stack_.pop_back(); return absl::OkStatus();
    case Op::kSwapPop: {
      Value top = Pop();
      stack_.back() = top;
      return absl::OkStatus();
    }
    case Op::kList:
      result = arena_.NewSeq(Seq::Type::kList, PopMany(code.arg));
      break;
    case Op::kTuple:
      result = arena_.NewSeq(Seq::Type::kTuple, PopMany(code.arg));
      break;
    case Op::kDict: result = MakeDict(code.arg); break;
    case Op::kAttribute:
      result = GetAttribute(arena_, Pop(), program_.names[code.arg]);
      break;
    case Op::kItem: {
      Value index = Pop();
      result = GetItem(arena_, Pop(), index);
      break;
    }
    case Op::kSlice: {
      std::vector<Value> bounds = PopMany(3);
      result = GetSlice(arena_, Pop(), bounds);
      break;
    }
    case Op::kNot: result = Value::Bool(!Truth(Pop())); break;
    case Op::kNegate:
    case Op::kPlus: result = Sign(code.op == Op::kNegate); break;
    case Op::kBinary: {
      Value b = Pop();
      result = Compute(arena_, static_cast<TemplateBinary>(code.arg), Pop(), b);
      break;
    }
    case Op::kCompare:
    case Op::kCompareChain: {
      Value b = Pop();
      FATHOM_ASSIGN_OR_RETURN(
          bool holds,
          Compare(arena_, static_cast<TemplateCompare>(code.arg), Pop(), b));
      if (code.op == Op::kCompareChain) Push(b);
      result = Value::Bool(holds);
      break;
    }
    case Op::kConcat: {
      TextBuilder out = arena_.Builder();
      for (const Value& value : PopMany(code.arg)) {
        FATHOM_RETURN_IF_ERROR(AppendStr(arena_, value, &out));
      }
      result = arena_.NewText(std::move(out));
      break;
    }
    default: return absl::InternalError("an operation that was not verified");
  }
  if (!result.ok()) return result.status();
  Push(*result);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Rendered> RenderTemplate(const TemplateProgram& program,
                                        const TemplateInputs& inputs) {
  size_t input_bytes = inputs.request_json.size();
  Arena arena(kTemplateWorkBytes + kTemplateWorkFactor * input_bytes);
  FATHOM_ASSIGN_OR_RETURN(const TemplateRequest request,
                          ReadRequest(arena, inputs));
  const std::optional<FinalMessage>& final_message = request.final_message;
  if (final_message) {
    FATHOM_RETURN_IF_ERROR(final_message->CheckProgram(program));
  }
  FATHOM_ASSIGN_OR_RETURN(
      Rendered rendered,
      Renderer(program, arena, *request.variables.dict,
               kTemplateOutputFactor * input_bytes + kTemplateOutputBytes,
               inputs.now)
          .Run());
  if (final_message) FATHOM_RETURN_IF_ERROR(final_message->Cut(&rendered));
  return rendered;
}

}  // namespace fathom::rt
