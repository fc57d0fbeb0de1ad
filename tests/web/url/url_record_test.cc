// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/url/url_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sedge::web {
namespace {

// The serialisation, or "failure".
std::string Href(std::string_view input, std::string_view base = {}) {
  std::optional<UrlRecord> base_url;
  if (!base.empty()) {
    base_url = TryParseUrl(base);
    if (!base_url) return "bad base";
  }
  const std::optional<UrlRecord> url = TryParseUrl(input, base_url ? &*base_url : nullptr);
  if (!url) return "failure";
  EXPECT_TRUE(UrlRecord::FromParts(url->href(), url->offsets())) << url->href();
  return url->href();
}

TEST(UrlRecordTest, GivesEveryComponent) {
  const auto url = TryParseUrl("HTTPS://user:pa:ss@Example.COM:8443/a/b?x=1#frag");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->href(), "https://user:pa%3Ass@example.com:8443/a/b?x=1#frag");
  EXPECT_EQ(url->scheme(), "https");
  EXPECT_EQ(url->username(), "user");
  EXPECT_EQ(url->password(), "pa%3Ass");
  EXPECT_EQ(url->host(), "example.com:8443");
  EXPECT_EQ(url->hostname(), "example.com");
  EXPECT_EQ(url->port_text(), "8443");
  EXPECT_EQ(url->effective_port(), 8443);
  EXPECT_EQ(url->pathname(), "/a/b");
  EXPECT_EQ(url->path_and_query(), "/a/b?x=1");
  EXPECT_EQ(url->query(), "x=1");
  EXPECT_EQ(url->fragment(), "frag");
  EXPECT_EQ(url->href_without_fragment(), "https://user:pa%3Ass@example.com:8443/a/b?x=1");
  EXPECT_EQ(url->origin(), "https://example.com:8443");
}

TEST(UrlRecordTest, DistinguishesEmptyFromAbsent) {
  const auto url = TryParseUrl("http://h/?#");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->href(), "http://h/?#");
  EXPECT_TRUE(url->has_query());
  EXPECT_TRUE(url->has_fragment());
  EXPECT_EQ(url->effective_port(), 80);
  EXPECT_FALSE(TryParseUrl("http://h/")->has_query());
}

TEST(UrlRecordTest, CredentialsMayBeHalfThere) {
  EXPECT_EQ(Href("http://@h/"), "http://h/");
  EXPECT_EQ(Href("http://:@h/"), "http://h/");
  EXPECT_EQ(Href("http://u:@h/"), "http://u@h/");
  EXPECT_EQ(Href("http://:p@h/"), "http://:p@h/");
  EXPECT_EQ(Href("http://a@b@h/"), "http://a%40b@h/");
  EXPECT_EQ(Href("http://u@/"), "failure");
}

TEST(UrlParserTest, NormalisesPaths) {
  EXPECT_EQ(Href("http://h/a/./b/../c"), "http://h/a/c");
  EXPECT_EQ(Href("http://h/a/%2e%2E/"), "http://h/");
  EXPECT_EQ(Href("http://h/.."), "http://h/");
  EXPECT_EQ(Href("http://h\\a\\b"), "http://h/a/b");
  EXPECT_EQ(Href("http://h/a b\"<>`{}^|"), "http://h/a%20b%22%3C%3E%60%7B%7D%5E|");
  EXPECT_EQ(Href("http://h/%zz%4"), "http://h/%zz%4");
  EXPECT_EQ(Href("http://h/\xC3\xA9?\xC3\xA9'#\xC3\xA9"), "http://h/%C3%A9?%C3%A9%27#%C3%A9");
  EXPECT_EQ(Href("foo://h/\xC3\xA9?'"), "foo://h/%C3%A9?'");
}

TEST(UrlParserTest, StripsSpacesTabsAndNewlines) {
  EXPECT_EQ(Href(" \n ht\ttp:\n//h/\ra \x1f"), "http://h/a");
}

