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
// A variable is an operand too: how many functions outwards it is, shifted by
// kTemplateSlotBits, and its slot there.
enum class TemplateOp : uint8_t {
  kEmitText,        // writes strings[arg]
  kEmit,            // [v] -> []            writes str(v); arg: TemplateEscape
  kText,            // [] -> [strings[arg]]
  kInteger,         // [] -> [integers[arg]]
  kBigInteger,      // [] -> [the integer that strings[arg] spells]
  kFloat,           // [] -> [floats[arg]]
  kNone,            // [] -> [none]
  kTrue,            // [] -> [true]
  kFalse,           // [] -> [false]
  kUndefined,       // [] -> [undefined]
  kLoad,            // [] -> [variable]
  kStore,           // [v] -> []            sets a variable
  kClear,           // unsets a variable
  kJumpIfSet,       // [] -> []             jumps if slot `extra` is set
  kResolve,         // [] -> [what names[arg] means outside of variables]
  kExport,          // [v] -> []            gives names[arg] that meaning
  kCheckNamespace,  // [v] -> []            an error if it is none
  kStoreAttribute,  // [v ns] -> []         sets ns.names[arg]
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
  kConcatMarkup,    // [v * arg] -> [the same, escaped if one is Markup]
  kMarkup,          // [v] -> [v, as Markup where autoescape is on]
  kFilter,          // [v args] -> [v|f(args)], f is names[extra]; arg: shape
  kTest,            // [v args] -> [v is t(args)], likewise
  kCall,            // [f args] -> [f(args)], arg is the shape
  kCallLoop,        // [v] -> [text]        runs the loop functions[arg] over v
  kJump,            //
  kJumpIfFalse,     // [a] -> []
  kAnd,             // [a] -> [] or, jumping because a is false, [a]
  kOr,              // [a] -> [] or, jumping because a is true, [a]
  kLoopFilter,      // [v] -> [those of v that functions[arg] keeps]
  kLoopBegin,       // [v] -> []            begins a loop over v
  kLoopNext,        // [] -> [item], or jumps when none is left
  kLoopValue,       // [] -> [loop]
  kLoopEnd,         // ends the innermost loop
  kCaptureBegin,    // what is written from here
  kCaptureEnd,      // [] -> [text]         to here; arg: TemplateEscape
  kCaptureDrop,     // forgets it
  kMacro,           // [] -> [the macro functions[arg]]
  kBlock,           // [v * names] -> []    writes the block functions[arg];
                    //                      shapes[extra] names local values
  kSelf,            // [] -> [self]
  kSaveEscape,      // sets a variable to whether autoescape is on
  kSetEscape,       // [v] -> []            turns autoescape on or off
  kRestoreEscape,   // to what a variable says
  kFail,            // an error: strings[arg]
  kReturn,          // the end of a function
};
inline constexpr int kTemplateOpCount =
    static_cast<int>(TemplateOp::kReturn) + 1;

// Whether what is written is escaped.
enum class TemplateEscape : uint8_t {
  kNo,
  kYes,
  kAsSet,     // as autoescape is set when the instruction runs
  kTextOnly,  // no, and what is no text is an error
};
inline constexpr int kTemplateEscapeCount = 4;

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

// Parts of a program are counted up to here.
inline constexpr size_t kTemplatePartsMax = 1 << 18;
inline constexpr size_t kTemplateArgumentsMax = 64;
inline constexpr int kTemplateSlotBits = 20;

struct TemplateInstruction {
  TemplateOp op = TemplateOp::kReturn;
  int32_t arg = 0;
  uint32_t line = 0;
  uint32_t extra = 0;
};

// How a call passes its arguments: some by position, some by name, then a list
// of more by position, then a mapping of more by name.
struct TemplateCallShape {
  uint32_t positional = 0;
  std::vector<uint32_t> names;
  bool star = false;
  bool star_star = false;
  size_t size() const { return positional + names.size() + star + star_star; }
  friend bool operator==(const TemplateCallShape&,
                         const TemplateCallShape&) = default;
};

// The template itself, or a part of it that runs on its own, perhaps more than
// once and later.
struct TemplateFunction {
  enum class Kind : uint8_t {
    kRoot,
    kMacro,     // of a call block, too
    kLoop,      // a recursive loop; starts with what it goes through: [v]
    kLoopTest,  // the condition of a loop: starts with an item, [v] -> [a]
    kBlock,
  };
  static constexpr uint32_t kNone = ~0u;

  Kind kind = Kind::kRoot;
  TemplateEscape escape = TemplateEscape::kNo;  // of what a kLoop gives
  uint32_t parent = kNone;  // the function whose variables it sees
  uint32_t name = kNone;    // none for the body of a call block
  uint32_t slots = 0;       // its variables
  // Of macros: names and slots of the parameters, and the slots of what a body
  // reads without being told to: caller, kwargs, varargs.
  std::vector<uint32_t> parameters, parameter_slots;
  uint32_t caller = kNone, kwargs = kNone, varargs = kNone;
  std::vector<TemplateInstruction> code;
};

struct TemplateProgram {
  std::vector<std::string> strings;
  std::vector<std::string> names;
  std::vector<int64_t> integers;
  std::vector<double> floats;
  std::vector<TemplateCallShape> shapes;
  std::vector<TemplateFunction> functions;  // the first is the template
};

// Checks everything that rendering relies on: operands in range, jumps to
// instructions, and at each instruction one depth of every stack, whichever
// way it was reached.
absl::Status VerifyTemplate(const TemplateProgram& program);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_PROGRAM_H_
