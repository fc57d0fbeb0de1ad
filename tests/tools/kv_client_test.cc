// SPDX-License-Identifier: Apache-2.0
// The calls that `sedge kv` makes, against answers that a test gives, and against the API over a
// store: what is sent, how failures are told, how a long file goes in batches.
#include "tools/kv/kv_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tools/kv/pair_copy.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Notes calls, and answers them one after the other; the last answer is that of all further ones.
class ScriptedAccess final : public KvAccess {
 public:
  Result<KvReply> Call(KvRequest request) override {
    calls.push_back(request.method + " " + request.target);
    types.push_back(request.content_type);
    bodies.emplace_back(request.body.text());
    if (answers.empty()) return Unavailable("nobody answers");
    const auto [status, body] = answers.front();
    if (answers.size() > 1) answers.erase(answers.begin());
    return KvReply{status, Bytes::Copy(body)};
  }
  std::vector<std::pair<int, std::string>> answers;
  std::vector<std::string> calls, types, bodies;
};

const std::string kDone = R"({"result":{},"success":true,"errors":[],"messages":[]})";
const std::string kNoNamespace =
    R"({"result":null,"success":false,"errors":[{"code":10013,"message":"get: 'namespace not found'"}]})";
const std::string kNoKey =
    R"({"result":null,"success":false,"errors":[{"code":10009,"message":"get: 'key not found'"}]})";

class KvClientTest : public ::testing::Test {
 protected:
  ScriptedAccess access_;
  KvClient client_{access_};
};

TEST_F(KvClientTest, AKeyIsOneSegment) {
  access_.answers = {{200, kDone}};
  EXPECT_TRUE(
      client_.Put("n/s", "a/\xc3\xbc?%", Bytes::Copy("v"), {.expiration = 7, .ttl = 60}).ok());
  EXPECT_TRUE(client_.Delete("ns", "..a b").ok());
  EXPECT_TRUE(client_.Get("ns", "+").ok());
  EXPECT_THAT(access_.calls,
              ElementsAre("PUT /n%2Fs/values/a%2F%C3%BC%3F%25?expiration=7&expiration_ttl=60",
                          "DELETE /ns/values/..a%20b", "GET /ns/values/%2B"));
  EXPECT_EQ(access_.bodies[0], "v");
}

TEST_F(KvClientTest, MetadataGoesInAForm) {
  access_.answers = {{200, kDone}};
  const std::string value("\0--\r\n\xff", 6);
  EXPECT_TRUE(client_.Put("ns", "k", Bytes::Copy(value), {.metadata = "{\"a\":1}"}).ok());
  EXPECT_THAT(access_.types[0], StartsWith("multipart/form-data; boundary="));
  const std::string boundary = access_.types[0].substr(30);
  EXPECT_EQ(access_.bodies[0],
            "--" + boundary +
                "\r\nContent-Disposition: form-data; name=\"value\"; filename=\"value\""
                "\r\nContent-Type: application/octet-stream\r\n\r\n" +
                value + "\r\n--" + boundary +
                "\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{\"a\":1}\r\n--" +
                boundary + "--\r\n");
}

TEST_F(KvClientTest, TellsAMissingKeyFromAMissingNamespace) {
  access_.answers = {{404, kNoKey}, {404, kNoNamespace}, {404, "<html>"}, {200, "bytes"}};
  EXPECT_EQ(*client_.Get("ns", "k"), std::nullopt);
  const Status missing = client_.Get("ns", "k").status();
  EXPECT_EQ(missing.code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("get: 'namespace not found' [code: 10013]; `sedge kv namespace list`"));
  EXPECT_EQ(client_.Get("ns", "k").status().message(), "the server answers 404: <html>");
  EXPECT_EQ((*client_.Get("ns", "k"))->text(), "bytes");
}

TEST_F(KvClientTest, SaysWhereATokenIsGiven) {
  access_.answers = {{401, R"({"errors":[{"code":10000,"message":"Authentication error"}]})"}};
  EXPECT_THAT(
      std::string(client_.Namespaces().status().message()),
      HasSubstr("Authentication error [code: 10000]; a token is given by SEDGE_ADMIN_TOKEN"));
}

TEST_F(KvClientTest, ReadsAllPagesOfNamespaces) {
  std::string page = "{\"result\":[";
  for (int i = 0; i < 1000; ++i) page += std::string(i ? "," : "") + R"({"id":"i","title":"t"})";
  access_.answers = {{200, page + "]}"}, {200, R"({"result":[{"id":"last","title":"t"}]})"}};
  const auto all = client_.Namespaces();
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 1001u);
  EXPECT_EQ(all->back().id, "last");
  EXPECT_THAT(access_.calls, ElementsAre(HasSubstr("page=1"), HasSubstr("page=2")));
}

