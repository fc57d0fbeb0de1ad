// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/file_pages.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace sedge {
namespace {

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

struct Range {
  uintptr_t begin;
  uintptr_t end;
};

// Mappings with pages of this process's own: forgetting those would undo what was written there,
// such as by a tool that changes code while it runs.
std::vector<Range> WrittenMappings() {
  std::vector<Range> written;
  std::ifstream maps("/proc/self/smaps");
  Range current{0, UINTPTR_MAX};
  for (std::string line; std::getline(maps, line);) {
    unsigned long long begin = 0, end = 0, kilobytes = 0;
    if (std::sscanf(line.c_str(), "%llx-%llx ", &begin, &end) == 2) {
      current = {begin, end};
    } else if (std::sscanf(line.c_str(), "Anonymous: %llu kB", &kilobytes) == 1 && kilobytes != 0) {
      written.push_back(current);
    }
  }
  return written;
}

bool IsWritten(const std::vector<Range>& written, uintptr_t begin, uintptr_t end) {
  return std::ranges::any_of(
      written, [&](const Range& range) { return range.begin < end && begin < range.end; });
}

int ForgetObject(dl_phdr_info* object, size_t, void* data) {
  if (HasRelocatedCode(*object)) return 0;
  const auto& written = *static_cast<const std::vector<Range>*>(data);
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) != 0) continue;
    // Of the last page the next segment may have a part.
    const uintptr_t begin = (object->dlpi_addr + header.p_vaddr) & ~(page - 1);
    const uintptr_t end = (object->dlpi_addr + header.p_vaddr + header.p_filesz) & ~(page - 1);
    if (end <= begin || IsWritten(written, begin, end)) continue;
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

bool IsTraced() {
  std::ifstream status("/proc/self/status");
  constexpr std::string_view kName = "TracerPid:";
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kName)) return std::stol(line.substr(kName.size())) != 0;
  }
  return true;
}

void ForgetFilePages() {
  std::vector<Range> written;
  if (!IsTraced()) {
    written = WrittenMappings();
    if (!written.empty()) dl_iterate_phdr(&ForgetObject, &written);  // heaps are: else unreadable
  }
  malloc_trim(0);
}

}  // namespace sedge
