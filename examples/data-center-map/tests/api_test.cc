// SPDX-License-Identifier: Apache-2.0
// The Data Center API over HTTP: create, read, replace, change, delete, load, and every refusal.
#include "examples/data-center-map/tests/board_fixture.h"

namespace sedge::data_center_map {
namespace {

using DataCenterApi = BoardTest;

json With(json record, const std::string& field, json value) {
  record[field] = std::move(value);
  return record;
}

TEST_F(DataCenterApi, CreatesReadsReplacesAndDeletes) {
  EXPECT_EQ(Get("/data-centers").body, "[]");
  const auto created = SendJson("POST", "/data-centers", Amsterdam());
  EXPECT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.Header("location"), "/data-centers/AMS");

  const auto read = Get(created.Header("location"));
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(json::parse(read.body), With(Amsterdam(), "id", "AMS"));
  EXPECT_EQ(read.Header("content-type"), "application/json");
  EXPECT_EQ(read.Header("etag"), created.Header("etag"));

  EXPECT_EQ(SendJson("PUT", "/data-centers/AMS", With(Amsterdam(), "status", "outage")).status,
            200);
  EXPECT_EQ(json::parse(Get("/data-centers/AMS").body)["status"], "outage");
  EXPECT_EQ(SendJson("PATCH", "/data-centers/AMS", {{"status", "degraded"}}).status, 200);
  json list = json::parse(Get("/data-centers").body);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0], With(With(Amsterdam(), "status", "degraded"), "id", "AMS"));

  EXPECT_EQ(Call("DELETE", "/data-centers/AMS").status, 204);
  EXPECT_EQ(Get("/data-centers/AMS").status, 404);
  EXPECT_EQ(Call("DELETE", "/data-centers/AMS").status, 404);
  EXPECT_EQ(Get("/data-centers").body, "[]");
}

TEST_F(DataCenterApi, PutCreatesWhatIsNotThere) {
  const auto created = SendJson("PUT", "/data-centers/ams-2", Amsterdam());
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.Header("location"), "/data-centers/ams-2");
  EXPECT_EQ(json::parse(created.body)["id"], "ams-2");
}

TEST_F(DataCenterApi, RefusesASecondOneWithTheSameId) {
  ASSERT_EQ(SendJson("POST", "/data-centers", Amsterdam()).status, 201);
  const auto second = SendJson("POST", "/data-centers", Amsterdam());
  EXPECT_EQ(second.status, 409);
  EXPECT_THAT(second.body, ::testing::HasSubstr("AMS"));
}

// The field and the allowed range stand in the answer.
TEST_F(DataCenterApi, NamesTheFieldAndWhatIsAllowed) {
  const struct {
    const char* field;
    json value;
    const char* allowed;
  } kCases[] = {
      {"latitude", 90.001, "a number from -90 to 90"},
      {"latitude", "52", "a number from -90 to 90"},
      {"longitude", -180.5, "a number from -180 to 180"},
      {"longitude", nullptr, "a number from -180 to 180"},
      {"iata", "ams", "three letters from A to Z"},
      {"iata", 3, "three letters from A to Z"},
      {"status", "fine", "one of \"operational\", \"degraded\", \"maintenance\", \"outage\""},
      {"status", "toString", "one of \"operational\", \"degraded\", \"maintenance\", \"outage\""},
      {"city", "", "text of 1 to 80 characters"},
      {"city", std::string(81, 'x'), "text of 1 to 80 characters"},
      {"city", "a\nb", "text of 1 to 80 characters"},
      {"id", "../x", "1 to 64 letters, digits"},
      {"id", std::string(65, 'x'), "1 to 64 letters, digits"},
      {"colour", "red", "only id, city, iata, latitude, longitude, status"},
      {"__proto__", 1, "only id, city, iata, latitude, longitude, status"},
  };
  for (const auto& c : kCases) {
    const auto answer = SendJson("POST", "/data-centers", With(Amsterdam(), c.field, c.value));
    SCOPED_TRACE(answer.body);
    EXPECT_EQ(answer.status, 422) << c.field;
    json error = json::parse(answer.body).value("error", json::object());
    ASSERT_EQ(error.value("problems", json::array()).size(), 1u);
    EXPECT_EQ(error["problems"][0]["field"], c.field);
    EXPECT_THAT(error["problems"][0]["allowed"].get<std::string>(),
                ::testing::StartsWith(c.allowed));
  }
  EXPECT_EQ(Get("/data-centers").body, "[]");
}

