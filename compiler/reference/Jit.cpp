//===- Jit.cpp - Code of the LLVM dialect, loaded for a test --------------===//
//
// See Jit.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Jit.h"

#include "codegen/cpu/Object.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

namespace fathom {

Jit::Jit() = default;
Jit::~Jit() = default;

llvm::StringRef Jit::missingFeature(const CpuLevel &level) {
  llvm::StringMap<bool> has = llvm::sys::getHostCPUFeatures();
  for (llvm::StringRef feature : level.features)
    if (!has.lookup(feature))
      return feature;
  return "";
}

mlir::FailureOr<std::unique_ptr<Jit>> Jit::create(mlir::ModuleOp module,
                                                  const CpuLevel &level) {
  mlir::FailureOr<std::string> object =
      compileObject(module, level, CodeForm::Object);
  if (mlir::failed(object))
    return mlir::failure();
  auto report = [&](llvm::Error error) {
    return mlir::emitError(module.getLoc(), "found code that does not load: ")
           << llvm::toString(std::move(error));
  };
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto jit = llvm::orc::LLJITBuilder()
                 .setLinkProcessSymbolsByDefault(false)
                 .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                 .create();
  if (!jit)
    return report(jit.takeError());
  if (llvm::Error error = (*jit)->addObjectFile(
          llvm::MemoryBuffer::getMemBufferCopy(*object, "step")))
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
