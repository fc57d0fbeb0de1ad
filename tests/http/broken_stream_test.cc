// SPDX-License-Identifier: Apache-2.0
// A connection that broke while nothing was read from it: nobody tells the server, which has to
// ask.
#include <gtest/gtest.h>

#include "tests/http/server_fixture.h"

namespace sedge::http {
namespace {

// Takes nothing that is written, and says so to nobody.
class BrokenStream final : public loop::Stream {
 public:
  explicit BrokenStream(BrokenStream*& self) : self_(self) { self = this; }
  ~BrokenStream() override { self_ = nullptr; }

  void Receive(std::string_view bytes) { listener_->OnData(AsBytes(bytes)); }

  void StartReading() override {}
  void StopReading() override {}
  bool Write(ByteSpan) override { return false; }
  bool Write2(ByteSpan, ByteSpan) override { return false; }
  size_t queued_bytes() const override { return 0; }
  bool quiet() const override { return true; }
  void ShutdownWrite() override {}
  loop::PeerState peer_state() const override { return loop::PeerState::kBroken; }
  std::string peer_address() const override { return "127.0.0.1"; }
  std::string peer_name() const override { return "127.0.0.1:1"; }

 private:
  BrokenStream*& self_;
};

class BrokenStreamTest : public ServerFixture {};

TEST_F(BrokenStreamTest, IsClosedWhileTheLastResponseIsUnsent) {
  limits_.body_timeout_ms = 50;  // so that deadlines are looked at often
  on_request_ = [](Exchange* exchange) { Answer(exchange, "answer"); };
  StartServer();
  // Neither connection is read from any more: one is about to close, the other has an unread body.
  for (const std::string_view request :
       {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\nConnection: close\r\n\r\n"}) {
    BrokenStream* stream = nullptr;
    server_->Accept(std::make_unique<BrokenStream>(stream), /*tls=*/false);
    stream->Receive(request);
    ASSERT_EQ(server_->connection_count(), 1u);
    EXPECT_TRUE(RunUntil([&] { return server_->connection_count() == 0; })) << request;
    Settle();
    EXPECT_EQ(stream, nullptr);
  }
}

}  // namespace
}  // namespace sedge::http
