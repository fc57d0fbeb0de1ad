// SPDX-License-Identifier: Apache-2.0
// The envelopes of keys: SubjectPublicKeyInfo (RFC 5280) and PrivateKeyInfo (RFC 5208), of which
// RFC 5958's second version is taken too. Pure functions; what they give points into their input.
// Any thread.
#pragma once

#include <optional>

#include "runtime/web/crypto/der.h"

namespace sedge::web {

struct KeyInfo {
  ByteSpan oid;         // of the algorithm
  ByteSpan parameters;  // of the algorithm, as an element; empty when absent
  ByteSpan key;
  std::optional<ByteSpan> public_key;  // of a private key in the second version
};

std::optional<KeyInfo> ParseSpki(ByteSpan der);
std::optional<KeyInfo> ParsePkcs8(ByteSpan der);

// `parameters` is an element, or empty for none.
Bytes MakeSpki(ByteSpan oid, ByteSpan parameters, ByteSpan key);
SecretBytes MakePkcs8(ByteSpan oid, ByteSpan parameters, ByteSpan key);

}  // namespace sedge::web
