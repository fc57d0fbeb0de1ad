// SPDX-License-Identifier: Apache-2.0
// SlotMap<T>: owns objects that the other side (JavaScript) names by number. An id carries a
// generation, so a stale id finds nothing instead of somebody else's object. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace sedge {

// 20 bits of index, 32 of generation: fits a double exactly. 0 is never given out.
using SlotId = uint64_t;

template <typename T>
class SlotMap {
 public:
  static constexpr uint32_t kMaxSlots = 1u << 20;

  // The id of the stored value, or 0 when kMaxSlots are in use.
  SlotId Insert(T value) { return Emplace(std::move(value)).first; }
  // The same of a value that is made in its place, and where that is: valid as what Find gives.
  template <typename... Arguments>
  std::pair<SlotId, T*> Emplace(Arguments&&... arguments) {
    uint32_t index;
    if (!free_.empty()) {
      index = free_.back();
      free_.pop_back();
    } else {
      if (slots_.size() == kMaxSlots) return {0, nullptr};
      index = static_cast<uint32_t>(slots_.size());
      slots_.emplace_back();
    }
    Slot& slot = slots_[index];
    T& value = slot.value.emplace(std::forward<Arguments>(arguments)...);
    ++size_;
    return {MakeId(index, slot.generation), &value};
  }

  // Null when the id is stale or was never given out. Valid until the next Insert or Remove.
  T* Find(SlotId id) {
    Slot* slot = FindSlot(id);
    return slot ? &*slot->value : nullptr;
  }

  // Takes the value out; the id is stale from now on.
  std::optional<T> Remove(SlotId id) {
    Slot* slot = FindSlot(id);
    if (!slot) return std::nullopt;
    std::optional<T> value = std::move(slot->value);
    Free(*slot, id);
    return value;
  }
  // Destroys it. REQUIRES: `id` is not stale.
  void Erase(SlotId id) { Free(*FindSlot(id), id); }

  size_t size() const { return size_; }

  // Calls visit(id, value&) for each. `visit` may not insert or remove.
  template <typename Visit>
  void ForEach(Visit visit) {
    for (uint32_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].value) visit(MakeId(i, slots_[i].generation), *slots_[i].value);
    }
  }

 private:
  struct Slot {
    std::optional<T> value;
    uint32_t generation = 1;
  };

  void Free(Slot& slot, SlotId id) {
    slot.value.reset();
    if (++slot.generation == 0) slot.generation = 1;
    free_.push_back(static_cast<uint32_t>(id & (kMaxSlots - 1)));
    --size_;
  }
  static SlotId MakeId(uint32_t index, uint32_t generation) {
    return (static_cast<SlotId>(generation) << 20) | index;
  }
  Slot* FindSlot(SlotId id) {
    const uint32_t index = static_cast<uint32_t>(id & (kMaxSlots - 1));
    if (index >= slots_.size()) return nullptr;
    Slot& slot = slots_[index];
    if (!slot.value || slot.generation != static_cast<uint32_t>(id >> 20)) return nullptr;
    return &slot;
  }

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  size_t size_ = 0;
};

}  // namespace sedge