TEST(UrlParserTest, ResolvesAgainstABase) {
  const std::string base = "http://u:p@h:81/a/b/c?q#f";
  EXPECT_EQ(Href("", base), "http://u:p@h:81/a/b/c?q");
  EXPECT_EQ(Href("#x", base), "http://u:p@h:81/a/b/c?q#x");
  EXPECT_EQ(Href("?x", base), "http://u:p@h:81/a/b/c?x");
  EXPECT_EQ(Href("d", base), "http://u:p@h:81/a/b/d");
  EXPECT_EQ(Href("../d/", base), "http://u:p@h:81/a/d/");
  EXPECT_EQ(Href("/d", base), "http://u:p@h:81/d");
  EXPECT_EQ(Href("\\d", base), "http://u:p@h:81/d");
  EXPECT_EQ(Href("//other/x", base), "http://other/x");
  EXPECT_EQ(Href("http:d", base), "http://u:p@h:81/a/b/d");
  EXPECT_EQ(Href("https:d", base), "https://d/");
  EXPECT_EQ(Href("x", "data:opaque"), "failure");
  EXPECT_EQ(Href("#x", "data:opaque?q"), "data:opaque?q#x");
  EXPECT_EQ(Href("x"), "failure");
}

TEST(UrlParserTest, AHostlessPathNeverReadsAsAnAuthority) {
  EXPECT_EQ(Href("web+demo:/.//not-a-host/"), "web+demo:/.//not-a-host/");
  EXPECT_EQ(TryParseUrl("web+demo:/.//not-a-host/")->pathname(), "//not-a-host/");
  EXPECT_EQ(TryParseUrl("web+demo:/.//not-a-host/")->host(), "");
  EXPECT_EQ(Href("../../x", "web+demo:/.//a/b"), "web+demo:/x");
  EXPECT_EQ(Href("x", "web+demo:/.//a/b"), "web+demo:/.//a/x");
  EXPECT_EQ(Href("foo:///p"), "foo:///p");
}

TEST(UrlParserTest, OpaquePathsKeepAllButTheirLastSpace) {
  EXPECT_EQ(Href("data:a b  #f"), "data:a b %20#f");
  EXPECT_EQ(Href("data:a b  "), "data:a b");
  EXPECT_TRUE(TryParseUrl("mailto:x@y")->has_opaque_path());
}

TEST(UrlParserTest, FileUrls) {
  EXPECT_EQ(Href("file:///C|/x/../.."), "file:///C:/");
  EXPECT_EQ(Href("file://C|/x"), "file:///C:/x");
  EXPECT_EQ(Href("file://localhost/x"), "file:///x");
  EXPECT_EQ(Href("/y", "file:///C:/a/b"), "file:///C:/y");
  EXPECT_EQ(Href("D|/y", "file://host/C:/a"), "file://host/D:/y");
  EXPECT_EQ(Href("y", "file://host/a/b"), "file://host/a/y");
  EXPECT_EQ(Href("file:"), "file:///");
}

TEST(UrlHostTest, Ipv4) {
  EXPECT_EQ(Href("http://0x7F.1/"), "http://127.0.0.1/");
  EXPECT_EQ(Href("http://017700000001"), "http://127.0.0.1/");
  EXPECT_EQ(Href("http://1.2.3.4./"), "http://1.2.3.4/");
  EXPECT_EQ(Href("http://4294967295"), "http://255.255.255.255/");
  for (const char* bad : {"http://256.1.1.1", "http://4294967296", "http://1.2.3.4.5", "http://09",
                          "http://1.2.3.", "http://a.0x"}) {
    const bool ok = std::string_view(bad) == "http://1.2.3.";
    EXPECT_EQ(Href(bad), ok ? "http://1.2.0.3/" : "failure") << bad;
  }
  EXPECT_EQ(Href("http://1e2/"), "http://1e2/");
  EXPECT_EQ(Href("foo://1/"), "foo://1/");
}

