// SPDX-License-Identifier: Apache-2.0
// A server on a loop of its own, with a handler that tests put together from functions.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/http/server.h"
#include "tests/http/raw_client.h"
#include "tests/loop/run_until.h"

namespace sedge::http {

class ServerFixture : public ::testing::Test, public RequestHandler {
 protected:
  ServerFixture() : loop_(std::move(loop::Loop::Create()).value()) {}
  ~ServerFixture() override { server_.reset(); }

  void StartServer() {
    server_ = std::make_unique<Server>(*loop_, limits_, this);
    auto listener = server_->Listen({});
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    port_ = (*listener)->port();
  }
  std::unique_ptr<RawClient> Connect(int receive_buffer_bytes = 0) {
    auto client = std::make_unique<RawClient>(*loop_, port_, receive_buffer_bytes);
    EXPECT_TRUE(client->connected());
    return client;
  }
  bool RunUntil(const std::function<bool()>& done) { return loop::RunUntil(*loop_, done); }
  // Lets everything happen that is ready.
  void Settle() {
    for (int i = 0; i < 5; ++i) {
      loop_->Post([this] { loop_->Stop(); });
      loop_->Run();
    }
  }
  // A handler that keeps the exchange in held_.
  void Hold() {
    on_request_ = [this](Exchange* exchange) { held_.push_back(exchange); };
  }
  static void Answer(Exchange* exchange, std::string_view body, int status = 200) {
    EXPECT_TRUE(exchange->Respond({status, "", {}}, body).ok());
    exchange->Release();
  }
  // "METHOD path".
  static std::string Line(const Exchange* exchange) {
    return std::string(exchange->head().method) + " " + std::string(exchange->head().path);
  }

  void OnRequest(Exchange* exchange) override {
    ++requests_;
    if (on_request_) return on_request_(exchange);
    Answer(exchange, Line(exchange));
  }

  std::unique_ptr<loop::Loop> loop_;
  Limits limits_;
  std::unique_ptr<Server> server_;
  uint16_t port_ = 0;
  int requests_ = 0;
  std::function<void(Exchange*)> on_request_;
  std::vector<Exchange*> held_;
};

// A source whose chunks a test hands out.
class ScriptedSource final : public BodySource {
 public:
  struct Control {
    ReadCallback reader;
    int reads = 0;
    bool cancelled = false;
    void Give(Result<Bytes> chunk) { std::exchange(reader, nullptr)(std::move(chunk)); }
    void Give(std::string_view text) { Give(Bytes::Copy(text)); }
  };
  ScriptedSource(std::shared_ptr<Control> control, std::optional<uint64_t> length)
      : control_(std::move(control)), length_(length) {}
  ~ScriptedSource() override { Cancel(); }
  void Read(ReadCallback done) override {
    ++control_->reads;
    control_->reader = std::move(done);
  }
  void Cancel() override {
    control_->cancelled = true;
    control_->reader = nullptr;
  }
  std::optional<uint64_t> length() const override { return length_; }

 private:
  std::shared_ptr<Control> control_;
  std::optional<uint64_t> length_;
};

}  // namespace sedge::http
