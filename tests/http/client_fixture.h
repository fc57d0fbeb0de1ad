// SPDX-License-Identifier: Apache-2.0
// ClientTest: a loop, a client on it, and what came of the requests that a test sent. The test's
// thread.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/http/client.h"
#include "runtime/loop/loop.h"
#include "tests/http/scripted_server.h"
#include "tests/loop/run_until.h"

namespace sedge::http {

// One request's outcome so far.
struct Call {
  Client::RequestId id = 0;
  std::optional<Result<ClientResponse>> response;
  std::optional<Result<Bytes>> body;  // after ReadBody
  std::function<void()> cancel_body;

  bool answered() const { return response.has_value(); }
  std::string error() const {
    return response && !response->ok() ? std::string(response->status().message()) : "";
  }
  std::string body_error() const {
    return body && !body->ok() ? std::string(body->status().message()) : "";
  }
};

// A body that makes its chunks as they are asked for.
class CountingBody final : public BodySource {
 public:
  CountingBody(uint64_t chunks, size_t chunk_bytes, std::optional<uint64_t> length)
      : chunks_(chunks), chunk_bytes_(chunk_bytes), length_(length) {}
  ~CountingBody() override { *gone = true; }
  void Read(ReadCallback done) override {
    if (*given == chunks_) return done(Bytes());
    Bytes chunk = Bytes::Allocate(chunk_bytes_);
    std::memset(chunk.data(), 'a' + static_cast<int>(*given % 26), chunk_bytes_);
    ++*given;
    done(std::move(chunk));
  }
  void Cancel() override {}
  std::optional<uint64_t> length() const override { return length_; }

  std::shared_ptr<uint64_t> given = std::make_shared<uint64_t>(0);
  std::shared_ptr<bool> gone = std::make_shared<bool>(false);

 private:
  uint64_t chunks_;
  size_t chunk_bytes_;
  std::optional<uint64_t> length_;
};

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() : loop_(loop::Loop::Create().value()) { MakeClient(); }

  void MakeClient(const Limits& limits = {}, std::vector<std::string> ca_files = {}) {
    client_ = Client::Create(*loop_, {limits, std::move(ca_files)}).value();
  }

  static ClientRequest Get(const ScriptedServer& server, const std::string& target = "/") {
    ClientRequest request;
    request.method = "GET";
    request.host = "127.0.0.1";
    request.port = server.port();
    request.target = target;
    return request;
  }
  static ClientRequest Post(const ScriptedServer& server, std::unique_ptr<BodySource> body) {
    ClientRequest request = Get(server);
    request.method = "POST";
    request.body = std::move(body);
    return request;
  }

  std::shared_ptr<Call> Send(ClientRequest request) {
    auto call = std::make_shared<Call>();
    call->id = client_->Send(std::move(request), [call](Result<ClientResponse> response) {
      EXPECT_FALSE(call->answered()) << "called twice";
      call->response.emplace(std::move(response));
    });
    EXPECT_FALSE(call->answered()) << "called before Send returned";
    return call;
  }

  void ReadBody(Call& call) {
    ASSERT_TRUE(call.response->ok()) << call.error();
    call.cancel_body = ReadAll(std::move((*call.response)->body), 1u << 30,
                               [&call](Result<Bytes> body) { call.body.emplace(std::move(body)); });
  }

  bool Until(const std::function<bool()>& done) { return loop::RunUntil(*loop_, done); }
  void WaitFor(const std::shared_ptr<Call>& call) {
    ASSERT_TRUE(Until([&] { return call->answered(); }));
  }
  // Status and body, or the error of either.
  std::string Fetch(ClientRequest request) { return Outcome(Send(std::move(request))); }
  std::string Outcome(const std::shared_ptr<Call>& call) {
    if (!Until([&] { return call->answered(); })) return "no answer";
    if (!call->response->ok()) return call->error();
    const int status = (*call->response)->status;
    ReadBody(*call);
    if (!Until([&] { return call->body.has_value(); })) return "no end";
    if (!call->body->ok()) return call->body_error();
    return std::to_string(status) + " " + std::string((*call->body)->text());
  }

  std::unique_ptr<loop::Loop> loop_;
  std::unique_ptr<Client> client_;
};

inline std::string Ok(std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

// Answers every request without a body with its target.
inline void EchoTargets(ServerSocket& socket) {
  for (std::string head = socket.ReadHead(); !head.empty(); head = socket.ReadHead()) {
    const size_t from = head.find(' ') + 1;
    if (!socket.Write(Ok(head.substr(from, head.find(' ', from) - from)))) return;
  }
}

}  // namespace sedge::http
