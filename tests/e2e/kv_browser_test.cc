// SPDX-License-Identifier: Apache-2.0
// The data browser in a real browser, used as a person does: mostly with the keyboard.
// SEDGE_SCREENSHOTS=FOLDER keeps what it looked like.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>

#include "tests/e2e/harness/admin.h"
#include "tests/e2e/harness/browser.h"

namespace sedge::e2e {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(KvBrowserPageTest, IsOneFileWithAStrictPolicy) {
  AdminProcess admin;
  const HttpResponse page = Get(admin.url() + "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.Header("content-type"), "text/html;charset=utf-8");
  const std::string policy = page.Header("content-security-policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'; connect-src 'self';"));
  EXPECT_THAT(policy, HasSubstr("script-src 'sha256-"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  for (const char* outside : {"src=", "http:", "https:", "{{", "@import", "url("}) {
    EXPECT_THAT(page.body, Not(HasSubstr(outside)));
  }
  HttpRequest head;
  head.method = "HEAD";
  head.url = admin.url() + "/";
  EXPECT_EQ(Fetch(head).status, 200);
  EXPECT_EQ(Send("POST", admin.url() + "/", "x").status, 405);
}

class KvBrowserTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = Browser::Find();
    if (path.empty()) {
      GTEST_SKIP() << "there is no Chromium here; on Debian: apt-get install chromium";
    }
    admin_ = std::make_unique<AdminProcess>(std::vector<std::string>{"--kv", "OTHER"});
    browser_ = std::make_unique<Browser>(path);
    ASSERT_EQ(browser_->error(), "");
    browser_->Resize(1200, 800, false);
  }
  void TearDown() override {
    if (browser_) {
      EXPECT_EQ(browser_->error(), "");
    }
  }

  void Put(const std::string& path, const std::string& body) {
    ASSERT_EQ(admin_->Call("PUT", "/CACHE/values/" + path, body).status, 200);
  }
  // Opens the page and gives it the token.
  void SignIn(const std::string& token = AdminProcess::kToken) {
    browser_->Open(admin_->url() + "/");
    Wait("document.getElementById('login')?.hidden === false");
    Type("token", token);
    Press("Enter", 13);
  }
  void OpenNamespace() {
    SignIn();
    Wait("document.activeElement.id === 'namespaces'");
    Press("Enter", 13);
    Wait("document.activeElement.id === 'keys' && status().includes('key')");
  }
  void Wait(const std::string& expression) {
    EXPECT_TRUE(browser_->WaitUntil(
        "(() => { const status = () => document.getElementById('status').textContent; return " +
        expression + "; })()"))
        << expression << "\n"
        << browser_->error() << Look("document.body.innerText") << admin_->process().err();
  }
  json Look(const std::string& expression) { return browser_->Evaluate(expression); }
  // Keys go where the focus is; Enter and Space come with their text.
  void Press(const std::string& key, int code) { browser_->Press(key, code); }
  // What a person would have typed into the element.
  void Type(const std::string& id, const std::string& text) {
    Look("(() => { const e = document.getElementById('" + id + "'); e.focus(); e.value = " +
         json(text).dump() + "; e.dispatchEvent(new Event('input', { bubbles: true })); })()");
  }
  void Click(const std::string& selector) {
    Look("document.querySelector('" + selector + "').click()");
  }
  std::string Keys() {
    return Look(
               "Array.from(document.querySelectorAll('#keys li'), (li) => li.dataset.value).join()")
        .get<std::string>();
  }
  std::string Chosen() {
    return Look("document.querySelector('#keys [aria-selected=true]')?.dataset.value ?? ''")
        .get<std::string>();
  }
  std::string Stored(const std::string& path) { return admin_->Call("GET", "/CACHE/" + path).body; }
  void KeepScreenshot(const std::string& name) {
    const std::string png = browser_->Screenshot();
    EXPECT_EQ(png.substr(0, 4), "\x89PNG");
    if (const char* folder = std::getenv("SEDGE_SCREENSHOTS")) {
      std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << png;
    }
  }

