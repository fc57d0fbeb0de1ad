// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/digest_ops.h"

#include "runtime/script/native.h"
#include "runtime/web/crypto/crypto_service.h"
#include "runtime/web/crypto/hash.h"
#include "runtime/web/crypto/hmac.h"

namespace sedge::web {
namespace {

using script::Isolate;
using script::Native;

// About what OpenSSL allocates for one.
constexpr size_t kRunningHashBytes = 512;

// Short data is hashed into `out`, and the op returns undefined. Else see CryptoService::Run; the
// value is then the digest's bytes.
v8::Local<v8::Value> CryptoDigest(Isolate& isolate, CryptoService& crypto, uint32_t id,
                                  ByteSpan data, std::span<uint8_t> out) {
  const EVP_MD* hash = FindHash(id);
  if (!hash || out.size() != static_cast<size_t>(EVP_MD_get_size(hash))) {
    return Tell<bool>(isolate, HashNotOffered());
  }
  if (CryptoService::IsShort(data)) {
    if (!HashBytes(id, data, out.data())) return Tell<bool>(isolate, HashNotOffered());
    return v8::Undefined(isolate.v8());
  }
  Input input(data, false);
  const size_t size = out.size();
  return crypto.Run(isolate, false, data.size(), [id, size, input]() -> Result<Bytes> {
    Bytes digest = Bytes::Allocate(size);
    if (!HashBytes(id, input.bytes(), digest.data())) return HashNotOffered();
    return digest;
  });
}

Result<Native<RunningHash>> CryptoNewHash(uint32_t id) {
  const EVP_MD* hash = FindHash(id);
  if (!hash) return HashNotOffered();
  return Native<RunningHash>::Make(kRunningHashBytes, hash);
}

bool CryptoUpdateHash(Native<RunningHash> hash, ByteSpan data) { return hash->Update(data); }

Result<Bytes> CryptoFinishHash(Native<RunningHash> hash) {
  Bytes digest = Bytes::Allocate(hash->size());
  if (!hash->Finish(digest.data())) return HashNotOffered();
  hash.Release();
  return digest;
}

void CryptoDropHash(Native<RunningHash> hash) { hash.Release(); }

// 1: the same, 0: not; -1: they differ in length.
int32_t CryptoCompare(ByteSpan a, ByteSpan b) {
  if (a.size() != b.size()) return -1;
  return EqualBytes(a, b) ? 1 : 0;
}

constexpr script::OpDef kOps[] = {
    script::Op<CryptoDigest>("cryptoDigest"),
    script::Op<CryptoNewHash>("cryptoNewHash"),
    script::Op<CryptoUpdateHash>("cryptoUpdateHash"),
    script::Op<CryptoFinishHash>("cryptoFinishHash"),
    script::Op<CryptoDropHash>("cryptoDropHash"),
    script::Op<CryptoCompare>("cryptoCompare"),
};

}  // namespace

std::span<const script::OpDef> DigestOps() { return kOps; }

}  // namespace sedge::web
