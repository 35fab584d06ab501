// The flat program that a chat template is compiled to.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_PROGRAM_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_PROGRAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fathom::rt {

// What an instruction does to the stack of values is written [before] ->
// [after]; `arg` is its operand, jumps are relative to the next instruction.
enum class TemplateOp : uint8_t {
  kEnd,             // the end of the template
  kEmitText,        // writes strings[arg]
  kEmit,            // [v] -> []            writes str(v)
  kText,            // [] -> [strings[arg]]
  kInteger,         // [] -> [integers[arg]]
  kFloat,           // [] -> [floats[arg]]
  kNone,            // [] -> [none]
  kTrue,            // [] -> [true]
  kFalse,           // [] -> [false]
  kUndefined,       // [] -> [undefined]
  kLoad,            // [] -> [variable names[arg]]
  kStore,           // [v] -> []            sets names[arg]
  kStoreAttribute,  // [ns v] -> []         sets ns.names[arg]
  kPop,             // [v] -> []
  kSwapPop,         // [a b] -> [b]
  kList,            // [v * arg] -> [list]
  kTuple,           // [v * arg] -> [tuple]
  kDict,            // [k v * arg] -> [dict]
  kUnpack,          // [v] -> [v's arg items, the first on top]
  kAttribute,       // [v] -> [v.names[arg]]
  kItem,            // [v i] -> [v[i]]
  kSlice,           // [v a b c] -> [v[a:b:c]]
  kNot,             // [a] -> [not a]
  kNegate,          // [a] -> [-a]
  kPlus,            // [a] -> [+a]
  kBinary,          // [a b] -> [a op b], arg is a TemplateBinary
  kCompare,         // [a b] -> [a op b], arg is a TemplateCompare
  kCompareChain,    // [a b] -> [b, a op b]
  kConcat,          // [v * arg] -> [their str() joined]
  kFilter,          // [v args] -> [v|f(args)], arg is builtin | shape << 8
  kTest,            // [v args] -> [v is t(args)], likewise
  kMethod,          // [v args] -> [v.m(args)], likewise
  kCall,            // [f args] -> [f(args)], arg is the shape
  kJump,            //
  kJumpIfFalse,     // [a] -> []
  kAnd,             // [a] -> [] or, jumping because a is false, [a]
  kOr,              // [a] -> [] or, jumping because a is true, [a]
  kLoopBegin,       // [v] -> []            begins a loop over v
  kLoopNext,        // [] -> [item] in a new scope, or jumps when none is left
  kLoopKeep,        // [a] -> []            if a: keeps the item for kLoopKept
  kLoopKept,        // [] -> [list]         ends the loop
  kLoopEnd,         // ends the loop; jumps if it had any rounds
  kScopeBegin,      //
  kScopeEnd,        //
  kCaptureBegin,    // what is written from here
  kCaptureEnd,      // [] -> [text]         to here
  kMacro,           // sets a variable to macros[arg]
  kDefault,         // jumps if the macro's next parameter was given
  kReturn,          // the end of a macro
};
inline constexpr int kTemplateOpCount =
    static_cast<int>(TemplateOp::kReturn) + 1;

enum class TemplateBinary : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
};
inline constexpr int kTemplateBinaryCount = 7;
enum class TemplateCompare : uint8_t {
  kEqual,
  kUnequal,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn,
};
inline constexpr int kTemplateCompareCount = 8;

struct TemplateInstruction {
  TemplateOp op = TemplateOp::kEnd;
  int32_t arg = 0;
  uint32_t line = 0;
};

// How a call passes its arguments: some by position, then some by name.
struct TemplateCallShape {
  uint32_t positional = 0;
  std::vector<uint32_t> names;
  size_t size() const { return positional + names.size(); }
  friend bool operator==(const TemplateCallShape&,
                         const TemplateCallShape&) = default;
};

struct TemplateMacro {
  uint32_t name = 0;
  std::vector<uint32_t> parameters;  // names
  uint32_t entry = 0;                // the instruction that it begins with
};

// Parts of a program are counted up to here.
inline constexpr size_t kTemplatePartsMax = 1 << 18;
inline constexpr size_t kTemplateArgumentsMax = 64;

struct TemplateProgram {
  std::vector<std::string> strings;
  std::vector<std::string> names;  // names[0] is "loop"
  std::vector<int64_t> integers;
  std::vector<double> floats;
  std::vector<TemplateCallShape> shapes;
  std::vector<TemplateMacro> macros;
  std::vector<TemplateInstruction> code;
};

// Checks everything that rendering relies on: operands in range, jumps to
// instructions, and at each instruction one depth of every stack, whichever
// way it was reached.
absl::Status VerifyTemplate(const TemplateProgram& program);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_PROGRAM_H_
