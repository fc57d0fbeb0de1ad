// SPDX-License-Identifier: Apache-2.0
// sedge_relay [MIB [ROUNDS]]: moves MIB mebibytes from one TCP connection to another over
// 127.0.0.1, by each way that the kernel offers, and prints how fast and at which cost. Blocking
// sockets and no event loop, so that only the moving differs. A child process on the other core
// sends and receives. Linux only.
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// After time.h, whose timespec it needs.
#include <linux/errqueue.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kRelayCore = 0;
constexpr int kLoadCore = 1;
constexpr size_t kLoadBytes = 256u << 10;  // of the source's writes and the sink's reads

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "sedge_relay: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

void Pin(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) != 0) Die("pinning to a core");
}

struct Pair {
  int near = -1;
  int far = -1;
};

Pair Connect() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, any, size) != 0 || listen(listener, 1) != 0) Die("listening");
  getsockname(listener, any, &size);
  Pair pair;
  pair.far = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(pair.far, any, size) != 0) Die("connecting");
  pair.near = accept(listener, nullptr, nullptr);
  close(listener);
  const int on = 1;
  for (const int fd : {pair.near, pair.far}) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return pair;
}

// The load's side: sends `total` bytes into `source`, reads as many from `sink`.
void RunLoad(int source, int sink, uint64_t total) {
  Pin(kLoadCore);
  std::thread sender([&] {
    std::vector<char> data(kLoadBytes, 'x');
    for (uint64_t left = total; left > 0;) {
      const ssize_t sent =
          send(source, data.data(), std::min<uint64_t>(left, data.size()), MSG_NOSIGNAL);
      if (sent <= 0) break;
      left -= static_cast<uint64_t>(sent);
    }
  });
  std::vector<char> data(kLoadBytes);
  uint64_t got = 0;
  while (got < total) {
    const ssize_t count = recv(sink, data.data(), data.size(), 0);
    if (count <= 0) break;
    got += static_cast<uint64_t>(count);
  }
  sender.join();
  _exit(got == total ? 0 : 1);
}

using Move = std::function<void(int in, int out, uint64_t total)>;

void WriteAll(int out, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t sent = send(out, data, size, MSG_NOSIGNAL);
    if (sent <= 0) Die("send");
    data += sent;
    size -= static_cast<size_t>(sent);
  }
}

Move ReadWrite(size_t buffer_bytes) {
  return [buffer_bytes](int in, int out, uint64_t total) {
    std::vector<char> buffer(buffer_bytes);
    while (total > 0) {
      const ssize_t got = recv(in, buffer.data(), buffer.size(), 0);
      if (got <= 0) Die("recv");
      WriteAll(out, buffer.data(), static_cast<size_t>(got));
      total -= static_cast<uint64_t>(got);
    }
  };
}

// As above with a copy in between: what a body costs that is handed on as a block of memory of its
// own.
Move ReadCopyWrite(size_t buffer_bytes) {
  return [buffer_bytes](int in, int out, uint64_t total) {
    std::vector<char> buffer(buffer_bytes);
    while (total > 0) {
      const ssize_t got = recv(in, buffer.data(), buffer.size(), 0);
      if (got <= 0) Die("recv");
      const auto size = static_cast<size_t>(got);
      char* copy = static_cast<char*>(std::malloc(size));
      std::memcpy(copy, buffer.data(), size);
      WriteAll(out, copy, size);
      std::free(copy);
      total -= size;
    }
  };
}

Move Splice(size_t pipe_bytes) {
  return [pipe_bytes](int in, int out, uint64_t total) {
    int ends[2];
    if (pipe(ends) != 0) Die("pipe");
    const int set = fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(pipe_bytes));
    if (set < 0) Die("F_SETPIPE_SZ");
    while (total > 0) {
      ssize_t in_pipe = splice(in, nullptr, ends[1], nullptr, std::min<uint64_t>(total, pipe_bytes),
                               SPLICE_F_MOVE);
      if (in_pipe <= 0) Die("splice from the socket");
      total -= static_cast<uint64_t>(in_pipe);
      const unsigned flags = SPLICE_F_MOVE | (total > 0 ? unsigned{SPLICE_F_MORE} : 0u);
      while (in_pipe > 0) {
        const ssize_t moved =
            splice(ends[0], nullptr, out, nullptr, static_cast<size_t>(in_pipe), flags);
        if (moved <= 0) Die("splice to the socket");
        in_pipe -= moved;
      }
    }
    close(ends[0]);
    close(ends[1]);
  };
}