TEST_F(DataCenterApi, AcceptsTheEndsOfItsRanges) {
  json record = With(With(Amsterdam(), "latitude", -90), "longitude", 180);
  std::string longest;
  for (int i = 0; i < 80; ++i) longest += "å";
  record["city"] = longest;
  EXPECT_EQ(SendJson("POST", "/data-centers", record).status, 201);
  EXPECT_EQ(json::parse(Get("/data-centers").body)[0]["city"], longest);
}

TEST_F(DataCenterApi, NamesEveryMissingField) {
  json error = json::parse(SendJson("POST", "/data-centers", json::object()).body)["error"];
  EXPECT_EQ(error["status"], 422);
  EXPECT_EQ(error["problems"].size(), 5u);
  EXPECT_EQ(SendJson("POST", "/data-centers", "text").status, 422);
  EXPECT_EQ(SendJson("PUT", "/data-centers/AMS", nullptr).status, 422);
  EXPECT_EQ(SendJson("PUT", "/data-centers/AMS", With(Amsterdam(), "id", "FRA")).status, 422);
}

TEST_F(DataCenterApi, RefusesBodiesItCannotRead) {
  EXPECT_EQ(SendText("POST", "/data-centers", "{\"city\":").status, 400);
  EXPECT_EQ(SendText("POST", "/data-centers", "").status, 400);
  EXPECT_EQ(SendText("POST", "/data-centers", "\"\xff\"").status, 400);
  EXPECT_EQ(SendJson("PUT", "/data-centers", Amsterdam()).status, 400);
  const std::string body = Amsterdam().dump();
  for (const char* type :
       {"text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    const auto answer = e2e::Send("POST", url_ + "/data-centers", body, {{"Content-Type", type}});
    EXPECT_EQ(answer.status, 415) << type;
    EXPECT_THAT(answer.body, ::testing::HasSubstr("application/json"));
  }
  EXPECT_EQ(e2e::Send("POST", url_ + "/data-centers", body,
                      {{"Content-Type", "Application/JSON; charset=utf-8"}})
                .status,
            201);
}

TEST_F(DataCenterApi, RefusesBodiesThatAreTooLarge) {
  const std::string spaces(17 * 1024, ' ');
  EXPECT_EQ(SendText("PUT", "/data-centers/AMS", Amsterdam().dump() + spaces).status, 413);
  EXPECT_EQ(SendText("POST", "/data-centers", "[" + std::string(600 * 1024, ' ') + "]").status,
            413);
  EXPECT_EQ(SendText("PUT", "/data-centers/AMS", Amsterdam().dump() + spaces,
                     {{"Transfer-Encoding", "chunked"}})
                .status,
            413);
  json many = json::array();
  for (int i = 0; i < 513; ++i) many.push_back(With(Amsterdam(), "id", "dc" + std::to_string(i)));
  const auto answer = SendJson("POST", "/data-centers", many);
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, ::testing::HasSubstr("512"));
  EXPECT_EQ(Get("/data-centers").body, "[]");
}

TEST_F(DataCenterApi, AnswersWithoutABodyWhatTheClientHas) {
  ASSERT_EQ(SendJson("POST", "/data-centers", Amsterdam()).status, 201);
  for (const char* path : {"/data-centers", "/data-centers/AMS"}) {
    const auto first = Get(path);
    const std::string tag = first.Header("etag");
    ASSERT_EQ(tag.size(), 18u) << tag;
    EXPECT_EQ(first.Header("cache-control"), "no-cache");
    for (const std::string& field : {tag, "W/" + tag, "\"x\", " + tag, std::string("*")}) {
      const auto again = Get(path, {{"If-None-Match", field}});
      EXPECT_EQ(again.status, 304) << field;
      EXPECT_EQ(again.Header("etag"), tag);
      EXPECT_EQ(again.body, "");
    }
    EXPECT_EQ(Get(path, {{"If-None-Match", "\"x\""}}).status, 200);
    ASSERT_EQ(SendJson("PATCH", "/data-centers/AMS", {{"status", "outage"}}).status, 200);
    EXPECT_EQ(Get(path, {{"If-None-Match", tag}}).status, 200);
    ASSERT_EQ(SendJson("PATCH", "/data-centers/AMS", {{"status", "operational"}}).status, 200);
    EXPECT_EQ(Get(path, {{"If-None-Match", tag}}).status, 304);
  }
}

