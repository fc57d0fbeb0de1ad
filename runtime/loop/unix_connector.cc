// SPDX-License-Identifier: Apache-2.0
// Connecting to a Unix socket: one address, which answers at once or not at all.
#include <sys/un.h>
#include <uv.h>

#include <algorithm>
#include <utility>

#include "runtime/loop/connector.h"
#include "runtime/loop/tcp_stream.h"
#include "runtime/loop/timer.h"

namespace sedge::loop {
namespace {

constexpr size_t kMaxPathBytes = sizeof(sockaddr_un::sun_path) - 1;

class UnixAttempt;

constexpr uint64_t kAgainMs = 20;

// Lives until uv has called back, also when its owner is gone.
struct UnixTry {
  uv_connect_t request;
  UnixAttempt* owner;                 // null once nobody waits
  std::unique_ptr<TcpStream> stream;  // destroyed first: uv then calls back with ECANCELED
};

class UnixAttempt final : public ConnectAttempt {
 public:
  UnixAttempt(Loop& loop, std::string path, const ConnectOptions& options, ConnectCallback done)
      : path_(std::move(path)),
        timeout_ms_(options.timeout_ms),
        done_(std::move(done)),
        loop_(loop),
        timer_(loop, [this] { OnTimer(); }),
        again_(loop, [this] { Try(); }) {
    if (path_.empty() || path_.size() > kMaxPathBytes) {
      too_long_ = true;
      timer_.Start(0);
      return;
    }
    timer_.Start(static_cast<uint64_t>(std::max<int64_t>(timeout_ms_, 0)));
    Try();
  }

  ~UnixAttempt() override { Drop(); }

 private:
  void Try() {
    try_ = new UnixTry{.request = {}, .owner = this, .stream = TcpStream::MakePipe(loop_)};
    try_->request.data = try_;
    uv_pipe_connect(&try_->request, try_->stream->pipe(), path_.c_str(), &OnConnected);
  }

  static void OnConnected(uv_connect_t* request, int error) {
    const std::unique_ptr<UnixTry> attempt(static_cast<UnixTry*>(request->data));
    UnixAttempt* self = attempt->owner;
    if (!self) return;
    self->try_ = nullptr;
    if (error == UV_EAGAIN) {  // the listener's queue is full
      self->again_.Start(kAgainMs);
    } else if (error != 0) {
      self->Finish(UvStatus("connect", error));
    } else {
      self->Finish(std::unique_ptr<Stream>(std::move(attempt->stream)));
    }
  }

  void OnTimer() {
    if (too_long_) {
      Finish(Unavailable("connect ENAMETOOLONG"));
    } else {
      Finish(DeadlineExceeded("connect ETIMEDOUT"));
    }
  }

  // The callback may destroy this.
  void Finish(Result<std::unique_ptr<Stream>> result) {
    timer_.Stop();
    again_.Stop();
    Drop();
    if (!result.ok()) {
      const Status why = result.status();
      result = Status(why.code(), std::string(why.message()) + " unix:" + path_);
    }
    ConnectCallback done = std::exchange(done_, nullptr);
    done(std::move(result));
  }

  void Drop() {
    if (!try_) return;
    UnixTry* attempt = std::exchange(try_, nullptr);
    attempt->owner = nullptr;
    attempt->stream.reset();
  }

  const std::string path_;
  const int64_t timeout_ms_;
  ConnectCallback done_;
  bool too_long_ = false;
  UnixTry* try_ = nullptr;  // owned by uv until it calls back
  Loop& loop_;
  Timer timer_;
  Timer again_;
};

}  // namespace

std::unique_ptr<ConnectAttempt> ConnectToUnix(Loop& loop, const std::string& path,
                                              const ConnectOptions& options, ConnectCallback done) {
  return std::make_unique<UnixAttempt>(loop, path, options, std::move(done));
}

}  // namespace sedge::loop
