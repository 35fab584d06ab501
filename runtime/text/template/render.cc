// Runs a template's program over the values of a request.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/text/template/machine.h"
#include "runtime/text/template_request.h"

namespace fathom::rt {

using Kind = Value::Kind;
using Op = TemplateOp;

absl::Status TemplateMachine::Count(int steps) {
  steps_left_ -= steps;
  if (steps_left_ >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the template takes more than ", limits_.steps, " steps"));
}

absl::StatusOr<Rendered> TemplateMachine::Run() {
  FATHOM_ASSIGN_OR_RETURN(Frame * frame,
                          arena_.NewFrame(program_.functions[0].slots));
  frame->scope = context_.arena.NewScope();
  exports_ = const_cast<Scope*>(frame->scope);
  Activation root{&program_.functions[0], 0, frame};
  FATHOM_RETURN_IF_ERROR(Execute(root));
  Text& text = outputs_.back().text();
  return Rendered{std::move(text.bytes), std::move(text.foreign)};
}

absl::Status TemplateMachine::Execute(Activation& call) {
  if (++calls_ > kTemplateCallsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("macros and loops call each other more than ",
                     kTemplateCallsMax, " deep"));
  }
  const auto& code = call.function->code;
  while (true) {
    const TemplateInstruction& instruction = code[call.pc];
    if (instruction.op == Op::kReturn) break;
    ++call.pc;
    // Expressions cost little, but not nothing.
    absl::Status status;
    if (++instructions_ % 16 == 0) status = Count(1);
    if (status.ok()) status = Step(call, instruction);
    if (!status.ok()) {
      // The innermost line is the one that says most.
      if (located_) return status;
      located_ = true;
      return absl::Status(status.code(),
                          absl::StrFormat("template line %d: %s",
                                          instruction.line, status.message()));
    }
  }
  --calls_;
  return absl::OkStatus();
}

Frame* TemplateMachine::FrameOf(const Activation& call,
                                uint32_t function) const {
  Frame* frame = call.frame;
  for (uint32_t at = call.index; at != function;
       at = program_.functions[at].parent) {
    frame = frame->parent;
  }
  return frame;
}

Value& TemplateMachine::Variable(const Activation& call, int32_t arg) const {
  Frame* frame = call.frame;
  for (int up = arg >> kTemplateSlotBits; up > 0; --up) frame = frame->parent;
  return frame->slots[arg & ((1 << kTemplateSlotBits) - 1)];
}

absl::StatusOr<Value> TemplateMachine::Resolve(const Activation& call,
                                               absl::string_view name) {
  for (const Scope* scope = call.frame->scope; scope != nullptr;
       scope = scope->parent) {
    for (const auto& [known, value] : scope->values) {
      if (known == name) return value;
    }
  }
  const Value* global = FindText(globals_, name);
  if (global != nullptr) return *global;
  const Builtin* function = FindBuiltin(BuiltinKind::kFunction, name);
  if (function == nullptr) return Value::Missing();
  return arena_.NewBound(
      {static_cast<uint8_t>(BuiltinKind::kFunction),
       static_cast<uint16_t>(function -
                             Builtins(BuiltinKind::kFunction).data()),
       Value::Missing()});
}

absl::Status TemplateMachine::CheckOutput() {
  if (!outputs_.back().overflown()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the template writes more than ", limits_.output_bytes,
                   " bytes for this input"));
}

absl::Status TemplateMachine::Emit(const Value& value, TemplateEscape escape) {
  TextBuilder& out = outputs_.back();
  bool escapes = escape == TemplateEscape::kYes ||
                 (escape == TemplateEscape::kAsSet && context_.autoescape);
  if (escape == TemplateEscape::kTextOnly && !value.IsText()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "found a block that gives ", AKind(value), ", expected a string"));
  }
  if (escapes) {
    FATHOM_RETURN_IF_ERROR(AppendEscaped(arena_, value, &out));
  } else {
    FATHOM_RETURN_IF_ERROR(AppendStr(arena_, value, &out));
  }
  return CheckOutput();
}

void TemplateMachine::BeginCapture() {
  outputs_.emplace_back(limits_.output_bytes);
}

absl::StatusOr<Value> TemplateMachine::EndCapture(bool markup) {
  TextBuilder captured = std::move(outputs_.back());
  outputs_.pop_back();
  return arena_.NewText(std::move(captured), markup);
}

