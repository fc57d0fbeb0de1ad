// SPDX-License-Identifier: Apache-2.0
// The example as a user runs it: the real binary between libcurl and two local servers, the blog
// (TLS, with an authority of its own) and the site's origin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <sstream>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"
#include "tests/loop/test_certificates.h"

namespace sedge::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr uint64_t kVideoBytes = 50u << 20;
// Buffers on the way, and what the allocator keeps of them.
constexpr size_t kAllowedGrowthBytes = 20u << 20;

const std::pair<std::string, std::string> kSite = {"Host", "www.example.com"};

ServerResponse Blog(const ServerRequest& request) {
  const std::string& target = request.target;
  if (target == "/moved")
    return {.status = 301, .headers = {{"Location", "/first-post?from=moved#top"}}};
  if (target == "/moved-far") {
    return {.status = 302, .headers = {{"Location", "https://blog.example.com/first-post"}}};
  }
  if (target == "/moved-to-asset")
    return {.status = 302, .headers = {{"Location", "/public/a.pdf"}}};
  if (target == "/moved-away") {
    return {.status = 302, .headers = {{"Location", "https://elsewhere.example/x"}}};
  }
  if (target == "/moved-slashes") {
    return {.status = 302,
            .headers = {{"Location", "https://blog.example.com//evil.example/x.webp"}}};
  }
  if (target == "/assets/moved.css")
    return {.status = 302, .headers = {{"Location", "/assets/new.css"}}};
  if (target == "/assets/video.mp4") return {.stream_bytes = kVideoBytes};
  if (target == "/missing")
    return {.status = 404, .body = "the blog's own page for what is missing"};
  if (target == "/cookies") {
    return {.headers = {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2; Path=/"}}, .body = "cookies"};
  }
  if (target == "/tagged") {
    if (request.Header("if-none-match") == "\"v1\"")
      return {.status = 304, .headers = {{"ETag", "\"v1\""}}};
    return {.headers = {{"ETag", "\"v1\""}}, .body = "tagged"};
  }
  if (target == "/assets/range.bin" && request.Header("range") == "bytes=2-4") {
    return {.status = 206, .headers = {{"Content-Range", "bytes 2-4/10"}}, .body = "234"};
  }
  return {.headers = {{"Content-Type", "text/html"}},
          .body = "blog " + request.method + " " + target + " " + request.body};
}

ServerResponse Origin(const ServerRequest& request) {
  if (request.target == "/old") return {.status = 301, .headers = {{"Location", "/new"}}};
  return {.headers = {{"X-Host", request.Header("host")}},
          .body = "origin " + request.method + " " + request.target + " " + request.body};
}

class SubdirectoryProxyTest : public testing::Test {
 protected:
  SubdirectoryProxyTest() : SubdirectoryProxyTest(EXAMPLE_FOLDER) {}
  explicit SubdirectoryProxyTest(const std::string& folder) { Start(folder); }

  void Start(const std::string& folder) {
    sedge_ = std::make_unique<SedgeProcess>(
        std::vector<std::string>{"serve", folder, "--port", "0", "--threads", "1", "--data-dir",
                                 data_.path(), "--map", "blog.example.com=" + blog_->url(),
                                 "--origin", origin_.url(), "--ca", certificates_.ca_file()});
    url_ = sedge_->WaitUntilListening().value_or("");
    ASSERT_NE(url_, "") << sedge_->err();
  }

  // Serves a copy of the example that was changed as its user would.
  void StartWith(const std::string& setting, const std::string& changed) {
    std::ostringstream script;
    script << std::ifstream(std::string(EXAMPLE_FOLDER) + "/worker.js").rdbuf();
    std::string text = script.str();
    const size_t at = text.find(setting);
    ASSERT_NE(at, std::string::npos) << setting;
    Start(data_.Write("worker.js", text.replace(at, setting.size(), changed)));
  }

  HttpResponse Ask(const std::string& path, Headers headers = {}) {
    headers.push_back(kSite);
    return Get(url_ + path, headers);
  }

  loop::TestCertificateFiles certificates_;
  TempFolder data_;
  std::function<ServerResponse(const ServerRequest&)> blog_answers_ = Blog;
  std::unique_ptr<LocalServer> blog_ = std::make_unique<LocalServer>(
      [this](const ServerRequest& request) { return blog_answers_(request); },
      certificates_.certificate_file(), certificates_.key_file());
  LocalServer origin_{Origin};
  std::unique_ptr<SedgeProcess> sedge_;
  std::string url_;
};

TEST_F(SubdirectoryProxyTest, DocumentsComeFromTheBlog) {
  EXPECT_EQ(Ask("/articles/first-post").body, "blog GET /first-post ");
  EXPECT_EQ(Ask("/articles/2019/07/a%20b/").body, "blog GET /2019/07/a%20b/ ");
  EXPECT_EQ(Ask("/articles/search?q=edge%26more&page=2").body,
            "blog GET /search?q=edge%26more&page=2 ");
  EXPECT_EQ(Ask("/articles/first-post").Header("content-type"), "text/html");
  EXPECT_EQ(blog_->requests()[0].Header("host"), "blog.example.com");
  EXPECT_EQ(Ask("/articles/missing").status, 404);
  EXPECT_EQ(Ask("/articles/missing").body, "the blog's own page for what is missing");
  EXPECT_THAT(origin_.log(), IsEmpty());
}

TEST_F(SubdirectoryProxyTest, TheFrontPageNeedsNoSlash) {
  EXPECT_EQ(Ask("/articles").body, "blog GET / ");
  EXPECT_EQ(Ask("/articles/").body, "blog GET / ");
  EXPECT_EQ(Ask("/articles?page=2").body, "blog GET /?page=2 ");
}

TEST_F(SubdirectoryProxyTest, AssetsHaveTheSamePathOnTheBlog) {
  EXPECT_EQ(Ask("/public/app.js").body, "blog GET /public/app.js ");
  EXPECT_EQ(Ask("/assets/main.css?v=3").body, "blog GET /assets/main.css?v=3 ");
  EXPECT_EQ(Ask("/content/photo.webp").body, "blog GET /content/photo.webp ");
  EXPECT_EQ(Ask("/fonts/text.woff2?v=1").body, "blog GET /fonts/text.woff2?v=1 ");
  // Below the subdirectory it is the blog's root that paths begin at, whatever they end with.
  EXPECT_EQ(Ask("/articles/content/photo.webp").body, "blog GET /content/photo.webp ");
  EXPECT_THAT(origin_.log(), IsEmpty());
}

TEST_F(SubdirectoryProxyTest, TheRestComesFromTheOrigin) {
  EXPECT_EQ(Ask("/").body, "origin GET / ");
  EXPECT_EQ(Ask("/about?x=1").body, "origin GET /about?x=1 ");
  EXPECT_EQ(Ask("/about").Header("x-host"), "www.example.com");
  EXPECT_EQ(Ask("/articlesque").body, "origin GET /articlesque ");
  EXPECT_EQ(Ask("/more/articles/x").body, "origin GET /more/articles/x ");
  EXPECT_EQ(Ask("/the/assets/x.css").body, "origin GET /the/assets/x.css ");
  EXPECT_EQ(Ask("/photowebp").body, "origin GET /photowebp ");
  EXPECT_EQ(Ask("/?next=/articles/x.webp").body, "origin GET /?next=/articles/x.webp ");
  EXPECT_EQ(Ask("/old").status, 301);
  EXPECT_EQ(Ask("/old").Header("location"), "/new");
  EXPECT_THAT(blog_->log(), IsEmpty());
}

TEST_F(SubdirectoryProxyTest, AnUploadGoesToTheOriginWhole) {
  std::string upload;
  for (int i = 0; i < 300'000; ++i) upload += static_cast<char>(i * 31);
  const HttpResponse response =
      Send("POST", url_ + "/form", upload, {kSite, {"Content-Type", "application/x-thing"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "origin POST /form " + upload);
  ASSERT_EQ(origin_.requests().size(), 1u);
  EXPECT_EQ(origin_.requests()[0].Header("content-type"), "application/x-thing");
  EXPECT_EQ(origin_.requests()[0].Header("content-length"), std::to_string(upload.size()));
}

TEST_F(SubdirectoryProxyTest, TheBlogGetsOtherMethodsToo) {
  EXPECT_EQ(Send("POST", url_ + "/articles/comments", "text=hello", {kSite}).body,
            "blog POST /comments text=hello");
  EXPECT_EQ(Send("DELETE", url_ + "/articles/comments/7", "", {kSite}).body,
            "blog DELETE /comments/7 ");
  HttpRequest head;
  head.method = "HEAD";
  head.url = url_ + "/articles/first-post";
  head.headers = {kSite};
  const HttpResponse response = Fetch(head);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.Header("content-length"),
            std::to_string(std::string("blog HEAD /first-post ").size()));
  EXPECT_EQ(blog_->log().back(), "HEAD /first-post");
}

TEST_F(SubdirectoryProxyTest, TheBlogsRedirectsStayOnTheSite) {
  const auto location = [this](const std::string& path) { return Ask(path).Header("location"); };
  EXPECT_EQ(Ask("/articles/moved").status, 301);
  EXPECT_EQ(location("/articles/moved"), "/articles/first-post?from=moved#top");
  EXPECT_EQ(location("/articles/moved-far"), "/articles/first-post");
  EXPECT_EQ(location("/articles/moved-to-asset"), "/public/a.pdf");
  EXPECT_EQ(location("/assets/moved.css"), "/assets/new.css");
  EXPECT_EQ(location("/articles/moved-away"), "https://elsewhere.example/x");
  EXPECT_EQ(location("/articles/moved-slashes"), "/evil.example/x.webp");

  HttpRequest follow;
  follow.url = url_ + "/articles/moved";
  follow.headers = {kSite};
  follow.follow_redirects = true;
  EXPECT_EQ(Fetch(follow).body, "blog GET /first-post?from=moved ");
}

TEST_F(SubdirectoryProxyTest, CachesAndPlayersGetWhatTheyAskFor) {
  EXPECT_EQ(Ask("/articles/tagged").Header("etag"), "\"v1\"");
  const HttpResponse unchanged = Ask("/articles/tagged", {{"If-None-Match", "\"v1\""}});
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(unchanged.Header("etag"), "\"v1\"");
  const HttpResponse part = Ask("/assets/range.bin", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.Header("content-range"), "bytes 2-4/10");
  EXPECT_EQ(part.body, "234");
}

TEST_F(SubdirectoryProxyTest, CookiesAreNotSharedUnlessAsked) {
  const Headers secrets = {{"Cookie", "session=secret"}, {"Authorization", "Basic c2VjcmV0"}};
  HttpResponse response = Ask("/articles/cookies", secrets);
  EXPECT_EQ(response.body, "cookies");
  EXPECT_EQ(response.headers.count("set-cookie"), 0u);
  EXPECT_EQ(blog_->requests().back().headers.count("cookie"), 0u);
  EXPECT_EQ(blog_->requests().back().headers.count("authorization"), 0u);
  Ask("/about", secrets);
  EXPECT_EQ(origin_.requests().back().Header("cookie"), "session=secret");
  EXPECT_EQ(origin_.requests().back().Header("authorization"), "Basic c2VjcmV0");

  StartWith("sharesCookies: false", "sharesCookies: true");
  response = Ask("/articles/cookies", secrets);
  EXPECT_EQ(blog_->requests().back().Header("cookie"), "session=secret");
  EXPECT_EQ(blog_->requests().back().Header("authorization"), "Basic c2VjcmV0");
  std::vector<std::string> set;
  for (const auto& [name, value] : response.headers) {
    if (name == "set-cookie") set.push_back(value);
  }
  EXPECT_THAT(set, ElementsAre("a=1", "b=2; Path=/"));
}

TEST_F(SubdirectoryProxyTest, ABlogThatIsDownGivesAPage) {
  blog_.reset();
  const HttpResponse response = Ask("/articles/first-post");
  EXPECT_EQ(response.status, 502);
  EXPECT_THAT(response.Header("content-type"), HasSubstr("text/html"));
  EXPECT_EQ(response.Header("cache-control"), "no-store");
  EXPECT_THAT(response.body, HasSubstr("not available"));
  EXPECT_EQ(Ask("/assets/main.css").status, 502);
  EXPECT_TRUE(sedge_->WaitForLog("https://blog.example.com/first-post")) << sedge_->err();
  EXPECT_EQ(Ask("/about").body, "origin GET /about ");
}

TEST_F(SubdirectoryProxyTest, ABlogThatDoesNotAnswerGivesThePageToo) {
  std::atomic<bool> gone = false;
  blog_answers_ = [&](const ServerRequest& request) {
    gone = request.wait_for_close(SedgeProcess::kDeadlineMs);
    return ServerResponse{.body = "too late"};
  };
  StartWith("timeoutMs: 15000", "timeoutMs: 300");
  EXPECT_EQ(Ask("/articles/first-post").status, 502);
  blog_.reset();  // waits for the handler
  EXPECT_TRUE(gone);
}

TEST_F(SubdirectoryProxyTest, ABlogWithAnUnknownCertificateGivesThePage) {
  const loop::TestCertificateFiles others;
  blog_ = std::make_unique<LocalServer>(Blog, others.certificate_file(), others.key_file());
  Start(EXAMPLE_FOLDER);
  EXPECT_EQ(Ask("/articles/first-post").status, 502);
  EXPECT_THAT(blog_->log(), IsEmpty());
  EXPECT_TRUE(sedge_->WaitForLog("certificate")) << sedge_->err();
}

TEST_F(SubdirectoryProxyTest, ALargeAssetStreamsThrough) {
  HttpRequest request;
  request.url = url_ + "/assets/video.mp4";
  request.headers = {kSite};
  request.discard_body = true;
  Ask("/assets/main.css");
  const size_t before = sedge_->ResidentBytes();
  const HttpResponse response = Fetch(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.error, "");
  EXPECT_EQ(response.body_bytes, kVideoBytes);
  EXPECT_EQ(response.Header("content-length"), std::to_string(kVideoBytes));
  EXPECT_LT(sedge_->PeakResidentBytes(), before + kAllowedGrowthBytes);
}

}  // namespace
}  // namespace sedge::e2e
