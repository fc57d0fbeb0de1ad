// SPDX-License-Identifier: Apache-2.0
// A load on a store that is a function of its seed, so that what a killed process had written can
// be known from how far it came: each writer has a namespace of its own, and its operation number i
// is always the same. Header only.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "kv/record_codec.h"
#include "kv/store.h"

namespace sedge::kv {

class LoadModel {
 public:
  // What a writer's namespace holds: value by key.
  using Contents = std::map<std::string, std::string>;

  LoadModel(uint64_t seed, int writer) : seed_(seed), writer_(writer) {}

  std::string ns() const { return "writer-" + std::to_string(writer_); }

  // Operation `i`: one change, or a batch of several.
  std::vector<Change> Operation(uint64_t i) const {
    std::mt19937_64 random(seed_ * 1'000'003 + static_cast<uint64_t>(writer_) * 7919 + i);
    const size_t count = random() % 5 == 0 ? 2 + random() % 6 : 1;
    std::vector<Change> changes;
    for (size_t c = 0; c < count; ++c) {
      Change change;
      change.key = "key-" + std::to_string(random() % kKeys);
      if (random() % 6 != 0) {
        change.value = Bytes::Copy(ValueOf(i, change.key, random()));
        change.options.metadata = std::to_string(i);
      }
      changes.push_back(std::move(change));
    }
    return changes;
  }

  static void Apply(const std::vector<Change>& changes, Contents& contents) {
    for (const Change& change : changes) {
      if (change.value) {
        contents[change.key] = change.value->text();
      } else {
        contents.erase(change.key);
      }
    }
  }

  static Status Run(Store& store, const std::string& ns, const std::vector<Change>& changes) {
    if (changes.size() > 1) return store.Write(ns, changes);
    const Change& change = changes.front();
    return change.value ? store.Put(ns, change.key, *change.value, change.options)
                        : store.Delete(ns, change.key);
  }

  // Every key of the namespace, through both a list and gets.
  static Contents Read(Store& store, const std::string& ns) {
    Contents contents;
    const auto page = store.List(ns, {});
    EXPECT_TRUE(page.ok()) << page.status().ToString();
    if (!page.ok()) return contents;
    for (const ListedKey& key : page->keys) {
      const auto got = store.Get(ns, key.name);
      EXPECT_TRUE(got.ok() && *got) << ns << "/" << key.name << " " << got.status().ToString();
      if (!got.ok() || !*got) continue;
      EXPECT_EQ((*got)->info.metadata, key.info.metadata) << "record and value are of two writes";
      contents[key.name] = (*got)->value.text();
    }
    for (int k = 0; k < kKeys; ++k) {
      const std::string key = "key-" + std::to_string(k);
      const auto got = store.Get(ns, key);
      EXPECT_TRUE(got.ok()) << got.status().ToString();
      const bool found = got.ok() && got->has_value();
      EXPECT_EQ(found, contents.contains(key)) << ns << "/" << key;
    }
    return contents;
  }

  static constexpr int kKeys = 40;

 private:
  std::string ValueOf(uint64_t i, const std::string& key, uint64_t dice) const {
    const size_t size = dice % 8 == 0 ? kMinBlobBytes + dice % 20'000 : 20 + dice % 200;
    std::string value = std::to_string(seed_) + "/" + key + "/" + std::to_string(i) + ";";
    const std::string pattern = value;
    while (value.size() < size) value += pattern;
    return value;
  }

  const uint64_t seed_;
  const int writer_;
};

}  // namespace sedge::kv
