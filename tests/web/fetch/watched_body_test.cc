// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/watched_body.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sedge::web {
namespace {

// What a test gives, and whether it was cancelled.
struct Source final : http::BodySource {
  explicit Source(std::vector<std::string>& log) : log(log) {}
  ~Source() override { log.push_back("source gone"); }
  void Read(ReadCallback done) override { done(std::move(next)); }
  void Cancel() override { log.push_back("source cancelled"); }
  std::optional<uint64_t> length() const override { return 7; }
  std::vector<std::string>& log;
  Result<Bytes> next = Bytes();
};

class WatchedBodyTest : public testing::Test {
 protected:
  WatchedBodyTest() {
    auto source = std::make_unique<Source>(log_);
    source_ = source.get();
    body_ = WatchBody(std::move(source), watch_);
    watch_->ended = [this](BodyEnd end) {
      log_.push_back(end == BodyEnd::kSent     ? "sent"
                     : end == BodyEnd::kFailed ? "failed"
                                               : "client gone");
    };
  }
  void Read(Result<Bytes> chunk) {
    source_->next = std::move(chunk);
    body_->Read([](Result<Bytes>) {});
  }

  std::vector<std::string> log_;
  std::shared_ptr<BodyWatch> watch_ = std::make_shared<BodyWatch>();
  Source* source_ = nullptr;
  std::unique_ptr<http::BodySource> body_;
};

TEST_F(WatchedBodyTest, IsSentWhenItsEndIsRead) {
  EXPECT_EQ(body_->length(), 7u);
  Read(Bytes::Copy(std::string_view("piece")));
  EXPECT_TRUE(log_.empty());
  EXPECT_EQ(watch_->end, BodyEnd::kNone);
  Read(Bytes());
  body_.reset();
  EXPECT_EQ(log_, (std::vector<std::string>{"sent", "source gone"}));
  EXPECT_EQ(watch_->end, BodyEnd::kSent);
}

TEST_F(WatchedBodyTest, ViewsAreWatchedToo) {
  source_->next = Bytes::Copy(std::string_view("piece"));
  std::string seen;
  const auto view = [&](Result<ByteSpan> chunk) { seen += AsText(*chunk); };
  body_->ReadView(view);
  EXPECT_TRUE(log_.empty());
  source_->next = Bytes();
  body_->ReadView(view);
  EXPECT_EQ(seen, "piece");
  EXPECT_EQ(log_, std::vector<std::string>{"sent"});
}

TEST_F(WatchedBodyTest, FailsByItself) {
  Read(Internal("no more"));
  body_.reset();
  EXPECT_EQ(log_, (std::vector<std::string>{"failed", "source gone"}));
}

// The order is what a worker sees: its signal aborts, then its stream is cancelled.
TEST_F(WatchedBodyTest, AClientThatIsGoneIsToldBeforeTheSource) {
  Read(Bytes::Copy(std::string_view("piece")));
  body_.reset();
  EXPECT_EQ(log_, (std::vector<std::string>{"client gone", "source gone"}));
}

TEST_F(WatchedBodyTest, IsCancelledOnce) {
  body_->Cancel();
  body_.reset();
  EXPECT_EQ(log_, (std::vector<std::string>{"client gone", "source cancelled", "source gone"}));
}

TEST_F(WatchedBodyTest, MayOutliveItsWatcher) {
  watch_->ended = nullptr;
  body_.reset();
  EXPECT_EQ(watch_->end, BodyEnd::kClientGone);
}

}  // namespace
}  // namespace sedge::web
