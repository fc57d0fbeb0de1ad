// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include "runtime/http/client.h"
#include "tests/http/client_fixture.h"
#include "tests/loop/test_certificates.h"

namespace sedge::http {
namespace {

using ::testing::HasSubstr;

class ClientTlsTest : public ClientTest {
 protected:
  ClientTlsTest() {
    context_ = loop::TlsContext::CreateServer(files_.certificate_file(), files_.key_file()).value();
    MakeClient({}, {files_.ca_file()});
  }

  // A TLS server that plays `script` after the handshake.
  ScriptedServer::Script Secure(ScriptedServer::Script script) {
    return [this, script](ServerSocket& socket) {
      if (socket.StartTls(*context_)) script(socket);
    };
  }
  static ClientRequest GetSecure(const ScriptedServer& server, const std::string& target = "/") {
    ClientRequest request = Get(server, target);
    request.tls = true;
    return request;
  }

  loop::TestCertificateFiles files_;
  std::shared_ptr<loop::TlsContext> context_;
};

TEST_F(ClientTlsTest, FetchesAndReuses) {
  ScriptedServer server(Secure(EchoTargets));
  EXPECT_EQ(Fetch(GetSecure(server, "/one")), "200 /one");
  EXPECT_EQ(Fetch(GetSecure(server, "/two")), "200 /two");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClientTlsTest, MappedHostKeepsItsNames) {
  std::string head;
  ScriptedServer server(Secure([&](ServerSocket& socket) {
    head = socket.ReadHead();
    socket.Write(Ok("mapped"));
  }));
  ClientRequest request = GetSecure(server, "/post/1");
  request.host = "blog.example.com";
  request.port = 443;
  request.connect_to = {.tls = true, .host = "127.0.0.1", .port = server.port()};
  EXPECT_EQ(Fetch(std::move(request)), "200 mapped");
  EXPECT_EQ(head, "GET /post/1 HTTP/1.1\r\nHost: blog.example.com\r\n\r\n");
}

TEST_F(ClientTlsTest, MappedToPlain) {
  ScriptedServer server(EchoTargets);
  ClientRequest request = GetSecure(server, "/plain");
  request.host = "blog.example.com";
  request.port = 443;
  request.connect_to = {.tls = false, .host = "127.0.0.1", .port = server.port()};
  EXPECT_EQ(Fetch(std::move(request)), "200 /plain");
}

TEST_F(ClientTlsTest, MuchInBothDirections) {
  std::string sent(5'000'000, '\0');
  for (size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 >> 7);
  ScriptedServer server(Secure([&](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write(Ok(socket.ReadBytes(sent.size())));
  }));
  ClientRequest request = GetSecure(server);
  request.method = "POST";
  request.body = MakeBytesBody(Bytes::Copy(sent));
  EXPECT_TRUE(Fetch(std::move(request)) == "200 " + sent);
}

TEST_F(ClientTlsTest, ErrorsSayWhy) {
  ScriptedServer server(Secure(EchoTargets));
  ClientRequest other = GetSecure(server);
  other.host = "shop.example.com";
  other.connect_to = {.tls = true, .host = "127.0.0.1", .port = server.port()};
  const std::string address = "127.0.0.1:" + std::to_string(server.port());
  EXPECT_EQ(Fetch(std::move(other)), "fetch failed: TLS handshake with " + address +
                                         " (shop.example.com): certificate verify failed: "
                                         "hostname mismatch (the certificate is for "
                                         "blog.example.com, 127.0.0.1)");
  MakeClient();
  EXPECT_EQ(Fetch(GetSecure(server)),
            "fetch failed: TLS handshake with " + address +
                ": certificate verify failed: unable to get local issuer certificate (is its "
                "authority missing? see --ca)");
}

TEST_F(ClientTlsTest, PlainServer) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadSome();
    socket.Write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_THAT(Fetch(GetSecure(server)), HasSubstr("(does the peer speak TLS at this port?)"));
}

TEST_F(ClientTlsTest, WhatTlsCannotReadNamesThePeerOnce) {
  ScriptedServer server([this](ServerSocket& socket) {
    if (!socket.StartTls(*context_)) return;
    socket.ReadHead();
    socket.WriteUnencrypted(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
    socket.WaitForClose();
  });
  EXPECT_THAT(Fetch(GetSecure(server)),
              ::testing::MatchesRegex("fetch failed: TLS connection with 127.0.0.1:" +
                                      std::to_string(server.port()) + ": [a-z ]+"));
}

TEST_F(ClientTlsTest, HandshakeTimesOut) {
  ScriptedServer server([](ServerSocket& socket) { socket.WaitForClose(); });
  Limits limits;
  limits.connect_timeout_ms = 50;
  MakeClient(limits, {files_.ca_file()});
  EXPECT_EQ(Fetch(GetSecure(server)),
            "fetch failed: TLS handshake ETIMEDOUT 127.0.0.1:" + std::to_string(server.port()) +
                ": not done for 50 ms (limits.connect_timeout_ms)");
}

TEST_F(ClientTlsTest, TruncationIsAnErrorWhereTheLengthIsKnown) {
  ScriptedServer server([this](ServerSocket& socket) {
    if (!socket.StartTls(*context_)) return;
    const std::string head = socket.ReadHead();
    const bool known = head.starts_with("GET /known");
    socket.Write(known ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
                       : "HTTP/1.1 200 OK\r\n\r\nhalf");
  });
  EXPECT_THAT(Fetch(GetSecure(server, "/known")),
              HasSubstr("before the response's body was complete"));
  EXPECT_EQ(Fetch(GetSecure(server, "/unknown")), "200 half");
}

// RFC 9112 section 9.8: such a body is whole only when the peer said so.
TEST_F(ClientTlsTest, ABodyWithoutLengthNeedsACloseNotify) {
  ScriptedServer server([this](ServerSocket& socket) {
    if (!socket.StartTls(*context_)) return;
    const std::string head = socket.ReadHead();
    if (head.starts_with("GET /length")) {
      socket.Write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole");
    } else if (head.starts_with("GET /chunks")) {
      socket.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n");
    } else {
      socket.Write("HTTP/1.1 200 OK\r\n\r\nhalf");
    }
    socket.CloseWithoutNotify();
  });
  EXPECT_EQ(Fetch(GetSecure(server, "/end")),
            "fetch failed: read EOF 127.0.0.1:" + std::to_string(server.port()) +
                ": the connection was closed without TLS's close_notify, so the response's body, "
                "which has no length, may have been cut short");
  EXPECT_EQ(Fetch(GetSecure(server, "/length")), "200 whole");
  EXPECT_EQ(Fetch(GetSecure(server, "/chunks")), "200 whole");
}

TEST_F(ClientTlsTest, SaysCloseNotifyItself) {
  std::atomic<bool> clean = false;
  ScriptedServer server(Secure([&](ServerSocket& socket) {
    socket.ReadHead();
    socket.Write(Ok("x", "Connection: close\r\n"));
    socket.WaitForClose();
    clean = socket.got_close_notify();
  }));
  EXPECT_EQ(Fetch(GetSecure(server)), "200 x");
  EXPECT_TRUE(Until([&] { return server.running() == 0; }));
  EXPECT_TRUE(clean);
}

// What the server saw of each connection's handshake.
TEST_F(ClientTlsTest, ResumesSessionsOfBothVersions) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    MakeClient({}, {files_.ca_file()});
    std::mutex mutex;
    std::vector<std::string> seen;
    ScriptedServer server([&](ServerSocket& socket) {
      if (!socket.StartTls(*context_, version)) return;
      {
        const std::lock_guard lock(mutex);
        seen.push_back(socket.tls_version() + (socket.resumed() ? " resumed" : " new"));
      }
      socket.ReadHead();
      socket.Write(Ok("x", "Connection: close\r\n"));
    });
    for (int i = 0; i < 4; ++i) EXPECT_EQ(Fetch(GetSecure(server)), "200 x");
    const std::string name = version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3";
    EXPECT_THAT(seen, ::testing::ElementsAre(name + " new", name + " resumed", name + " resumed",
                                             name + " resumed"));
  }
}