TEST(UrlHostTest, Ipv6) {
  EXPECT_EQ(Href("http://[1:0:0:2:0:0:0:3]/"), "http://[1:0:0:2::3]/");
  EXPECT_EQ(Href("http://[::FFFF:1.2.3.4]:80"), "http://[::ffff:102:304]/");
  EXPECT_EQ(Href("http://[::]"), "http://[::]/");
  EXPECT_EQ(Href("http://[1:0:2:0:3:0:4:0]"), "http://[1:0:2:0:3:0:4:0]/");
  EXPECT_EQ(Href("foo://[2001:DB8::1]"), "foo://[2001:db8::1]");
  for (const char* bad : {"http://[", "http://[1]", "http://[1:2:3:4:5:6:7:8:9]", "http://[:1]",
                          "http://[1::2::3]", "http://[::1.2.3]", "http://[::1.2.3.04]",
                          "http://[::12345]", "http://[1:2:3:4:5:6:7:]", "http://[::%eth0]"}) {
    EXPECT_EQ(Href(bad), "failure") << bad;
  }
}

TEST(UrlHostTest, DomainsBecomeAscii) {
  EXPECT_EQ(Href("http://b\xC3\xBC" "cher.example/"), "http://xn--bcher-kva.example/");
  EXPECT_EQ(Href("http://fa\xC3\x9F.de"), "http://xn--fa-hia.de/");
  EXPECT_EQ(Href("http://%C3%BC.com"), "http://xn--tda.com/");
  EXPECT_EQ(Href("http://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97\xE3\x80\x82\xEF\xBC\x91"),
            "http://127.0.0.1/");
  EXPECT_EQ(Href("http://%61.com"), "http://a.com/");
  EXPECT_EQ(Href("http://a_b--c-.com"), "http://a_b--c-.com/");
  // U+1E9E and U+10A0 as Unicode 15.1 maps them, whatever ICU's version.
  EXPECT_EQ(Href("http://\xE1\xBA\x9E.com"), "http://xn--zca.com/");
  for (const char* bad : {"http://xn--a/", "http://xn--/", "http://%C2%AD/", "http://a%00b/",
                          "http://a%2Fb/", "http://a b/", "http://a<b/", "http://%FF/",
                          "http://a%25b/", "http://a^b"}) {
    EXPECT_EQ(Href(bad), "failure") << bad;
  }
  EXPECT_EQ(Href("foo://%20a%C3/"), "foo://%20a%C3/");
  EXPECT_EQ(Href("foo://a b/"), "failure");
}

TEST(UrlParserTest, Ports) {
  EXPECT_EQ(Href("http://h:80/"), "http://h/");
  EXPECT_EQ(Href("http://h:/"), "http://h/");
  EXPECT_EQ(Href("http://h:00081/"), "http://h:81/");
  EXPECT_EQ(Href("wss://h:443"), "wss://h/");
  EXPECT_EQ(Href("http://h:65536/"), "failure");
  EXPECT_EQ(Href("http://h:8a/"), "failure");
  EXPECT_EQ(Href("foo://:80/"), "failure");
  EXPECT_EQ(Href("http:///"), "failure");
}

TEST(UrlRecordTest, Origins) {
  EXPECT_EQ(TryParseUrl("blob:https://h:8/id")->origin(), "https://h:8");
  EXPECT_EQ(TryParseUrl("blob:ftp://h/id")->origin(), "null");
  EXPECT_EQ(TryParseUrl("file:///x")->origin(), "null");
  EXPECT_EQ(TryParseUrl("ws://h:80/x")->origin(), "ws://h");
  EXPECT_EQ(TryParseUrl("foo://h")->origin(), "null");
}

TEST(ParseUrlTest, TheErrorNamesTheInput) {
  const Result<UrlRecord> bad = ParseUrl("http://");
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(bad.status().message()), testing::HasSubstr("\"http://\""));
}

TEST(FromPartsTest, RefusesOffsetsThatDoNotFit) {
  const auto url = TryParseUrl("http://u@h:81/p?q#f");
  UrlOffsets offsets = url->offsets();
  EXPECT_TRUE(UrlRecord::FromParts(url->href(), offsets));
  EXPECT_FALSE(UrlRecord::FromParts("short", offsets));
  offsets.host_end = 1000;
  EXPECT_FALSE(UrlRecord::FromParts(url->href(), offsets));
  offsets = url->offsets();
  ++offsets.query_start;
  EXPECT_FALSE(UrlRecord::FromParts(url->href(), offsets));
  EXPECT_FALSE(UrlRecord::FromParts("", UrlOffsets{}));
}