// Takes notices of sends that the kernel is through with; gives how many.
uint32_t ReapZeroCopy(int out, bool wait) {
  if (wait) {
    pollfd poller{out, 0, 0};
    poll(&poller, 1, -1);
  }
  uint32_t done = 0;
  for (;;) {
    char control[128];
    msghdr message{};
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(out, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return done;
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      sock_extended_err error;
      std::memcpy(&error, CMSG_DATA(c), sizeof error);
      if (error.ee_origin == SO_EE_ORIGIN_ZEROCOPY) done += error.ee_data - error.ee_info + 1;
    }
  }
}

Move ZeroCopySend(size_t buffer_bytes) {
  return [buffer_bytes](int in, int out, uint64_t total) {
    constexpr uint32_t kBuffers = 16;
    const int on = 1;
    if (setsockopt(out, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on) != 0) Die("SO_ZEROCOPY");
    std::vector<std::vector<char>> buffers(kBuffers, std::vector<char>(buffer_bytes));
    std::vector<uint32_t> last_send(kBuffers, 0);  // that used the buffer
    uint32_t sends = 0, done = 0;
    for (size_t i = 0; total > 0; i = (i + 1) % kBuffers) {
      done += ReapZeroCopy(out, false);
      while (last_send[i] > done) done += ReapZeroCopy(out, true);
      const ssize_t got = recv(in, buffers[i].data(), buffer_bytes, 0);
      if (got <= 0) Die("recv");
      total -= static_cast<uint64_t>(got);
      for (ssize_t at = 0; at < got;) {
        const ssize_t sent = send(out, buffers[i].data() + at, static_cast<size_t>(got - at),
                                  MSG_NOSIGNAL | MSG_ZEROCOPY);
        if (sent < 0 && errno == ENOBUFS) {
          done += ReapZeroCopy(out, true);
          continue;
        }
        if (sent <= 0) Die("send(MSG_ZEROCOPY)");
        ++sends;
        at += sent;
      }
      last_send[i] = sends;
    }
    while (done < sends) done += ReapZeroCopy(out, true);
  };
}