absl::StatusOr<Arguments> TemplateMachine::PopArguments(
    const TemplateCallShape& shape) {
  std::vector<Value> values = PopMany(shape.size());
  Arguments out;
  out.positional.assign(values.begin(), values.begin() + shape.positional);
  size_t at = shape.positional;
  for (uint32_t name : shape.names) {
    out.named.emplace_back(program_.names[name], values[at++]);
  }
  if (shape.star) {
    FATHOM_ASSIGN_OR_RETURN(auto more, Items(arena_, values[at++]));
    out.positional.insert(out.positional.end(), more.begin(), more.end());
  }
  if (shape.star_star) {
    if (!values[at].Is(Kind::kDict)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found '**' before ", AKind(values[at]), ", expected a mapping"));
    }
    for (const auto& [key, value] : values[at].dict->entries) {
      if (!key.IsText()) {
        return absl::InvalidArgumentError(
            absl::StrCat("found '**' before a mapping with a key of kind ",
                         KindName(key), ", expected strings"));
      }
      for (const auto& [name, old] : out.named) {
        if (name == key.text->bytes) {
          return absl::InvalidArgumentError(absl::StrCat(
              "found the argument '", Shown(name), "' twice in a call"));
        }
      }
      FATHOM_RETURN_IF_ERROR(arena_.Charge(key.text->bytes.size()));
      out.named.emplace_back(key.text->bytes, value);
    }
  }
  return out;
}

absl::StatusOr<Value> TemplateMachine::Call(const Value& callee,
                                            const Arguments& arguments) {
  auto none = [&](absl::string_view what) -> absl::Status {
    if (arguments.positional.empty() && arguments.named.empty()) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat("found a call of ", what,
                                                   " with arguments, expected "
                                                   "none"));
  };
  switch (callee.kind) {
    case Kind::kFunction: {
      const Bound& bound = *callee.bound;
      const Builtin& builtin =
          Builtins(static_cast<BuiltinKind>(bound.table))[bound.index];
      return RunBuiltin(context_, builtin, bound.self, arguments);
    }
    case Kind::kMacro: return CallMacro(*callee.closure, arguments);
    case Kind::kLoop: {
      const Loop& loop = *callee.loop;
      bool one =
          arguments.positional.size() + arguments.named.size() == 1 &&
          (arguments.named.empty() || arguments.named[0].first == "iterable");
      if (!one) {
        return absl::InvalidArgumentError(
            "found a call of 'loop', expected one argument");
      }
      if (loop.recursion == nullptr) {
        return absl::InvalidArgumentError(
            "found a call of 'loop' in a loop that is not 'recursive'");
      }
      Value over = arguments.positional.empty() ? arguments.named[0].second
                                                : arguments.positional[0];
      return CallLoop(*loop.recursion, over, loop.depth0 + 1);
    }
    case Kind::kJoiner: {
      FATHOM_RETURN_IF_ERROR(none("a joiner"));
      Joiner& joiner = *callee.joiner;
      if (joiner.used) return joiner.separator;
      joiner.used = true;
      return arena_.NewText("", false);
    }
    case Kind::kBlock: {
      FATHOM_RETURN_IF_ERROR(none("a block"));
      BeginCapture();
      FATHOM_RETURN_IF_ERROR(RunBlock(callee.integer, exports_));
      return EndCapture(context_.autoescape);
    }
    default:
      return absl::InvalidArgumentError(absl::StrCat(
          "found a call of ", AKind(callee), ", expected a function or macro"));
  }
}

absl::Status TemplateMachine::RunBlock(uint32_t index, const Scope* scope) {
  const TemplateFunction& function = program_.functions[index];
  FATHOM_ASSIGN_OR_RETURN(Frame * frame, arena_.NewFrame(function.slots));
  frame->parent = nullptr;
  frame->scope = scope;
  Activation block{&function, index, frame};
  FATHOM_RETURN_IF_ERROR(Execute(block));
  if (!frame->captured) arena_.Release(frame);
  return absl::OkStatus();
}

absl::StatusOr<Frame*> TemplateMachine::EnterClosure(const Closure& closure) {
  FATHOM_ASSIGN_OR_RETURN(
      Frame * frame,
      arena_.NewFrame(program_.functions[closure.function].slots));
  frame->parent = closure.frame;
  frame->scope = closure.frame->scope;
  return frame;
}

absl::StatusOr<Value> TemplateMachine::CallLoop(const Closure& closure,
                                                const Value& over,
                                                int64_t depth0) {
  FATHOM_RETURN_IF_ERROR(Count(1));
  const TemplateFunction& function = program_.functions[closure.function];
  FATHOM_ASSIGN_OR_RETURN(Frame * frame, EnterClosure(closure));
  Activation loop{&function, closure.function, frame, &closure, depth0};
  BeginCapture();
  Push(over);
  FATHOM_RETURN_IF_ERROR(Execute(loop));
  if (!frame->captured) arena_.Release(frame);
  bool markup =
      function.escape == TemplateEscape::kYes ||
      (function.escape == TemplateEscape::kAsSet && context_.autoescape);
  return EndCapture(markup);
}

absl::StatusOr<Value> TemplateMachine::CallMacro(const Closure& closure,
                                                 const Arguments& arguments) {
  FATHOM_RETURN_IF_ERROR(Count(1));
  const TemplateFunction& macro = program_.functions[closure.function];
  FATHOM_ASSIGN_OR_RETURN(Frame * frame, EnterClosure(closure));
  FATHOM_RETURN_IF_ERROR(BindMacro(macro, arguments, frame));
  Activation call{&macro, closure.function, frame, &closure};
  BeginCapture();
  FATHOM_RETURN_IF_ERROR(Execute(call));
  if (!frame->captured) arena_.Release(frame);
  return EndCapture(context_.autoescape);
}

