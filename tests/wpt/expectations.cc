// SPDX-License-Identifier: Apache-2.0
#include "tests/wpt/expectations.h"

#include <nlohmann/json.hpp>

namespace sedge::wpt {
namespace {

using Json = nlohmann::ordered_json;

bool Matches(const std::string& pattern, const std::string& id) {
  if (!pattern.ends_with('*')) return id == pattern || id.starts_with(pattern + "?");
  return id.starts_with(pattern.substr(0, pattern.size() - 1));
}

// "v8<11" and "v8>=11".
bool Holds(const std::string& condition, int v8_major) {
  if (condition.starts_with("v8<")) return v8_major < std::stoi(condition.substr(3));
  if (condition.starts_with("v8>=")) return v8_major >= std::stoi(condition.substr(4));
  return true;
}

struct Reason {
  bool holds = false;  // for this V8
  bool is_engine = false;
};

Status Wrong(const std::string& what) { return InvalidArgument("expectations.json: " + what); }

}  // namespace

Result<Expectations> Expectations::Parse(const std::string& text, int v8_major) {
  const Json json =
      Json::parse(text, nullptr, /*allow_exceptions=*/false, /*ignore_comments=*/true);
  if (!json.is_object()) return Wrong("it is not a JSON object");
  Expectations parsed;
  // Named, because items() refers to what it goes over.
  const Json all_reasons = json.value("reasons", Json::object());
  const Json skips = json.value("skip", Json::object());
  const Json failures = json.value("fail", Json::object());
  std::map<std::string, Reason> reasons;
  for (const auto& [name, reason] : all_reasons.items()) {
    const std::string text = reason.value("text", "");
    if (text.empty()) return Wrong("the reason \"" + name + "\" has no text");
    reasons[name] = {Holds(reason.value("when", ""), v8_major), reason.value("engine", false)};
    // What the engine lacks does not count as a failure: that may not be said of anything else.
    if (reasons[name].is_engine && !text.starts_with("V8 ")) {
      return Wrong("the reason \"" + name + "\" is about the engine: its text starts with \"V8 \"");
    }
  }
  for (const auto& folder : json.value("folders", Json::array())) parsed.folders_.push_back(folder);
  for (const auto& [pattern, reason] : skips.items()) {
    if (!reasons.contains(reason)) return Wrong("skip names the unknown reason " + reason.dump());
    parsed.skips_.push_back({pattern, all_reasons[std::string(reason)]["text"]});
  }
  for (const auto& [id, by_reason] : failures.items()) {
    for (const auto& [reason, names] : by_reason.items()) {
      if (!reasons.contains(reason))
        return Wrong(id + " names the unknown reason \"" + reason + "\"");
      if (!reasons[reason].holds) continue;
      for (const auto& name : names) {
        parsed.failures_[id][std::string(name)] = reasons[reason].is_engine;
      }
    }
  }
  return parsed;
}

std::optional<std::string> Expectations::SkipReason(const std::string& test_id) const {
  for (const Skip& skip : skips_) {
    if (Matches(skip.pattern, test_id)) return skip.reason;
  }
  return std::nullopt;
}

std::map<std::string, bool> Expectations::ExpectedFailures(const std::string& test_id) const {
  const auto found = failures_.find(test_id);
  return found == failures_.end() ? std::map<std::string, bool>() : found->second;
}

std::vector<std::string> Expectations::TestsWithFailures() const {
  std::vector<std::string> ids;
  for (const auto& [id, names] : failures_) ids.push_back(id);
  return ids;
}

}  // namespace sedge::wpt
