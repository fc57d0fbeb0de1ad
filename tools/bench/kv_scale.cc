// SPDX-License-Identifier: Apache-2.0
// What the store does with many keys: loading, memory, lists, gets, namespaces, deletion, durable
// writes. Prints figures; checks nothing.
//
//   sedge_kv_scale load FOLDER [KEYS [NAMESPACES]]   10,000,000 keys in one namespace, 1,000 others
//   sedge_kv_scale puts FOLDER [THREADS [SECONDS]]   durable puts of 100 bytes; compare with
//       db_bench --benchmarks=fillsync --threads=64 --value_size=100 --duration=10 --db=FOLDER
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "kv/rocks_store.h"

namespace sedge::kv {
namespace {

using Time = std::chrono::steady_clock;

double SecondsSince(Time::time_point start) {
  return std::chrono::duration<double>(Time::now() - start).count();
}

[[noreturn]] void Fail(const Status& status) {
  std::fprintf(stderr, "kv_scale: %s\n", status.ToString().c_str());
  std::exit(1);
}

size_t ResidentMiB() {
  size_t pages = 0;
  size_t resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE)) >> 20;
}

size_t FolderMiB(const std::string& folder) {
  size_t bytes = 0;
  std::error_code gone;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder, gone)) {
    const size_t size = file.is_regular_file(gone) ? file.file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes >> 20;
}

std::string KeyOf(size_t i) {
  char key[32];
  std::snprintf(key, sizeof(key), "user:%09zu", i * 7'919 % 1'000'000'000);
  return key;
}

std::unique_ptr<RocksStore> OpenAt(const std::string& folder, bool durable) {
  auto opened = RocksStore::Open({.path = folder, .durable_writes = durable});
  if (!opened.ok()) Fail(opened.status());
  return std::move(*opened);
}

void Load(RocksStore& store, const std::string& ns, size_t keys) {
  constexpr size_t kBatch = 1'000;
  const std::string value(100, 'v');
  for (size_t done = 0; done < keys;) {
    std::vector<Change> changes;
    for (; changes.size() < kBatch && done < keys; ++done) {
      changes.push_back({.key = KeyOf(done), .value = Bytes::Copy(value), .options = {}});
      changes.back().options.metadata = "{\"n\":1}";
    }
    if (const Status status = store.Write(ns, changes); !status.ok()) Fail(status);
  }
}

// Microseconds: median and 99th of 100.
template <typename Work>
void Measure(const char* what, int times, Work work) {
  std::vector<double> took;
  for (int i = 0; i < times; ++i) {
    const auto start = Time::now();
    work(i);
    took.push_back(SecondsSince(start) * 1e6);
  }
  std::sort(took.begin(), took.end());
  std::printf("%-44s %9.0f us median %9.0f us p99\n", what, took[took.size() / 2],
              took[took.size() * 99 / 100]);
}

void ListPage(RocksStore& store, const std::string& ns, const std::string& prefix, size_t limit) {
  const auto page = store.List(ns, {.prefix = prefix, .limit = limit, .cursor = ""});
  if (!page.ok()) Fail(page.status());
}

void MeasureReads(RocksStore& store, size_t keys) {
  Measure("get, any key", 20'000, [&](int i) {
    const auto got = store.Get("big", KeyOf(static_cast<size_t>(i) * 104'729 % keys));
    if (!got.ok() || !*got) Fail(got.ok() ? NotFound("a key is gone") : got.status());
  });
  Measure("list of 1,000 in the big namespace", 300,
          [&](int i) { ListPage(store, "big", "user:" + std::to_string(100 + i % 900), 1'000); });
  Measure("list of 10 by a long prefix, big namespace", 2'000,
          [&](int i) { ListPage(store, "big", KeyOf(static_cast<size_t>(i)).substr(0, 12), 10); });
  Measure("list of 10, small namespace", 2'000,
          [&](int i) { ListPage(store, "small-" + std::to_string(i % 10), "", 10); });
}

int RunLoad(const std::string& folder, size_t keys, size_t namespaces) {
  auto store = OpenAt(folder, /*durable=*/false);
  auto start = Time::now();
  Load(*store, "big", keys);
  std::printf("loaded %zu keys in %.0f s, %zu MiB resident, %zu MiB on disk\n", keys,
              SecondsSince(start), ResidentMiB(), FolderMiB(folder));
  start = Time::now();
  for (size_t i = 0; i < namespaces; ++i) Load(*store, "small-" + std::to_string(i), 100);
  std::printf("%zu namespaces of 100 keys in %.1f s\n", namespaces, SecondsSince(start));
  start = Time::now();
  if (const Status status = store->Compact(); !status.ok()) Fail(status);
  std::printf("compacted in %.0f s, %zu MiB on disk\n", SecondsSince(start), FolderMiB(folder));
  store = nullptr;
  start = Time::now();
  store = OpenAt(folder, /*durable=*/false);
  std::printf("opened in %.0f ms\n", SecondsSince(start) * 1e3);
  MeasureReads(*store, keys);
  Measure("all namespaces", 10, [&](int) { (void)store->Namespaces(); });
  std::printf("%zu MiB resident, memory_bytes is %zu MiB\n", ResidentMiB(),
              StoreOptions().memory_bytes >> 20);
  start = Time::now();
  if (const Status status = store->DeleteNamespace("big"); !status.ok()) Fail(status);
  std::printf("deleted the big namespace in %.0f ms", SecondsSince(start) * 1e3);
  std::printf(", %zu MiB on disk then", FolderMiB(folder));
  while (FolderMiB(folder) > 100 && SecondsSince(start) < 120) usleep(100'000);
  std::printf(", %zu MiB after %.1f s\n", FolderMiB(folder), SecondsSince(start));
  return 0;
}

int RunPuts(const std::string& folder, size_t threads, double seconds) {
  const auto store = OpenAt(folder, /*durable=*/true);
  std::atomic<uint64_t> puts = 0;
  std::atomic<bool> stop = false;
  const std::string value(100, 'v');
  std::vector<std::thread> writers;
  const auto start = Time::now();
  for (size_t t = 0; t < threads; ++t) {
    writers.emplace_back([&, t] {
      for (size_t i = t; !stop; i += threads) {
        const Status status = store->Put("ns", KeyOf(i), AsBytes(value), {});
        if (!status.ok()) Fail(status);
        ++puts;
      }
    });
  }
  usleep(static_cast<useconds_t>(seconds * 1e6));
  stop = true;
  for (std::thread& writer : writers) writer.join();
  std::printf("%zu threads: %.0f durable puts/s\n", threads,
              static_cast<double>(puts) / SecondsSince(start));
  return 0;
}

}  // namespace
}  // namespace sedge::kv

int main(int argc, char** argv) {
  const auto number = [&](int at, size_t otherwise) {
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
  };
  if (argc > 2 && std::strcmp(argv[1], "load") == 0) {
    return sedge::kv::RunLoad(argv[2], number(3, 10'000'000), number(4, 1'000));
  }
  if (argc > 2 && std::strcmp(argv[1], "puts") == 0) {
    return sedge::kv::RunPuts(argv[2], number(3, 64), static_cast<double>(number(4, 10)));
  }
  std::fprintf(stderr,
               "kv_scale load FOLDER [KEYS [NAMESPACES]]\n"
               "kv_scale puts FOLDER [THREADS [SECONDS]]\n");
  return 2;
}