  std::unique_ptr<AdminProcess> admin_;
  std::unique_ptr<Browser> browser_;
};

TEST_F(KvBrowserTest, AsksForTheTokenAndKeepsItInTheTab) {
  SignIn("wrong");
  Wait("document.getElementById('login-error').textContent === 'Authentication error'");
  EXPECT_EQ(Look("document.getElementById('app').hidden"), true);
  EXPECT_EQ(Look("sessionStorage.getItem('token')"), nullptr);
  Type("token", AdminProcess::kToken);
  Press("Enter", 13);
  Wait("document.querySelectorAll('#namespaces li').length === 2");
  browser_->Open(admin_->url() + "/?again");
  Wait("location.search === '?again' && document.querySelectorAll('#namespaces li').length === 2");
  EXPECT_EQ(Look("localStorage.length + document.cookie.length"), 0);
  Click("#sign-out");
  Wait("document.getElementById('app').hidden && sessionStorage.length === 0");
}

TEST_F(KvBrowserTest, FindsKeysByPrefixAndPage) {
  json pairs = json::array();
  for (int i = 0; i < 250; ++i) {
    pairs.push_back({{"key", "user:" + std::to_string(1000 + i)}, {"value", "v"}});
  }
  pairs.push_back({{"key", "zed"}, {"value", "v"}});
  ASSERT_EQ(admin_->Call("PUT", "/CACHE/bulk", pairs.dump()).status, 200);
  OpenNamespace();
  Wait("document.querySelectorAll('#keys li').length === 100");
  EXPECT_EQ(Look("document.getElementById('more').hidden"), false);
  Press("End", 35);
  EXPECT_EQ(Chosen(), "user:1099");
  Press("ArrowDown", 40);  // the next page comes by itself
  Wait("document.querySelectorAll('#keys li').length === 200");
  Wait("document.querySelector('#keys [aria-selected=true]').dataset.value === 'user:1100'");
  Click("#more");
  Wait("document.querySelectorAll('#keys li').length === 251");
  EXPECT_EQ(Look("document.getElementById('more').hidden"), true);
  Press("/", 191);
  Wait("document.activeElement.id === 'prefix'");
  Type("prefix", "z");
  Wait("document.querySelectorAll('#keys li').length === 1");
  EXPECT_EQ(Keys(), "zed");
  Press("ArrowDown", 40);
  Wait("document.activeElement.id === 'keys'");
  EXPECT_EQ(Chosen(), "zed");
  Type("prefix", "none");
  Wait("document.getElementById('no-keys').hidden === false");
}

TEST_F(KvBrowserTest, ShowsAValueAsTextJsonAndHex) {
  Put("a", R"({"b":[1,2]})");
  Put("binary", std::string("\x01\xFF"
                            "A",
                            3));
  OpenNamespace();
  Press("Enter", 13);
  Wait("document.activeElement.id === 'value'");
  EXPECT_EQ(Look("document.getElementById('value').value"), R"({"b":[1,2]})");
  Click("[data-view=json]");
  EXPECT_EQ(Look("document.getElementById('shown').textContent"),
            "{\n  \"b\": [\n    1,\n    2\n  ]\n}");
  Click("[data-view=hex]");
  EXPECT_EQ(Look("document.getElementById('shown').textContent"),
            "00000000  7b 22 62 22 3a 5b 31 2c 32 5d 7d                 {\"b\":[1,2]}");
  KeepScreenshot("kv-light.png");
  Press("Escape", 27);
  Wait("document.getElementById('entry').hidden && document.activeElement.id === 'keys'");
  Press("ArrowDown", 40);
  Press("Enter", 13);
  Wait("document.getElementById('key').value === 'binary'");
  EXPECT_EQ(Look("document.getElementById('shown').textContent"),
            "00000000  01 ff 41                                         ..A");
  Click("[data-view=text]");
  EXPECT_THAT(Look("document.getElementById('note').textContent").get<std::string>(),
              HasSubstr("not UTF-8"));
}

TEST_F(KvBrowserTest, EditsAnEntryAndDeletesIt) {
  OpenNamespace();
  Press("n", 78);
  Wait("document.activeElement.id === 'key'");
  Type("key", "a/b c");
  Type("value", "one\ntwo");
  Type("metadata", "{\"m\": 1}");
  Type("expires", "2090-01-02T03:04:05");
  Click("#save");
  Wait("status() === 'Saved.'");
  EXPECT_EQ(Stored("values/a%2Fb%20c"), "one\ntwo");
  EXPECT_EQ(json::parse(Stored("metadata/a%2Fb%20c"))["result"], (json{{"m", 1}}));
  EXPECT_NE(admin_->Call("GET", "/CACHE/values/a%2Fb%20c").Header("expiration"), "");
  EXPECT_EQ(Look("document.getElementById('expires').value"), "2090-01-02T03:04:05");
  EXPECT_EQ(Keys(), "a/b c");
  Type("value", "three");
  Type("metadata", "");
  Type("expires", "");
  Look("document.getElementById('status').textContent = ''");
  Click("#save");
  Wait("status() === 'Saved.'");
  EXPECT_EQ(Stored("values/a%2Fb%20c"), "three");
  EXPECT_EQ(json::parse(Stored("metadata/a%2Fb%20c"))["result"], nullptr);
  EXPECT_EQ(admin_->Call("GET", "/CACHE/values/a%2Fb%20c").Header("expiration"), "");
  Press("Escape", 27);
  Wait("document.activeElement.id === 'keys'");
  Press("Delete", 46);
  Wait("document.getElementById('confirm').open");
  EXPECT_THAT(Look("document.getElementById('confirm').innerText").get<std::string>(),
              HasSubstr("Delete the key \"a/b c\"?"));
  Press("Escape", 27);
  Wait("!document.getElementById('confirm').open");
  EXPECT_EQ(Stored("values/a%2Fb%20c"), "three");
  Press("Delete", 46);
  Wait("document.getElementById('confirm').open");
  Click("#confirm-yes");
  Wait("status() === 'Deleted.' && document.querySelectorAll('#keys li').length === 0");
  EXPECT_THAT(Stored("values/a%2Fb%20c"), HasSubstr("key not found"));
}

TEST_F(KvBrowserTest, KeepsBytesThatWereNotEdited) {
  const std::string value = "line\r\nline\rline\xEF\xBB\xBF";
  Put("k", value);
  OpenNamespace();
  Press("Enter", 13);
  Wait("document.activeElement.id === 'value'");
  Type("metadata", "[1]");
  Click("#save");
  Wait("status() === 'Saved.'");
  EXPECT_EQ(Stored("values/k"), value);
}

TEST_F(KvBrowserTest, TellsWhatIsWrong) {
  Put("k", "v");
  OpenNamespace();
  Press("Enter", 13);
  Wait("document.activeElement.id === 'value'");
  Type("metadata", "{");
  Click("#save");
  Wait("document.getElementById('edit-error').textContent.startsWith('The metadata is not JSON')");
  Type("metadata", "");
  Type("expires", "2001-01-01T00:00:00");
  Click("#save");
  Wait("document.getElementById('edit-error').textContent.includes('Invalid expiration of')");
  EXPECT_EQ(Stored("values/k"), "v");
}

TEST_F(KvBrowserTest, ShowsDataAsTextOnly) {
  const std::string markup = "<img src=x onerror=\"document.title='run'\">";
  ASSERT_EQ(
      admin_
          ->Call("PUT", "/CACHE/bulk",
                 json{{{"key", markup + "\n"}, {"value", markup}, {"metadata", markup}}}.dump())
          .status,
      200);
  OpenNamespace();
  EXPECT_EQ(Look("document.querySelector('#keys li').textContent"), markup + "\u240A");
  Press("Enter", 13);
  Wait("document.activeElement.id === 'value'");
  Click("[data-view=json]");
  EXPECT_EQ(Look("document.querySelectorAll('img').length"), 0);
  EXPECT_EQ(Look("document.title"), "sedge KV");
}

TEST_F(KvBrowserTest, FitsAPhoneAndTheDark) {
  Put("a-key-" + std::string(200, 'k'), "v");
  browser_->Resize(390, 844, true);
  browser_->PreferDark();
  OpenNamespace();
  Press("Enter", 13);
  Wait("document.activeElement.id === 'value'");
  EXPECT_EQ(Look("document.documentElement.scrollWidth <= innerWidth"), true);
  EXPECT_EQ(Look("getComputedStyle(document.body).backgroundColor"), "rgb(22, 24, 28)");
  KeepScreenshot("kv-dark-phone.png");
}

}  // namespace
}  // namespace sedge::e2e
