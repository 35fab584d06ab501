// The machine that runs a template's program; internal to rendering.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_MACHINE_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_MACHINE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/text/template.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/markup.h"
#include "runtime/text/template/program.h"

namespace fathom::rt {

struct TemplateLimits {
  int64_t steps = 0;
  size_t output_bytes = 0;
};

// Keeps a stack of values, the loops that are open and what is written so far.
// Only a verified program may be run: no instruction looks whether the stacks
// hold what it takes.
class TemplateMachine {
 public:
  TemplateMachine(const TemplateProgram& program, TemplateContext& context,
                  const Dict& globals, TemplateLimits limits)
      : program_(program),
        context_(context),
        arena_(context.arena),
        globals_(globals),
        limits_(limits),
        steps_left_(limits.steps) {
    outputs_.emplace_back(limits.output_bytes);
  }

  absl::StatusOr<Rendered> Run();

 private:
  // A function that runs.
  struct Activation {
    const TemplateFunction* function;
    uint32_t index;
    Frame* frame;
    const Closure* closure = nullptr;  // of a loop's function
    int64_t depth0 = 0;                // how many loops of its kind are around
    bool looped = false;               // that loop has begun
    size_t pc = 0;
  };

  absl::Status Count(int steps);
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

  absl::Status Execute(Activation& call);
  absl::Status Step(Activation& call, const TemplateInstruction& code);
  absl::Status StepControl(Activation& call, const TemplateInstruction& code);
  absl::Status StepVariable(Activation& call, const TemplateInstruction& code);
  absl::Status StepLoop(Activation& call, const TemplateInstruction& code);
  absl::Status StepOutput(Activation& call, const TemplateInstruction& code);
  absl::Status StepValue(const TemplateInstruction& code);

  // Variables.
  Frame* FrameOf(const Activation& call, uint32_t function) const;
  Value& Variable(const Activation& call, int32_t arg) const;
  absl::StatusOr<Value> Resolve(const Activation& call, absl::string_view name);
  absl::Status StoreAttribute(const std::string& name);
  absl::Status Unpack(size_t count);

  // Output.
  absl::Status Emit(const Value& value, TemplateEscape escape);
  absl::Status CheckOutput();
  void BeginCapture();
  absl::StatusOr<Value> EndCapture(bool markup);

  // Calls.
  absl::StatusOr<Arguments> PopArguments(const TemplateCallShape& shape);
  absl::StatusOr<Value> Call(const Value& callee, const Arguments& arguments);
  absl::StatusOr<Value> CallMacro(const Closure& closure,
                                  const Arguments& arguments);
  absl::Status BindMacro(const TemplateFunction& macro,
                         const Arguments& arguments, Frame* frame);
  absl::StatusOr<Value> CallLoop(const Closure& closure, const Value& over,
                                 int64_t depth0);
  absl::StatusOr<Frame*> EnterClosure(const Closure& closure);
  absl::StatusOr<Value> MakeClosure(const Activation& call, uint32_t function);
  absl::Status RunBlock(uint32_t index, const Scope* scope);
  absl::Status EmitBlock(const Activation& call,
                         const TemplateInstruction& code);
  absl::StatusOr<Value> FilterLoop(const Activation& call, uint32_t index,
                                   const Value& over);

  absl::StatusOr<Value> MakeDict(size_t count);
  absl::StatusOr<Value> Sign(bool negates);
  absl::StatusOr<Value> Concat(size_t count, bool markup);

  const TemplateProgram& program_;
  TemplateContext& context_;
  Arena& arena_;
  const Dict& globals_;
  TemplateLimits limits_;
  int64_t steps_left_;
  uint64_t instructions_ = 0;
  size_t calls_ = 0;
  bool located_ = false;      // an error that says its line is on its way out
  Scope* exports_ = nullptr;  // what the template itself has set
  std::vector<Value> stack_;
  std::vector<Loop*> loops_;
  std::vector<TextBuilder> outputs_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_MACHINE_H_