TEST_F(ClientTlsTest, RefusesTls11) {
  ScriptedServer server(
      [&](ServerSocket& socket) { EXPECT_FALSE(socket.StartTls(*context_, TLS1_1_VERSION)); });
  EXPECT_THAT(Fetch(GetSecure(server)), HasSubstr("fetch failed: TLS handshake with 127.0.0.1:"));
}

TEST_F(ClientTlsTest, SaysTheNameButNoAddressAndOffersHttp11) {
  std::mutex mutex;
  std::vector<std::string> seen;
  ScriptedServer server([&](ServerSocket& socket) {
    if (!socket.StartTls(*context_)) return;
    {
      const std::lock_guard lock(mutex);
      seen.push_back(socket.server_name() + " " + socket.alpn());
    }
    EchoTargets(socket);
  });
  EXPECT_EQ(Fetch(GetSecure(server, "/1")), "200 /1");
  ClientRequest named = GetSecure(server, "/2");
  named.host = "blog.example.com";
  named.connect_to = {.tls = true, .host = "127.0.0.1", .port = server.port()};
  EXPECT_EQ(Fetch(std::move(named)), "200 /2");
  EXPECT_THAT(seen, ::testing::ElementsAre(" http/1.1", "blog.example.com http/1.1"));
}

// As curl --cacert and nginx's proxy_ssl_trusted_certificate have it: one file, several
// authorities.
TEST_F(ClientTlsTest, AFileMayHoldSeveralAuthorities) {
  const loop::TestCertificateFiles other({.names = {"other.example.com"}});
  const std::string bundle = files_.ca_file() + ".both";
  {
    std::ofstream out(bundle);
    out << std::ifstream(other.ca_file()).rdbuf() << std::ifstream(files_.ca_file()).rdbuf();
  }
  MakeClient({}, {bundle});
  ScriptedServer server(Secure(EchoTargets));
  EXPECT_EQ(Fetch(GetSecure(server, "/x")), "200 /x");
}

TEST_F(ClientTlsTest, PutsNothingAtRiskThatCannotBeRepeated) {
  ScriptedServer server(Secure([](ServerSocket& socket) {
    const std::string head = socket.ReadHead();
    socket.Write(Ok(head.substr(0, head.find(' '))));
  }));
  EXPECT_EQ(Fetch(GetSecure(server)), "200 GET");
  while (server.running() > 0) std::this_thread::yield();
  ClientRequest request = GetSecure(server);
  request.method = "POST";
  EXPECT_EQ(Fetch(std::move(request)), "200 POST");
}

TEST_F(ClientTlsTest, UnreadableAuthorityFailsCreation) {
  const auto client = Client::Create(*loop_, {{}, {"/nonexistent/ca.pem"}});
  ASSERT_FALSE(client.ok());
  EXPECT_THAT(client.status().message(), HasSubstr("/nonexistent/ca.pem"));
}

}  // namespace
}  // namespace sedge::http