struct SetterCase {
  void (UrlRecord::*set)(std::string_view);
  const char* href;
  const char* value;
  const char* expected;
};

TEST(UrlSettersTest, FollowTheStandard) {
  const SetterCase cases[] = {
      {&UrlRecord::SetProtocol, "http://h:443/", "https:x", "https://h/"},
      {&UrlRecord::SetProtocol, "http://h/", "foo", "http://h/"},
      {&UrlRecord::SetProtocol, "http://u@h/", "file", "http://u@h/"},
      {&UrlRecord::SetProtocol, "file:///x", "http", "file:///x"},
      {&UrlRecord::SetProtocol, "http://h/", "1a", "http://h/"},
      {&UrlRecord::SetUsername, "http://h/", "a:@b", "http://a%3A%40b@h/"},
      {&UrlRecord::SetUsername, "file:///x", "u", "file:///x"},
      {&UrlRecord::SetUsername, "http://u@h/", "", "http://h/"},
      {&UrlRecord::SetPassword, "http://u@h/", "p", "http://u:p@h/"},
      {&UrlRecord::SetPassword, "http://u:p@h/", "", "http://u@h/"},
      {&UrlRecord::SetHost, "http://h:81/p", "X:82/rest", "http://x:82/p"},
      {&UrlRecord::SetHost, "http://h:81/p", "x:99999", "http://x:81/p"},
      {&UrlRecord::SetHost, "http://h/p", "", "http://h/p"},
      {&UrlRecord::SetHost, "foo://h/p", "", "foo:///p"},
      {&UrlRecord::SetHost, "foo://u@h/p", "", "foo://u@h/p"},
      {&UrlRecord::SetHost, "web+demo:/.//n/", "host", "web+demo://host//n/"},
      {&UrlRecord::SetHost, "file:///p", "localhost", "file:///p"},
      {&UrlRecord::SetHost, "mailto:x", "h", "mailto:x"},
      {&UrlRecord::SetHostname, "http://h:81/", "x:82", "http://h:81/"},
      {&UrlRecord::SetHostname, "http://h:81/", "[::1]", "http://[::1]:81/"},
      {&UrlRecord::SetPort, "http://h/", "8080abc", "http://h:8080/"},
      {&UrlRecord::SetPort, "http://h:81/", "80", "http://h/"},
      {&UrlRecord::SetPort, "http://h:81/", "", "http://h/"},
      {&UrlRecord::SetPort, "http://h:81/", "x", "http://h:81/"},
      {&UrlRecord::SetPort, "http://h:81/", "65536", "http://h:81/"},
      {&UrlRecord::SetPathname, "http://h/p?q", "a/../b?#", "http://h/b%3F%23?q"},
      {&UrlRecord::SetPathname, "http://h/p", "", "http://h/"},
      {&UrlRecord::SetPathname, "foo:/p", "", "foo:/"},
      {&UrlRecord::SetPathname, "foo:/p", "//x", "foo:/.//x"},
      {&UrlRecord::SetPathname, "mailto:x", "y", "mailto:x"},
      {&UrlRecord::SetSearch, "http://h/?a#f", "??b#'", "http://h/??b%23%27#f"},
      {&UrlRecord::SetSearch, "http://h/?a#f", "", "http://h/#f"},
      {&UrlRecord::SetHash, "http://h/?a#f", "#a b", "http://h/?a#a%20b"},
      {&UrlRecord::SetHash, "http://h/#f", "", "http://h/"},
  };
  for (const SetterCase& c : cases) {
    std::optional<UrlRecord> url = TryParseUrl(c.href);
    ASSERT_TRUE(url) << c.href;
    ((*url).*c.set)(c.value);
    EXPECT_EQ(url->href(), c.expected) << c.href << " := " << c.value;
    EXPECT_TRUE(UrlRecord::FromParts(url->href(), url->offsets())) << c.expected;
  }
}

}  // namespace
}  // namespace sedge::web
