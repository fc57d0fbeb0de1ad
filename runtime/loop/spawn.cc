// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/spawn.h"

#include <uv.h>

namespace sedge::loop {
namespace {

void Close(uv_process_t* process) {
  uv_close(reinterpret_cast<uv_handle_t*>(process),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_process_t*>(handle); });
}

}  // namespace

Status SpawnDetached(Loop& loop, std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  uv_stdio_container_t nothing[3] = {};
  for (uv_stdio_container_t& fd : nothing) fd.flags = UV_IGNORE;
  uv_process_options_t options = {};
  options.file = arguments[0];
  options.args = arguments.data();
  options.flags = UV_PROCESS_DETACHED;
  options.stdio = nothing;
  options.stdio_count = 3;
  options.exit_cb = [](uv_process_t* process, int64_t, int) { Close(process); };
  auto* process = new uv_process_t;
  const int error = uv_spawn(loop.uv(), process, &options);
  if (error == 0) return {};
  Close(process);
  return IoError(command[0] + " cannot be started: " + uv_strerror(error));
}

}  // namespace sedge::loop
