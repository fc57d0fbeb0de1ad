// SPDX-License-Identifier: Apache-2.0
// make_snapshot FILE: evaluates the builtins and writes V8's startup snapshot. Runs in the build only.
#include <cstdio>
#include <fstream>

#include "runtime/script/engine.h"
#include "runtime/script/snapshot.h"
#include "runtime/worker/builtins_data.h"
#include "runtime/worker/worker_ops.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_snapshot FILE\n");
    return 2;
  }
  sedge::script::EngineOptions options;
  options.builtins = sedge::worker::Builtins();
  options.ops = sedge::worker::AllOps();
  sedge::script::Engine::Initialize(std::move(options));
  sedge::Result<std::string> blob = sedge::script::MakeSnapshot();
  if (!blob.ok()) {
    std::fprintf(stderr, "make_snapshot: %s\n", std::string(blob.status().message()).c_str());
    return 1;
  }
  std::ofstream file(argv[1], std::ios::binary);
  file.write(blob->data(), static_cast<std::streamsize>(blob->size()));
  return file.good() ? 0 : 1;
}
