// What each instruction does.
#include "runtime/text/template/machine.h"

#include "absl/strings/str_cat.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {

using Kind = Value::Kind;
using Op = TemplateOp;

absl::Status TemplateMachine::Step(Activation& call,
                                   const TemplateInstruction& code) {
  switch (code.op) {
    case Op::kJump:
    case Op::kJumpIfFalse:
    case Op::kJumpIfSet:
    case Op::kAnd:
    case Op::kOr:
    case Op::kFail:
    case Op::kReturn: return StepControl(call, code);
    case Op::kLoad:
    case Op::kStore:
    case Op::kClear:
    case Op::kResolve:
    case Op::kExport:
    case Op::kCheckNamespace:
    case Op::kStoreAttribute:
    case Op::kUnpack:
    case Op::kMacro:
    case Op::kSelf:
    case Op::kSaveEscape:
    case Op::kSetEscape:
    case Op::kRestoreEscape: return StepVariable(call, code);
    case Op::kLoopFilter:
    case Op::kLoopBegin:
    case Op::kLoopNext:
    case Op::kLoopValue:
    case Op::kLoopEnd:
    case Op::kCallLoop: return StepLoop(call, code);
    case Op::kEmitText:
    case Op::kEmit:
    case Op::kCaptureBegin:
    case Op::kCaptureEnd:
    case Op::kCaptureDrop:
    case Op::kBlock: return StepOutput(call, code);
    default: return StepValue(code);
  }
}

absl::Status TemplateMachine::StepControl(Activation& call,
                                          const TemplateInstruction& code) {
  switch (code.op) {
    case Op::kJump: call.pc += code.arg; break;
    case Op::kJumpIfFalse:
      if (!Truth(Pop())) call.pc += code.arg;
      break;
    case Op::kJumpIfSet:
      if (!call.frame->slots[code.extra].Is(Kind::kMissing)) {
        call.pc += code.arg;
      }
      break;
    case Op::kAnd:
    case Op::kOr:
      if (Truth(stack_.back()) == (code.op == Op::kOr)) {
        call.pc += code.arg;
      } else {
        stack_.pop_back();
      }
      break;
    case Op::kFail:
      return absl::InvalidArgumentError(program_.strings[code.arg]);
    default: return absl::InternalError("not of control");
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> TemplateMachine::MakeClosure(const Activation& call,
                                                   uint32_t function) {
  Frame* around = FrameOf(call, program_.functions[function].parent);
  around->captured = true;
  return arena_.NewClosure({function, around, &program_});
}

absl::Status TemplateMachine::StepVariable(Activation& call,
                                           const TemplateInstruction& code) {
  switch (code.op) {
    case Op::kLoad: {
      Value value = Variable(call, code.arg);
      Push(value.Is(Kind::kMissing) ? Value::Undefined() : value);
      break;
    }
    case Op::kStore: Variable(call, code.arg) = Pop(); break;
    case Op::kClear: Variable(call, code.arg) = Value::Missing(); break;
    case Op::kResolve: {
      FATHOM_ASSIGN_OR_RETURN(Value value,
                              Resolve(call, program_.names[code.arg]));
      Push(value);
      break;
    }
    case Op::kExport: {
      const std::string& name = program_.names[code.arg];
      Value value = Pop();
      for (auto& [known, old] : exports_->values) {
        if (known == name) {
          old = value;
          return absl::OkStatus();
        }
      }
      FATHOM_RETURN_IF_ERROR(arena_.Charge(64));
      exports_->values.emplace_back(name, value);
      break;
    }
    case Op::kCheckNamespace: {
      Value value = Pop();
      if (value.Is(Kind::kNamespace)) break;
      return absl::InvalidArgumentError(
          absl::StrCat("found an attribute set on ", AKind(value),
                       ", expected a namespace"));
    }
    case Op::kStoreAttribute: return StoreAttribute(program_.names[code.arg]);
    case Op::kUnpack: return Unpack(code.arg);
    case Op::kMacro: {
      FATHOM_ASSIGN_OR_RETURN(Value macro, MakeClosure(call, code.arg));
      Push(macro);
      break;
    }
    case Op::kSelf: {
      Value self = Value::Of(Kind::kSelf);
      self.program = &program_;
      Push(self);
      break;
    }
    case Op::kSaveEscape:
      Variable(call, code.arg) = Value::Bool(context_.autoescape);
      break;
    case Op::kSetEscape: context_.autoescape = Truth(Pop()); break;
    case Op::kRestoreEscape:
      context_.autoescape = Truth(Variable(call, code.arg));
      break;
    default: return absl::InternalError("not of variables");
  }
  return absl::OkStatus();
}

absl::Status TemplateMachine::Unpack(size_t count) {
  // Reads one item more than it needs, as Python does, and not all.
  FATHOM_ASSIGN_OR_RETURN(Iterator * iterator, Iterate(arena_, Pop()));
  std::vector<Value> items;
  while (items.size() <= count) {
    Value item;
    FATHOM_ASSIGN_OR_RETURN(bool more, Next(arena_, iterator, &item));
    if (!more) break;
    items.push_back(item);
  }
  if (items.size() != count) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found ", items.size() > count ? "more" : absl::StrCat(items.size()),
        " values to unpack, expected ", count));
  }
  stack_.insert(stack_.end(), items.rbegin(), items.rend());
  return absl::OkStatus();
}

