// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

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
  EXPECT_EQ(Fetch(std::move(other)),
            "TLS handshake with shop.example.com: certificate verify failed: hostname mismatch");
  MakeClient();
  EXPECT_EQ(Fetch(GetSecure(server)),
            "TLS handshake with 127.0.0.1: certificate verify failed: unable to get local issuer "
            "certificate (is its authority missing? see --ca)");
}

TEST_F(ClientTlsTest, PlainServer) {
  ScriptedServer server([](ServerSocket& socket) {
    socket.ReadSome();
    socket.Write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_THAT(Fetch(GetSecure(server)), HasSubstr("(does the peer speak TLS at this port?)"));
}

TEST_F(ClientTlsTest, HandshakeTimesOut) {
  ScriptedServer server([](ServerSocket& socket) { socket.WaitForClose(); });
  Limits limits;
  limits.connect_timeout_ms = 50;
  MakeClient(limits, {files_.ca_file()});
  EXPECT_EQ(Fetch(GetSecure(server)),
            "TLS handshake with 127.0.0.1: timed out after 50 ms (limits.connect_timeout_ms)");
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

TEST_F(ClientTlsTest, UnreadableAuthorityFailsCreation) {
  const auto client = Client::Create(*loop_, {{}, {"/nonexistent/ca.pem"}});
  ASSERT_FALSE(client.ok());
  EXPECT_THAT(client.status().message(), HasSubstr("/nonexistent/ca.pem"));
}

}  // namespace
}  // namespace sedge::http
