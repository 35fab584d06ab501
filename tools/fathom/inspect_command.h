// fathom inspect: everything that an artifact's manifest holds.
#ifndef FATHOM_TOOLS_FATHOM_INSPECT_COMMAND_H_
#define FATHOM_TOOLS_FATHOM_INSPECT_COMMAND_H_

#include "runtime/schema/manifest_generated.h"
#include "tools/fathom/outline.h"

namespace fathom::rt {

// Every field under its name in the schema; bytes that mean nothing to a
// reader as their number and SHA-256.
Outline DescribeManifest(const fathom::schema::Manifest& manifest);

// The program; returns its exit code.
int InspectCommand(int argc, const char* const* argv);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_INSPECT_COMMAND_H_
