// The checks that rendering relies on, made once for each loaded program.
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template/program.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

using Op = TemplateOp;
using Function = TemplateFunction;

// Functions may be inside of each other this deep.
constexpr int kFunctionNestingMax = 200;
// All variables of a program; each call of a function needs those of it.
constexpr uint32_t kSlotsMax = 1 << 16;

// How full each stack is before an instruction.
struct Depths {
  int values = -1;  // -1: not reached yet
  int loops = 0;
  int captures = 0;
  bool operator==(const Depths&) const = default;
};

// What an instruction takes from and adds to the stack of values.
struct Effect {
  int64_t takes = 0;
  int64_t adds = 0;
};

class Verifier {
 public:
  explicit Verifier(const TemplateProgram& program) : program_(program) {}

  absl::Status Run() {
    FATHOM_RETURN_IF_ERROR(Parts());
    for (uint32_t i = 0; i < program_.functions.size(); ++i) {
      function_ = i;
      at_ = 0;
      FATHOM_RETURN_IF_ERROR(Header(program_.functions[i]));
    }
    for (uint32_t i = 0; i < program_.functions.size(); ++i) {
      function_ = i;
      at_ = 0;
      FATHOM_RETURN_IF_ERROR(Body(program_.functions[i]));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Bad(absl::string_view what) const {
    return absl::DataLossError(
        absl::StrFormat("the template program has no valid %s at instruction "
                        "%d of function %d",
                        what, at_, function_));
  }

  absl::Status Parts() {
    auto too_many = [](const auto& part) {
      return part.size() > kTemplatePartsMax;
    };
    if (too_many(program_.strings) || too_many(program_.names) ||
        too_many(program_.shapes) || program_.functions.empty() ||
        too_many(program_.functions) ||
        program_.functions[0].kind != Function::Kind::kRoot) {
      return Bad("tables");
    }
    for (const TemplateCallShape& shape : program_.shapes) {
      // The arguments that a call block adds and those of `*` and `**` are
      // beyond what a call may write.
      if (!Names(shape.names) || shape.positional > kTemplateArgumentsMax ||
          shape.size() > kTemplateArgumentsMax + 3) {
        return Bad("shape of a call");
      }
    }
    for (const auto* strings : {&program_.strings, &program_.names}) {
      for (const std::string& text : *strings) {
        if (!IsValidUtf8(text)) return Bad("text");
      }
    }
    for (const std::string& name : program_.names) {
      if (name.empty()) return Bad("name");
    }
    return absl::OkStatus();
  }

  bool Names(const std::vector<uint32_t>& names) const {
    for (uint32_t name : names) {
      if (name >= program_.names.size()) return false;
    }
    return true;
  }

  absl::Status Header(const Function& function) {
    bool root = function.kind == Function::Kind::kRoot;
    bool block = function.kind == Function::Kind::kBlock;
    if (function.kind > Function::Kind::kBlock || root != (function_ == 0) ||
        static_cast<int>(function.escape) >= kTemplateEscapeCount) {
      return Bad("kind");
    }
    // Only earlier functions hold later ones, so none holds itself.
    if (root || block ? function.parent != Function::kNone
                      : function.parent >= function_) {
      return Bad("parent");
    }
    int depth = 0;
    for (uint32_t at = function.parent; at != Function::kNone;
         at = program_.functions[at].parent) {
      if (++depth > kFunctionNestingMax) return Bad("depth");
    }
    slots_ += function.slots;
    if (function.slots > kSlotsMax || slots_ > kSlotsMax) return Bad("slots");
    bool names =
        Names(function.parameters) && (function.name == Function::kNone ||
                                       function.name < program_.names.size());
    if (!names || function.parameters.size() > kTemplateArgumentsMax ||
        function.parameters.size() != function.parameter_slots.size() ||
        function.code.empty() || function.code.size() > kTemplatePartsMax) {
      return Bad("parameters");
    }
    if (block && function.name == Function::kNone) return Bad("name");
    for (uint32_t slot : function.parameter_slots) {
      if (slot >= function.slots) return Bad("slot of a parameter");
    }
    for (uint32_t slot : {function.caller, function.kwargs, function.varargs}) {
      if (slot != Function::kNone && slot >= function.slots) {
        return Bad("slot of a parameter");
      }
    }
    return absl::OkStatus();
  }

  // What the stack holds when a function begins and when it ends.
  static int ValuesAtBegin(Function::Kind kind) {
    return kind == Function::Kind::kLoop || kind == Function::Kind::kLoopTest;
  }
  static int ValuesAtEnd(Function::Kind kind) {
    return kind == Function::Kind::kLoopTest;
  }

  absl::Status Body(const Function& function) {
    depths_.assign(function.code.size(), {});
    FATHOM_RETURN_IF_ERROR(Reach(0, {ValuesAtBegin(function.kind), 0, 0}));
    while (!todo_.empty()) {
      at_ = todo_.back();
      todo_.pop_back();
      FATHOM_RETURN_IF_ERROR(Step(function));
    }
    return absl::OkStatus();
  }

  absl::Status Reach(int64_t target, const Depths& depths) {
    if (target < 0 || target >= static_cast<int64_t>(depths_.size())) {
      return Bad("target of a jump");
    }
    if (depths_[target].values < 0) {
      depths_[target] = depths;
      todo_.push_back(target);
      return absl::OkStatus();
    }
    return depths_[target] == depths ? absl::OkStatus() : Bad("stack depth");
  }

  template <typename T>
  absl::Status Below(int64_t index, const T& table) const {
    if (index >= 0 && index < static_cast<int64_t>(table.size())) {
      return absl::OkStatus();
    }
    return Bad("operand");
  }

  absl::Status Variable(int64_t arg) const {
    if (arg < 0) return Bad("variable");
    uint32_t at = function_;
    for (int64_t up = arg >> kTemplateSlotBits; up > 0; --up) {
      at = program_.functions[at].parent;
      if (at == Function::kNone) return Bad("variable");
    }
    uint32_t slot = arg & ((1 << kTemplateSlotBits) - 1);
    return slot < program_.functions[at].slots ? absl::OkStatus()
                                               : Bad("variable");
  }

  // A function of a kind, whose variables around it are there.
  absl::Status Callable(int64_t index, Function::Kind kind) const {
    FATHOM_RETURN_IF_ERROR(Below(index, program_.functions));
    const Function& function = program_.functions[index];
    if (function.kind != kind) return Bad("function");
    if (kind == Function::Kind::kBlock) return absl::OkStatus();
    for (uint32_t at = function_; at != Function::kNone;
         at = program_.functions[at].parent) {
      if (at == function.parent) return absl::OkStatus();
    }
    return Bad("function");
  }

  absl::Status Shape(int64_t shape, int extra, Effect* effect) const {
    FATHOM_RETURN_IF_ERROR(Below(shape, program_.shapes));
    *effect = {extra + static_cast<int64_t>(program_.shapes[shape].size()),
               extra};
    return absl::OkStatus();
  }

  absl::Status Builtin(BuiltinKind kind, const TemplateInstruction& code,
                       Effect* effect) const {
    FATHOM_RETURN_IF_ERROR(Below(code.extra, program_.names));
    if (FindBuiltin(kind, program_.names[code.extra]) == nullptr) {
      return Bad("filter or test");
    }
    return Shape(code.arg, 1, effect);
  }

  absl::Status BigInteger(int64_t arg) const {
    FATHOM_RETURN_IF_ERROR(Below(arg, program_.strings));
    const std::string& digits = program_.strings[arg];
    bool plain = !digits.empty() && digits.size() <= kIntegerDigitsMax &&
                 digits.find_first_not_of("0123456789") == digits.npos;
    return plain ? absl::OkStatus() : Bad("integer");
  }

  // Checks the operand and says what happens to the stack of values.
  absl::Status Operand(const TemplateInstruction& code, Effect* effect) const {
    int64_t arg = code.arg;
    auto enumerated = [&](int count) {
      return arg >= 0 && arg < count ? absl::OkStatus() : Bad("operand");
    };
    switch (code.op) {
      case Op::kEmitText:
      case Op::kFail: return Below(arg, program_.strings);
      case Op::kText: *effect = {0, 1}; return Below(arg, program_.strings);
      case Op::kBigInteger: *effect = {0, 1}; return BigInteger(arg);
      case Op::kInteger: *effect = {0, 1}; return Below(arg, program_.integers);
      case Op::kFloat: *effect = {0, 1}; return Below(arg, program_.floats);
      case Op::kLoad: *effect = {0, 1}; return Variable(arg);
      case Op::kStore: *effect = {1, 0}; return Variable(arg);
      case Op::kClear:
      case Op::kSaveEscape:
      case Op::kRestoreEscape: return Variable(arg);
      case Op::kJumpIfSet:
        return code.extra < program_.functions[function_].slots
                   ? absl::OkStatus()
                   : Bad("variable");
      case Op::kResolve: *effect = {0, 1}; return Below(arg, program_.names);
      case Op::kExport: *effect = {1, 0}; return Below(arg, program_.names);
      case Op::kStoreAttribute:
        *effect = {2, 0};
        return Below(arg, program_.names);
      case Op::kAttribute: *effect = {1, 1}; return Below(arg, program_.names);
      case Op::kEmit: *effect = {1, 0}; return enumerated(kTemplateEscapeCount);
      case Op::kCaptureEnd:
        *effect = {0, 1};
        return enumerated(kTemplateEscapeCount);
      case Op::kBinary:
        *effect = {2, 1};
        return enumerated(kTemplateBinaryCount);
      case Op::kCompare:
        *effect = {2, 1};
        return enumerated(kTemplateCompareCount);
      case Op::kCompareChain:
        *effect = {2, 2};
        return enumerated(kTemplateCompareCount);
      case Op::kNone:
      case Op::kTrue:
      case Op::kFalse:
      case Op::kUndefined:
      case Op::kSelf:
      case Op::kLoopNext:
      case Op::kLoopValue: *effect = {0, 1}; return absl::OkStatus();
      case Op::kPop:
      case Op::kCheckNamespace:
      case Op::kSetEscape:
      case Op::kJumpIfFalse:
      case Op::kAnd:
      case Op::kOr:
      case Op::kLoopBegin: *effect = {1, 0}; return absl::OkStatus();
      case Op::kSwapPop:
      case Op::kItem: *effect = {2, 1}; return absl::OkStatus();
      case Op::kSlice: *effect = {4, 1}; return absl::OkStatus();
      case Op::kNot:
      case Op::kNegate:
      case Op::kPlus:
      case Op::kMarkup: *effect = {1, 1}; return absl::OkStatus();
      case Op::kList:
      case Op::kTuple:
      case Op::kConcat:
      case Op::kConcatMarkup: *effect = {arg, 1}; break;
      case Op::kDict: *effect = {2 * arg, 1}; break;
      case Op::kUnpack: *effect = {1, arg}; break;
      case Op::kFilter: return Builtin(BuiltinKind::kFilter, code, effect);
      case Op::kTest: return Builtin(BuiltinKind::kTest, code, effect);
      case Op::kCall: return Shape(arg, 1, effect);
      case Op::kCallLoop:
        *effect = {1, 1};
        return Callable(arg, Function::Kind::kLoop);
      case Op::kLoopFilter:
        *effect = {1, 1};
        return Callable(arg, Function::Kind::kLoopTest);
      case Op::kMacro:
        *effect = {0, 1};
        return Callable(arg, Function::Kind::kMacro);
      case Op::kBlock: {
        FATHOM_RETURN_IF_ERROR(Callable(arg, Function::Kind::kBlock));
        FATHOM_RETURN_IF_ERROR(Shape(code.extra, 0, effect));
        const TemplateCallShape& shape = program_.shapes[code.extra];
        return shape.size() == shape.names.size() ? absl::OkStatus()
                                                  : Bad("operand");
      }
      default: return absl::OkStatus();
    }
    if (effect->takes < 0 || effect->adds < 0) return Bad("operand");
    return absl::OkStatus();
  }

  absl::Status Step(const Function& function) {
    const TemplateInstruction& code = function.code[at_];
    if (static_cast<int>(code.op) >= kTemplateOpCount) return Bad("operation");
    Depths now = depths_[at_];
    Effect effect;
    FATHOM_RETURN_IF_ERROR(Operand(code, &effect));
    if (effect.takes > now.values ||
        effect.adds > static_cast<int64_t>(kTemplatePartsMax) ||
        now.values > static_cast<int>(kTemplatePartsMax)) {
      return Bad("stack depth");
    }
    Depths jumped = now;  // And, or keep their value when they jump.
    if (code.op == Op::kJumpIfFalse) --jumped.values;
    now.values += effect.adds - effect.takes;
    int64_t target = static_cast<int64_t>(at_) + 1 + code.arg;
    switch (code.op) {
      case Op::kReturn: {
        bool clean = now == Depths{ValuesAtEnd(function.kind), 0, 0};
        return clean ? absl::OkStatus() : Bad("stack depth");
      }
      case Op::kFail: return absl::OkStatus();
      case Op::kJump: return Reach(target, now);
      case Op::kJumpIfFalse:
      case Op::kJumpIfSet:
      case Op::kAnd:
      case Op::kOr: FATHOM_RETURN_IF_ERROR(Reach(target, jumped)); break;
      case Op::kLoopBegin: ++now.loops; break;
      case Op::kLoopNext:
        if (now.loops == 0) return Bad("loop");
        FATHOM_RETURN_IF_ERROR(Reach(target, jumped));
        break;
      case Op::kLoopValue:
        if (now.loops == 0) return Bad("loop");
        break;
      case Op::kLoopEnd:
        if (--now.loops < 0) return Bad("loop");
        break;
      case Op::kCaptureBegin: ++now.captures; break;
      case Op::kCaptureEnd:
      case Op::kCaptureDrop:
        if (--now.captures < 0) return Bad("capture");
        break;
      default: break;
    }
    return Reach(at_ + 1, now);
  }

  const TemplateProgram& program_;
  uint32_t function_ = 0;
  uint64_t slots_ = 0;
  size_t at_ = 0;
  std::vector<Depths> depths_;
  std::vector<size_t> todo_;
};

}  // namespace

absl::Status VerifyTemplate(const TemplateProgram& program) {
  return Verifier(program).Run();
}

}  // namespace fathom::rt
