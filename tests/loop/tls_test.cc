// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fstream>
#include <optional>

#include "runtime/loop/tcp_stream.h"
#include "runtime/loop/tls_context.h"
#include "runtime/loop/tls_stream.h"
#include "tests/loop/run_until.h"
#include "tests/loop/test_certificates.h"

namespace sedge::loop {
namespace {

using ::testing::HasSubstr;

// Collects what a stream brings; may stop reading after each piece.
class Recorder : public StreamListener {
 public:
  void OnData(ByteSpan bytes) override {
    data.append(AsText(bytes));
    if (on_data) on_data();
  }
  void OnEnd() override { ended = true; }
  void OnError(Status why) override { error = std::move(why); }
  void OnDrain() override { ++drains; }

  std::string data;
  std::function<void()> on_data;
  bool ended = false;
  int drains = 0;
  Status error;
};

// A client and a server connected by a socket pair, on one loop.
class TlsTest : public ::testing::Test {
 protected:
  TlsTest() : loop_(Loop::Create().value()) {
    client_context_ = TlsContext::CreateClient({files_.ca_file()}).value();
    server_context_ =
        TlsContext::CreateServer(files_.certificate_file(), files_.key_file()).value();
  }

  std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> Pair() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    return {TcpStream::Adopt(*loop_, fds[0]).value(), TcpStream::Adopt(*loop_, fds[1]).value()};
  }

  void Start(const std::string& host = "blog.example.com") {
    client_status_.reset();
    server_status_.reset();
    at_client_ = Recorder();
    at_server_ = Recorder();
    auto [near, far] = Pair();
    auto client = TlsStream::Client(*loop_, std::move(near), client_context_, host,
                                    [this](Status s) { client_status_ = std::move(s); });
    ASSERT_TRUE(client.ok()) << client.status().ToString();
    client_ = std::move(client).value();
    server_ = TlsStream::Server(*loop_, std::move(far), server_context_, [this](Status s) {
                server_status_ = std::move(s);
              }).value();
    client_->set_listener(&at_client_);
    server_->set_listener(&at_server_);
  }

  void Handshake(const std::string& host = "blog.example.com") {
    Start(host);
    ASSERT_TRUE(Until([this] { return client_status_ && server_status_; }));
    ASSERT_TRUE(client_status_->ok()) << client_status_->ToString();
    ASSERT_TRUE(server_status_->ok()) << server_status_->ToString();
    client_->StartReading();
    server_->StartReading();
  }

  bool Until(const std::function<bool()>& done) { return RunUntil(*loop_, done); }

