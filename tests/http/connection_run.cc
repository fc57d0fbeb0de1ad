// SPDX-License-Identifier: Apache-2.0
#include "tests/http/connection_run.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/base/log.h"
#include "runtime/http/server_connection.h"
#include "tests/http/memory_stream.h"
#include "tests/http/split_responses.h"

namespace sedge::http {
namespace {

// Turns after the last byte within which everything has to be over.
constexpr int kMaxTurns = 2'000;

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Below(uint64_t limit) {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t mixed = (state_ ^ state_ >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return (mixed ^ mixed >> 31) % limit;
  }

 private:
  uint64_t state_;
};

// What waits for its turn, in order.
using Chores = std::deque<std::function<void()>>;

// Gives one piece at a turn.
class TurnSource final : public BodySource {
 public:
  TurnSource(Chores& chores, std::vector<std::string> pieces, std::optional<uint64_t> length,
             bool fails)
      : chores_(chores), pieces_(std::move(pieces)), length_(length), fails_(fails) {}
  ~TurnSource() override { *alive_ = false; }

  void Read(ReadCallback done) override {
    chores_.push_back([this, alive = alive_, done = std::move(done)] {
      if (!*alive) return;
      if (at_ < pieces_.size()) return done(Bytes::Copy(pieces_[at_++]));
      if (fails_) return done(Internal("no more"));
      done(Bytes());
    });
  }
  void Cancel() override { *alive_ = false; }
  std::optional<uint64_t> length() const override { return length_; }

 private:
  Chores& chores_;
  std::vector<std::string> pieces_;
  std::optional<uint64_t> length_;
  bool fails_;
  size_t at_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class Handler final : public RequestHandler {
 public:
  explicit Handler(ConnectionRun& run) : run_(run) {}

  void OnRequest(Exchange* exchange) override {
    const RequestHead& head = exchange->head();
    run_.requests.push_back(std::string(head.method) + " " + std::string(head.path));
    SEDGE_CHECK(!held_);
    held_ = true;
    // Legal whatever happens: the exchange stays until it is released.
    exchange->set_abort_callback([] {});
    Do(head.path.size() > 1 ? head.path[1] : '/', exchange);
  }

  // One thing that waited; false when nothing did.
  bool Turn() {
    if (chores_.empty()) return false;
    auto chore = std::move(chores_.front());
    chores_.pop_front();
    chore();
    return true;
  }
  bool held() const { return held_; }

 private:
  void Do(char what, Exchange* exchange) {
    switch (what) {
      case 'e': return Echo(exchange);
      case 't': return chores_.push_back([this, exchange] { Echo(exchange); });
      case 'h': return chores_.push_back([this, exchange] { Answer(exchange, "later"); });
      case 'p': {
        auto body = exchange->TakeBody();
        if (!body) return Answer(exchange, "no body");
        return Stream(exchange, std::move(body));
      }
      case 'c':
        if (auto body = exchange->TakeBody()) body->Cancel();
        return Answer(exchange, "cancelled");
      case 'k': {
        auto body = exchange->TakeBody();
        Answer(exchange, "early");
        if (body) ReadAll(std::move(body), 1 << 20, [](Result<Bytes>) {});
        return;
      }
      case 's': return Stream(exchange, Source(std::nullopt, false));
      case 'l': return Stream(exchange, Source(8, false));
      case 'm': return Stream(exchange, Source(9, false));
      case 'n': return Stream(exchange, Source(7, false));
      case 'f': return Stream(exchange, Source(std::nullopt, true));
      case 'i': {
        const HeaderField bad[] = {{"X", "a\r\nInjected: b"}};
        SEDGE_CHECK(!exchange->Respond({200, "", bad}, "x").ok() || exchange->aborted());
        return Answer(exchange, "mended");
      }
      case 'r': return Release(exchange);
      case 'x': exchange->Abort(); return Release(exchange);
      case '0': return Answer(exchange, "dropped", 204);
      default: return Answer(exchange, run_.requests.back());
    }
  }

  void Echo(Exchange* exchange) {
    auto body = exchange->TakeBody();
    if (!body) return Answer(exchange, "no body");
    ReadAll(std::move(body), 1 << 20, [this, exchange](Result<Bytes> all) {
      Answer(exchange, all.ok() ? "got " + std::to_string(all->size()) : "no whole body");
    });
  }

  std::unique_ptr<BodySource> Source(std::optional<uint64_t> length, bool fails) {
    std::vector<std::string> pieces = {"one", "two", "it"};
    return std::make_unique<TurnSource>(chores_, std::move(pieces), length, fails);
  }

  void Answer(Exchange* exchange, std::string_view body, int status = 200) {
    SEDGE_CHECK(exchange->Respond({status, "", {}}, body).ok() || exchange->aborted());
    Release(exchange);
  }
  void Stream(Exchange* exchange, std::unique_ptr<BodySource> source) {
    SEDGE_CHECK(exchange->RespondStream({200, "", {}}, std::move(source)).ok());
    Release(exchange);
  }
  // The next request may come within the call.
  void Release(Exchange* exchange) {
    held_ = false;
    exchange->Release();
  }

  ConnectionRun& run_;
  Chores chores_;
  bool held_ = false;
};

Limits RunLimits() {
  Limits limits;
  limits.head_bytes = 2048;
  limits.url_bytes = 256;
  limits.header_count = 16;
  limits.body_bytes = 1 << 20;
  return limits;
}

class Run {
 public:
  Run(std::string_view wire, const RunOptions& options)
      : wire_(wire),
        options_(options),
        random_(options.seed),
        handler_(run_),
        context_{.loop = TheLoop(),
                 .limits = RunLimits(),
                 .handler = &handler_,
                 .date = DateCache(),
                 .trusted_proxies = {},
                 .on_connection_closed = [this](ServerConnection*) { closed_ = true; }} {}

