// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/bulk_reader.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "kv/store.h"
#include "runtime/admin/json_text.h"
#include "runtime/admin/json_writer.h"

namespace sedge::admin {
namespace {

ApiError Malformed(std::string message) { return {400, kInvalidRequest, std::move(message)}; }

// A key that is not checked yet may be as long as the body.
std::string ShownKey(const std::string& key) {
  if (key.size() <= kv::kMaxKeyBytes) return JsonString(key);
  return "of " + std::to_string(key.size()) + " bytes";
}

// What every reader of this file needs: the first error, the depth, and what JSON cannot have.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  MaybeError Read(std::string_view json) {
    std::string mended;
    const bool whole = nlohmann::json::sax_parse(WithoutLoneSurrogates(json, mended), this);
    if (!whole && !error_) error_ = Malformed("The body is not valid JSON.");
    return std::move(error_);
  }

  bool binary(binary_t&) final { return false; }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) final {
    return Fail(Malformed("The body is not valid JSON: byte " + std::to_string(position) + "."));
  }

 protected:
  bool Fail(ApiError error) {
    if (!error_) error_ = std::move(error);
    return false;
  }
  bool Deeper() {
    return ++depth_ <= kMaxJsonDepth || Fail(Malformed("The JSON of the body is nested too deep."));
  }
  void Shallower() { --depth_; }
  size_t depth() const { return depth_; }

 private:
  MaybeError error_;
  size_t depth_ = 0;
};

class KeysReader final : public Reader {
 public:
  explicit KeysReader(std::vector<std::string>& keys) : keys_(keys) {}

  bool null() override { return Wrong(); }
  bool boolean(bool) override { return Wrong(); }
  bool number_integer(int64_t) override { return Wrong(); }
  bool number_unsigned(uint64_t) override { return Wrong(); }
  bool number_float(double, const std::string&) override { return Wrong(); }
  bool start_object(size_t) override { return Wrong(); }
  bool key(std::string&) override { return Wrong(); }
  bool end_object() override { return Wrong(); }
  bool start_array(size_t) override {
    if (depth() > 0) return Wrong();
    return Deeper();
  }
  bool end_array() override {
    Shallower();
    return true;
  }
  bool string(std::string& text) override {
    if (depth() == 0) return Wrong();
    if (keys_.size() == kMaxBulkPairs) {
      return Fail(
          Malformed("A request may name " + std::to_string(kMaxBulkPairs) + " keys at most."));
    }
    keys_.push_back(std::move(text));
    return true;
  }

 private:
  bool Wrong() { return Fail(Malformed("The body must be a JSON array of key names.")); }

  std::vector<std::string>& keys_;
};

class PairsReader final : public Reader {
 public:
  explicit PairsReader(const std::function<MaybeError(BulkPair)>& take) : take_(take) {}

  bool null() override {
    return Scalar("null",
                  [](Field field) { return field != Field::kKey && field != Field::kValue; });
  }
  bool boolean(bool value) override {
    if (field_ == Field::kBase64 && depth() == kInPair) pair_.base64 = value;
    return Scalar(value ? "true" : "false", [](Field field) { return field == Field::kBase64; });
  }
  bool number_integer(int64_t value) override { return Number(std::to_string(value), value); }
  bool number_unsigned(uint64_t value) override {
    return Number(std::to_string(value),
                  value > INT64_MAX ? INT64_MAX : static_cast<int64_t>(value));
  }
  bool number_float(double value, const std::string& text) override {
    const bool whole = std::trunc(value) == value && std::abs(value) < 1e15;
    return Number(text, whole ? std::optional(static_cast<int64_t>(value)) : std::nullopt);
  }
  bool string(std::string& text) override {
    if (!InMetadata() && depth() == kInPair && field_ == Field::kKey) {
      pair_.key = std::move(text);
      has_key_ = true;
      return Done();
    }
    if (!InMetadata() && depth() == kInPair && field_ == Field::kValue) {
      pair_.value = std::move(text);
      has_value_ = true;
      return Done();
    }
    if (InMetadata()) {
      metadata_.String(text);
      return AfterMetadata();
    }
    return Scalar("", [](Field) { return false; });
  }