absl::Status TemplateMachine::BindMacro(const TemplateFunction& macro,
                                        const Arguments& arguments,
                                        Frame* frame) {
  constexpr uint32_t kNone = TemplateFunction::kNone;
  auto shown = [&] {
    return macro.name == kNone ? std::string("a call block")
                               : Shown(program_.names[macro.name]);
  };
  const auto& given = arguments.positional;
  size_t count = macro.parameters.size();
  auto named = arguments.named;
  // Takes an argument by name out of those that are left.
  auto take = [&](absl::string_view name) {
    for (auto at = named.begin(); at != named.end(); ++at) {
      if (at->first != name) continue;
      Value value = at->second;
      named.erase(at);
      return value;
    }
    return Value::Missing();
  };
  bool found_caller = given.size() >= count &&
                      std::any_of(macro.parameters.begin(),
                                  macro.parameters.end(), [&](uint32_t name) {
                                    return program_.names[name] == "caller";
                                  });
  for (size_t i = 0; i < count; ++i) {
    Value value;
    if (i < given.size()) {
      value = given[i];
    } else {
      const std::string& name = program_.names[macro.parameters[i]];
      value = take(name);
      found_caller |= name == "caller";
    }
    frame->slots[macro.parameter_slots[i]] = value;
  }
  if (macro.caller != kNone && !found_caller) {
    Value caller = take("caller");
    // None counts as no caller.
    if (caller.Is(Kind::kNone)) caller = Value::Undefined();
    frame->slots[macro.caller] = caller;
  }
  if (macro.kwargs != kNone) {
    std::vector<std::pair<Value, Value>> entries;
    for (const auto& [name, value] : named) {
      FATHOM_ASSIGN_OR_RETURN(Value key, arena_.NewText(name, false));
      entries.emplace_back(key, value);
    }
    FATHOM_ASSIGN_OR_RETURN(frame->slots[macro.kwargs],
                            arena_.NewDict(std::move(entries)));
  } else if (!named.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the macro '", shown(), "' was given the argument '",
        Shown(named[0].first), "', which it does not have or has already"));
  }
  if (macro.varargs != kNone) {
    std::vector<Value> rest;
    if (given.size() > count) rest.assign(given.begin() + count, given.end());
    FATHOM_ASSIGN_OR_RETURN(frame->slots[macro.varargs],
                            arena_.NewSeq(Seq::Type::kTuple, std::move(rest)));
  } else if (given.size() > count) {
    return absl::InvalidArgumentError(
        absl::StrCat("the macro '", shown(), "' takes at most ", count,
                     " arguments, found ", given.size()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> TemplateMachine::FilterLoop(const Activation& call,
                                                  uint32_t index,
                                                  const Value& over) {
  FATHOM_ASSIGN_OR_RETURN(Iterator * items, Iterate(arena_, over));
  Frame* around = FrameOf(call, program_.functions[index].parent);
  around->captured = true;
  Closure test{index, around, &program_};
  auto next = [this, test, items](Value* item) -> absl::StatusOr<bool> {
    while (true) {
      FATHOM_RETURN_IF_ERROR(Count(1));
      FATHOM_ASSIGN_OR_RETURN(bool more, Next(arena_, items, item));
      if (!more) return false;
      FATHOM_ASSIGN_OR_RETURN(Frame * frame, EnterClosure(test));
      Activation run{&program_.functions[test.function], test.function, frame};
      Push(*item);
      FATHOM_RETURN_IF_ERROR(Execute(run));
      if (!frame->captured) arena_.Release(frame);
      if (Truth(Pop())) return true;
    }
  };
  return arena_.NewIterator(next, items->depth);
}

absl::StatusOr<Rendered> RenderTemplate(const TemplateProgram& program,
                                        const TemplateInputs& inputs) {
  size_t input_bytes = inputs.request_json.size();
  TemplateContext context(kTemplateWorkBytes +
                          kTemplateWorkFactor * input_bytes);
  context.now = inputs.now;
  FATHOM_ASSIGN_OR_RETURN(const TemplateRequest request,
                          ReadRequest(context.arena, inputs));
  const std::optional<FinalMessage>& final_message = request.final_message;
  if (final_message) {
    FATHOM_RETURN_IF_ERROR(final_message->CheckProgram(program));
  }
  TemplateLimits limits;
  limits.output_bytes =
      kTemplateOutputFactor * input_bytes + kTemplateOutputBytes;
  limits.steps = kTemplateStepsMax +
                 kTemplateStepsFactor * static_cast<int64_t>(input_bytes);
  FATHOM_ASSIGN_OR_RETURN(
      Rendered rendered,
      TemplateMachine(program, context, *request.variables.dict, limits).Run());
  if (final_message) FATHOM_RETURN_IF_ERROR(final_message->Cut(&rendered));
  return rendered;
}

}  // namespace fathom::rt
