// SPDX-License-Identifier: Apache-2.0
// A process that writes from several threads is killed again and again on the same folder. Every
// acknowledged write must be there, no value torn, and each batch whole or absent.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "kv/check.h"
#include "tests/kv/kv_test_util.h"
#include "tests/kv/load_model.h"

namespace sedge::kv {
namespace {

constexpr int kWriters = 4;
constexpr int kRounds = 60;
constexpr char kFolder[] = "SEDGE_TEST_KV_CRASH_FOLDER";
constexpr char kSeed[] = "SEDGE_TEST_KV_CRASH_SEED";
constexpr char kWriterTest[] = "CrashWriter.DISABLED_WritesUntilKilled";

// How many operations of each writer were acknowledged; a file that both processes map.
class Acknowledged {
 public:
  explicit Acknowledged(const std::string& file) {
    const int fd = open(file.c_str(), O_RDWR | O_CREAT, 0600);
    EXPECT_EQ(ftruncate(fd, kBytes), 0);
    void* mapped = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    EXPECT_NE(mapped, MAP_FAILED);
    close(fd);
    counts_ = static_cast<std::atomic<uint64_t>*>(mapped);
  }
  ~Acknowledged() { munmap(counts_, kBytes); }
  std::atomic<uint64_t>& operator[](int writer) { return counts_[writer]; }
  uint64_t total() const {
    uint64_t sum = 0;
    for (int w = 0; w < kWriters; ++w) sum += counts_[w];
    return sum;
  }

 private:
  static constexpr size_t kBytes = kWriters * sizeof(uint64_t);
  std::atomic<uint64_t>* counts_;
};

// Small memory, so that flushes and compactions are among what is cut off.
StoreOptions Options(const std::string& folder) {
  StoreOptions options;
  options.path = folder + "/kv";
  options.memory_bytes = 4u << 20;
  return options;
}

TEST(CrashWriter, DISABLED_WritesUntilKilled) {
  const std::string folder = getenv(kFolder);
  const uint64_t seed = std::stoull(getenv(kSeed));
  auto opened = OpenRocksStore(Options(folder));
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  Acknowledged acknowledged(folder + "/acknowledged");
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      const LoadModel model(seed, w);
      for (uint64_t i = 0;; ++i) {
        const Status status = LoadModel::Run(**opened, model.ns(), model.Operation(i));
        if (!status.ok()) {
          fprintf(stderr, "%s\n", status.ToString().c_str());
          _exit(1);
        }
        acknowledged[w].store(i + 1);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
}

pid_t StartWriter(const std::string& folder, uint64_t seed) {
  const std::string text = std::to_string(seed);
  const pid_t child = fork();
  if (child != 0) return child;
  dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
  setenv(kFolder, folder.c_str(), 1);
  setenv(kSeed, text.c_str(), 1);
  const std::string filter = std::string("--gtest_filter=") + kWriterTest;
  execl("/proc/self/exe", "kv_crash_test", filter.c_str(), "--gtest_also_run_disabled_tests",
        nullptr);
  _exit(127);
}

// Waits for the first acknowledgements, then for a random while.
void KillSoon(pid_t child, Acknowledged& acknowledged, std::mt19937_64& random) {
  while (acknowledged.total() < kWriters && kill(child, 0) == 0) {
    ASSERT_EQ(waitpid(child, nullptr, WNOHANG), 0) << "the writer ended by itself";
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 150'000));
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with status " << status;
}

TEST(Crash, AcknowledgedWritesSurviveEveryKill) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  const TempFolder folder;
  LoadModel::Contents contents[kWriters];
  uint64_t operations = 0;
  for (int round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const uint64_t round_seed = seed + static_cast<uint64_t>(round);
    std::filesystem::remove(folder.path() + "/acknowledged");
    Acknowledged acknowledged(folder.path() + "/acknowledged");
    KillSoon(StartWriter(folder.path(), round_seed), acknowledged, random);
    operations += acknowledged.total();
    const auto opened = OpenRocksStore(Options(folder.path()));
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    for (int w = 0; w < kWriters; ++w) {
      const LoadModel model(round_seed, w);
      for (uint64_t i = 0; i < acknowledged[w]; ++i) {
        LoadModel::Apply(model.Operation(i), contents[w]);
      }
      // The one that nobody heard of may be there too, but then all of it.
      LoadModel::Contents with_next = contents[w];
      LoadModel::Apply(model.Operation(acknowledged[w]), with_next);
      LoadModel::Contents found = LoadModel::Read(**opened, model.ns());
      EXPECT_TRUE(found == contents[w] || found == with_next)
          << model.ns() << " after " << acknowledged[w] << " operations";
      contents[w] = std::move(found);
    }
  }
  std::printf("%llu acknowledged operations\n", static_cast<unsigned long long>(operations));
  const auto checked = CheckFolder(Options(folder.path()).path);
  ASSERT_TRUE(checked.ok()) << checked.status().ToString();
  EXPECT_TRUE(checked->fine());
  EXPECT_THAT(DescribeReport(*checked), testing::IsEmpty());
}

}  // namespace
}  // namespace sedge::kv
