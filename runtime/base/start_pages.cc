// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/start_pages.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace sedge {
namespace {

bool IsTraced() {
  std::ifstream status("/proc/self/status");
  constexpr std::string_view kName = "TracerPid:";
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kName)) return std::stol(line.substr(kName.size())) != 0;
  }
  return true;  // not known
}

// Code that the dynamic linker wrote into: the file has not what is there.
bool HasRelocatedCode(const dl_phdr_info& object) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object.dlpi_phdr[i];
    if (header.p_type != PT_DYNAMIC) continue;
    const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + header.p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_TEXTREL) return true;
      if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0) return true;
    }
  }
  return false;
}

int ForgetObject(dl_phdr_info* object, size_t, void*) {
  if (HasRelocatedCode(*object)) return 0;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) != 0) continue;
    // Of the last page the next segment may have a part.
    const uintptr_t begin = (object->dlpi_addr + header.p_vaddr) & ~(page - 1);
    const uintptr_t end = (object->dlpi_addr + header.p_vaddr + header.p_filesz) & ~(page - 1);
    if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void ForgetStartPages() {
  if (!IsTraced()) dl_iterate_phdr(&ForgetObject, nullptr);
  malloc_trim(0);
}

}  // namespace sedge
