// SPDX-License-Identifier: Apache-2.0
// HeaderList: the header fields of a message that outlives its bytes, in one block of memory:
// "name\0value\0" for each, which is also how they travel to and from JavaScript. Nothing of names
// and values is checked here. A value; not tied to a thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http/message.h"

namespace sedge::http {

class HeaderList {
 public:
  class Iterator {
   public:
    Iterator(const HeaderList* list, size_t index) : list_(list), index_(index) {}
    HeaderField operator*() const { return (*list_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const HeaderList* list_;
    size_t index_;
  };

  HeaderList() = default;
  HeaderList(std::initializer_list<HeaderField> fields);  // NOLINT: implicit
  // Takes a block over; nullopt when it is not made of pairs.
  static std::optional<HeaderList> FromBlock(std::string block);

  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  // Views that live until the list changes.
  HeaderField operator[](size_t index) const {
    const Place& place = fields_[index];
    const char* const block = block_.data();
    return {{block + place.name, place.value - 1 - place.name},
            {block + place.value, place.value_end - place.value}};
  }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }
  // The value of the first field of that name, in any case.
  std::optional<std::string_view> Find(std::string_view name) const;
  const std::string& block() const { return block_; }

  void Reserve(size_t fields, size_t bytes);
  // REQUIRES: neither view is of this list.
  void Add(std::string_view name, std::string_view value);
  void AddLowerCase(std::string_view name, std::string_view value);
  // In place of the value of the first field of that name, in any case, or as a new field.
  void Set(std::string_view name, std::string_view value);

  // For parsers, to which a field comes in pieces: Begin(), then pieces of the name, which become
  // lower-case, then pieces of the value, then End().
  void Begin();
  void AppendName(std::string_view part);
  void AppendValue(std::string_view part);
  // Leaves out white space around the value.
  void End();

  bool operator==(const HeaderList& other) const { return block_ == other.block_; }

 private:
  // Where a field is in block_: its name ends a byte before its value begins.
  struct Place {
    uint32_t name;
    uint32_t value;
    uint32_t value_end;
  };

  std::string block_;
  std::vector<Place> fields_;
};

}  // namespace sedge::http
