// SPDX-License-Identifier: Apache-2.0
// Where the server listens: several addresses, IPv6, Unix sockets, and what it says when it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/project.h"

namespace sedge::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string kHello =
    "export default { fetch(request) { return new Response(request.url); } };";

// Without --port 0, which Project gives.
class Listening {
 public:
  explicit Listening(std::vector<std::string> addresses, const std::string& config = "",
                     const std::string& threads = "1") {
    folder_.Write("worker.js", kHello);
    folder_.Write("wrangler.toml", "main = \"worker.js\"\n" + config + "\n");
    std::vector<std::string> args = {"serve", ".", "--threads", threads};
    for (const std::string& address : addresses) args.insert(args.end(), {"--listen", address});
    args_ = args;
  }
  SedgeProcess& Start() {
    process_.reset();
    process_ = std::make_unique<SedgeProcess>(args_, folder_.path());
    return *process_;
  }
  // What stands behind "Listening on".
  std::vector<std::string> Urls() {
    EXPECT_TRUE(Start().WaitUntilListening()) << process_->err();
    std::vector<std::string> urls;
    std::istringstream lines(process_->out());
    for (std::string line; std::getline(lines, line);) {
      EXPECT_THAT(line, StartsWith("Listening on "));
      urls.push_back(line.substr(line.rfind(' ') + 1));
    }
    return urls;
  }
  std::string Error(int status) {
    EXPECT_EQ(Start().WaitForExit(), status);
    EXPECT_EQ(process_->out(), "");
    return process_->err();
  }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  SedgeProcess& process() { return *process_; }
  const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
  std::vector<std::string> args_;
  std::unique_ptr<SedgeProcess> process_;
};

std::string Ask(const std::string& url) {
  RawConnection client(url);
  if (!client.connected()) return "not connected";
  client.Send("GET /a HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n");
  const std::string& all = client.ReadToEnd();
  return all.substr(std::min(all.size(), all.find("\r\n\r\n")));
}
const std::string kAnswer = "\r\n\r\nhttp://example.com/a";

bool HasIpv6() {
  std::ifstream addresses("/proc/net/if_inet6");
  return addresses.peek() != std::ifstream::traits_type::eof();
}

TEST(ListenTest, SeveralAddressesAreServedAndNamed) {
  Listening server({"127.0.0.1:0", "127.0.0.1:0", "unix:socket"}, "", "3");
  const std::vector<std::string> urls = server.Urls();
  ASSERT_THAT(urls, SizeIs(3));
  EXPECT_THAT(urls[0], StartsWith("http://127.0.0.1:"));
  EXPECT_THAT(urls[1], StartsWith("http://127.0.0.1:"));
  EXPECT_NE(urls[0], urls[1]);
  EXPECT_EQ(urls[2], "unix:" + server.Path("socket"));
  for (int i = 0; i < 10; ++i) {
    for (const std::string& url : urls) EXPECT_EQ(Ask(url), kAnswer) << url;
  }
}

// Every address is the server itself: what a worker sends there does not come back to it.
TEST(ListenTest, AWorkersRequestToAnyOfItsAddressesGoesToTheOrigin) {
  TempFolder folder;
  folder.Write("worker.js", R"(export default { fetch(request) {
    const { searchParams } = new URL(request.url);
    return fetch(searchParams.get("to"));
  } };)");
  SedgeProcess process({"serve", "worker.js", "--threads", "1", "--listen", "127.0.0.1:0",
                        "--listen", "127.0.0.1:0"},
                       folder.path());
  ASSERT_TRUE(process.WaitUntilListening()) << process.err();
  std::istringstream words(process.out());
  std::vector<std::string> urls;
  for (std::string word; words >> word;) {
    if (word.starts_with("http://")) urls.push_back(word);
  }
  ASSERT_THAT(urls, SizeIs(2));
  for (const std::string& to : urls) {
    const HttpResponse response = Get(urls[0] + "/?to=" + to + "/", {{"Host", "example.com"}});
    EXPECT_EQ(response.status, 502);
    EXPECT_THAT(response.body, HasSubstr("passed this request on to its own host"));
  }
}

TEST(ListenTest, Ipv6) {
  if (!HasIpv6()) GTEST_SKIP() << "this machine has no IPv6";
  Listening server({"[::1]:0"});
  const std::vector<std::string> urls = server.Urls();
  ASSERT_THAT(urls, SizeIs(1));
  EXPECT_THAT(urls[0], StartsWith("http://[::1]:"));
  EXPECT_EQ(Ask(urls[0]), kAnswer);
}

TEST(ListenTest, TheConfigurationNamesAddresses) {
  Listening server({}, "listen = [\"127.0.0.1:0\", \"unix:socket\"]\n[dev]\nport = 1");
  const std::vector<std::string> urls = server.Urls();
  ASSERT_THAT(urls, SizeIs(2));
  for (const std::string& url : urls) EXPECT_EQ(Ask(url), kAnswer) << url;
}

