// SPDX-License-Identifier: Apache-2.0
// Random operations on the store and on plain maps, with restarts, compactions and moves of the
// clock: both must always agree.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

constexpr int kOperations = 2'500;

struct ModelEntry {
  std::string value;
  EntryInfo info;
};

class ModelTest : public StoreTest {
 protected:
  using Keys = std::map<std::string, ModelEntry>;

  ModelTest() {
    options_.path = memory_.path() + "/kv";
    Reopen();
  }
  ~ModelTest() override { store_.reset(); }  // before its folder goes

  uint64_t Dice(uint64_t sides) { return random_() % sides; }

  std::string SomeNamespace() {
    static const std::string names[] = {"a", "ab", std::string("a\0b", 3), "\xff", "z"};
    return names[Dice(std::size(names))];
  }

  // Short keys of few letters, so that they meet, and are prefixes of each other.
  std::string SomeKey(size_t min_size = 1) {
    static const char letters[] = {'a', 'b', '\0', '\xff', '/'};
    std::string key;
    for (size_t size = min_size + Dice(4); key.size() < size;) key += letters[Dice(5)];
    return key;
  }

  std::string SomeValue() {
    const size_t size = Dice(20) == 0 ? kMinBlobBytes + Dice(30'000) : Dice(100);
    return std::string(size, static_cast<char>('a' + Dice(26)));
  }

  PutOptions SomeOptions() {
    PutOptions options;
    if (Dice(3) == 0)
      options.expiration = clock_.WallSeconds() + 1 + static_cast<int64_t>(Dice(500));
    if (Dice(3) == 0) options.metadata = "{\"n\":" + std::to_string(Dice(1'000)) + "}";
    return options;
  }

  Change SomeChange() {
    Change change{.key = SomeKey(), .value = std::nullopt, .options = {}};
    if (Dice(4) == 0) return change;
    change.value = Bytes::Copy(SomeValue());
    change.options = SomeOptions();
    return change;
  }

  void Apply(const std::string& ns, const Change& change) {
    if (change.value) {
      model_[ns][change.key] = {std::string(change.value->text()),
                                {change.options.expiration, change.options.metadata}};
    } else {
      model_[ns].erase(change.key);
    }
  }

  void Expire() {
    for (auto& [ns, keys] : model_) {
      std::erase_if(keys, [&](const auto& entry) {
        return entry.second.info.expiration &&
               *entry.second.info.expiration <= clock_.WallSeconds();
      });
    }
  }

  void Write() {
    const std::string ns = SomeNamespace();
    std::vector<Change> changes;
    const size_t count = Dice(5) == 0 ? Dice(20) : 1;
    for (size_t i = 0; i < count; ++i) changes.push_back(SomeChange());
    for (const Change& change : changes) Apply(ns, change);
    if (count != 1) {
      ASSERT_TRUE(store_->Write(ns, changes).ok());
    } else if (changes[0].value) {
      ASSERT_TRUE(store_->Put(ns, changes[0].key, *changes[0].value, changes[0].options).ok());
    } else {
      ASSERT_TRUE(store_->Delete(ns, changes[0].key).ok());
    }
  }

  void ExpectEntry(const std::string& ns, const std::string& key,
                   const std::optional<Entry>& found) {
    const auto wanted = model_[ns].find(key);
    ASSERT_EQ(found.has_value(), wanted != model_[ns].end()) << ns << "/" << key;
    if (!found) return;
    EXPECT_TRUE(found->value.text() == wanted->second.value) << ns << "/" << key;
    EXPECT_EQ(found->info.expiration, wanted->second.info.expiration);
    EXPECT_EQ(found->info.metadata, wanted->second.info.metadata);
  }

  void Read() {
    const std::string ns = SomeNamespace();
    std::vector<std::string> keys;
    for (int i = 0; i < 5; ++i) keys.push_back(SomeKey());
    const auto many = store_->GetMany(ns, keys, SIZE_MAX);
    ASSERT_TRUE(many.ok()) << many.status().ToString();
    for (size_t i = 0; i < keys.size(); ++i) {
      ExpectEntry(ns, keys[i], (*many)[i]);
      const auto one = store_->Get(ns, keys[i]);
      ASSERT_TRUE(one.ok());
      ExpectEntry(ns, keys[i], *one);
      if (const auto tried = store_->TryGet(ns, keys[i]); tried && tried->ok()) {
        ExpectEntry(ns, keys[i], **tried);
      }
      EXPECT_EQ((*store_->GetInfo(ns, keys[i])).has_value(), model_[ns].contains(keys[i]));
    }
  }

  // All pages, with what else may happen between two of them.
  void ListAllPages() {
    const std::string ns = SomeNamespace();
    ListOptions options;
    if (Dice(2) == 0) options.prefix = SomeKey(0);
    options.limit = 1 + Dice(20);
    std::vector<std::string> found, wanted;
    while (true) {
      const auto page = store_->List(ns, options);
      ASSERT_TRUE(page.ok()) << page.status().ToString();
      for (const ListedKey& key : page->keys) {
        found.push_back(key.name);
        EXPECT_EQ(key.info.metadata, model_[ns][key.name].info.metadata);
        EXPECT_EQ(key.info.expiration, model_[ns][key.name].info.expiration);
      }
      if (!page->cursor) break;
      options.cursor = *page->cursor;
      if (Dice(10) == 0) Restart();
    }
    for (const auto& [key, entry] : model_[ns]) {
      if (key.starts_with(options.prefix)) wanted.push_back(key);
    }
    EXPECT_EQ(found, wanted) << ns;
  }

  void DeleteSomeNamespace() {
    const std::string ns = SomeNamespace();
    const StatusCode code = store_->DeleteNamespace(ns).code();
    EXPECT_EQ(code, model_[ns].empty() ? StatusCode::kNotFound : StatusCode::kOk);
    model_[ns].clear();
  }

  void ListNamespaces() {
    std::vector<std::string> found, wanted;
    const auto all = store_->Namespaces();
    ASSERT_TRUE(all.ok());
    for (const NamespaceInfo& info : *all) found.push_back(info.id);
    for (const auto& [ns, keys] : model_) {
      if (!keys.empty()) wanted.push_back(ns);
    }
    EXPECT_EQ(found, wanted);
  }

  void Restart() {
    Reopen();
    ++restarts_;
  }

  void Step() {
    switch (Dice(40)) {
      case 0: clock_.AdvanceMs(static_cast<int64_t>(Dice(200'000))); break;
      case 1:
      case 2:
      case 3: ListAllPages(); break;
      case 4: ListNamespaces(); break;
      default: Dice(3) == 0 ? Read() : Write();
    }
    if (Dice(400) == 0) Restart();
    const bool compact = Dice(400) == 0;
    EXPECT_TRUE(!compact || store_->Compact().ok());
    if (Dice(200) == 0) DeleteSomeNamespace();
    Expire();
  }

  const TempFolder memory_{MemoryFolder()};
  std::mt19937_64 random_;
  std::map<std::string, Keys> model_;
  int restarts_ = 0;
};

TEST_F(ModelTest, TheStoreAgreesWithPlainMaps) {
  random_.seed(TestSeed());
  for (int i = 0; i < kOperations && !HasFailure(); ++i) {
    SCOPED_TRACE("operation " + std::to_string(i));
    Expire();
    Step();
  }
  EXPECT_GT(restarts_, 0);
}

}  // namespace
}  // namespace sedge::kv
