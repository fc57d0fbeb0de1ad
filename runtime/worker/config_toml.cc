// SPDX-License-Identifier: Apache-2.0
// TOML, read by toml++ (its headers alone, without exceptions) into the same tree as JSON.
#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

#include "runtime/worker/config.h"
#include "runtime/worker/config_node.h"
#include "runtime/worker/toml_library.h"

namespace sedge::worker {
namespace {

int LineOf(const toml::source_region& region) { return static_cast<int>(region.begin.line); }

Result<ConfigNode> Convert(const toml::node& from, const std::string& source, int depth);

Result<ConfigNode> ConvertTable(const toml::table& table, const std::string& source, int depth) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::kObject;
  node.line = std::max(1, LineOf(table.source()));
  // toml++ orders by name; scripts see the file's order in variables, and so do readers of
  // warnings.
  std::vector<std::pair<const toml::key*, const toml::node*>> members;
  for (const auto& [key, value] : table) members.emplace_back(&key, &value);
  std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
    const toml::source_position& first = a.first->source().begin;
    const toml::source_position& second = b.first->source().begin;
    return first.line != second.line ? first.line < second.line : first.column < second.column;
  });
  for (const auto& [key, value] : members) {
    SEDGE_ASSIGN_OR_RETURN(ConfigNode child, Convert(*value, source, depth + 1));
    const int key_line = LineOf(key->source());
    node.members.push_back(
        {std::string(key->str()), key_line > 0 ? key_line : child.line, std::move(child)});
  }
  return node;
}

// A date or time, which JSON has not, as its text.
template <typename T>
std::string DateText(const T& value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

Result<ConfigNode> Convert(const toml::node& from, const std::string& source, int depth) {
  const int line = LineOf(from.source());
  if (depth > kMaxConfigDepth) {
    return ConfigError(source, line,
                       "more than " + std::to_string(kMaxConfigDepth) + " levels of nesting");
  }
  if (const toml::table* table = from.as_table()) return ConvertTable(*table, source, depth);
  ConfigNode node;
  node.line = line;
  if (const toml::array* array = from.as_array()) {
    node.kind = ConfigNode::Kind::kArray;
    for (const toml::node& item : *array) {
      SEDGE_ASSIGN_OR_RETURN(ConfigNode child, Convert(item, source, depth + 1));
      node.items.push_back(std::move(child));
    }
    return node;
  }
  if (const auto* text = from.as_string()) {
    node.kind = ConfigNode::Kind::kString;
    node.text = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node.kind = ConfigNode::Kind::kInteger;
    node.integer = integer->get();
    node.number = static_cast<double>(node.integer);
  } else if (const auto* number = from.as_floating_point()) {
    if (!std::isfinite(number->get())) {
      return ConfigError(source, line, "nan and inf are no values of a configuration");
    }
    node.kind = ConfigNode::Kind::kFloat;
    node.number = number->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node.kind = ConfigNode::Kind::kBool;
    node.boolean = boolean->get();
  } else {
    node.kind = ConfigNode::Kind::kString;
    if (const auto* date = from.as_date()) node.text = DateText(date->get());
    if (const auto* time = from.as_time()) node.text = DateText(time->get());
    if (const auto* both = from.as_date_time()) node.text = DateText(both->get());
  }
  return node;
}

}  // namespace

Result<ConfigNode> ParseToml(std::string_view text, const std::string& source) {
  const toml::parse_result result = toml::parse(text, std::string_view(source));
  if (!result) {
    const toml::source_position& place = result.error().source().begin;
    return ConfigSyntaxError(source, text, static_cast<int>(place.line),
                             static_cast<int>(place.column),
                             "this is not TOML: " + std::string(result.error().description()));
  }
  return ConvertTable(result.table(), source, 0);
}

}  // namespace sedge::worker
