// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/key_info.h"

namespace sedge::web {
namespace {

void ReadAlgorithm(DerReader& reader, KeyInfo& info) {
  DerReader algorithm = reader.ReadSequence();
  info.oid = algorithm.Read(kDerOid);
  info.parameters = algorithm.TakeRest();
}

DerBytes WriteAlgorithm(ByteSpan oid, ByteSpan parameters) {
  return WriteDer(kDerSequence, {WriteDer(kDerOid, {oid}), parameters});
}

}  // namespace

std::optional<KeyInfo> ParseSpki(ByteSpan der) {
  KeyInfo info;
  DerReader outer(der);
  DerReader reader = outer.ReadSequence();
  ReadAlgorithm(reader, info);
  info.key = reader.ReadBitString();
  if (!outer.AtEnd() || !reader.AtEnd() || info.oid.empty()) return std::nullopt;
  return info;
}

std::optional<KeyInfo> ParsePkcs8(ByteSpan der) {
  KeyInfo info;
  DerReader outer(der);
  DerReader reader = outer.ReadSequence();
  const ByteSpan version = reader.ReadUnsigned();
  const bool is_second = version.size() == 1 && version[0] == 1;
  if (!version.empty() && !is_second) return std::nullopt;
  ReadAlgorithm(reader, info);
  info.key = reader.Read(kDerOctetString);
  if (reader.Has(kDerContext0)) reader.Read(kDerContext0);  // attributes say nothing of the key
  if (is_second && reader.Has(kDerContext1Primitive)) {
    info.public_key = reader.ReadBitString(kDerContext1Primitive);
  }
  if (!outer.AtEnd() || !reader.AtEnd() || info.oid.empty()) return std::nullopt;
  return info;
}

Bytes MakeSpki(ByteSpan oid, ByteSpan parameters, ByteSpan key) {
  return Bytes::Copy(
      WriteDer(kDerSequence, {WriteAlgorithm(oid, parameters), WriteDerBitString(key)}));
}

SecretBytes MakePkcs8(ByteSpan oid, ByteSpan parameters, ByteSpan key) {
  return SecretBytes(WriteDer(kDerSequence, {WriteDerUnsigned({}), WriteAlgorithm(oid, parameters),
                                             WriteDer(kDerOctetString, {key})}));
}

}  // namespace sedge::web