  TestCertificateFiles files_;
  std::unique_ptr<Loop> loop_;
  std::shared_ptr<TlsContext> client_context_;
  std::shared_ptr<TlsContext> server_context_;
  std::unique_ptr<TlsStream> client_;
  std::unique_ptr<TlsStream> server_;
  std::optional<Status> client_status_;
  std::optional<Status> server_status_;
  Recorder at_client_;
  Recorder at_server_;
};

TEST_F(TlsTest, CarriesBytesBothWays) {
  Handshake();
  EXPECT_STREQ(client_->protocol(), "TLSv1.3");
  client_->Write(AsBytes("to the server"));
  server_->Write2(AsBytes("to the "), AsBytes("client"));
  ASSERT_TRUE(
      Until([this] { return at_server_.data.size() == 13 && at_client_.data.size() == 13; }));
  EXPECT_EQ(at_server_.data, "to the server");
  EXPECT_EQ(at_client_.data, "to the client");
}

TEST_F(TlsTest, CarriesMuchWithBackPressure) {
  Handshake();
  std::string sent(3'000'000, '\0');
  for (size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 7919 >> 5);
  // The reader pauses after each piece and goes on a turn later.
  at_server_.on_data = [this] {
    server_->StopReading();
    loop_->Post([this] { server_->StartReading(); });
  };
  EXPECT_FALSE(client_->Write2(AsBytes("head"), AsBytes(sent)));
  EXPECT_GT(client_->queued_bytes(), 0u);
  ASSERT_TRUE(Until([&] { return at_server_.data.size() == sent.size() + 4; }));
  EXPECT_TRUE(at_server_.data == "head" + sent);
  EXPECT_TRUE(Until([this] { return at_client_.drains == 1; }));
  EXPECT_EQ(client_->queued_bytes(), 0u);
}

TEST_F(TlsTest, StopReadingHoldsWhatCame) {
  Handshake();
  at_server_.on_data = [this] { server_->StopReading(); };
  client_->Write(AsBytes(std::string(200'000, 'x')));
  ASSERT_TRUE(Until([this] { return !at_server_.data.empty(); }));
  const size_t first = at_server_.data.size();
  // Whatever a few more turns bring, the server's listener sees none of it.
  at_client_.data.clear();
  server_->Write(AsBytes("still here"));
  ASSERT_TRUE(Until([this] { return at_client_.data == "still here"; }));
  EXPECT_EQ(at_server_.data.size(), first);
  at_server_.on_data = nullptr;
  server_->StartReading();
  ASSERT_TRUE(Until([this] { return at_server_.data.size() == 200'000; }));
}

TEST_F(TlsTest, WritesBeforeTheHandshakeWait) {
  Start();
  EXPECT_FALSE(client_->Write(AsBytes("early")));
  client_->ShutdownWrite();
  server_->StartReading();
  ASSERT_TRUE(Until([this] { return at_server_.ended; }));
  EXPECT_EQ(at_server_.data, "early");
  EXPECT_TRUE(server_->ended_cleanly());
}

TEST_F(TlsTest, HalfCloseLeavesTheOtherWayOpen) {
  Handshake();
  client_->Write(AsBytes("question"));
  client_->ShutdownWrite();
  ASSERT_TRUE(Until([this] { return at_server_.ended; }));
  EXPECT_TRUE(server_->ended_cleanly());
  server_->Write(AsBytes("answer"));
  ASSERT_TRUE(Until([this] { return at_client_.data == "answer"; }));
}

TEST_F(TlsTest, DestroyingSaysCloseNotify) {
  Handshake();
  client_.reset();
  ASSERT_TRUE(Until([this] { return at_server_.ended; }));
  EXPECT_TRUE(server_->ended_cleanly());
}

TEST_F(TlsTest, TruncationIsAnEndThatIsNotClean) {
  Handshake();
  client_->Write(AsBytes("cut"));
  client_->ResetOnClose();
  client_.reset();
  ASSERT_TRUE(Until([this] { return at_server_.ended; }));
  EXPECT_EQ(at_server_.data, "cut");
  EXPECT_FALSE(server_->ended_cleanly());
}

TEST_F(TlsTest, VerifiesAddresses) {
  Handshake("127.0.0.1");
  Handshake("BLOG.example.com.");
  Start("127.0.0.2");
  ASSERT_TRUE(Until([this] { return client_status_.has_value(); }));
  EXPECT_EQ(client_status_->message(),
            "TLS handshake with 127.0.0.2: certificate verify failed: IP address mismatch "
            "(the certificate is for blog.example.com, 127.0.0.1)");
}

TEST_F(TlsTest, RefusesAnotherName) {
  Start("shop.example.com");
  ASSERT_TRUE(Until([this] { return client_status_ && server_status_; }));
  EXPECT_EQ(client_status_->message(),
            "TLS handshake with shop.example.com: certificate verify failed: hostname mismatch "
            "(the certificate is for blog.example.com, 127.0.0.1)");
  // The client's alert reached the server (in TLS 1.3 perhaps before its part was done).
  EXPECT_THAT(server_status_->message(), HasSubstr("alert"));
}

// RFC 9110 section 4.3.4.
TEST_F(TlsTest, ACommonNameIsNoNameOfAServer) {
  TestCertificateFiles old({.names = {}, .addresses = {}, .common_name = "blog.example.com"});
  client_context_ = TlsContext::CreateClient({old.ca_file()}).value();
  server_context_ = TlsContext::CreateServer(old.certificate_file(), old.key_file()).value();
  Start();
  ASSERT_TRUE(Until([this] { return client_status_.has_value(); }));
  EXPECT_EQ(client_status_->message(),
            "TLS handshake with blog.example.com: certificate verify failed: hostname mismatch "
            "(the certificate names no server)");
}

// A peer's text does not reach logs and pages as it is, nor all of it.
TEST_F(TlsTest, NamesOfACertificateAreShownInPart) {
  TestCertificateFiles many(
      {.names = {"a\x1b[1m.example", "*.b.example", std::string(200, 'c'), "d"}});
  client_context_ = TlsContext::CreateClient({many.ca_file()}).value();
  server_context_ = TlsContext::CreateServer(many.certificate_file(), many.key_file()).value();
  Start();
  ASSERT_TRUE(Until([this] { return client_status_.has_value(); }));
  EXPECT_THAT(client_status_->message(),
              HasSubstr("hostname mismatch (the certificate is for a?[1m.example, *.b.example, " +
                        std::string(80, 'c') + "... and others)"));
}

TEST_F(TlsTest, RefusesUnknownAuthority) {
  client_context_ = TlsContext::CreateClient({}).value();
  Start();
  ASSERT_TRUE(Until([this] { return client_status_.has_value(); }));
  EXPECT_EQ(client_status_->message(),
            "TLS handshake with blog.example.com: certificate verify failed: unable to get local "
            "issuer certificate (is its authority missing? see --ca)");
}

TEST_F(TlsTest, RefusesSelfSigned) {
  TestCertificateFiles own({.self_signed = true});
  server_context_ = TlsContext::CreateServer(own.certificate_file(), own.key_file()).value();
  Start();
  ASSERT_TRUE(Until([this] { return client_status_.has_value(); }));
  EXPECT_EQ(client_status_->message(),
            "TLS handshake with blog.example.com: certificate verify failed: self-signed "
            "certificate (is its authority missing? see --ca)");
}

TEST_F(TlsTest, RefusesExpired) {
  TestCertificateFiles old({.expired = true});
  client_context_ = TlsContext::CreateClient({old.ca_file()}).value();
  server_context_ = TlsContext::CreateServer(old.certificate_file(), old.key_file()).value();
  Start();
  ASSERT_TRUE(Until([this] { return client_status_.has_value(); }));
  EXPECT_THAT(client_status_->message(),
              ::testing::MatchesRegex("TLS handshake with blog.example.com: certificate verify "
                                      "failed: certificate has expired .it ended on .* GMT."));
}

TEST_F(TlsTest, PeerWithoutTls) {
  auto [near, far] = Pair();
  client_ = TlsStream::Client(*loop_, std::move(near), client_context_, "blog.example.com",
                              [this](Status s) { client_status_ = std::move(s); })
                .value();
  far->Write(AsBytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
  ASSERT_TRUE(Until([this] { return client_status_.has_value(); }));
  EXPECT_THAT(client_status_->message(), HasSubstr("(does the peer speak TLS at this port?)"));
}

TEST_F(TlsTest, PeerClosesInTheHandshake) {
  auto [near, far] = Pair();
  client_ = TlsStream::Client(*loop_, std::move(near), client_context_, "blog.example.com",
                              [this](Status s) {
                                client_status_ = std::move(s);
                                client_.reset();  // allowed
                              })
                .value();
  far->ShutdownWrite();
  ASSERT_TRUE(Until([this] { return client_status_.has_value(); }));
  EXPECT_EQ(client_status_->message(),
            "TLS handshake with blog.example.com: the peer closed the connection");
}

TEST_F(TlsTest, ResumesSessions) {
  Handshake();
  EXPECT_FALSE(client_->resumed());
  // The tickets come with the first bytes after the handshake.
  server_->Write(AsBytes("x"));
  ASSERT_TRUE(Until([this] { return at_client_.data == "x"; }));
  Handshake();
  EXPECT_TRUE(client_->resumed());
  Handshake("127.0.0.1");
  EXPECT_FALSE(client_->resumed()) << "a session belongs to the name that it was verified for";
}

TEST_F(TlsTest, MayBeDestroyedInItsCallbacks) {
  Handshake();
  at_server_.on_data = [this] { server_.reset(); };
  client_->Write(AsBytes(std::string(100'000, 'x')));
  ASSERT_TRUE(Until([this] { return server_ == nullptr; }));
  ASSERT_TRUE(Until([this] { return at_client_.ended || !at_client_.error.ok(); }));
}

TEST_F(TlsTest, GarbageAfterTheHandshakeIsAnError) {
  auto [near, far_end] = Pair();
  auto [far_client_end, server_side] = Pair();
  // A relay between client and server that can add bytes of its own.
  auto& far = far_end;  // which lambdas may capture
  auto& far_client = far_client_end;
  Recorder from_client, from_server;
  far->set_listener(&from_client);
  far_client->set_listener(&from_server);
  from_client.on_data = [&] { far_client->Write(AsBytes(std::exchange(from_client.data, ""))); };
  from_server.on_data = [&] { far->Write(AsBytes(std::exchange(from_server.data, ""))); };
  far->StartReading();
  far_client->StartReading();
  client_ = TlsStream::Client(*loop_, std::move(near), client_context_, "blog.example.com",
                              [this](Status s) { client_status_ = std::move(s); })
                .value();
  server_ = TlsStream::Server(*loop_, std::move(server_side), server_context_, [this](Status s) {
              server_status_ = std::move(s);
            }).value();
  client_->set_listener(&at_client_);
  client_->StartReading();
  ASSERT_TRUE(Until([this] { return client_status_ && server_status_; }));
  far->Write(AsBytes(std::string("\x17\x03\x03\x00\x20", 5) + "this was not encrypted by TLS!!!"));
  ASSERT_TRUE(Until([this] { return !at_client_.error.ok(); }));
  EXPECT_THAT(at_client_.error.message(), HasSubstr("TLS connection with blog.example.com: "));
}

TEST_F(TlsTest, ContextErrorsNameTheFile) {
  const auto missing = TlsContext::CreateClient({"/nonexistent/ca.pem"});
  EXPECT_THAT(missing.status().message(), HasSubstr("\"/nonexistent/ca.pem\""));
  EXPECT_EQ(missing.status().code(), StatusCode::kInvalidArgument);
  const auto not_certificate = TlsContext::CreateClient({files_.key_file()});
  EXPECT_THAT(not_certificate.status().message(), HasSubstr("key.pem"));
  TestCertificateFiles other;
  EXPECT_THAT(
      TlsContext::CreateServer(files_.certificate_file(), other.key_file()).status().message(),
      HasSubstr("key values mismatch"));
  EXPECT_FALSE(TlsContext::CreateServer("/nonexistent/c.pem", files_.key_file()).ok());
  EXPECT_FALSE(client_context_->NewClient("").ok());
}

}  // namespace
}  // namespace sedge::loop
