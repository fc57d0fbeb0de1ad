// SPDX-License-Identifier: Apache-2.0
// Responses to HEAD say no length that nobody knows (RFC 9110 section 8.6).
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

// What a HEAD request is told of the body's length: the fields by name and value.
std::string LengthOf(const std::string& url, const std::string& accept_encoding = "gzip") {
  HttpRequest request;
  request.method = "HEAD";
  request.url = url;
  request.headers = {{"Accept-Encoding", accept_encoding}};
  const HttpResponse response = Fetch(request);
  EXPECT_EQ(response.error, "");
  std::string length;
  for (const auto& [name, value] : response.headers) {
    if (name == "content-length" || name == "transfer-encoding") length += name + " " + value;
  }
  return length;
}

// As an origin answers HEAD, which makes each response's body only when somebody wants it.
ServerResponse Origin(const ServerRequest& request) {
  return {.raw = [&request](const WritePiece& write) {
    const bool coded = request.target.find("gzip") != std::string::npos;
    const bool says = request.target.find("length") != std::string::npos;
    write(std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n") +
          (coded ? "Content-Encoding: gzip\r\n" : "") + (says ? "Content-Length: 7\r\n" : "") +
          "\r\n");
  }};
}

TEST(HeadTest, APassedOnHeadHasTheLengthThatTheOriginSays) {
  LocalServer origin(Origin);
  Worker worker(Worker::Handler(R"(
    const response = await fetch(request);
    return url.search === "" ? response : new Response(response.body, response);)"),
                {"--origin", origin.url()});
  for (const std::string how : {"", "?rewrapped"}) {
    EXPECT_EQ(LengthOf(worker.url() + "/plain" + how), "");
    EXPECT_EQ(LengthOf(worker.url() + "/length" + how), "content-length 7");
    for (const std::string accepted : {"gzip", "identity"}) {
      EXPECT_EQ(LengthOf(worker.url() + "/gzip" + how, accepted), "");
    }
    EXPECT_EQ(LengthOf(worker.url() + "/gzip-length" + how, "gzip"), "content-length 7");
    EXPECT_EQ(LengthOf(worker.url() + "/gzip-length" + how, "identity"), "");
  }
}

TEST(HeadTest, AScriptsResponseHasTheLengthOfItsBody) {
  Worker worker(Worker::Handler(R"(
    switch (url.pathname) {
      case "/none": return new Response(null);
      case "/said": return new Response(null, { headers: { "Content-Length": "5" } });
      case "/empty": return new Response("");
      case "/text": return new Response("text");
      case "/stream": return new Response(new ReadableStream());
      case "/redirect": return Response.redirect("http://x/");
      default: return new Response(null, { status: Number(url.pathname.slice(1)) });
    })"));
  EXPECT_EQ(LengthOf(worker.url() + "/none"), "");
  EXPECT_EQ(LengthOf(worker.url() + "/said"), "content-length 5");
  EXPECT_EQ(LengthOf(worker.url() + "/empty"), "content-length 0");
  EXPECT_EQ(LengthOf(worker.url() + "/text"), "content-length 4");
  EXPECT_EQ(LengthOf(worker.url() + "/stream"), "");
  EXPECT_EQ(LengthOf(worker.url() + "/redirect"), "");
  EXPECT_EQ(LengthOf(worker.url() + "/204"), "");
  EXPECT_EQ(LengthOf(worker.url() + "/205"), "content-length 0");
  EXPECT_EQ(LengthOf(worker.url() + "/304"), "");
}

}  // namespace
}  // namespace sedge::e2e
