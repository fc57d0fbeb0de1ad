// SPDX-License-Identifier: Apache-2.0
// DER (X.690), as much as keys need: a reader that takes nothing but the canonical form, and
// writing. Values over bytes that outlive them; any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/web/crypto/secret_bytes.h"

namespace sedge::web {

enum DerTag : uint8_t {
  kDerInteger = 0x02,
  kDerBitString = 0x03,
  kDerOctetString = 0x04,
  kDerNull = 0x05,
  kDerOid = 0x06,
  kDerSequence = 0x30,
  kDerContext0 = 0xA0,           // [0], constructed
  kDerContext1 = 0xA1,           // [1], constructed
  kDerContext1Primitive = 0x81,  // [1], of an implicit bit string
};

// For what is not secret: the time tells where they differ.
inline bool SameBytes(ByteSpan a, ByteSpan b) { return AsText(a) == AsText(b); }

// Reads elements one after the other. After a failure everything is empty, and AtEnd() is false.
class DerReader {
 public:
  explicit DerReader(ByteSpan bytes) : rest_(bytes) {}

  // The next element's contents. Fails when it has another tag.
  ByteSpan Read(uint8_t tag);
  DerReader ReadSequence() { return ReadNested(kDerSequence); }
  DerReader ReadNested(uint8_t tag);
  // A non-negative integer, without leading zeros (zero is empty).
  ByteSpan ReadUnsigned();
  // A bit string of whole bytes.
  ByteSpan ReadBitString(uint8_t tag = kDerBitString);
  bool Has(uint8_t tag) const { return ok_ && !rest_.empty() && rest_[0] == tag; }
  // All that is left, unread.
  ByteSpan TakeRest();

  bool ok() const { return ok_; }
  // Everything was well-formed, and is read.
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  ByteSpan Fail();
  ByteSpan rest_;
  bool ok_ = true;
};

// Wiped: private keys are written in nested pieces.
using DerBytes = std::vector<uint8_t, WipingAllocator<uint8_t>>;

// An element of that tag with the parts as its contents, one after the other.
DerBytes WriteDer(uint8_t tag, std::initializer_list<ByteSpan> parts);
// An integer of that magnitude; leading zeros do not matter.
DerBytes WriteDerUnsigned(ByteSpan magnitude);
DerBytes WriteDerBitString(ByteSpan bytes, uint8_t tag = kDerBitString);

}  // namespace sedge::web