absl::Status TemplateMachine::StoreAttribute(const std::string& name) {
  Value target = Pop();
  Value value = Pop();
  if (!target.Is(Kind::kNamespace)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found an attribute set on ", AKind(target), ", expected a namespace"));
  }
  if (name[0] == '_') {
    return absl::InvalidArgumentError(
        absl::StrCat("found the attribute '", Shown(name),
                     "' to set, expected one without a leading underscore"));
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

absl::Status TemplateMachine::StepLoop(Activation& call,
                                       const TemplateInstruction& code) {
  switch (code.op) {
    case Op::kLoopFilter: {
      FATHOM_ASSIGN_OR_RETURN(Value kept, FilterLoop(call, code.arg, Pop()));
      Push(kept);
      break;
    }
    case Op::kLoopBegin: {
      FATHOM_RETURN_IF_ERROR(arena_.Charge(sizeof(Loop)));
      Loop loop;
      loop.iterable = Pop();
      FATHOM_ASSIGN_OR_RETURN(loop.iterator, Iterate(arena_, loop.iterable));
      if (call.function->kind == TemplateFunction::Kind::kLoop &&
          call.closure != nullptr && !call.looped) {
        loop.recursion = call.closure;
        loop.depth0 = call.depth0;
        call.looped = true;
      }
      loops_.push_back(arena_.NewLoop(std::move(loop)).loop);
      break;
    }
    case Op::kLoopNext: {
      FATHOM_RETURN_IF_ERROR(Count(1));
      Value item;
      FATHOM_ASSIGN_OR_RETURN(bool more,
                              LoopNext(arena_, *loops_.back(), &item));
      if (more) {
        Push(item);
      } else {
        call.pc += code.arg;
      }
      break;
    }
    case Op::kLoopValue: {
      Value loop = Value::Of(Kind::kLoop);
      loop.loop = loops_.back();
      Push(loop);
      break;
    }
    case Op::kLoopEnd: loops_.pop_back(); break;
    case Op::kCallLoop: {
      Value over = Pop();
      FATHOM_ASSIGN_OR_RETURN(Value closure, MakeClosure(call, code.arg));
      FATHOM_ASSIGN_OR_RETURN(Value text, CallLoop(*closure.closure, over, 0));
      Push(text);
      break;
    }
    default: return absl::InternalError("not of a loop");
  }
  return absl::OkStatus();
}

absl::Status TemplateMachine::EmitBlock(const Activation& call,
                                        const TemplateInstruction& code) {
  const TemplateCallShape& locals = program_.shapes[code.extra];
  std::vector<Value> values = PopMany(locals.size());
  const Scope* scope = call.frame->scope;
  if (!values.empty()) {
    FATHOM_RETURN_IF_ERROR(arena_.Charge(64 * values.size()));
    Scope* inner = arena_.NewScope();
    inner->parent = scope;
    for (size_t i = 0; i < values.size(); ++i) {
      inner->values.emplace_back(program_.names[locals.names[i]], values[i]);
    }
    scope = inner;
  }
  return RunBlock(code.arg, scope);
}

absl::Status TemplateMachine::StepOutput(Activation& call,
                                         const TemplateInstruction& code) {
  FATHOM_RETURN_IF_ERROR(Count(1));
  switch (code.op) {
    case Op::kEmitText:
      outputs_.back().Own(program_.strings[code.arg]);
      return CheckOutput();
    case Op::kEmit: return Emit(Pop(), static_cast<TemplateEscape>(code.arg));
    case Op::kCaptureBegin: BeginCapture(); break;
    case Op::kCaptureEnd: {
      auto escape = static_cast<TemplateEscape>(code.arg);
      FATHOM_ASSIGN_OR_RETURN(Value text,
                              EndCapture(escape == TemplateEscape::kYes ||
                                         (escape == TemplateEscape::kAsSet &&
                                          context_.autoescape)));
      Push(text);
      break;
    }
    case Op::kCaptureDrop: outputs_.pop_back(); break;
    case Op::kBlock: return EmitBlock(call, code);
    default: return absl::InternalError("not of output");
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> TemplateMachine::MakeDict(size_t count) {
  std::vector<Value> values = PopMany(2 * count);
  std::vector<std::pair<Value, Value>> entries;
  for (size_t i = 0; i < values.size(); i += 2) {
    entries.emplace_back(values[i], values[i + 1]);
  }
  return arena_.NewDict(std::move(entries));
}

absl::StatusOr<Value> TemplateMachine::Sign(bool negates) {
  Value value = Pop();
  if (!value.IsNumber()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found a sign before ", AKind(value), ", expected a number"));
  }
  if (value.Is(Kind::kFloat)) {
    return Value::Float(negates ? -value.number : value.number);
  }
  if (!negates)
    return value.Is(Kind::kBool) ? Value::Int(value.AsInt()) : value;
  return arena_.NewInteger(value.AsInteger().Negated());
}

absl::StatusOr<Value> TemplateMachine::Concat(size_t count, bool markup) {
  std::vector<Value> values = PopMany(count);
  bool escapes = markup && std::any_of(values.begin(), values.end(),
                                       [](Value v) { return v.IsMarkup(); });
  TextBuilder out = arena_.Builder();
  for (const Value& value : values) {
    if (escapes) {
      FATHOM_RETURN_IF_ERROR(AppendEscaped(arena_, value, &out));
    } else {
      FATHOM_RETURN_IF_ERROR(AppendStr(arena_, value, &out));
    }
  }
  return arena_.NewText(std::move(out), escapes);
}

// What takes values and gives one.
absl::Status TemplateMachine::StepValue(const TemplateInstruction& code) {
  absl::StatusOr<Value> result = Value::Undefined();
  switch (code.op) {
    case Op::kText:
      result = arena_.NewText(program_.strings[code.arg], false);
      break;
    case Op::kInteger: result = Value::Int(program_.integers[code.arg]); break;
    case Op::kBigInteger:
      result = arena_.NewInteger(
          *Integer::FromDigits(program_.strings[code.arg], 10));
      break;
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
      result = GetAttribute(context_, Pop(), program_.names[code.arg]);
      break;
    case Op::kItem: {
      Value index = Pop();
      result = GetItem(context_, Pop(), index);
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
      result =
          Compute(context_, static_cast<TemplateBinary>(code.arg), Pop(), b);
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
    case Op::kConcat:
    case Op::kConcatMarkup:
      result = Concat(code.arg, code.op == Op::kConcatMarkup);
      break;
    case Op::kMarkup: {
      Value value = Pop();
      result = value;
      if (!context_.autoescape) break;
      FATHOM_ASSIGN_OR_RETURN(const Text* text, ToText(arena_, value));
      result = arena_.Marked(*text, true);
      break;
    }
    case Op::kFilter:
    case Op::kTest: {
      FATHOM_RETURN_IF_ERROR(Count(1));
      FATHOM_ASSIGN_OR_RETURN(Arguments arguments,
                              PopArguments(program_.shapes[code.arg]));
      const Builtin* builtin = FindBuiltin(
          code.op == Op::kFilter ? BuiltinKind::kFilter : BuiltinKind::kTest,
          program_.names[code.extra]);
      result = RunBuiltin(context_, *builtin, Pop(), arguments);
      break;
    }
    case Op::kCall: {
      FATHOM_RETURN_IF_ERROR(Count(1));
      FATHOM_ASSIGN_OR_RETURN(Arguments arguments,
                              PopArguments(program_.shapes[code.arg]));
      result = Call(Pop(), arguments);
      break;
    }
    default: return absl::InternalError("an operation that was not verified");
  }
  if (!result.ok()) return result.status();
  Push(*result);
  return absl::OkStatus();
}

}  // namespace fathom::rt
