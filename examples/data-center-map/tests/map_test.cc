// SPDX-License-Identifier: Apache-2.0
// The Data Center Map API over HTTP: the LEDs, the join that the microcontroller reads, and the
// seed data.
#include <set>

#include "examples/data-center-map/tests/board_fixture.h"

namespace sedge::data_center_map {
namespace {

using MapApi = BoardTest;

constexpr size_t kLeds = 512;

json Led(const std::string& data_center, int strand, int led) {
  return {{"dataCenterId", data_center}, {"strand", strand}, {"led", led}};
}

TEST_F(MapApi, JoinsBothStores) {
  ASSERT_EQ(SendJson("POST", "/data-centers", Amsterdam()).status, 201);
  ASSERT_EQ(SendJson("PUT", "/data-centers/FRA", Amsterdam()).status, 201);
  ASSERT_EQ(SendJson("PATCH", "/data-centers/FRA", {{"status", "outage"}}).status, 200);
  EXPECT_EQ(Get("/map").body, "[]");
  EXPECT_EQ(Get("/map.bin").body, std::string(kLeds, '\0'));

  const auto created = SendJson("POST", "/leds", Led("AMS", 7, 63));
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.Header("location"), "/leds/7-63");
  ASSERT_EQ(SendJson("POST", "/leds", Led("FRA", 2, 10)).status, 201);

  EXPECT_EQ(json::parse(Get("/map").body), json::parse(R"([{"strand":2,"led":10,"status":"outage"},
                            {"strand":7,"led":63,"status":"operational"}])"));
  std::string frame(kLeds, '\0');
  frame[2 * 64 + 10] = 4;
  frame[7 * 64 + 63] = 1;
  const auto binary = Get("/map.bin");
  EXPECT_EQ(binary.body, frame);
  EXPECT_EQ(binary.Header("content-type"), "application/octet-stream");
  const std::string text = Get("/map.txt").body;
  ASSERT_EQ(text.size(), 8u * 65u);
  EXPECT_EQ(text[2 * 65 + 10], 'X');
  EXPECT_EQ(text[7 * 65 + 63], 'O');

  // A light goes dark with its data center.
  ASSERT_EQ(Call("DELETE", "/data-centers/FRA").status, 204);
  EXPECT_EQ(json::parse(Get("/map").body).size(), 1u);
  EXPECT_EQ(Get("/leds/2-10").status, 200);
  ASSERT_EQ(Call("DELETE", "/leds/7-63").status, 204);
  EXPECT_EQ(Get("/map").body, "[]");
}

TEST_F(MapApi, ChecksLeds) {
  ASSERT_EQ(SendJson("POST", "/data-centers", Amsterdam()).status, 201);
  ASSERT_EQ(SendJson("PUT", "/data-centers/FRA", Amsterdam()).status, 201);
  const struct {
    json led;
    int status;
    const char* field;
    const char* allowed;
  } kCases[] = {
      {Led("AMS", 8, 0), 422, "strand", "a whole number from 0 to 7"},
      {Led("AMS", -1, 0), 422, "strand", "a whole number from 0 to 7"},
      {Led("AMS", 0, 64), 422, "led", "a whole number from 0 to 63"},
      {{{"dataCenterId", "AMS"}, {"strand", 0}, {"led", 1.5}},
       422,
       "led",
       "a whole number from 0 to 63"},
      {Led("XXX", 0, 0), 422, "dataCenterId", "the id of a data center"},
      {Led("a b", 0, 0), 422, "dataCenterId", "1 to 64 letters"},
      {{{"id", "other"}, {"dataCenterId", "FRA"}, {"strand", 3}, {"led", 4}},
       409,
       "led",
       "what no other record has"},
      {Led("AMS", 5, 5), 409, "dataCenterId", "what no other record has"},
  };
  ASSERT_EQ(SendJson("POST", "/leds", Led("AMS", 3, 4)).status, 201);
  for (const auto& c : kCases) {
    const auto answer = SendJson("POST", "/leds", c.led);
    SCOPED_TRACE(c.led.dump() + answer.body);
    ASSERT_EQ(answer.status, c.status);
    json problem = json::parse(answer.body)["error"]["problems"][0];
    EXPECT_EQ(problem["field"], c.field);
    EXPECT_THAT(problem["allowed"].get<std::string>(), ::testing::StartsWith(c.allowed));
  }
  // The same place with the same id is a conflict too; replacing itself is none.
  EXPECT_EQ(SendJson("POST", "/leds", Led("FRA", 3, 4)).status, 409);
  EXPECT_EQ(SendJson("PUT", "/leds/3-4", Led("FRA", 3, 4)).status, 200);
  const auto twice = SendJson("PUT", "/leds", {Led("AMS", 0, 0), Led("AMS", 0, 1)});
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(json::parse(Get("/leds").body).size(), 1u);
}

TEST_F(MapApi, PollsCheaply) {
  Seed();
  for (const char* path : {"/map", "/map.bin", "/map.txt", "/board", "/leds", "/"}) {
    const auto first = Get(path);
    ASSERT_EQ(first.status, 200) << path;
    EXPECT_EQ(first.Header("cache-control"), "no-cache");
    const auto again = Get(path, {{"If-None-Match", first.Header("etag")}});
    EXPECT_EQ(again.status, 304) << path;
    EXPECT_EQ(again.body, "");
  }
  const Headers known = {{"If-None-Match", Get("/map.bin").Header("etag")}};
  // What the board does not show is no news to it.
  ASSERT_EQ(SendJson("PATCH", "/data-centers/AMS", {{"city", "Mokum"}}).status, 200);
  EXPECT_EQ(Get("/map.bin", known).status, 304);
  ASSERT_EQ(SendJson("PATCH", "/data-centers/AMS", {{"status", "outage"}}).status, 200);
  EXPECT_EQ(Get("/map.bin", known).status, 200);
}

TEST_F(MapApi, SeedsTheWholeBoard) {
  Seed();
  json board = json::parse(Get("/board").body);
  ASSERT_GE(board.size(), 165u);
  std::set<std::string> codes;
  std::set<std::pair<int, int>> places;
  std::set<int> strands;
  for (json& center : board) {
    EXPECT_EQ(center["id"], center["iata"]);
    codes.insert(center["iata"]);
    ASSERT_FALSE(center["strand"].is_null()) << center;
    places.emplace(center["strand"], center["led"]);
    strands.insert(center["strand"].get<int>());
  }
  EXPECT_EQ(codes.size(), board.size());
  EXPECT_EQ(places.size(), board.size());
  EXPECT_EQ(strands.size(), 8u);
  json map = json::parse(Get("/map").body);
  EXPECT_EQ(map.size(), board.size());
  for (size_t i = 1; i < map.size(); ++i) {
    EXPECT_LT(map[i - 1]["strand"].get<int>() * 64 + map[i - 1]["led"].get<int>(),
              map[i]["strand"].get<int>() * 64 + map[i]["led"].get<int>());
  }
}

// The seed's metadata is its value: both ways of loading it, this API's and wrangler's, give the
// same.
TEST(SeedFiles, MetadataIsTheValue) {
  for (const char* name : {"seed/data-centers.json", "seed/leds.json"}) {
    json entries = json::parse(ReadExampleFile(name));
    for (const json& entry : entries) {
      EXPECT_EQ(json::parse(entry["value"].get<std::string>()), entry["metadata"]);
    }
  }
}

}  // namespace
}  // namespace sedge::data_center_map
