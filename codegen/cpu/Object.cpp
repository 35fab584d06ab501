//===- Object.cpp - From the LLVM dialect to machine code -----------------===//
//
// Vectors, loops and how far they are unrolled are what the tiled form says
// they are. LLVM takes calls apart and cleans up: its own pipeline for -O3
// takes four times as long and makes code that is no faster, but a third
// larger, above all by unrolling loops around the nests.
//
//===----------------------------------------------------------------------===//

#include "codegen/cpu/Object.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/Transforms/Utils/Cloning.h"

#include <memory>
#include <mutex>
#include <optional>

namespace fathom {

static constexpr llvm::StringRef kTriple = "x86_64-unknown-linux-gnu";
static constexpr llvm::StringRef kCpu = "x86-64";
static constexpr llvm::StringRef kExportPrefix = "fathom_";
static constexpr llvm::StringRef kPasses =
    "always-inline,cgscc(inline,function<eager-inv>("
    "sroa<modify-cfg>,early-cse<memssa>,simplifycfg,"
    "instcombine<no-verify-fixpoint>,loop-mssa(loop-rotate,licm),gvn,dse,"
    "instcombine<no-verify-fixpoint>,loop-mssa(licm),adce,simplifycfg)),"
    "globaldce";

static std::unique_ptr<llvm::TargetMachine>
createTargetMachine(const CpuLevel &level) {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
  });
  llvm::Triple triple(kTriple);
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  llvm::TargetOptions options;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, kCpu, level.featureText(), options, llvm::Reloc::PIC_,
      std::nullopt, llvm::CodeGenOptLevel::Aggressive));
}

static void describe(llvm::Module &module, const CpuLevel &level,
                     llvm::TargetMachine &machine) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  module.setPICLevel(llvm::PICLevel::BigPIC);
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", kCpu);
    function.addFnAttr("tune-cpu", level.tune);
    function.addFnAttr("target-features", level.featureText());
    // There is no library to call: loops stay loops.
    function.addFnAttr("no-builtins");
    function.addFnAttr(llvm::Attribute::NoUnwind);
    if (!function.getName().starts_with(kExportPrefix))
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
  }
  for (llvm::GlobalVariable &variable : module.globals())
    if (!variable.isDeclaration())
      variable.setLinkage(llvm::GlobalValue::InternalLinkage);
}

static mlir::LogicalResult optimize(llvm::Module &module,
                                    llvm::TargetMachine &machine) {
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::TargetLibraryInfoImpl library(machine.getTargetTriple());
  library.disableAllFunctions();
  functions.registerPass([&] { return llvm::TargetLibraryAnalysis(library); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::ModulePassManager passes;
  if (llvm::Error error = builder.parsePassPipeline(passes, kPasses)) {
    llvm::consumeError(std::move(error));
    return mlir::failure();
  }
  passes.run(module, modules);
  return mlir::success();
}

/// Code of one form for `code`, which is used up.
static std::optional<std::string> emitCode(llvm::Module &code,
                                           llvm::TargetMachine &machine,
                                           llvm::CodeGenFileType type) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager emission;
  llvm::TargetLibraryInfoImpl library(machine.getTargetTriple());
  library.disableAllFunctions();
  emission.add(new llvm::TargetLibraryInfoWrapperPass(library));
  if (machine.addPassesToEmitFile(emission, stream, nullptr, type))
    return std::nullopt;
  emission.run(code);
  return std::string(bytes.begin(), bytes.end());
}

/// That the object needs nothing from elsewhere. Only there all calls are seen:
/// some, as that of a remainder, are made by the code generator.
static mlir::LogicalResult checkClosed(mlir::ModuleOp module,
                                       llvm::StringRef object) {
  auto broken = [&](llvm::Error error) {
    return module.emitError("expects an object that LLVM reads: ")
           << llvm::toString(std::move(error));
  };
  auto file = llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(object, "object"));
  if (!file)
    return broken(file.takeError());
  for (const llvm::object::SymbolRef &symbol : (*file)->symbols()) {
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    if (!flags)
      return broken(flags.takeError());
    llvm::Expected<llvm::StringRef> name = symbol.getName();
    if (!name)
      return broken(name.takeError());
    if ((*flags & llvm::object::SymbolRef::SF_Undefined) && !name->empty())
      return module.emitError("expects code that needs nothing from outside of "
                              "itself, but it needs '")
             << *name << "'";
  }
  return mlir::success();
}

mlir::FailureOr<std::string>
compileObject(mlir::ModuleOp module, const CpuLevel &level, CodeForm form) {
  mlir::registerBuiltinDialectTranslation(*module.getContext());
  mlir::registerLLVMDialectTranslation(*module.getContext());
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code =
      mlir::translateModuleToLLVMIR(module, context, "fathom");
  if (!code)
    return module.emitError("expects the LLVM dialect alone");
  std::unique_ptr<llvm::TargetMachine> machine = createTargetMachine(level);
  if (!machine)
    return module.emitError("this LLVM has no code generator for x86-64");
  describe(*code, level, *machine);
  if (mlir::failed(optimize(*code, *machine)))
    return module.emitError("this LLVM does not have the passes '")
           << kPasses << "'";

  bool assembly = form == CodeForm::Assembly;
  std::unique_ptr<llvm::Module> same =
      assembly ? llvm::CloneModule(*code) : nullptr;
  auto object = emitCode(*code, *machine, llvm::CodeGenFileType::ObjectFile);
  if (!object)
    return module.emitError("this LLVM cannot emit code for x86-64");
  if (mlir::failed(checkClosed(module, *object)))
    return mlir::failure();
  if (!assembly)
    return *std::move(object);
  auto text = emitCode(*same, *machine, llvm::CodeGenFileType::AssemblyFile);
  if (!text)
    return module.emitError("this LLVM cannot print code for x86-64");
  return *std::move(text);
}

} // namespace fathom