long Bpf(int command, bpf_attr* attributes) {
  return syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

// The kernel hands what `in` receives to `out` by itself: BPF_SK_SKB_STREAM_VERDICT with one
// instruction's worth of program, return bpf_sk_redirect_map(skb, &map, 0, 0).
void SockMap(int in, int out, uint64_t total) {
  bpf_attr attr{};
  attr.map_type = BPF_MAP_TYPE_SOCKMAP;
  attr.key_size = attr.value_size = 4;
  attr.max_entries = 2;
  const int map = static_cast<int>(Bpf(BPF_MAP_CREATE, &attr));
  if (map < 0) Die("making a sockmap");
  const bpf_insn program[] = {
      {BPF_LD | BPF_DW | BPF_IMM, BPF_REG_2, BPF_PSEUDO_MAP_FD, 0, map},
      {0, 0, 0, 0, 0},
      {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, 0},
      {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, 0},
      {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sk_redirect_map},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  };
  attr = {};
  attr.prog_type = BPF_PROG_TYPE_SK_SKB;
  attr.expected_attach_type = BPF_SK_SKB_STREAM_VERDICT;
  attr.insns = reinterpret_cast<uint64_t>(program);
  attr.insn_cnt = std::size(program);
  attr.license = reinterpret_cast<uint64_t>("GPL");
  const int verdict = static_cast<int>(Bpf(BPF_PROG_LOAD, &attr));
  if (verdict < 0) Die("loading a BPF program");
  attr = {};
  attr.target_fd = static_cast<uint32_t>(map);
  attr.attach_bpf_fd = static_cast<uint32_t>(verdict);
  attr.attach_type = BPF_SK_SKB_STREAM_VERDICT;
  if (Bpf(BPF_PROG_ATTACH, &attr) != 0) Die("attaching a BPF program");
  for (uint32_t key = 0; key < 2; ++key) {  // 0: where to, 1: where from
    const int fd = key == 0 ? out : in;
    attr = {};
    attr.map_fd = static_cast<uint32_t>(map);
    attr.key = reinterpret_cast<uint64_t>(&key);
    attr.value = reinterpret_cast<uint64_t>(&fd);
    if (Bpf(BPF_MAP_UPDATE_ELEM, &attr) != 0) Die("adding a socket to the sockmap");
  }
  // All that is left to do is to wait until the peer has got everything: it closes then.
  (void)total;
  pollfd poller{out, POLLRDHUP, 0};
  poll(&poller, 1, -1);
  close(map);
  close(verdict);
}

struct Way {
  std::string name;
  Move move;
  std::vector<double> mib_per_s = {};
  std::vector<double> cpu_us = {};       // per MiB, of the relay's thread
  std::vector<double> load_cpu_us = {};  // per MiB, of source and sink
};

double Micros(const rusage& usage) {
  const auto us = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

void Measure(Way& way, uint64_t total) {
  const Pair source = Connect(), sink = Connect();
  int go[2];
  if (pipe(go) != 0) Die("pipe");
  const pid_t child = fork();
  if (child < 0) Die("fork");
  if (child == 0) {
    close(source.near);
    close(sink.near);
    char byte;
    if (read(go[0], &byte, 1) != 1) _exit(1);
    RunLoad(source.far, sink.far, total);
  }
  close(source.far);
  close(sink.far);
  rusage before, after, load;
  getrusage(RUSAGE_THREAD, &before);
  const auto start = std::chrono::steady_clock::now();
  // The child begins once a sockmap would be in place.
  std::thread starter([&] {
    usleep(20'000);
    if (write(go[1], "x", 1) != 1) Die("write");
  });
  way.move(source.near, sink.near, total);
  starter.join();
  getrusage(RUSAGE_THREAD, &after);
  int status = 0;
  if (wait4(child, &status, 0, &load) != child || status != 0)
    Die("the load did not get all bytes");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const double mib = static_cast<double>(total) / (1 << 20);
  way.mib_per_s.push_back(mib / (took.count() - 0.02));
  way.cpu_us.push_back((Micros(after) - Micros(before)) / mib);
  way.load_cpu_us.push_back(Micros(load) / mib);
  for (const int fd : {source.near, sink.near, go[0], go[1]}) close(fd);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t mib = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1024;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  if (mib == 0 || rounds <= 0) {
    std::fprintf(stderr, "usage: %s [MIB [ROUNDS]]   (1024 and 5)\n", argv[0]);
    return 2;
  }
  Pin(kRelayCore);
  std::vector<Way> ways;
  for (const size_t kib : {16, 64, 128, 256, 1024}) {
    ways.push_back({"read, write: " + std::to_string(kib) + " KiB", ReadWrite(kib << 10)});
  }
  for (const size_t kib : {64, 256}) {
    ways.push_back(
        {"read, copy, write: " + std::to_string(kib) + " KiB", ReadCopyWrite(kib << 10)});
  }
  for (const size_t kib : {64, 256, 1024}) {
    ways.push_back({"splice: pipe of " + std::to_string(kib) + " KiB", Splice(kib << 10)});
  }
  for (const size_t kib : {64, 256}) {
    ways.push_back(
        {"read, send MSG_ZEROCOPY: " + std::to_string(kib) + " KiB", ZeroCopySend(kib << 10)});
  }
  bpf_attr probe{};
  probe.map_type = BPF_MAP_TYPE_SOCKMAP;
  probe.key_size = probe.value_size = 4;
  probe.max_entries = 1;
  if (const long map = Bpf(BPF_MAP_CREATE, &probe); map >= 0) {
    close(static_cast<int>(map));
    ways.push_back({"sockmap", SockMap});
  } else {
    std::fprintf(stderr, "sedge_relay: no sockmap here (%s): needs CAP_BPF and CAP_NET_ADMIN\n",
                 std::strerror(errno));
  }
  for (int round = 0; round < rounds; ++round) {
    for (Way& way : ways) Measure(way, mib << 20);
  }
  std::printf("%llu MiB, medians of %d rounds\n\n", static_cast<unsigned long long>(mib), rounds);
  std::printf("| way | MiB/s | relay's CPU us/MiB | load's CPU us/MiB |\n|---|---|---|---|\n");
  for (const Way& way : ways) {
    std::printf("| %s | %.0f | %.0f | %.0f |\n", way.name.c_str(), Median(way.mib_per_s),
                Median(way.cpu_us), Median(way.load_cpu_us));
  }
}