TEST_F(DataCenterApi, WritesOnlyOverWhatTheClientSaw) {
  const auto created = SendJson("PUT", "/data-centers/AMS", Amsterdam(), {{"If-None-Match", "*"}});
  ASSERT_EQ(created.status, 201);
  EXPECT_EQ(SendJson("PUT", "/data-centers/AMS", Amsterdam(), {{"If-None-Match", "*"}}).status,
            412);
  const Headers seen = {{"If-Match", created.Header("etag")}};
  EXPECT_EQ(SendJson("PATCH", "/data-centers/AMS", {{"status", "outage"}}, seen).status, 200);
  EXPECT_EQ(SendJson("PATCH", "/data-centers/AMS", {{"status", "degraded"}}, seen).status, 412);
  EXPECT_EQ(Call("DELETE", "/data-centers/AMS", seen).status, 412);
  EXPECT_EQ(json::parse(Get("/data-centers/AMS").body)["status"], "outage");
}

TEST_F(DataCenterApi, SaysWhatIsAllowed) {
  const struct {
    const char* method;
    const char* path;
    const char* allow;
  } kCases[] = {
      {"DELETE", "/data-centers", "GET, HEAD, POST, PUT, OPTIONS"},
      {"POST", "/data-centers/AMS", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"},
      {"POST", "/map", "GET, HEAD, OPTIONS"},
      {"PUT", "/", "GET, HEAD, OPTIONS"},
  };
  for (const auto& c : kCases) {
    const auto refused = Call(c.method, c.path);
    EXPECT_EQ(refused.status, 405) << c.path;
    EXPECT_EQ(refused.Header("allow"), c.allow);
    const auto options = Call("OPTIONS", c.path);
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.Header("allow"), c.allow);
    EXPECT_EQ(options.Header("access-control-allow-methods"), "GET, HEAD");
  }
  EXPECT_EQ(Get("/data-centers").Header("access-control-allow-origin"), "*");
}

TEST_F(DataCenterApi, HeadIsGetWithoutTheBody) {
  ASSERT_EQ(SendJson("POST", "/data-centers", Amsterdam()).status, 201);
  for (const char* path : {"/data-centers", "/data-centers/AMS", "/map", "/"}) {
    const auto get = Get(path);
    const auto head = Call("HEAD", path);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.Header("etag"), get.Header("etag"));
    EXPECT_EQ(head.Header("content-type"), get.Header("content-type"));
    EXPECT_EQ(head.Header("content-length"), std::to_string(get.body.size()));
  }
  EXPECT_EQ(Call("HEAD", "/data-centers/XXX").status, 404);
}

TEST_F(DataCenterApi, SaysThatThereIsNothing) {
  for (const char* path : {"/data-centers/", "/data-centersx", "/data-centers/a/b", "/nothing",
                           "/data-centers/..%2f", "/leds/%20", "/leds/9-9"}) {
    const auto answer = Get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(json::parse(answer.body)["error"]["status"], 404);
  }
  EXPECT_EQ(Get("/data-centers/%ff").status, 400);
}

TEST_F(DataCenterApi, LoadsManyAllOrNothing) {
  json two = {Amsterdam(), With(Amsterdam(), "iata", "RTM")};
  EXPECT_EQ(json::parse(SendJson("POST", "/data-centers", two).body)["created"], 2);
  EXPECT_EQ(json::parse(SendJson("POST", "/data-centers", two).body)["unchanged"], 2);

  json bad = two;
  bad.push_back(With(Amsterdam(), "latitude", 100));
  bad.push_back(Amsterdam());
  bad[0]["status"] = "outage";
  const auto refused = SendJson("PUT", "/data-centers", bad);
  EXPECT_EQ(refused.status, 422);
  json problems = json::parse(refused.body)["error"]["problems"];
  ASSERT_EQ(problems.size(), 2u) << refused.body;
  EXPECT_EQ(problems[0]["item"], 2);
  EXPECT_EQ(problems[0]["field"], "latitude");
  EXPECT_EQ(problems[1]["item"], 3);
  EXPECT_EQ(problems[1]["field"], "id");
  EXPECT_EQ(json::parse(Get("/data-centers/AMS").body)["status"], "operational");

  json counts = json::parse(SendJson("PUT", "/data-centers", json::array({two[0]})).body);
  EXPECT_EQ(counts["deleted"], 1);
  EXPECT_EQ(counts["unchanged"], 1);
  EXPECT_EQ(Get("/data-centers/RTM").status, 404);
}

TEST_F(DataCenterApi, KeepsItsDataOverARestart) {
  ASSERT_EQ(SendJson("POST", "/data-centers", Amsterdam()).status, 201);
  const std::string tag = Get("/data-centers").Header("etag");
  Stop();
  Start("0");
  EXPECT_EQ(Get("/data-centers", {{"If-None-Match", tag}}).status, 304);
}

}  // namespace
}  // namespace sedge::data_center_map
