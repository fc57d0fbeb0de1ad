// SPDX-License-Identifier: Apache-2.0
// The page in a real browser: one light per data center in the colour of its status, which changes
// by itself, at phone and desktop width. SEDGE_SCREENSHOTS=FOLDER keeps what it looked like.
#include <cstdlib>
#include <fstream>

#include "examples/data-center-map/tests/board_fixture.h"
#include "tests/e2e/harness/browser.h"

namespace sedge::data_center_map {
namespace {

using e2e::Browser;

constexpr char kGreen[] = "rgb(61, 220, 132)";
constexpr char kAmber[] = "rgb(255, 178, 36)";
constexpr char kBlue[] = "rgb(90, 169, 255)";
constexpr char kRed[] = "rgb(255, 82, 82)";

std::string ColourOf(const std::string& id) {
  return "(() => { const core = document.querySelector('.light[data-id=\"" + id +
         "\"] .core'); return core && getComputedStyle(core).fill; })()";
}

class Page : public BoardTest {
 protected:
  void SetUp() override {
    const std::string path = Browser::Find();
    if (path.empty()) {
      GTEST_SKIP() << "there is no Chromium here; on Debian: apt-get install chromium";
    }
    BoardTest::SetUp();
    Seed();
    browser_ = std::make_unique<Browser>(path);
    ASSERT_EQ(browser_->error(), "");
    browser_->ReduceMotion();
  }

  void Open(int width, int height, bool is_phone) {
    browser_->Resize(width, height, is_phone);
    browser_->Open(url_ + "/");
    ASSERT_TRUE(browser_->WaitUntil("document.querySelectorAll('.light').length > 0"))
        << browser_->error();
  }

  void WaitForColour(const std::string& id, const std::string& colour) {
    EXPECT_TRUE(browser_->WaitUntil(ColourOf(id) + " === '" + colour + "'"))
        << id << " is " << browser_->Evaluate(ColourOf(id)) << " " << browser_->error();
  }

  // Nothing is wider than the window, and every light can be seen and told from its neighbours.
  void CheckLayout(int width) {
    EXPECT_EQ(browser_->Evaluate("document.documentElement.scrollWidth"), width);
    EXPECT_EQ(browser_->Evaluate("document.body.scrollWidth <= innerWidth"), true);
    json boxes = browser_->Evaluate(R"(
        Array.from(document.querySelectorAll(".core"), (core) => {
          const { x, y, width } = core.getBoundingClientRect();
          return [x + width / 2, y + width / 2, width];
        }))");
    ASSERT_TRUE(boxes.is_array()) << browser_->error();
    for (size_t i = 0; i < boxes.size(); ++i) {
      EXPECT_GE(boxes[i][2].get<double>(), 6.0);
      for (size_t j = i + 1; j < boxes.size(); ++j) {
        const double dx = boxes[i][0].get<double>() - boxes[j][0].get<double>();
        const double dy = boxes[i][1].get<double>() - boxes[j][1].get<double>();
        EXPECT_GT(dx * dx + dy * dy, 5.0 * 5.0) << i << " covers " << j;
      }
    }
  }

  void KeepScreenshot(const std::string& name) {
    const std::string png = browser_->Screenshot();
    EXPECT_EQ(png.substr(0, 4), "\x89PNG");
    if (const char* folder = std::getenv("SEDGE_SCREENSHOTS")) {
      std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << png;
    }
  }

