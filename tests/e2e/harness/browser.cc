// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/harness/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

namespace sedge::e2e {
namespace {

using nlohmann::json;

// Where the protocol's pipe is expected.
constexpr int kInFd = 3;
constexpr int kOutFd = 4;
constexpr std::chrono::milliseconds kPollInterval{50};

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

[[noreturn]] void RunChild(const std::string& path, const std::string& profile, int in, int out) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Neither may be overwritten by the other's dup2.
  const int high_in = fcntl(in, F_DUPFD, 10), high_out = fcntl(out, F_DUPFD, 10);
  dup2(high_in, kInFd);
  dup2(high_out, kOutFd);
  close(high_in);
  close(high_out);
  const int null = open("/dev/null", O_RDWR);
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, fd);
  std::vector<std::string> args = {path,
                                   "--headless",
                                   "--remote-debugging-pipe",
                                   "--no-sandbox",
                                   "--disable-gpu",
                                   "--disable-quic",
                                   "--disable-dev-shm-usage",
                                   "--disable-background-networking",
                                   "--disable-component-update",
                                   "--disable-sync",
                                   "--no-first-run",
                                   "--hide-scrollbars",
                                   "--user-data-dir=" + profile,
                                   "about:blank"};
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  execv(path.c_str(), argv.data());
  _exit(127);
}

std::string DecodeBase64(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count & 0xff));
  }
  return bytes;
}

}  // namespace

std::string Browser::Find() {
  for (const char* path : {"/usr/bin/chromium", "/usr/bin/chromium-browser"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return "";
}

Browser::Browser(const std::string& path) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) std::abort();
  pid_ = fork();
  if (pid_ == 0) RunChild(path, profile_.path(), in[0], out[1]);
  setpgid(pid_, pid_);
  close(in[0]);
  close(out[1]);
  to_browser_ = in[1];
  from_browser_ = out[0];
  signal(SIGPIPE, SIG_IGN);
  const json target = Call("Target.createTarget", {{"url", "about:blank"}});
  if (!error_.empty()) return;
  const json attached =
      Call("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}});
  if (error_.empty()) session_ = attached["sessionId"];
}

Browser::~Browser() {
  close(to_browser_);
  close(from_browser_);
  kill(-pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Browser::SendMessage(const std::string& text) {
  const std::string message = text + '\0';
  for (size_t sent = 0; sent < message.size();) {
    const ssize_t n = write(to_browser_, message.data() + sent, message.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // the browser is gone; the answer will be missing
    sent += static_cast<size_t>(n);
  }
}

std::string Browser::ReadMessage(int64_t deadline_ms) {
  for (;;) {
    const size_t end = received_.find('\0');
    if (end != std::string::npos) {
      std::string message = received_.substr(0, end);
      received_.erase(0, end + 1);
      return message;
    }
    const int64_t left = deadline_ms - NowMs();
    pollfd fd = {from_browser_, POLLIN, 0};
    if (left <= 0 || poll(&fd, 1, static_cast<int>(left)) == 0) return "";
    char buffer[65536];
    const ssize_t n = read(from_browser_, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return "";
    received_.append(buffer, static_cast<size_t>(n));
  }
}

json Browser::Call(const std::string& method, json params) {
  if (!error_.empty()) return nullptr;
  json message = {{"id", ++last_id_}, {"method", method}, {"params", std::move(params)}};
  if (!session_.empty()) message["sessionId"] = session_;
  SendMessage(message.dump());
  const int64_t deadline_ms = NowMs() + kDeadlineMs;
  for (;;) {
    const std::string text = ReadMessage(deadline_ms);
    if (text.empty()) {
      error_ = method + ": the browser did not answer";
      return nullptr;
    }
    const json answer = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (answer.value("id", 0) != last_id_) continue;  // an event
    if (answer.contains("result")) return answer["result"];
    error_ = method + ": " + answer.dump();
    return nullptr;
  }
}

void Browser::Resize(int width, int height, bool is_phone) {
  Call("Emulation.setDeviceMetricsOverride",
       {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", is_phone}});
}

void Browser::ReduceMotion() {
  Call("Emulation.setEmulatedMedia",
       {{"features", {{{"name", "prefers-reduced-motion"}, {"value", "reduce"}}}}});
}

void Browser::PreferDark() {
  Call("Emulation.setEmulatedMedia",
       {{"features", {{{"name", "prefers-color-scheme"}, {"value", "dark"}}}}});
}

void Browser::Open(const std::string& url) { Call("Page.navigate", {{"url", url}}); }

json Browser::Evaluate(const std::string& expression) {
  const json result =
      Call("Runtime.evaluate",
           {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (result.is_null()) return nullptr;
  if (result.contains("exceptionDetails")) {
    error_ = expression + ": " + result["exceptionDetails"].dump();
    return nullptr;
  }
  return result["result"].value("value", json(nullptr));
}

bool Browser::WaitUntil(const std::string& expression) {
  const int64_t deadline_ms = NowMs() + kDeadlineMs;
  while (error_.empty() && NowMs() < deadline_ms) {
    if (Evaluate(expression) == true) return true;
    std::this_thread::sleep_for(kPollInterval);
  }
  return false;
}

std::string Browser::Screenshot() {
  const json result = Call("Page.captureScreenshot", {{"format", "png"}});
  return result.is_null() ? "" : DecodeBase64(result["data"].get<std::string>());
}

void Browser::Press(const std::string& key, int key_code) {
  for (const char* type : {"keyDown", "keyUp"}) {
    json event = {{"type", type}, {"key", key}, {"code", key}, {"windowsVirtualKeyCode", key_code}};
    // What a key writes is an effect of its own: without it Enter submits no form.
    if (key == "Enter") event["text"] = "\r";
    if (key.size() == 1) event["text"] = key;
    Call("Input.dispatchKeyEvent", std::move(event));
  }
}

}  // namespace sedge::e2e
