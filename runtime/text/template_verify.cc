// The checks that rendering relies on, made once for each loaded program.
#include <cmath>

#include "absl/strings/str_format.h"
#include "runtime/base/status.h"
#include "runtime/text/template_builtins.h"
#include "runtime/text/template_program.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

using Op = TemplateOp;

// How full each stack is before an instruction.
struct Depths {
  int values = -1;  // -1: not reached yet
  int loops = 0;
  int scopes = 0;
  int captures = 0;
  bool macro = false;
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
    depths_.resize(program_.code.size());
    FATHOM_RETURN_IF_ERROR(Reach(0, {0, 0, 0, 0, false}));
    for (const TemplateMacro& macro : program_.macros) {
      if (macro.entry >= program_.code.size()) return Bad("a macro's entry");
      FATHOM_RETURN_IF_ERROR(Reach(macro.entry, {0, 0, 0, 0, true}));
    }
    while (!todo_.empty()) {
      at_ = todo_.back();
      todo_.pop_back();
      FATHOM_RETURN_IF_ERROR(Step());
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Bad(absl::string_view what) const {
    return absl::DataLossError(absl::StrFormat(
        "the template program has no valid %s at instruction %d", what, at_));
  }

  absl::Status Parts() {
    auto too_many = [](const auto& part) {
      return part.size() > kTemplatePartsMax;
    };
    if (too_many(program_.strings) || too_many(program_.names) ||
        too_many(program_.shapes) || too_many(program_.macros) ||
        too_many(program_.code) || program_.code.empty() ||
        program_.names.empty() || program_.names[0] != "loop") {
      return Bad("tables");
    }
    auto names_ok = [&](const std::vector<uint32_t>& names) {
      for (uint32_t name : names) {
        if (name >= program_.names.size()) return false;
      }
      return true;
    };
    for (const TemplateCallShape& shape : program_.shapes) {
      if (!names_ok(shape.names) || shape.size() > kTemplateArgumentsMax) {
        return Bad("shape of a call");
      }
    }
    for (const TemplateMacro& macro : program_.macros) {
      if (macro.name >= program_.names.size() || !names_ok(macro.parameters) ||
          macro.parameters.size() > kTemplateArgumentsMax) {
        return Bad("macro");
      }
    }
    for (const auto* strings : {&program_.strings, &program_.names}) {
      for (const std::string& text : *strings) {
        if (!IsValidUtf8(text)) return Bad("text");
      }
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

  absl::Status Builtin(BuiltinKind kind, int64_t arg, Effect* effect) const {
    if (arg < 0) return Bad("operand");
    FATHOM_RETURN_IF_ERROR(Below(arg & 0xFF, Builtins(kind)));
    FATHOM_RETURN_IF_ERROR(Below(arg >> 8, program_.shapes));
    *effect = {1 + static_cast<int64_t>(program_.shapes[arg >> 8].size()), 1};
    return absl::OkStatus();
  }

  // Checks the operand and says what happens to the stack of values.
  absl::Status Operand(const TemplateInstruction& code, Effect* effect) const {
    int64_t arg = code.arg;
    switch (code.op) {
      case Op::kEmitText: return Below(arg, program_.strings);
      case Op::kText: *effect = {0, 1}; return Below(arg, program_.strings);
      case Op::kInteger: *effect = {0, 1}; return Below(arg, program_.integers);
      case Op::kFloat: *effect = {0, 1}; return Below(arg, program_.floats);
      case Op::kLoad: *effect = {0, 1}; return Below(arg, program_.names);
      case Op::kStore: *effect = {1, 0}; return Below(arg, program_.names);
      case Op::kStoreAttribute:
        *effect = {2, 0};
        return Below(arg, program_.names);
      case Op::kAttribute: *effect = {1, 1}; return Below(arg, program_.names);
      case Op::kNone:
      case Op::kTrue:
      case Op::kFalse:
      case Op::kUndefined: *effect = {0, 1}; break;
      case Op::kEmit:
      case Op::kPop:
      case Op::kJumpIfFalse:
      case Op::kAnd:
      case Op::kOr:
      case Op::kLoopBegin:
      case Op::kLoopKeep: *effect = {1, 0}; break;
      case Op::kLoopNext:
      case Op::kLoopKept:
      case Op::kCaptureEnd: *effect = {0, 1}; break;
      case Op::kSwapPop:
      case Op::kItem: *effect = {2, 1}; break;
      case Op::kSlice: *effect = {4, 1}; break;
      case Op::kNot:
      case Op::kNegate:
      case Op::kPlus: *effect = {1, 1}; break;
      case Op::kBinary:
        *effect = {2, 1};
        if (arg < 0 || arg >= kTemplateBinaryCount) return Bad("operator");
        break;
      case Op::kCompare:
      case Op::kCompareChain:
        *effect = {2, code.op == Op::kCompare ? 1 : 2};
        if (arg < 0 || arg >= kTemplateCompareCount) return Bad("operator");
        break;
      case Op::kList:
      case Op::kTuple:
      case Op::kConcat: *effect = {arg, 1}; break;
      case Op::kDict: *effect = {2 * arg, 1}; break;
      case Op::kUnpack: *effect = {1, arg}; break;
      case Op::kFilter: return Builtin(BuiltinKind::kFilter, arg, effect);
      case Op::kTest: return Builtin(BuiltinKind::kTest, arg, effect);
      case Op::kMethod: return Builtin(BuiltinKind::kMethod, arg, effect);
      case Op::kCall:
        FATHOM_RETURN_IF_ERROR(Below(arg, program_.shapes));
        *effect = {1 + static_cast<int64_t>(program_.shapes[arg].size()), 1};
        break;
      case Op::kMacro: return Below(arg, program_.macros);
      default: break;
    }
    if (effect->takes < 0 || effect->adds < 0) return Bad("operand");
    return absl::OkStatus();
  }

  absl::Status Step() {
    const TemplateInstruction& code = program_.code[at_];
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
      case Op::kEnd:
      case Op::kReturn: {
        bool macro = code.op == Op::kReturn;
        bool clean = now == Depths{0, 0, 0, 0, macro};
        return clean ? absl::OkStatus() : Bad("stack depth");
      }
      case Op::kJump: return Reach(target, now);
      case Op::kJumpIfFalse:
      case Op::kAnd:
      case Op::kOr:
      case Op::kDefault: FATHOM_RETURN_IF_ERROR(Reach(target, jumped)); break;
      case Op::kLoopBegin: ++now.loops; break;
      case Op::kLoopNext:
        if (now.loops == 0) return Bad("loop");
        FATHOM_RETURN_IF_ERROR(Reach(target, jumped));
        ++now.scopes;
        break;
      case Op::kLoopKeep:
        if (now.loops == 0) return Bad("loop");
        break;
      case Op::kLoopKept:
      case Op::kLoopEnd:
        if (--now.loops < 0) return Bad("loop");
        if (code.op == Op::kLoopEnd) {
          --jumped.loops;
          FATHOM_RETURN_IF_ERROR(Reach(target, jumped));
        }
        break;
      case Op::kScopeBegin: ++now.scopes; break;
      case Op::kScopeEnd:
        if (--now.scopes < 0) return Bad("scope");
        break;
      case Op::kCaptureBegin: ++now.captures; break;
      case Op::kCaptureEnd:
        if (--now.captures < 0) return Bad("capture");
        break;
      default: break;
    }
    return Reach(at_ + 1, now);
  }

  const TemplateProgram& program_;
  size_t at_ = 0;
  std::vector<Depths> depths_;
  std::vector<size_t> todo_;
};

}  // namespace

absl::Status VerifyTemplate(const TemplateProgram& program) {
  return Verifier(program).Run();
}

}  // namespace fathom::rt