TEST(ListenTest, AUnixSocketsFileGoesAtTheEnd) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Listening server({"unix:socket"}, "", "2");
    server.Urls();
    struct stat status;
    ASSERT_EQ(lstat(server.Path("socket").c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    server.process().Signal(signal);
    EXPECT_EQ(server.process().WaitForExit(), 0);
    EXPECT_NE(lstat(server.Path("socket").c_str(), &status), 0);
  }
}

TEST(ListenTest, ASocketThatAKilledServerLeftIsReplaced) {
  Listening server({"unix:socket"});
  server.Urls();
  server.process().Signal(SIGKILL);
  EXPECT_EQ(server.process().WaitForExit(), 128 + SIGKILL);
  EXPECT_TRUE(std::filesystem::exists(server.Path("socket")));
  const std::vector<std::string> urls = server.Urls();
  ASSERT_THAT(urls, SizeIs(1));
  EXPECT_EQ(Ask(urls[0]), kAnswer);
}

TEST(ListenTest, AnAddressInUseIsSaid) {
  Listening first({"127.0.0.1:0", "unix:socket"});
  const std::vector<std::string> urls = first.Urls();
  ASSERT_THAT(urls, SizeIs(2));
  const std::string address = urls[0].substr(urls[0].find("//") + 2);
  EXPECT_EQ(Listening({address}).Error(1), "sedge: listen EADDRINUSE " + address +
                                               ": another program listens there; choose another "
                                               "--port or --listen\n");
  EXPECT_EQ(Listening({"127.0.0.1:0", urls[1]}).Error(1),
            "sedge: listen EADDRINUSE " + urls[1] +
                ": another program listens there; choose another --listen\n");
  // That failure has taken nothing away.
  for (const std::string& url : urls) EXPECT_EQ(Ask(url), kAnswer) << url;
}

TEST(ListenTest, WhatIsThereAlreadyIsNotTouched) {
  Listening server({"unix:precious.txt"});
  server.folder().Write("precious.txt", "precious");
  EXPECT_THAT(server.Error(1), HasSubstr("a file that is no socket is there"));
  EXPECT_EQ(std::filesystem::file_size(server.Path("precious.txt")), 8u);
}

TEST(ListenTest, WrongAddressesAreNamedWithWhatIsAllowed) {
  struct Case {
    std::vector<std::string> addresses;
    const char* why;
  };
  const std::string allowed = "allowed is HOST:PORT, [IPV6]:PORT or unix:PATH";
  const Case cases[] = {
      {{"8787"}, "--listen 8787: there is no port"},
      {{":8787"}, "--listen :8787: there is no host before the port"},
      {{"127.0.0.1"}, "--listen 127.0.0.1: there is no port"},
      {{"127.0.0.1:http"}, "the port \"http\" is not a number from 0 to 65535"},
      {{"127.0.0.1:65536"}, "the port \"65536\" is not a number from 0 to 65535"},
      {{"::1:8787"}, "an IPv6 address needs brackets, such as [::1]:8787"},
      {{"http://127.0.0.1:80"}, "this is a URL, not an address"},
      {{"unix:"}, "there is no path after unix:"},
      {{"a b:80"}, "\"a b\" is not a host"},
  };
  for (const Case& c : cases) {
    const std::string error = Listening(c.addresses).Error(2);
    EXPECT_THAT(error, HasSubstr(c.why));
    EXPECT_THAT(error, HasSubstr(allowed));
  }
  EXPECT_THAT(Listening({"127.0.0.1:1234", "127.0.0.1:1234"}).Error(1),
              HasSubstr("http://127.0.0.1:1234 twice; each address is given once"));
  EXPECT_THAT(Listening({"192.0.2.1:80"}).Error(1),
              HasSubstr("listen EADDRNOTAVAIL 192.0.2.1:80: no address of this machine"));
  EXPECT_THAT(Listening({"unix:none/socket"}).Error(1),
              HasSubstr("/none/socket: there is no such folder; make it first"));
}

TEST(ListenTest, WrongConfigurationsAreNamedWithTheirLine) {
  EXPECT_THAT(Listening({}, "listen = [\"nowhere\"]").Error(1),
              HasSubstr("wrangler.toml:2: listen has \"nowhere\": there is no port; allowed is"));
  EXPECT_THAT(Listening({}, "listen = \"127.0.0.1:80\"").Error(1),
              HasSubstr("wrangler.toml:2: listen is a string; allowed is an array of addresses"));
  EXPECT_THAT(Listening({}, "trusted_proxies = [\"10.0.0.1/8\"]").Error(1),
              HasSubstr("wrangler.toml:2: trusted_proxies has \"10.0.0.1/8\": "));
}

}  // namespace
}  // namespace sedge::e2e
