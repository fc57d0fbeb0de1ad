// SPDX-License-Identifier: Apache-2.0
// Single keys of the REST API: values, metadata, expiry, lists, and every limit at its edge.
#include "tests/admin/kv_api_fixture.h"

namespace sedge::admin {
namespace {

using KvApiValuesTest = KvApiTest;

TEST_F(KvApiValuesTest, PutsGetsAndDeletes) {
  EXPECT_EQ(Say("PUT", "/ns/values/a", "one"), "200 {}");
  const ApiResponse got = Call("GET", "/ns/values/a");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body.text(), "one");
  EXPECT_EQ(got.headers[0].value, "application/octet-stream");
  EXPECT_EQ(Say("DELETE", "/ns/values/a"), "200 {}");
  EXPECT_EQ(Say("GET", "/ns/values/a"), "404 10009 get: 'key not found'");
  EXPECT_EQ(Say("DELETE", "/ns/values/a"), "200 {}");
}

TEST_F(KvApiValuesTest, AKeyIsOneSegmentThatIsMatchedBeforeItIsDecoded) {
  for (const auto& [encoded, key] :
       std::vector<std::pair<std::string, std::string>>{{"a%2Fb", "a/b"},
                                                        {"a%2fb%2Fc", "a/b/c"},
                                                        {"%E2%82%AC", "\u20AC"},
                                                        {"a%20b", "a b"},
                                                        {"a+b", "a+b"},
                                                        {"100%25", "100%"},
                                                        {"..%2F..%2Fkeys", "../../keys"},
                                                        {"q%3Fx%23", "q?x#"},
                                                        {"...", "..."}}) {
    EXPECT_EQ(Say("PUT", "/ns/values/" + encoded, "v"), "200 {}") << encoded;
    EXPECT_EQ(Value("ns", key), "v") << encoded;
    EXPECT_EQ(Say("GET", "/ns/values/" + encoded), "200 v") << encoded;
  }
  EXPECT_EQ(Say("GET", "/ns/values/a/b"), "404 7003 No route for the URI");
}

TEST_F(KvApiValuesTest, RefusesKeysAtTheirLimits) {
  const std::string most(512, 'k');
  EXPECT_EQ(Say("PUT", "/ns/values/" + most, "v"), "200 {}");
  EXPECT_EQ(Say("PUT", "/ns/values/" + most + "k", "v"),
            "414 10030 put: 'UTF-8 encoded length of 513 exceeds key length limit of 512.'");
  std::string euros;
  for (int i = 0; i < 170; ++i) euros += "%E2%82%AC";
  EXPECT_EQ(Say("PUT", "/ns/values/" + euros + "ab", "v"), "200 {}");
  EXPECT_EQ(Say("PUT", "/ns/values/" + euros + "abc", "v"),
            "414 10030 put: 'UTF-8 encoded length of 513 exceeds key length limit of 512.'");
  EXPECT_EQ(Say("GET", "/ns/values/" + most + "k").substr(0, 9), "414 10030");
  EXPECT_EQ(Say("PUT", "/ns/values/", "v"), "400 10042 put: 'Key name cannot be empty.'");
  EXPECT_EQ(Say("PUT", "/ns/values/.", "v"),
            "400 10042 put: '\".\" is not allowed as a key name.'");
  EXPECT_EQ(Say("GET", "/ns/values/%2e%2E"),
            "400 10042 get: '\"..\" is not allowed as a key name.'");
  EXPECT_EQ(Say("PUT", "/ns/values/%FF", "v"), "400 10042 put: 'Key name is not valid UTF-8.'");
  EXPECT_EQ(Say("PUT", "/ns/values/%4", "v"), "400 10042 put: 'Could not URL-decode key name'");
  EXPECT_EQ(Say("PUT", "/ns/values/a%zz", "v"), "400 10042 put: 'Could not URL-decode key name'");
}

TEST_F(KvApiValuesTest, ExpiresAtTheEdges) {
  const auto now = [](int64_t seconds) { return std::to_string(kv::kStartSeconds + seconds); };
  const std::string late = "put: 'Invalid expiration of ";
  for (
      const auto& [query, said] : std::vector<std::pair<std::string, std::string>>{
          {"expiration_ttl=60", "200 {}"},
          {"expiration_ttl=59",
           "400 10034 put: 'Invalid expiration_ttl of 59. Expiration TTL must be at least 60.'"},
          {"expiration_ttl=0",
           "400 10034 put: 'Invalid expiration_ttl of 0. Please specify integer greater than 0.'"},
          {"expiration_ttl=-1",
           "400 10034 put: 'Invalid expiration_ttl of -1. Please specify integer greater than 0.'"},
          {"expiration_ttl=soon",
           "400 10034 put: 'Invalid expiration_ttl of 0. Please specify integer greater than 0.'"},
          {"expiration_ttl=6e1",
           "400 10034 put: 'Invalid expiration_ttl of 0. Please specify integer greater than 0.'"},
          {"expiration=" + now(60), "200 {}"},
          {"expiration=" + now(59),
           "400 10033 " + late + now(59) +
               ". Expiration times must be at least 60 seconds in the future.'"},
          {"expiration=" + now(0),
           "400 10033 " + late + now(0) +
               ". Please specify integer greater than the current number of seconds since the "
               "UNIX epoch.'"},
          // The time to live wins, in both directions.
          {"expiration=1&expiration_ttl=60", "200 {}"},
          {"expiration=" + now(600) + "&expiration_ttl=59",
           "400 10034 put: 'Invalid expiration_ttl of 59. Expiration TTL must be at least 60.'"}}) {
    EXPECT_EQ(Say("PUT", "/ns/values/e?" + query, "v"), said) << query;
  }
  const std::string huge = "/ns/values/e?expiration_ttl=99999999999999999999";
  EXPECT_EQ(Say("PUT", huge, "v").substr(0, 9), "400 10034");
  EXPECT_EQ(Say("PUT", "/ns/values/e?expiration=" + now(600) + "&expiration_ttl=61", "v"),
            "200 {}");
  const ApiResponse got = Call("GET", "/ns/values/e");
  EXPECT_EQ(got.headers.back().name, "expiration");
  EXPECT_EQ(got.headers.back().value, now(61));
  clock_.AdvanceMs(61'000);
  EXPECT_EQ(Say("GET", "/ns/values/e"), "404 10009 get: 'key not found'");
}

TEST_F(KvApiValuesTest, TakesAFormWithMetadata) {
  const auto put = [&](const std::string& form) {
    return Text(
        Call("PUT", "/ns/values/m", form, {{"Content-Type", "multipart/form-data; boundary=XX"}}));
  };
  const std::string value =
      "--XX\r\nContent-Disposition: form-data; name=\"value\"\r\n\r\nline 1\r\n--XY\r\n";
  const auto metadata = [](const std::string& text) {
    return "--XX\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n" + text +
           "\r\n--XX--\r\n";
  };
  EXPECT_EQ(put(value + metadata("{ \"a\" : [1, 2.50, \"x\\u00e9\"] }")), "200 {}");
  EXPECT_EQ(Value("ns", "m"), "line 1\r\n--XY");
  EXPECT_EQ(Say("GET", "/ns/metadata/m"), "200 {\"a\":[1,2.5,\"x\u00E9\"]}");
  EXPECT_EQ(put(value + metadata("null")), "200 {}");
  EXPECT_EQ(Say("GET", "/ns/metadata/m"), "200 null");
  EXPECT_EQ(put(value + metadata("{")), "400 10047 put: 'Metadata is not valid JSON.'");
  const std::string most = "\"" + std::string(1022, 'm') + "\"";
  EXPECT_EQ(put(value + metadata(most)), "200 {}");
  EXPECT_EQ(put(value + metadata(" " + most + "\n")), "200 {}");
  EXPECT_EQ(put(value + metadata("\"" + std::string(1023, 'm') + "\"")),
            "413 10047 put: 'Metadata length of 1025 exceeds limit of 1024.'");
  EXPECT_EQ(put(metadata("1")), "400 10012 put: 'The multipart body has no field value.'");
  EXPECT_EQ(put(value), "400 10012 put: 'The multipart body is damaged.'");
  EXPECT_EQ(Say("GET", "/ns/metadata/none"), "404 10009 get metadata: 'key not found'");
}

// Such as from a client that sets the type by hand: nothing of the form becomes a value.
TEST_F(KvApiValuesTest, RefusesAFormWithoutABoundary) {
  const std::string form =
      "--XX\r\nContent-Disposition: form-data; name=\"value\"\r\n\r\nhello\r\n--XX--\r\n";
  for (const std::string& type :
       {std::string("multipart/form-data"), std::string("Multipart/Form-Data; charset=utf-8"),
        std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"XX"),
        "multipart/form-data; boundary=" + std::string(71, 'X')}) {
    EXPECT_EQ(Text(Call("PUT", "/ns/values/m", form, {{"Content-Type", type}})),
              "400 10012 put: 'The multipart body has no boundary.'")
        << type;
  }
  EXPECT_EQ(Value("ns", "m"), "(none)");
  EXPECT_EQ(Text(Call("PUT", "/ns/values/m", form, {{"Content-Type", "multipart/mixed"}})),
            "200 {}");
  EXPECT_EQ(Value("ns", "m"), form);
}

TEST_F(KvApiValuesTest, RefusesValuesAtTheirLimit) {
  std::string value(kv::kMaxValueBytes, 'v');
  EXPECT_EQ(Say("PUT", "/ns/values/v", value), "200 {}");
  value += 'v';
  EXPECT_EQ(Say("PUT", "/ns/values/v", value),
            "413 10024 put: 'Value length of 26214401 exceeds limit of 26214400.'");
  value.append(64 << 10, 'v');
  EXPECT_EQ(Say("PUT", "/ns/values/v", value),
            "413 10024 put: 'The body is longer than 26279936 bytes.'");
}

TEST_F(KvApiValuesTest, LooksAtKeyThenExpiryThenMetadataThenValue) {
  const std::string form =
      "--X\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{\r\n--X\r\n"
      "Content-Disposition: form-data; name=\"value\"\r\n\r\n" +
      std::string(kv::kMaxValueBytes + 1, 'v') + "\r\n--X--";
  const std::vector<Header> type = {{"content-type", "multipart/form-data; boundary=X"}};
  EXPECT_EQ(Text(Call("PUT", "/ns/values/.?expiration_ttl=1", form, type)).substr(0, 9),
            "400 10042");
  EXPECT_EQ(Text(Call("PUT", "/ns/values/k?expiration_ttl=1", form, type)).substr(0, 9),
            "400 10034");
  EXPECT_EQ(Text(Call("PUT", "/ns/values/k", form, type)).substr(0, 9), "400 10047");
}

TEST_F(KvApiValuesTest, ListsInPages) {
  for (int i = 0; i < 25; ++i) Put("ns", "p" + std::to_string(100 + i), "v");
  Put("ns", "q \"1\"", "v", {.expiration = kv::kStartSeconds + 60, .metadata = "{\"m\":1}"});
  const json first = Body(Call("GET", "/ns/keys?limit=10&prefix=p"));
  EXPECT_EQ(first["result"].size(), 10u);
  EXPECT_EQ(first["result_info"]["count"], 10);
  EXPECT_EQ(first["result"][9]["name"], "p109");
  std::string cursor = first["result_info"]["cursor"];
  EXPECT_NE(cursor, "");
  const json second = Body(Call("GET", "/ns/keys?limit=10&prefix=p&cursor=" + cursor));
  EXPECT_EQ(second["result"][0]["name"], "p110");
  cursor = second["result_info"]["cursor"];
  const json third = Body(Call("GET", "/ns/keys?limit=10&prefix=p&cursor=" + cursor));
  EXPECT_EQ(third["result"].size(), 5u);
  EXPECT_EQ(third["result_info"]["cursor"], "");
  EXPECT_EQ(Say("GET", "/ns/keys?prefix=q+%221"),
            R"(200 [{"expiration":1700000060,"metadata":{"m":1},"name":"q \"1\""}])");
  EXPECT_EQ(Say("GET", "/ns/keys?prefix=none"), "200 []");
}

TEST_F(KvApiValuesTest, ChecksWhatAListIsAskedFor) {
  const std::string limit = "400 10028 list keys: 'invalid limit: 10 to 1000 is allowed'";
  for (const auto& [query, said] : std::vector<std::pair<std::string, std::string>>{
           {"limit=10", "200 []"},
           {"limit=9", limit},
           {"limit=1000", "200 []"},
           {"limit=1001", limit},
           {"limit=ten", limit},
           {"limit=", limit},
           {"cursor=", "200 []"},
           {"cursor=xyz", "400 10041 list keys: 'invalid cursor'"},
           {"prefix=" + std::string(512, 'p'), "200 []"},
           {"prefix=" + std::string(513, 'p'),
            "414 10030 list keys: 'UTF-8 encoded length of 513 exceeds key length limit of "
            "512.'"}}) {
    EXPECT_EQ(Say("GET", "/ns/keys?" + query), said) << query;
  }
}

}  // namespace
}  // namespace sedge::admin
