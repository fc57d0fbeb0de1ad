// SPDX-License-Identifier: Apache-2.0
// Starts the data-center map, both workers in one process, over an empty store of its own, and
// talks JSON to it. One thread; the process and its store go with the object.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::data_center_map {

using nlohmann::json;
using Headers = std::vector<std::pair<std::string, std::string>>;

inline std::string ReadExampleFile(const std::string& name) {
  std::ifstream file(std::string(SEDGE_EXAMPLE_DIR) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

class BoardTest : public ::testing::Test {
 protected:
  void SetUp() override { Start("0"); }

  void Start(const std::string& port) {
    const std::string example = SEDGE_EXAMPLE_DIR;
    const std::vector<std::string> args = {
        "serve", example + "/map-api", example + "/data-center-api", "--port",
        port,    "--data-dir",         folder_.path() + "/data"};
    process_ = std::make_unique<e2e::SedgeProcess>(args);
    const auto url = process_->WaitUntilListening();
    ASSERT_TRUE(url) << process_->err();
    url_ = *url;
  }

  void Stop() {
    process_->Signal(SIGTERM);
    ASSERT_EQ(process_->WaitForExit(), 0) << process_->err();
  }

  e2e::HttpResponse Get(const std::string& path, Headers headers = {}) {
    return e2e::Get(url_ + path, std::move(headers));
  }

  e2e::HttpResponse Call(const std::string& method, const std::string& path, Headers headers = {}) {
    e2e::HttpRequest request;
    request.method = method;
    request.url = url_ + path;
    request.headers = std::move(headers);
    return e2e::Fetch(request);
  }

  e2e::HttpResponse SendText(const std::string& method, const std::string& path,
                             const std::string& body, Headers headers = {}) {
    headers.emplace_back("Content-Type", "application/json");
    return e2e::Send(method, url_ + path, body, std::move(headers));
  }

  e2e::HttpResponse SendJson(const std::string& method, const std::string& path, const json& body,
                             Headers headers = {}) {
    return SendText(method, path, body.dump(), std::move(headers));
  }

  // Puts the seed data there.
  void Seed() {
    ASSERT_EQ(SendText("PUT", "/data-centers", ReadExampleFile("seed/data-centers.json")).status,
              200);
    ASSERT_EQ(SendText("PUT", "/leds", ReadExampleFile("seed/leds.json")).status, 200);
  }

  static json Amsterdam() {
    return {{"city", "Amsterdam"},
            {"iata", "AMS"},
            {"latitude", 52.31},
            {"longitude", 4.76},
            {"status", "operational"}};
  }

  e2e::TempFolder folder_;
  std::unique_ptr<e2e::SedgeProcess> process_;
  std::string url_;
};

}  // namespace sedge::data_center_map
