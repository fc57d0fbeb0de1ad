// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/seed_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/admin/bulk_change.h"

namespace sedge::test {

namespace {

using nlohmann::json;

// Finds where a text stops being JSON.
class SyntaxCheck final : public json::json_sax_t {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string&, const json::exception&) override {
    error_at = position == 0 ? 0 : position - 1;
    return false;
  }

  std::optional<size_t> error_at;  // the byte
};

// ":3: ..." for a text that is no JSON; "" when it is.
std::string SyntaxError(std::string_view text) {
  SyntaxCheck check;
  json::sax_parse(text, &check);
  if (!check.error_at) return "";
  const size_t at = std::min(*check.error_at, text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n');
  // It stands behind the slash, or at it.
  const std::string_view near = text.substr(at == 0 ? 0 : at - 1, 3);
  const bool comment = near.find("//") != near.npos || near.find("/*") != near.npos;
  return ":" + std::to_string(line) + ": " +
         (comment ? "JSON has no comments: this one has to go." : "this is not valid JSON.");
}

}  // namespace

Result<int64_t> SeedStore(kv::Store& store, std::string_view ns, std::string_view json,
                          int64_t now_seconds, const std::string& source) {
  std::vector<kv::Change> changes;
  const admin::MaybeError error = admin::ReadBulkPairs(json, [&](admin::BulkPair pair) {
    return admin::ToChange(std::move(pair), now_seconds, changes.emplace_back());
  });
  if (error) {
    const std::string syntax = SyntaxError(json);
    return InvalidArgument(source + (syntax.empty() ? ": " + error->message : syntax) +
                           " A seed is a JSON array like that of `sedge kv bulk put`: "
                           "[{\"key\": \"a\", \"value\": \"1\"}]");
  }
  if (!changes.empty()) SEDGE_RETURN_IF_ERROR(store.Write(ns, changes));
  return static_cast<int64_t>(changes.size());
}

}  // namespace sedge::test