TEST_F(KvClientTest, ReadsKeysAndEntries) {
  access_.answers = {
      {200,
       R"({"result":[{"name":"a","expiration":5,"metadata":{"z":1,"a":2}},{"name":"b"}],"result_info":{"cursor":"c+"}})"},
      {200, R"({"result":[]})"},
      {200,
       R"({"result":{"values":{"a":{"value":"v","metadata":null},"b":null,"c":{"value":"","metadata":[1],"expiration":6}}}})"}};
  const auto page = client_.List("ns", "p&", "");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->keys[0].metadata, R"({"z":1,"a":2})") << "in the order that it was given";
  EXPECT_EQ(page->keys[0].expiration, 5);
  EXPECT_EQ(page->keys[1].metadata, "");
  EXPECT_EQ(page->cursor, "c+");
  EXPECT_EQ(client_.List("ns", "p&", "c+")->cursor, "");
  EXPECT_THAT(access_.calls, ElementsAre("GET /ns/keys?limit=1000&prefix=p%26",
                                         "GET /ns/keys?limit=1000&prefix=p%26&cursor=c%2B"));
  const std::vector<std::string> keys = {"a", "b", "c"};
  const auto got = client_.BulkGet("ns", keys);
  ASSERT_TRUE(got.ok());
  EXPECT_TRUE((*got)[0].found);
  EXPECT_FALSE((*got)[1].found);
  EXPECT_EQ((*got)[2].metadata, "[1]");
  EXPECT_EQ((*got)[2].expiration, 6);
  EXPECT_EQ(access_.bodies.back(), R"({"withMetadata":true,"keys":["a","b","c"]})");
}

TEST_F(KvClientTest, AnswersOfOthersAreNoCrash) {
  for (const char* body : {"", "null", "[]", "7", "{}", R"({"result":7})", R"({"result":[7]})",
                           R"({"result":{"values":[]}})", R"({"errors":[7]})"}) {
    access_.answers = {{200, body}};
    EXPECT_FALSE(client_.Namespaces().ok()) << body;
    EXPECT_FALSE(client_.List("ns", "", "").ok()) << body;
    EXPECT_FALSE(client_.CreateNamespace("t").ok()) << body;
    const std::vector<std::string> keys = {"a"};
    EXPECT_FALSE(client_.BulkGet("ns", keys).ok()) << body;
    access_.answers = {{500, body}};
    EXPECT_FALSE(client_.Delete("ns", "k").ok()) << body;
  }
}

