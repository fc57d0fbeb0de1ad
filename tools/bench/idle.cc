// SPDX-License-Identifier: Apache-2.0
// What an idle connection costs a server: opens many, asks each once, waits until the server has
// come to rest, and prints how much its resident memory grew, in bytes per connection. Before that
// it has had more requests over few connections, and the same rest: what requests leave behind, and
// what a server gives back after work, is no connection's.
//
//   sedge_idle PORT PID[,PID...] [CONNECTIONS]     (several: a server of several processes)
#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr int kDefaultConnections = 5'000;
constexpr int kWarmRequestsEach = 4;  // for each connection
// Servers end a connection after a number of requests.
constexpr int kRequestsOfOne = 500;
// Longer than a server keeps the buffers of a connection that is idle.
constexpr std::chrono::seconds kRest{3};
// As a browser's: some hundred bytes.
constexpr std::string_view kRequest =
    "GET / HTTP/1.1\r\nHost: bench.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; "
    "rv:140.0) "
    "Gecko/20100101 Firefox/140.0\r\nAccept: "
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    "\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nCookie: "
    "session="
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\nPriority: u=0, i\r\n\r\n";

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

long ResidentBytesOf(const std::string& pid) {
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6)) * 1024;
  }
  Fail("no such process");
}

long ResidentBytes(const std::string& pids) {
  std::istringstream stream(pids);
  long sum = 0;
  for (std::string pid; std::getline(stream, pid, ',');) sum += ResidentBytesOf(pid);
  return sum;
}

int Open(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    Fail("connect");
  }
  return fd;
}

// Whether `answer` has all of a response: its length, or its last chunk, says so.
bool IsWhole(std::string_view answer) {
  const size_t head = answer.find("\r\n\r\n");
  if (head == std::string_view::npos) return false;
  std::string names(answer.substr(0, head));
  for (char& c : names) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::string_view kLength = "\r\ncontent-length:";
  const size_t length = names.find(kLength);
  if (length == std::string::npos) return answer.ends_with("0\r\n\r\n");
  return answer.size() >=
         head + 4 + std::strtoul(names.c_str() + length + kLength.size(), nullptr, 10);
}

void Ask(int fd) {
  char buffer[4096];
  std::string answer;
  if (send(fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) Fail("send");
  while (!IsWhole(answer)) {
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got == 0) {
      std::fprintf(stderr, "the server closed a connection that was idle\n");
      std::exit(1);
    }
    if (got < 0) Fail("recv");
    answer.append(buffer, static_cast<size_t>(got));
  }
  if (!answer.starts_with("HTTP/1.1 200")) {
    std::fprintf(stderr, "the answer is no 200: %s\n", answer.c_str());
    std::exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: sedge_idle PORT PID[,PID...] [CONNECTIONS]\n");
    return 2;
  }
  const auto port = static_cast<uint16_t>(std::atoi(argv[1]));
  const std::string pids = argv[2];
  const int count = argc > 3 ? std::atoi(argv[3]) : kDefaultConnections;
  rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  int warm = Open(port);
  for (int i = 0; i < kWarmRequestsEach * count; ++i) {
    if (i % kRequestsOfOne == kRequestsOfOne - 1) {
      close(warm);
      warm = Open(port);
    }
    Ask(warm);
  }
  std::this_thread::sleep_for(kRest);
  const long before = ResidentBytes(pids);
  std::vector<int> idle;
  for (int i = 0; i < count; ++i) {
    idle.push_back(Open(port));
    Ask(idle.back());
  }
  std::this_thread::sleep_for(kRest);
  const long after = ResidentBytes(pids);
  for (const int fd : idle) Ask(fd);  // they are alive
  std::printf("%.0f\n", static_cast<double>(after - before) / count);
}