  ConnectionRun Go() {
    connection_ = std::make_unique<ServerConnection>(
        context_, std::make_unique<MemoryStream>(peer_), /*tls=*/false);
    connection_->Start();
    int turns_left = kMaxTurns + static_cast<int>(4 * wire_.size());
    while (!closed_ && --turns_left > 0) {
      Step();
      Turn();
    }
    if (!closed_) run_.problem = "the connection does not end";
    while (handler_.Turn()) Turn();
    // Before the split: what is queued when it closes is on its way.
    peer_.received += peer_.queued;
    connection_.reset();
    run_.reset = peer_.reset;
    Split();
    return std::move(run_);
  }

 private:
  static loop::Loop& TheLoop() {
    static const std::unique_ptr<loop::Loop> loop = std::move(loop::Loop::Create()).value();
    return *loop;
  }
  // What was deferred is done.
  static void Turn() { uv_run(TheLoop().uv(), UV_RUN_NOWAIT); }

  void Step() {
    if (options_.seed == 0) return PlainStep();
    if (options_.troubled && random_.Below(16) == 0) return Trouble();
    switch (random_.Below(8)) {
      case 0:
        if (peer_.open()) peer_.blocked = true;
        return;
      case 1: return peer_.Unblock();
      case 2:
      case 3: (void)handler_.Turn(); return;
      default: Feed(1 + static_cast<size_t>(random_.Below(random_.Below(4) == 0 ? 512 : 16)));
    }
  }

  // All bytes at once, the end right behind them, and only then the handler's chores.
  void PlainStep() {
    if (peer_.reading && !ended_) return Feed(wire_.size());
    if (!handler_.Turn() && peer_.reading) Feed(wire_.size());
  }

  void Feed(size_t size) {
    if (!peer_.open() || !peer_.reading || ended_) {
      if (ended_) Finish();
      return;
    }
    const std::string_view piece = wire_.substr(0, size);
    if (piece.empty()) {
      ended_ = true;
      return peer_.End();
    }
    wire_.remove_prefix(piece.size());
    peer_.Give(piece);
  }

  // Everything came: what is still to be done is done without waiting.
  void Finish() {
    peer_.Unblock();
    (void)handler_.Turn();
  }

  void Trouble() {
    switch (random_.Below(5)) {
      case 3:
        // The end has come behind what is held up.
        if (!peer_.reading) peer_.ended = true;
        return;
      case 0:
        now_ms_ += random_.Below(40'000);
        return connection_->CheckDeadlines(TheLoop().now_ms() + now_ms_);
      case 1:
        if (peer_.reading) peer_.Break();
        return;
      case 2: context_.shutting_down = true; return connection_->BeginShutdown();
      default:
        if (random_.Below(4) == 0) connection_->Close();
    }
  }

  void Split() {
    std::vector<bool> to_head;
    for (const std::string& request : run_.requests)
      to_head.push_back(request.starts_with("HEAD "));
    std::string problem = SplitResponses(peer_.received, to_head, &run_.responses);
    if (run_.problem.empty()) run_.problem = std::move(problem);
    // How much came of a body that ends with the connection is chance, too, when that breaks.
    if (run_.reset && !run_.responses.empty()) {
      ConnectionRun::Response& last = run_.responses.back();
      if (last.head.find("\nContent-Length: ") == std::string::npos &&
          last.head.find("\nTransfer-Encoding: ") == std::string::npos && last.status != 204) {
        last.body.clear();
        last.whole = false;
      }
    }
    // A response that is cut short is the last, and the client knows it from a reset.
    for (size_t i = 0; i < run_.responses.size(); ++i) {
      const bool last = i + 1 == run_.responses.size();
      if (run_.responses[i].whole || (last && (run_.reset || options_.troubled))) continue;
      if (run_.problem.empty()) run_.problem = "a response is cut short, but nothing says so";
    }
    // The last may be an error's.
    if (run_.responses.size() > run_.requests.size() + 1 && run_.problem.empty()) {
      run_.problem = "there are more responses than requests";
    }
  }

  std::string_view wire_;
  const RunOptions options_;
  Random random_;
  ConnectionRun run_;
  Handler handler_;
  ServerContext context_;
  MemoryStream::Peer peer_;
  std::unique_ptr<ServerConnection> connection_;
  bool closed_ = false;
  bool ended_ = false;
  uint64_t now_ms_ = 0;
};

}  // namespace

ConnectionRun RunConnection(std::string_view wire, const RunOptions& options) {
  // Bodies that fail are what many runs are about.
  ConfigureLog(LogLevel::kOff, LogFormat::kText);
  return Run(wire, options).Go();
}

std::string ToText(const ConnectionRun& run) {
  std::string text;
  for (const std::string& request : run.requests) text += "> " + request + "\n";
  for (const ConnectionRun::Response& response : run.responses) {
    text += "< " + response.head + "{" + response.body + "}" + (response.whole ? "\n" : " cut\n");
  }
  if (run.reset) text += "reset\n";
  if (!run.problem.empty()) text += "PROBLEM: " + run.problem + "\n";
  return text;
}

}  // namespace sedge::http
