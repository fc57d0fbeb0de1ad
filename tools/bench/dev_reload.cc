// SPDX-License-Identifier: Apache-2.0
// How long `sedge dev` takes from a save to the first answer of the new code: starts it on a script
// in a folder of its own, saves the script again and again, and asks over one connection until the
// new version answers. Prints "median_ms p90_ms maximum_ms", for a script of a line and for one
// with so many KiB of functions besides.
//
//   sedge_dev_reload SEDGE [ROUNDS] [KIB]
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kDefaultRounds = 50;
constexpr int kDefaultKib = 512;
constexpr std::chrono::seconds kDeadline{20};
constexpr const char* kRequest = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

std::string Script(int version, const std::string& more) {
  return "export default { fetch() { return new Response(\"version " + std::to_string(version) +
         ".\"); } };\n" + more;
}

std::string Functions(int kib) {
  std::string text;
  for (int i = 0; text.size() < static_cast<size_t>(kib) * 1024; ++i) {
    const std::string number = std::to_string(i);
    text += "function f" + number + "(a, b) { return a.map((x) => x * " + number +
            " + b).filter((x) => x > 1).join(\",\"); }\n";
  }
  return text;
}

// Starts it; gives the port, and its process in `pid`.
uint16_t Start(const char* sedge, const std::string& folder, pid_t* pid) {
  int out[2];
  if (pipe(out) != 0) Fail("pipe");
  *pid = fork();
  if (*pid == 0) {
    dup2(out[1], STDOUT_FILENO);
    execl(sedge, sedge, "dev", folder.c_str(), "--port", "0", "--quiet", nullptr);
    _exit(127);
  }
  close(out[1]);
  std::string text;
  char buffer[256];
  for (ssize_t n; text.find('\n') == std::string::npos;) {
    if ((n = read(out[0], buffer, sizeof buffer)) <= 0) Fail("it does not start");
    text.append(buffer, static_cast<size_t>(n));
  }
  return static_cast<uint16_t>(std::atoi(text.c_str() + text.rfind(':') + 1));
}

// Reconnects where the server has had enough requests on one connection.
class Client {
 public:
  explicit Client(uint16_t port) : port_(port) {}
  bool Sees(const std::string& text) {
    if (fd_ < 0) Connect();
    std::string answer;
    char buffer[4096];
    if (send(fd_, kRequest, std::char_traits<char>::length(kRequest), MSG_NOSIGNAL) > 0) {
      while (answer.find("version") == std::string::npos || answer.back() != '.') {
        const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
        if (n <= 0) break;
        answer.append(buffer, static_cast<size_t>(n));
      }
    }
    if (answer.empty() || answer.find("connection: close") != std::string::npos ||
        answer.find("Connection: close") != std::string::npos) {
      close(fd_);
      fd_ = -1;
    }
    return answer.find(text) != std::string::npos;
  }

 private:
  void Connect() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    if (fd_ < 0 || connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      Fail("connect");
    }
  }
  const uint16_t port_;
  int fd_ = -1;
};

void Measure(const char* sedge, int rounds, int kib) {
  std::string folder = std::filesystem::temp_directory_path() / "sedge-dev-XXXXXX";
  if (!mkdtemp(folder.data())) Fail("mkdtemp");
  const std::string file = folder + "/index.js", more = Functions(kib);
  std::ofstream(file) << Script(0, more);
  pid_t pid = 0;
  Client client(Start(sedge, folder, &pid));
  std::vector<double> times;
  for (int i = 1; i <= rounds; ++i) {
    const std::string wanted = "version " + std::to_string(i) + ".";
    const Clock::time_point start = Clock::now();
    std::ofstream(file) << Script(i, more);
    while (!client.Sees(wanted)) {
      if (Clock::now() - start > kDeadline) Fail("the change does not come");
      usleep(500);  // what polls all the time takes the time that the reload needs
    }
    times.push_back(Milliseconds(Clock::now() - start).count());
    usleep(20'000);
  }
  kill(pid, SIGTERM);
  waitpid(pid, nullptr, 0);
  std::filesystem::remove_all(folder);
  std::sort(times.begin(), times.end());
  std::printf("%d KiB: %.1f %.1f %.1f\n", kib, times[times.size() / 2],
              times[times.size() * 9 / 10], times.back());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: sedge_dev_reload SEDGE [ROUNDS] [KIB]\n");
    return 2;
  }
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : kDefaultRounds;
  Measure(argv[1], rounds, 0);
  Measure(argv[1], rounds, argc > 3 ? std::atoi(argv[3]) : kDefaultKib);
  return 0;
}
