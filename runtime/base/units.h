// Numbers as people read them.
#ifndef FATHOM_RUNTIME_BASE_UNITS_H_
#define FATHOM_RUNTIME_BASE_UNITS_H_

#include <cstdint>
#include <string>

namespace fathom::rt {

// In decimal units with three significant digits: "512 bytes", "4.10 MB",
// "3.09 GB".
std::string BytesText(uint64_t bytes);

// "512", "12.3 thousand", "1.54 billion".
std::string CountText(uint64_t count);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_UNITS_H_
