// SPDX-License-Identifier: Apache-2.0
// A whole server connection: eight bytes choose where the rest is cut, when writes block and when
// the handler gets its turn. The responses must be those of the plain run, and readable.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/http/connection_run.h"

namespace {

[[noreturn]] void Fail(const char* what, const sedge::http::ConnectionRun& run,
                       const sedge::http::ConnectionRun& plain) {
  std::fprintf(stderr, "%s\n%splain:\n%s", what, ToText(run).c_str(), ToText(plain).c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uint64_t seed = 0;
  if (size < sizeof seed) return 0;
  std::memcpy(&seed, data, sizeof seed);
  seed |= 1;  // 0 is the plain run
  const std::string_view wire(reinterpret_cast<const char*>(data) + sizeof seed,
                              size - sizeof seed);
  const sedge::http::ConnectionRun plain = sedge::http::RunConnection(wire, {});
  if (!plain.problem.empty()) Fail("the plain run", plain, plain);
  const sedge::http::ConnectionRun cut = sedge::http::RunConnection(wire, {.seed = seed});
  if (!(cut == plain)) Fail("another outcome", cut, plain);
  const sedge::http::ConnectionRun troubled =
      sedge::http::RunConnection(wire, {.seed = seed, .troubled = true});
  if (!troubled.problem.empty()) Fail("the troubled run", troubled, plain);
  return 0;
}