  std::unique_ptr<Browser> browser_;
};

TEST_F(Page, ShowsOneLightForEachDataCenter) {
  Open(1280, 900, false);
  json centers = json::parse(Get("/data-centers").body);
  json lights = browser_->Evaluate(R"(
      Object.fromEntries(Array.from(document.querySelectorAll(".light"), (light) =>
        [light.dataset.id, [light.getAttribute("aria-label"),
                            getComputedStyle(light.querySelector(".core")).fill]])))");
  ASSERT_EQ(lights.size(), centers.size());
  const std::map<std::string, std::string> colours = {
      {"operational", kGreen}, {"degraded", kAmber}, {"maintenance", kBlue}, {"outage", kRed}};
  std::map<std::string, int> counts;
  for (const json& center : centers) {
    const std::string status = center["status"];
    const json& light = lights[center["id"].get<std::string>()];
    EXPECT_EQ(light[1], colours.at(status)) << center;
    EXPECT_EQ(light[0], center["city"].get<std::string>() + " (" +
                            center["iata"].get<std::string>() + "): " + status);
    ++counts[status];
  }
  for (const auto& [status, count] : counts) {
    EXPECT_EQ(browser_->Evaluate("document.querySelector('#counts [data-status=" + status +
                                 "] b').textContent"),
              std::to_string(count));
  }
  EXPECT_EQ(counts.size(), 4u);
  EXPECT_TRUE(browser_->WaitUntil("document.querySelector('#link').textContent === 'live'"));
}

// Longitude grows to the right and latitude upwards, as on the board.
TEST_F(Page, PutsLightsWhereTheCitiesAre) {
  Open(1280, 900, false);
  const auto at = [this](const std::string& id) {
    return browser_->Evaluate("(() => { const { x, y } = document.querySelector('.light[data-id=" +
                              id + "] .core').getBoundingClientRect(); return [x, y]; })()");
  };
  json lisbon = at("LIS"), tokyo = at("NRT"), cape_town = at("CPT"), seattle = at("SEA");
  ASSERT_TRUE(lisbon.is_array() && tokyo.is_array() && cape_town.is_array() && seattle.is_array());
  EXPECT_LT(seattle[0], lisbon[0]);
  EXPECT_LT(lisbon[0], cape_town[0]);
  EXPECT_LT(cape_town[0], tokyo[0]);
  EXPECT_LT(lisbon[1], cape_town[1]);
  // 148.8 degrees apart on a map 360 degrees wide.
  const double map_width = browser_->Evaluate("document.querySelector('#map').clientWidth");
  EXPECT_NEAR(tokyo[0].get<double>() - lisbon[0].get<double>(), map_width * 149.52 / 360, 12);
}

TEST_F(Page, ChangesALightWhenTheApiDoes) {
  Open(1280, 900, false);
  WaitForColour("AMS", kGreen);
  ASSERT_EQ(SendJson("PATCH", "/data-centers/AMS", {{"status", "outage"}}).status, 200);
  WaitForColour("AMS", kRed);
  WaitForColour("LHR", kGreen);
  EXPECT_EQ(browser_->Evaluate("document.querySelector('#news').textContent"),
            "Amsterdam (AMS): outage");
  ASSERT_EQ(Call("DELETE", "/data-centers/AMS").status, 204);
  EXPECT_TRUE(browser_->WaitUntil("!document.querySelector('.light[data-id=AMS]')"));
  ASSERT_EQ(SendJson("POST", "/data-centers", Amsterdam()).status, 201);
  WaitForColour("AMS", kGreen);
}

TEST_F(Page, FitsTheDesktop) {
  Open(1280, 900, false);
  CheckLayout(1280);
  // The whole world is in view.
  EXPECT_EQ(browser_->Evaluate("document.querySelector('#scroll').scrollWidth <= "
                               "document.querySelector('#scroll').clientWidth"),
            true);
  KeepScreenshot("desktop.png");
}

TEST_F(Page, FitsThePhone) {
  Open(360, 740, true);
  CheckLayout(360);
  // The map is larger than the screen and scrolls in its own frame; "Fit" shows all of it.
  EXPECT_EQ(browser_->Evaluate("document.querySelector('#scroll').scrollWidth > 600"), true);
  KeepScreenshot("phone.png");
  browser_->Evaluate("document.querySelector('[data-zoom=fit]').click()");
  EXPECT_EQ(browser_->Evaluate("document.querySelector('#scroll').scrollWidth <= 360"), true);
  EXPECT_EQ(browser_->Evaluate("document.documentElement.scrollWidth"), 360);
}

TEST_F(Page, MovesFromLightToLightWithTheArrowKeys) {
  Open(1280, 900, false);
  browser_->Evaluate("document.querySelector('.light[data-id=LIS]').focus()");
  EXPECT_EQ(browser_->Evaluate("document.querySelector('#tip').hidden"), false);
  EXPECT_EQ(browser_->Evaluate("document.querySelector('#tip').textContent"),
            "Lisbon (LIS)operational · strand 3, LED 1");
  browser_->Press("ArrowRight", 39);
  EXPECT_EQ(browser_->Evaluate("document.activeElement.dataset.id"), "MAD");
  EXPECT_EQ(browser_->Evaluate("document.querySelectorAll('.light[tabindex=\"0\"]').length"), 1);
  browser_->Press("Escape", 27);
  EXPECT_EQ(browser_->Evaluate("document.querySelector('#tip').hidden"), true);
}

TEST_F(Page, SaysWhenTheApiIsAway) {
  Open(1280, 900, false);
  const std::string port = url_.substr(url_.rfind(':') + 1);
  Stop();
  EXPECT_TRUE(browser_->WaitUntil(
      "document.querySelector('#link').textContent.startsWith('offline since')"));
  EXPECT_EQ(browser_->Evaluate("document.querySelectorAll('.light').length > 165"), true);
  Start(port);
  EXPECT_TRUE(browser_->WaitUntil("document.querySelector('#link').textContent === 'live'"));
}

TEST_F(Page, SaysThatThereIsNothingYet) {
  ASSERT_EQ(SendJson("PUT", "/data-centers", json::array()).status, 200);
  browser_->Open(url_ + "/");
  EXPECT_TRUE(browser_->WaitUntil("document.querySelector('#empty')?.hidden === false"));
  EXPECT_EQ(browser_->Evaluate("document.querySelectorAll('.light').length"), 0);
}

}  // namespace
}  // namespace sedge::data_center_map
