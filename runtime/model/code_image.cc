// See code_image.h.
#include "runtime/model/code_image.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "runtime/io/digest.h"

namespace fathom::rt {
namespace {

absl::Status Bad(absl::string_view found, absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat(kCodeFile, ": found ", found, ", expected ", expected));
}

// The T at `offset`, or nothing where the bytes end before.
template <typename T>
std::optional<T> At(absl::string_view bytes, uint64_t offset) {
  if (offset > bytes.size() || sizeof(T) > bytes.size() - offset) {
    return std::nullopt;
  }
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// What an entry of the dynamic section must not ask for.
const char* Forbidden(const Elf64_Dyn& entry) {
  switch (entry.d_tag) {
    case DT_NEEDED:
    case DT_FILTER:
    case DT_AUXILIARY:
    case DT_AUDIT:
    case DT_DEPAUDIT: return "a library that it needs";
    case DT_RPATH:
    case DT_RUNPATH: return "a path to look for libraries in";
    case DT_INIT:
    case DT_FINI: return "a function that runs when it is mapped or unmapped";
    case DT_INIT_ARRAYSZ:
    case DT_FINI_ARRAYSZ:
    case DT_PREINIT_ARRAYSZ:
      return entry.d_un.d_val == 0
                 ? nullptr
                 : "functions that run when it is mapped or unmapped";
    case DT_TEXTREL: return "code that is changed when it is mapped";
    default: return nullptr;
  }
}

absl::Status CheckDynamic(absl::string_view bytes, const Elf64_Phdr& segment) {
  const uint64_t entries = segment.p_filesz / sizeof(Elf64_Dyn);
  if (entries > kDynamicEntriesMax) {
    return Bad(absl::StrCat(entries, " dynamic entries"),
               absl::StrCat("at most ", kDynamicEntriesMax));
  }
  for (uint64_t i = 0; i < entries; ++i) {
    uint64_t offset = 0;
    std::optional<Elf64_Dyn> entry;
    if (!__builtin_add_overflow(segment.p_offset, i * sizeof(Elf64_Dyn),
                                &offset)) {
      entry = At<Elf64_Dyn>(bytes, offset);
    }
    if (!entry) return Bad("a dynamic section beyond its end", "it inside");
    if (const char* what = Forbidden(*entry)) return Bad(what, "none");
    if (entry->d_tag == DT_NULL) break;
  }
  return absl::OkStatus();
}

// `bytes` in memory that nobody can change any more.
absl::StatusOr<OwnedDescriptor> Seal(absl::string_view bytes) {
  OwnedDescriptor memory(
      memfd_create(kCodeFile, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  for (size_t done = 0; memory.get() >= 0 && done < bytes.size();) {
    const ssize_t wrote =
        write(memory.get(), bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) memory = OwnedDescriptor();
    done += wrote > 0 ? static_cast<size_t>(wrote) : 0;
  }
  if (memory.get() < 0 ||
      fcntl(memory.get(), F_ADD_SEALS,
            F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s: cannot copy %d bytes to memory: %s", kCodeFile,
                        bytes.size(), strerror(errno)));
  }
  return memory;
}

}  // namespace

absl::Status CheckSharedObject(absl::string_view bytes) {
  const auto header = At<Elf64_Ehdr>(bytes, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_type != ET_DYN ||
      header->e_machine != EM_X86_64 ||
      header->e_phentsize != sizeof(Elf64_Phdr)) {
    return Bad("no such file", "a shared object (ELF) for x86-64");
  }
  int dynamic_sections = 0;
  for (uint64_t i = 0; i < header->e_phnum; ++i) {
    uint64_t offset = 0;
    std::optional<Elf64_Phdr> segment;
    if (!__builtin_add_overflow(header->e_phoff, i * sizeof(Elf64_Phdr),
                                &offset)) {
      segment = At<Elf64_Phdr>(bytes, offset);
    }
    if (!segment) return Bad("program headers beyond its end", "them inside");
    if (segment->p_type != PT_DYNAMIC) continue;
    ++dynamic_sections;
    FATHOM_RETURN_IF_ERROR(CheckDynamic(bytes, *segment));
  }
  if (dynamic_sections == 1) return absl::OkStatus();
  return Bad(absl::StrCat(dynamic_sections, " dynamic sections"), "one");
}

absl::StatusOr<CodeImage> CodeImage::Load(const ArtifactFile& file,
                                          absl::Span<const uint8_t> sha256) {
  FATHOM_ASSIGN_OR_RETURN(const std::string bytes, file.ReadAll(kCodeBytesMax));
  const Sha256Digest found = Sha256(bytes);
  if (absl::MakeConstSpan(found) != sha256) {
    auto hex = [](absl::Span<const uint8_t> digest) {
      return absl::BytesToHexString(
          {reinterpret_cast<const char*>(digest.data()), digest.size()});
    };
    return absl::DataLossError(absl::StrFormat(
        "%s: found bytes with the SHA-256 %s, expected %s as %s says",
        kCodeFile, hex(found), hex(sha256), kManifestFile));
  }
  FATHOM_RETURN_IF_ERROR(CheckSharedObject(bytes));
  FATHOM_ASSIGN_OR_RETURN(OwnedDescriptor memory, Seal(bytes));
  void* handle = dlopen(absl::StrCat("/proc/self/fd/", memory.get()).c_str(),
                        RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    // The loader's text begins with the path of the memory, which tells a
    // user nothing.
    absl::string_view why = dlerror();
    const size_t colon = why.find(": ");
    if (colon != why.npos) why.remove_prefix(colon + 2);
    return absl::InvalidArgumentError(
        absl::StrCat(kCodeFile, ": cannot be mapped: ", Shown(why)));
  }
  return CodeImage(std::move(memory), handle);
}

CodeImage::~CodeImage() {
  if (handle_ != nullptr) dlclose(handle_);
}

absl::StatusOr<void*> CodeImage::FindAddress(const std::string& symbol) const {
  void* address = dlsym(handle_, symbol.c_str());
  if (address != nullptr) return address;
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s: found no function '%s', expected it because %s names it", kCodeFile,
      Shown(symbol), kManifestFile));
}

}  // namespace fathom::rt
