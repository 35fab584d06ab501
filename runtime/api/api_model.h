// Models of the C API, as its functions find them.
#ifndef FATHOM_RUNTIME_API_API_MODEL_H_
#define FATHOM_RUNTIME_API_API_MODEL_H_

#include <memory>

#include "runtime/api/fathom.h"
#include "runtime/api/handles.h"
#include "runtime/serve/text_artifact.h"

namespace fathom::rt {

using ModelTable = HandleTable<fathom_model, TextArtifact>;

ModelTable& Models();

// The model, or null after an error was kept: the handle is not open.
std::shared_ptr<TextArtifact> FindModel(const fathom_model* model);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_API_API_MODEL_H_
