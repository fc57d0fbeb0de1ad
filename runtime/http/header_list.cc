// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/header_list.h"

#include "runtime/base/ascii.h"
#include "runtime/base/check.h"

namespace sedge::http {
namespace {

void LowerCase(char* at, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const bool is_upper = static_cast<unsigned char>(at[i] - 'A') < 26;
    at[i] = static_cast<char>(at[i] | (is_upper ? 0x20 : 0));
  }
}

}  // namespace

HeaderList::HeaderList(std::initializer_list<HeaderField> fields) {
  for (const HeaderField& field : fields) Add(field.name, field.value);
}

std::optional<HeaderList> HeaderList::FromBlock(std::string block) {
  HeaderList list;
  size_t at = 0;
  while (at < block.size()) {
    const size_t name_end = block.find('\0', at);
    if (name_end == std::string::npos) return std::nullopt;
    const size_t value_end = block.find('\0', name_end + 1);
    if (value_end == std::string::npos) return std::nullopt;
    list.fields_.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(name_end + 1),
                            static_cast<uint32_t>(value_end)});
    at = value_end + 1;
  }
  list.block_ = std::move(block);
  return list;
}

std::optional<std::string_view> HeaderList::Find(std::string_view name) const {
  for (const HeaderField field : *this) {
    if (EqualsIgnoreCase(field.name, name)) return field.value;
  }
  return std::nullopt;
}

void HeaderList::Reserve(size_t fields, size_t bytes) {
  fields_.reserve(fields);
  block_.reserve(bytes);
}

void HeaderList::Add(std::string_view name, std::string_view value) {
  const size_t begin = block_.size();
  const size_t value_begin = begin + name.size() + 1;
  const size_t end = value_begin + value.size();
  block_.resize(end + 1);  // with NULs
  name.copy(block_.data() + begin, name.size());
  value.copy(block_.data() + value_begin, value.size());
  fields_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(value_begin),
                     static_cast<uint32_t>(end)});
}

void HeaderList::AddLowerCase(std::string_view name, std::string_view value) {
  Add(name, value);
  LowerCase(block_.data() + fields_.back().name, name.size());
}

void HeaderList::Set(std::string_view name, std::string_view value) {
  HeaderList changed;
  changed.Reserve(size() + 1, block_.size() + name.size() + value.size() + 2);
  bool is_set = false;
  for (const HeaderField field : *this) {
    const bool is_it = !is_set && EqualsIgnoreCase(field.name, name);
    changed.Add(field.name, is_it ? value : field.value);
    is_set |= is_it;
  }
  if (!is_set) changed.Add(name, value);
  *this = std::move(changed);
}

void HeaderList::Begin() { fields_.push_back({static_cast<uint32_t>(block_.size()), 0, 0}); }

void HeaderList::AppendName(std::string_view part) {
  block_.append(part);
  LowerCase(block_.data() + block_.size() - part.size(), part.size());
}

void HeaderList::AppendValue(std::string_view part) {
  SEDGE_CHECK(!fields_.empty());
  Place& place = fields_.back();
  if (place.value == 0) {
    block_ += '\0';
    place.value = static_cast<uint32_t>(block_.size());
  }
  block_.append(part);
}

void HeaderList::End() {
  AppendValue("");
  Place& place = fields_.back();
  const std::string_view value = std::string_view(block_).substr(place.value);
  const std::string_view trimmed = Trim(value);
  if (trimmed.size() < value.size()) {
    const auto skipped = static_cast<size_t>(trimmed.data() - value.data());
    block_.erase(place.value, skipped);
    block_.resize(place.value + trimmed.size());
  }
  place.value_end = static_cast<uint32_t>(block_.size());
  block_ += '\0';
}

}  // namespace sedge::http
