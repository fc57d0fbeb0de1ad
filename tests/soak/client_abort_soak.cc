// SPDX-License-Identifier: Apache-2.0
// client_abort_soak [--seconds N] [--clients N] [--seed N]: clients that stay or leave at random
// points, under load, before a worker that streams, proxies and stores; its origin is another
// sedge. In the end neither process may hold a connection, a request or a body, nor memory that
// grows, and both must stop as they should. Prints what happened; exit status 0 when the end was
// right.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/harness/server_state.h"
#include "tests/e2e/harness/worker.h"
#include "tests/soak/leaving_client.h"
#include "tests/soak/soak_workers.h"

namespace sedge::soak {
namespace {

using Clock = std::chrono::steady_clock;
using e2e::State;
using e2e::Worker;

// What a worker's heap and the allocator may come to hold after the first part of the run.
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kAllowedGrowthBytes = 256u << 20;  // freed memory stays in quarantine
#else
constexpr size_t kAllowedGrowthBytes = 64u << 20;
#endif

constexpr size_t kSamples = 12;          // of resident memory
constexpr size_t kShownLogBytes = 2000;  // when something is wrong

constexpr char kLimits[] =
    "[limits]\nmemory_mb = 32\nclient_idle_timeout_ms = 200\n"
    "idle_timeout_ms = 2000\n";

struct Options {
  int seconds = 4;
  int clients = 16;
  uint64_t seed = 1;
};

uint16_t PortOf(const std::string& url) {
  return static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

double Megabytes(size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

struct Process {
  std::string name;
  Worker worker;
  int idle_sockets = 0;
  std::vector<size_t> resident;  // at each twelfth of the run

  Process(std::string called, const char* script, std::vector<std::string> flags)
      : name(std::move(called)), worker(script, std::move(flags), kLimits) {}
  e2e::ChildProcess& process() { return worker.process(); }

  // "" when it is as it should be with nobody there.
  std::string Problem() {
    const State nothing = {{"connections", 0}, {"requests", 0},           {"bodies", 0},
                           {"fetches", 0},     {"client_connections", 0}, {"busy_threads", 0}};
    if (const std::string was = e2e::WaitForState(process(), nothing); !was.empty()) {
      return "it still holds something: " + was;
    }
    const int sockets = e2e::SocketCount(process());
    if (sockets != idle_sockets) {
      return std::to_string(sockets) + " sockets are open, " + std::to_string(idle_sockets) +
             " were before";
    }
    if (resident.back() > resident[kSamples / 3 - 1] + kAllowedGrowthBytes) {
      return "its memory grows";
    }
    return "";
  }

  std::string Stop() {
    process().Signal(SIGTERM);
    const std::optional<int> status = process().WaitForExit();
    if (status == 0) return "";
    return "it ended with " + (status ? std::to_string(*status) : "nothing");
  }
};

ClientCounts RunClients(const Options& options, uint16_t port, std::vector<Process*> processes) {
  std::atomic<bool> stopping = false;
  std::vector<std::unique_ptr<LeavingClient>> clients;
  std::vector<std::thread> threads;
  for (int i = 0; i < options.clients; ++i) {
    clients.push_back(
        std::make_unique<LeavingClient>(port, options.seed * 1000 + static_cast<uint64_t>(i)));
    threads.emplace_back([&stopping, client = clients.back().get()] {
      while (!stopping) client->Visit();
    });
  }
  const auto start = Clock::now();
  for (auto end = start + std::chrono::seconds(options.seconds); Clock::now() < end;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    for (Process* process : processes) {
      (void)process->process().err();  // its log must not fill the pipe
      const size_t taken = process->resident.size();
      if (Clock::now() > start + (end - start) * (taken + 1) / kSamples && taken < kSamples) {
        process->resident.push_back(process->process().ResidentBytes());
      }
    }
  }
  for (Process* process : processes) {
    process->resident.resize(kSamples, process->process().ResidentBytes());
  }
  stopping = true;
  for (std::thread& thread : threads) thread.join();
  ClientCounts counts;
  for (const auto& client : clients) counts.Add(client->counts());
  return counts;
}

void Print(const ClientCounts& counts, const Options& options) {
  uint64_t all = 0;
  for (const auto& [path, count] : counts.asked) all += count;
  std::printf("%d clients, %d s, seed %llu: %llu connections (%llu/s)\n", options.clients,
              options.seconds, static_cast<unsigned long long>(options.seed),
              static_cast<unsigned long long>(all),
              static_cast<unsigned long long>(all / static_cast<uint64_t>(options.seconds)));
  std::printf("stayed %llu, left %llu, left before the request was whole %llu, refused %llu\n",
              static_cast<unsigned long long>(counts.stayed),
              static_cast<unsigned long long>(counts.left),
              static_cast<unsigned long long>(counts.half_asked),
              static_cast<unsigned long long>(counts.refused));
  for (const auto& [path, count] : counts.asked) {
    std::printf("  %-14s %llu\n", path.c_str(), static_cast<unsigned long long>(count));
  }
}

int Run(const Options& options) {
  Process origin("origin", kOrigin, {});
  Process front("front", kFront,
                {"--map", "origin.test=" + origin.worker.url(), "--map",
                 "deaf.test=" + origin.worker.url(), "--kv", "KV", "--threads", "2"});
  std::vector<Process*> both = {&front, &origin};
  for (Process* process : both) process->idle_sockets = e2e::SocketCount(process->process());
  const ClientCounts counts = RunClients(options, PortOf(front.worker.url()), both);
  Print(counts, options);
  bool good = counts.wrong == 0;
  if (!good) {
    std::printf("WRONG: %llu responses; the first: %s\n",
                static_cast<unsigned long long>(counts.wrong), counts.first_wrong.c_str());
  }
  for (Process* process : both) {
    std::string problem = process->Problem();
    std::printf("%s: resident MB", process->name.c_str());
    for (const size_t bytes : process->resident) std::printf(" %.0f", Megabytes(bytes));
    std::printf(", %.0f at most\n", Megabytes(process->process().PeakResidentBytes()));
    if (problem.empty()) problem = process->Stop();
    if (!problem.empty()) {
      const std::string log = process->process().err();
      std::printf("WRONG: %s: %s\nits log ends with:\n%s\n", process->name.c_str(), problem.c_str(),
                  log.substr(log.size() - std::min(log.size(), kShownLogBytes)).c_str());
    }
    good &= problem.empty();
  }
  std::printf("%s\n", good ? "nothing is left" : "FAILED");
  return good ? 0 : 1;
}

}  // namespace
}  // namespace sedge::soak

int main(int argc, char** argv) {
  sedge::soak::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--seconds") options.seconds = std::max(1, std::atoi(argv[i + 1]));
    if (name == "--clients") options.clients = std::max(1, std::atoi(argv[i + 1]));
    if (name == "--seed") options.seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  return sedge::soak::Run(options);
}
