// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/config_node.h"

#include <charconv>
#include <cmath>

#include "runtime/base/log.h"

namespace sedge::worker {
namespace {

void AppendString(std::string& out, std::string_view text) {
  out += '"';
  AppendJsonEscaped(out, text);
  out += '"';
}

void AppendNumber(std::string& out, double number) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, error == std::errc() ? end : digits);
}

void AppendJson(std::string& out, const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::kNull: out += "null"; break;
    case ConfigNode::Kind::kBool: out += node.boolean ? "true" : "false"; break;
    case ConfigNode::Kind::kInteger: out += std::to_string(node.integer); break;
    case ConfigNode::Kind::kFloat: AppendNumber(out, node.number); break;
    case ConfigNode::Kind::kString: AppendString(out, node.text); break;
    case ConfigNode::Kind::kArray:
      out += '[';
      for (size_t i = 0; i < node.items.size(); ++i) {
        if (i > 0) out += ',';
        AppendJson(out, node.items[i]);
      }
      out += ']';
      break;
    case ConfigNode::Kind::kObject:
      out += '{';
      for (size_t i = 0; i < node.members.size(); ++i) {
        if (i > 0) out += ',';
        AppendString(out, node.members[i].name);
        out += ':';
        AppendJson(out, node.members[i].value);
      }
      out += '}';
      break;
  }
}

}  // namespace

const ConfigNode* ConfigNode::Find(std::string_view name) const {
  for (const ConfigMember& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::string ConfigNode::ToJson() const {
  std::string out;
  AppendJson(out, *this);
  return out;
}

std::string_view ConfigNode::KindName() const {
  switch (kind) {
    case Kind::kNull: return "null";
    case Kind::kBool: return "a boolean";
    case Kind::kInteger: return "a number";
    case Kind::kFloat: return "a number";
    case Kind::kString: return "a string";
    case Kind::kArray: return "an array";
    case Kind::kObject: return "an object";
  }
  return "a value";
}

Status ConfigError(const std::string& source, int line, const std::string& why) {
  return InvalidArgument(source + (line > 0 ? ":" + std::to_string(line) : "") + ": " + why);
}

}  // namespace sedge::worker
