//===- Jit.cpp - Code of the LLVM dialect, loaded for a test --------------===//
//
// See Jit.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Jit.h"

#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/CGSCCPassManager.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

namespace fathom {

Jit::Jit() = default;
Jit::~Jit() = default;

llvm::StringRef Jit::missingFeature(llvm::StringRef level) {
  llvm::StringMap<bool> has = llvm::sys::getHostCPUFeatures();
  std::vector<llvm::StringRef> needed{"avx2", "fma", "f16c"};
  if (level != "avx2")
    llvm::append_range(
        needed, std::initializer_list<llvm::StringRef>{"avx512f", "avx512bw",
                                                       "avx512dq", "avx512vl"});
  if (level == "avx512-bf16")
    needed.push_back("avx512bf16");
  for (llvm::StringRef feature : needed)
    if (!has.lookup(feature))
      return feature;
  return "";
}

static std::unique_ptr<llvm::TargetMachine> machineFor(llvm::StringRef level) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::Triple triple(llvm::sys::getProcessTriple());
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  llvm::StringRef cpu = level == "avx2" ? "x86-64-v3" : "x86-64-v4";
  llvm::StringRef features = level == "avx2"     ? ""
                             : level == "avx512" ? "-prefer-256-bit"
                                                 : "-prefer-256-bit,"
                                                   "+avx512bf16,+avx512vnni";
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, cpu, features, llvm::TargetOptions(), llvm::Reloc::PIC_,
      std::nullopt, llvm::CodeGenOptLevel::Aggressive));
}

/// Optimises as the compiler does: no loop becomes a call of memset.
static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple());
  for (llvm::Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr("no-builtins");
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}

static std::unique_ptr<llvm::MemoryBuffer>
objectOf(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager pm;
  if (machine.addPassesToEmitFile(pm, stream, nullptr,
                                  llvm::CodeGenFileType::ObjectFile))
    return nullptr;
  pm.run(module);
  return std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(bytes));
}

mlir::FailureOr<std::unique_ptr<Jit>> Jit::create(mlir::ModuleOp module,
                                                  llvm::StringRef level) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code =
      mlir::translateModuleToLLVMIR(module, context);
  std::unique_ptr<llvm::TargetMachine> machine = machineFor(level);
  if (!code || !machine)
    return mlir::emitError(module.getLoc(), "found no code for level ")
           << level;
  optimize(*code, *machine);
  std::unique_ptr<llvm::MemoryBuffer> object = objectOf(*code, *machine);
  if (!object)
    return mlir::emitError(module.getLoc(), "found no object code for level ")
           << level;

  auto report = [&](llvm::Error error) {
    return mlir::emitError(module.getLoc(), "found code that does not load: ")
           << llvm::toString(std::move(error));
  };
  auto jit = llvm::orc::LLJITBuilder()
                 .setLinkProcessSymbolsByDefault(false)
                 .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                 .create();
  if (!jit)
    return report(jit.takeError());
  if (llvm::Error error = (*jit)->addObjectFile(std::move(object)))
    return report(std::move(error));
  std::unique_ptr<Jit> result(new Jit);
  result->jit = std::move(*jit);
  return result;
}

void *Jit::lookup(llvm::StringRef name) {
  auto symbol = jit->lookup(name);
  if (symbol)
    return symbol->toPtr<void *>();
  llvm::errs() << llvm::toString(symbol.takeError()) << "\n";
  return nullptr;
}

} // namespace fathom