TEST_F(KvClientTest, AnIdThatTheServerDoesNotTakeIsNotLeftBehind) {
  access_.answers = {{200, R"({"result":{"id":"its-own"}})"}, {200, kDone}};
  EXPECT_EQ(client_.EnsureNamespace("mine", "t").code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(access_.calls, ElementsAre("POST ", "DELETE /its-own"));
  access_.answers = {{400, R"({"errors":[{"code":10014,"message":"taken"}]})"},
                     {200, R"({"result":{"id":"mine"}})"}};
  EXPECT_TRUE(client_.EnsureNamespace("mine", "t").ok());
  EXPECT_EQ(access_.bodies.back(), R"({"title":"mine","id":"mine"})");
}

TEST_F(KvClientTest, ABusyServerIsAskedAgain) {
  access_.answers = {{503, ""}, {429, ""}, {200, kDone}};
  EXPECT_TRUE(client_.Put("ns", "k", Bytes::Copy("v"), {}).ok());
  EXPECT_THAT(access_.bodies, ElementsAre("v", "v", "v"));
  access_.answers = {{503, R"({"errors":[{"code":10001,"message":"busy"}]})"}};
  EXPECT_EQ(client_.Delete("ns", "k").message(), "busy [code: 10001]");
  EXPECT_EQ(access_.calls.size(), 7u) << "but not for ever";
}

TEST_F(KvClientTest, KeysThatWereNotWrittenAreAFailure) {
  access_.answers = {
      {200, R"({"result":{"successful_key_count":1,"unsuccessful_keys":["b","c"]}})"}};
  EXPECT_THAT(std::string(client_.BulkPut("ns", Bytes::Copy("[]")).message()),
              HasSubstr("could not do it for 2 of the keys, such as \"b\""));
}

class PairCopyTest : public KvClientTest {
 protected:
  void SetUp() override {
    access_.answers = {{200, kDone}};
    options_.clock = &Clock::System();
  }
  void TearDown() override { fs::remove(path_); }
  Status Copy(const std::string& text) {
    std::ofstream(path_) << text;
    const Result<InputFile> file = InputFile::Open("", path_);
    return CopyPairs(*file, writer_, options_, outcome_);
  }
  static std::string Line(const std::string& key) {
    return "{\"key\":\"" + key + "\",\"value\":\"v\"}\n";
  }

  const std::string path_ = ::testing::TempDir() + "/pairs-" +
                            ::testing::UnitTest::GetInstance()->current_test_info()->name();
  PairWriter writer_{client_, "ns"};
  PairCopyOptions options_;
  PairCopyOutcome outcome_;
};

TEST_F(PairCopyTest, GoesInBatches) {
  std::string text;
  const size_t count = 2 * PairWriter::kBatchPairs + 1;
  for (size_t i = 0; i < count; ++i) text += Line(std::to_string(i));
  EXPECT_TRUE(Copy(text).ok());
  EXPECT_EQ(outcome_.written, count);
  EXPECT_EQ(outcome_.done, count);
  EXPECT_THAT(access_.calls, ElementsAre("PUT /ns/bulk", "PUT /ns/bulk", "PUT /ns/bulk"));
  EXPECT_EQ(access_.bodies[2], "[{\"key\":\"" + std::to_string(count - 1) + "\",\"value\":\"v\"}]");
}

TEST_F(PairCopyTest, ALongValueGoesAlone) {
  const std::string value(PairWriter::kBatchBytes + 1, 'v');
  EXPECT_TRUE(Copy(Line("a") + "{\"key\":\"long\",\"value\":\"" + value +
                   "\",\"metadata\":[1],\"expiration_ttl\":99}\n" + Line("b"))
                  .ok());
  EXPECT_THAT(access_.calls,
              ElementsAre("PUT /ns/bulk", "PUT /ns/values/long?expiration_ttl=99", "PUT /ns/bulk"));
  EXPECT_THAT(access_.bodies[1], HasSubstr(value));
  EXPECT_EQ(outcome_.written, 3u);
}

TEST_F(PairCopyTest, WhatComesBeforeAMistakeIsWritten) {
  const Status status = Copy(Line("a") + Line("b") + "{\"key\":\"c\"}\n" + Line("d"));
  EXPECT_EQ(status.message(), path_ + ":3: A value is missing (key \"c\")");
  EXPECT_EQ(outcome_.written, 2u);
  EXPECT_EQ(outcome_.done, 2u);
  EXPECT_EQ(access_.bodies[0], R"([{"key":"a","value":"v"},{"key":"b","value":"v"}])");
}

TEST_F(PairCopyTest, ARefusedBatchIsNotDone) {
  std::string text;
  for (size_t i = 0; i <= PairWriter::kBatchPairs; ++i) text += Line(std::to_string(i));
  access_.answers = {{200, kDone}, {507, R"({"errors":[{"code":1,"message":"full"}]})"}};
  const Status status = Copy(text);
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(outcome_.written, PairWriter::kBatchPairs);
  EXPECT_EQ(outcome_.done, PairWriter::kBatchPairs) << "where to go on";
}

TEST_F(PairCopyTest, GoesOnWhereItIsTold) {
  options_.skip = 2;
  EXPECT_TRUE(Copy(Line("a") + "\n" + Line("b") + Line("c")).ok());
  EXPECT_EQ(access_.bodies[0], R"([{"key":"c","value":"v"}])");
  EXPECT_EQ(outcome_.written, 1u);
  EXPECT_EQ(outcome_.done, 3u);
}

TEST_F(PairCopyTest, LeavesExpiredOnesOutWhenTold) {
  const std::string expired = R"({"key":"old","value":"v","expiration":1000})";
  EXPECT_THAT(std::string(Copy(Line("a") + expired).message()),
              HasSubstr(":2: Invalid expiration of 1000"));
  options_.leave_expired = true;
  EXPECT_TRUE(Copy(Line("a") + expired + "\n" + Line("b")).ok());
  EXPECT_EQ(outcome_.expired, 1u);
}

TEST_F(PairCopyTest, DefaultsFillInWhatIsNotSaid) {
  options_.defaults = {.ttl = 300, .metadata = "7"};
  EXPECT_TRUE(
      Copy(Line("a") +
           R"({"key":"b","value":"AP8=","base64":true,"expiration":99999999999,"metadata":8})")
          .ok());
  EXPECT_EQ(access_.bodies[0],
            R"([{"key":"a","value":"v","expiration_ttl":300,"metadata":7},)"
            R"({"key":"b","value":"AP8=","base64":true,"expiration":99999999999,"metadata":8}])");
}

TEST_F(PairCopyTest, StopsWhenItIsCancelled) {
  int items = 0;
  options_.cancelled = [&] { return ++items > 4; };
  const Status status = Copy(Line("a") + Line("b") + Line("c") + Line("d") + Line("e"));
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_GT(outcome_.written, 0u);
  EXPECT_EQ(outcome_.written, outcome_.done);
}

TEST_F(PairCopyTest, ACheckNamesTheFirstMistakes) {
  std::string text = Line("good");
  for (int i = 0; i < 20; ++i) text += "{}\n";
  std::ofstream(path_) << text;
  const Result<InputFile> file = InputFile::Open("", path_);
  const std::string message(CheckPairs(*file, options_).message());
  EXPECT_THAT(message, StartsWith(path_ + ":2: A key is missing\n"));
  EXPECT_THAT(message, HasSubstr(":13: "));
  EXPECT_TRUE(message.ends_with("\n...")) << message;
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 12);
  EXPECT_THAT(access_.calls, ElementsAre());
}

}  // namespace
}  // namespace sedge::tools