  bool start_object(size_t) override {
    if (depth() == 0) return NoArray();
    if (!Deeper()) return false;
    if (InMetadata()) {
      metadata_.Start('{');
      return true;
    }
    if (depth() == kInPair) {
      pair_ = {};
      field_ = Field::kNone;
      has_key_ = has_value_ = false;
      return true;
    }
    return field_ == Field::kOther || WrongType();
  }
  bool end_object() override {
    if (InMetadata()) {
      Shallower();
      metadata_.End('}');
      return AfterMetadata();
    }
    const bool pair = depth() == kInPair;
    Shallower();
    return !pair || EndPair();
  }
  bool start_array(size_t) override {
    if (depth() == 1) return NoObject();
    if (!Deeper()) return false;
    if (InMetadata()) {
      metadata_.Start('[');
      return true;
    }
    return depth() == 1 || field_ == Field::kOther || WrongType();
  }
  bool end_array() override {
    Shallower();
    if (!InMetadata()) return true;
    metadata_.End(']');
    return AfterMetadata();
  }
  bool key(std::string& name) override {
    if (InMetadata()) {
      metadata_.Key(name);
    } else if (depth() == kInPair) {
      field_ = FieldOf(name);
    }
    return true;
  }

 private:
  enum class Field { kNone, kKey, kValue, kBase64, kExpiration, kTtl, kMetadata, kOther };
  static constexpr size_t kInPair = 2;  // the depth: an object in the array

  static Field FieldOf(std::string_view name) {
    if (name == "key") return Field::kKey;
    if (name == "value") return Field::kValue;
    if (name == "base64") return Field::kBase64;
    if (name == "expiration") return Field::kExpiration;
    if (name == "expiration_ttl") return Field::kTtl;
    if (name == "metadata") return Field::kMetadata;
    return Field::kOther;
  }

  bool InMetadata() const { return field_ == Field::kMetadata && depth() >= kInPair; }

  std::string ThisPair() const {
    std::string text = "pair " + std::to_string(count_);
    return has_key_ ? text + " (key " + ShownKey(pair_.key) + ")" : text;
  }
  bool NoArray() {
    return Fail(Malformed("The body must be a JSON array of objects with key and value."));
  }
  bool NoObject() {
    return Fail(Malformed("An element of the array, " + ThisPair() + ", is no object."));
  }
  bool WrongType() {
    return Fail({400, kMalformedValue,
                 "A field of " + ThisPair() +
                     " has a wrong type: key and value are strings, base64 is a boolean, "
                     "expiration and expiration_ttl are integers."});
  }

  // A member's value is complete.
  bool Done() {
    field_ = Field::kNone;
    return true;
  }
  // How long it is, ToChange judges in its place.
  bool AfterMetadata() {
    if (depth() > kInPair) return true;
    const size_t long_bytes = metadata_.too_long() ? metadata_.bytes() : 0;
    std::string text = metadata_.Take();
    pair_.long_metadata_bytes = long_bytes;
    if (long_bytes == 0 && text != "null") pair_.metadata = std::move(text);
    return Done();
  }
  template <typename Allowed>
  bool Scalar(std::string_view text, Allowed allowed) {
    if (depth() == 0) return NoArray();
    if (depth() == 1) return NoObject();
    if (InMetadata()) {
      metadata_.Literal(text);
      return AfterMetadata();
    }
    if (field_ == Field::kOther) return depth() > kInPair || Done();
    return allowed(field_) ? Done() : WrongType();
  }
  bool Number(const std::string& text, std::optional<int64_t> value) {
    if (depth() == kInPair && value) {
      if (field_ == Field::kExpiration) pair_.expiration = value;
      if (field_ == Field::kTtl) pair_.expiration_ttl = value;
    }
    return Scalar(text, [&](Field field) {
      return value && (field == Field::kExpiration || field == Field::kTtl);
    });
  }
  bool EndPair() {
    if (!has_key_ || !has_value_) {
      return Fail(
          {400, kMalformedValue,
           "A " + std::string(has_key_ ? "value" : "key") + " is missing in " + ThisPair() + "."});
    }
    pair_.index = count_;
    if (++count_ > kMaxBulkPairs) {
      return Fail(
          Malformed("A request may have " + std::to_string(kMaxBulkPairs) + " pairs at most."));
    }
    has_key_ = false;
    MaybeError refused = take_(std::move(pair_));
    return !refused || Fail(std::move(*refused));
  }

  const std::function<MaybeError(BulkPair)>& take_;
  BulkPair pair_;
  Field field_ = Field::kNone;
  bool has_key_ = false;
  bool has_value_ = false;
  size_t count_ = 0;  // pairs before this one
  JsonWriter metadata_{kv::kMaxMetadataBytes};
};

}  // namespace

MaybeError ReadBulkPairs(std::string_view json, const std::function<MaybeError(BulkPair)>& take) {
  return PairsReader(take).Read(json);
}

MaybeError ReadBulkKeys(std::string_view json, std::vector<std::string>& keys) {
  return KeysReader(keys).Read(json);
}

}  // namespace sedge::admin
