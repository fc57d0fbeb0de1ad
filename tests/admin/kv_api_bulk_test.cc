// SPDX-License-Identifier: Apache-2.0
// Bulk calls of the REST API.
#include <gmock/gmock.h>

#include "tests/admin/kv_api_fixture.h"

namespace sedge::admin {
namespace {

using KvApiBulkTest = KvApiTest;

std::string Result(size_t count) {
  return "200 {\"successful_key_count\":" + std::to_string(count) + ",\"unsuccessful_keys\":[]}";
}

std::string Pairs(size_t count) {
  json pairs = json::array();
  for (size_t i = 0; i < count; ++i) {
    pairs.push_back({{"key", "k" + std::to_string(i)}, {"value", std::to_string(i)}});
  }
  return pairs.dump();
}

TEST_F(KvApiBulkTest, PutsEverythingThatAPairCanHave) {
  EXPECT_EQ(Say("PUT", "/ns/bulk",
                R"([{"key":"a","value":"1"},
                    {"value":"AP9h","key":"b","base64":true,"expiration_ttl":60,"other":[{"x":1}]},
                    {"key":"c","value":"\u20ac","expiration":1700000100,"metadata":{"x": [1, null]}},
                    {"key":"d/e","value":"","metadata":null,"expiration":null,"base64":false}])"),
            Result(4));
  EXPECT_EQ(Value("ns", "a"), "1");
  EXPECT_EQ(Value("ns", "b"), std::string("\0\xFF"
                                          "a",
                                          3));
  EXPECT_EQ(Value("ns", "c"), "\u20AC");
  EXPECT_EQ(Value("ns", "d/e"), "");
  EXPECT_EQ(Say("GET", "/ns/keys"),
            R"(200 [{"name":"a"},{"expiration":1700000060,"name":"b"},)"
            R"({"expiration":1700000100,"metadata":{"x":[1,null]},"name":"c"},{"name":"d/e"}])");
  EXPECT_EQ(Say("PUT", "/ns/bulk", "[]"), Result(0));
}

TEST_F(KvApiBulkTest, TheLastOfTwoPairsWithOneKeyCounts) {
  EXPECT_EQ(Say("PUT", "/ns/bulk", R"([{"key":"a","value":"1"},{"key":"a","value":"2"}])"),
            Result(2));
  EXPECT_EQ(Value("ns", "a"), "2");
}

TEST_F(KvApiBulkTest, WritesNothingWhenOnePairIsWrong) {
  const std::string good = R"([{"key":"a","value":"1"},)";
  for (const auto& [pair, said] : std::vector<std::pair<std::string, std::string>>{
           {R"({"key":"","value":"1"})", "400 10042"},
           {R"({"key":"..","value":"1"})", "400 10042"},
           {R"({"key":")" + std::string(513, 'k') + R"(","value":"1"})", "414 10030"},
           {R"({"key":"b","value":"1","expiration_ttl":59})", "400 10034"},
           {R"({"key":"b","value":"1","expiration":1700000059})", "400 10033"},
           {R"({"key":"b","value":"****","base64":true})", "400 10012"},
           {R"({"key":"b","value":"1","metadata":")" + std::string(1023, 'm') + R"("})",
            "413 10047"},
           {R"({"key":"b","value":")" + std::string(kv::kMaxValueBytes + 1, 'v') + R"("})",
            "413 10024"},
           {R"({"key":"b"})", "400 10012"},
           {R"({"value":"b"})", "400 10012"},
           {R"({"key":1,"value":"b"})", "400 10012"},
           {R"(5)", "400 10029"},
           {R"({"key":"b","value":"1"}x)", "400 10029"}}) {
    EXPECT_EQ(Say("PUT", "/ns/bulk", good + pair + "]").substr(0, 9), said) << pair.substr(0, 80);
  }
  EXPECT_EQ(Say("PUT", "/ns/bulk", R"([{"key":"b","value":"1","expiration_ttl":59}])"),
            "400 10034 bulk put keys: 'Invalid expiration_ttl of 59. Expiration TTL must be at "
            "least 60. The key is \"b\".'");
  EXPECT_EQ(Value("ns", "a"), "(none)");
}

// Each row is the one before with its first mistake mended.
TEST_F(KvApiBulkTest, LooksAtKeyThenExpiryThenMetadataThenValueOfEachPair) {
  const auto put = [&](const std::string& key, int ttl, size_t metadata) {
    json pair = {{"key", key}, {"value", "*"}, {"base64", true}, {"expiration_ttl", ttl}};
    pair["metadata"] = std::string(metadata - 2, 'm');
    return Say("PUT", "/ns/bulk", json::array({{{"key", "a"}, {"value", "1"}}, pair}).dump());
  };
  const std::string start = "bulk put keys: '";
  EXPECT_EQ(put("", 5, 2000),
            "400 10042 " + start + "Key name cannot be empty. It is that of pair 1.'");
  EXPECT_EQ(put(std::string(513, 'k'), 5, 2000),
            "414 10030 " + start +
                "UTF-8 encoded length of 513 exceeds key length limit of 512. It is that of pair "
                "1.'");
  EXPECT_EQ(put("b", 5, 2000),
            "400 10034 " + start +
                "Invalid expiration_ttl of 5. Expiration TTL must be at least 60. The key is "
                "\"b\".'");
  EXPECT_EQ(
      put("b", 60, 2000),
      "413 10047 " + start + "Metadata length of 2000 exceeds limit of 1024. The key is \"b\".'");
  EXPECT_EQ(put("b", 60, 1024),
            "400 10012 " + start + "The value is not valid base64. The key is \"b\".'");
  EXPECT_EQ(Value("ns", "a"), "(none)");
}

TEST_F(KvApiBulkTest, ABulkDeleteNamesTheKeyThatIsWrong) {
  EXPECT_EQ(Say("DELETE", "/ns/bulk", R"(["a","b",".."])"),
            "400 10042 bulk remove keys: '\"..\" is not allowed as a key name. It is key 2 of the "
            "array.'");
}

// As the binding has it.
TEST_F(KvApiBulkTest, ABulkGetLooksAtItsTypeFirst) {
  const std::string wrong =
      "400 10029 bulk get keys: '\"stream\" is not a valid type. Use \"json\" or \"text\"'";
  EXPECT_EQ(Say("POST", "/ns/bulk/get", R"({"keys":[],"type":"stream"})"), wrong);
  EXPECT_EQ(Say("POST", "/ns/bulk/get", R"({"keys":["."],"type":"stream"})"), wrong);
  EXPECT_EQ(Say("POST", "/ns/bulk/get", R"({"keys":["a","."],"type":"text"})"),
            "400 10042 bulk get keys: '\".\" is not allowed as a key name. It is key 1 of the "
            "array.'");
}

TEST_F(KvApiBulkTest, TakesTenThousandPairsAndNoMore) {
  EXPECT_EQ(Say("PUT", "/ns/bulk", Pairs(10'000)), Result(10'000));
  EXPECT_EQ(Value("ns", "k9999"), "9999");
  EXPECT_EQ(Say("PUT", "/ns/bulk", Pairs(10'001)),
            "400 10029 bulk put keys: 'A request may have 10000 pairs at most.'");
}

TEST_F(KvApiBulkTest, TakesMoreThanOneBatchOfBytes) {
  json pairs = json::array();
  for (int i = 0; i < 5; ++i) {
    pairs.push_back({{"key", "big" + std::to_string(i)}, {"value", std::string(5 << 20, 'v')}});
  }
  EXPECT_EQ(Say("PUT", "/ns/bulk", pairs.dump()), Result(5));
  EXPECT_EQ(Value("ns", "big4").size(), 5u << 20);
}

TEST_F(KvApiBulkTest, DeletesByBothWays) {
  Say("PUT", "/ns/bulk", Pairs(2'500));
  EXPECT_EQ(Say("DELETE", "/ns/bulk", R"(["k0","k1","missing"])"), Result(3));
  EXPECT_EQ(Value("ns", "k1"), "(none)");
  json keys = json::array();
  for (int i = 2; i < 2'500; ++i) keys.push_back("k" + std::to_string(i));
  EXPECT_EQ(Say("POST", "/ns/bulk/delete", keys.dump()), Result(2'498));
  EXPECT_EQ(Say("GET", "/ns/keys"), "200 []");
  EXPECT_EQ(Say("DELETE", "/ns/bulk", "[]"), Result(0));
  EXPECT_EQ(Say("DELETE", "/ns/bulk", R"(["a",".."])").substr(0, 9), "400 10042");
  const std::string array = "bulk remove keys: 'The body must be a JSON array of key names.'";
  for (const char* body : {"{}", "5", R"([["a"]])", R"(["a",null])", R"("a")"}) {
    EXPECT_EQ(Say("DELETE", "/ns/bulk", body), "400 10029 " + array) << body;
  }
  EXPECT_EQ(Say("DELETE", "/ns/bulk", "").substr(0, 9), "400 10029");
  json most(std::vector<std::string>(10'000, "k"));
  EXPECT_EQ(Say("DELETE", "/ns/bulk", most.dump()), Result(10'000));
  most.push_back("k");
  EXPECT_EQ(Say("DELETE", "/ns/bulk", most.dump()),
            "400 10029 bulk remove keys: 'A request may name 10000 keys at most.'");
}

TEST_F(KvApiBulkTest, GetsManyKeys) {
  Put("ns", "a", "{\"x\": 1}", {.expiration = kv::kStartSeconds + 60, .metadata = "[1]"});
  Put("ns", "b", "2\xFF");
  EXPECT_EQ(Say("POST", "/ns/bulk/get", R"({"keys":["a","b","c","a"]})"),
            "200 {\"values\":{\"a\":\"{\\\"x\\\": 1}\",\"b\":\"2\uFFFD\",\"c\":null}}");
  EXPECT_EQ(
      Say("POST", "/ns/bulk/get", R"({"keys":["a","c"],"type":"json","withMetadata":true})"),
      R"(200 {"values":{"a":{"expiration":1700000060,"metadata":[1],"value":{"x":1}},"c":null}})");
  EXPECT_EQ(Say("POST", "/ns/bulk/get", R"({"keys":["b"],"type":"json"})"),
            "400 10029 bulk get keys: 'At least one of the requested keys corresponds to a "
            "non-json value'");
}

TEST_F(KvApiBulkTest, ChecksWhatABulkGetAsksFor) {
  const auto say = [&](const json& body) { return Say("POST", "/ns/bulk/get", body.dump()); };
  EXPECT_EQ(say({{"keys", std::vector<std::string>(100, "k")}}), R"(200 {"values":{"k":null}})");
  const std::string bad = "400 10029 bulk get keys: '";
  EXPECT_EQ(say({{"keys", std::vector<std::string>(101, "k")}}),
            bad + "You can request a maximum of 100 keys'");
  EXPECT_EQ(say({{"keys", json::array()}}), bad + "You must request a minimum of 1 key'");
  EXPECT_EQ(say({{"keys", {"a"}}, {"type", "stream"}}),
            bad + "\"stream\" is not a valid type. Use \"json\" or \"text\"'");
  EXPECT_EQ(say({{"keys", {1}}}), bad + "A key name must be a string.'");
  EXPECT_EQ(say({{"keys", {""}}}).substr(0, 9), "400 10042");
  EXPECT_EQ(say({{"keys", "a"}}), bad + "The body must be a JSON object with an array keys.'");
  EXPECT_EQ(say({{"keys", {"a"}}, {"withMetadata", 1}}),
            bad + "withMetadata must be true or false.'");
  Put("ns", "big1", std::string(13 << 20, 'v'));
  Put("ns", "big2", std::string(12 << 20, 'v'));
  EXPECT_EQ(say({{"keys", {"big1", "big2"}}}).substr(0, 3), "200");
  Put("ns", "one", "1");
  EXPECT_EQ(say({{"keys", {"big1", "big2", "one"}}}),
            "413 10024 bulk get keys: 'Total size of request exceeds the limit of 25MB'");
}

TEST_F(KvApiBulkTest, LimitsTheBodyOfEachCall) {
  const std::string ns = std::string(kBase) + "/ns";
  EXPECT_EQ(KvApi::MaxBodyBytes("PUT", ns + "/bulk"), 100u << 20);
  EXPECT_EQ(KvApi::MaxBodyBytes("PUT", ns + "/values/a%2Fb"), (25u << 20) + (64u << 10));
  EXPECT_EQ(KvApi::MaxBodyBytes("DELETE", ns + "/bulk"), 16u << 20);
  EXPECT_EQ(KvApi::MaxBodyBytes("PUT", ns), 1u << 20);
  EXPECT_EQ(KvApi::MaxBodyBytes("PUT", "/anything"), 1u << 20);
}

// It costs a client nothing to send, and must not cost the stack.
TEST_F(KvApiBulkTest, JsonAsDeepAsItIsLongIsRefused) {
  constexpr size_t kDepth = 400'000;
  const std::string deep = std::string(kDepth, '[') + std::string(kDepth, ']');
  EXPECT_THAT(Say("POST", "/ns/bulk/get", R"({"keys":["a"],"type":)" + deep + "}"),
              testing::HasSubstr("That array is not a valid type"));
  EXPECT_THAT(Say("POST", "/ns/bulk/get", R"({"keys":)" + deep + "}"),
              testing::HasSubstr("A key name must be a string"));
  EXPECT_THAT(Say("POST", "", R"({"title":)" + deep + "}"), testing::HasSubstr("10019"));
  EXPECT_THAT(
      Say("POST", "/ns/bulk/get", R"({"keys":["a"],"type":")" + std::string(100'000, 'x') + "\"}"),
      testing::Not(testing::HasSubstr(std::string(100, 'x'))));
}

}  // namespace
}  // namespace sedge::admin
