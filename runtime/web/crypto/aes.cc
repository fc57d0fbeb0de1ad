// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/aes.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sedge::web {
namespace {

// OpenSSL takes lengths as int: no more at once.
constexpr size_t kMaxPieceBytes = size_t{1} << 30;
constexpr size_t kWrapUnitBytes = 8;
// OpenSSL's own limit for GCM (GCM_IV_MAX_SIZE).
constexpr size_t kMaxGcmIvBytes = 128;

bool Init(EVP_CIPHER_CTX* context, ByteSpan iv, bool encrypt) {
  return EVP_CipherInit_ex2(context, nullptr, nullptr, iv.data(), encrypt ? 1 : 0, nullptr) == 1;
}

// Puts data through; false when OpenSSL fails. `out` is moved on.
bool Update(EVP_CIPHER_CTX* context, ByteSpan data, uint8_t*& out) {
  while (!data.empty()) {
    const ByteSpan piece = data.first(std::min(data.size(), kMaxPieceBytes));
    int written = 0;
    if (EVP_CipherUpdate(context, out, &written, piece.data(), static_cast<int>(piece.size())) !=
        1) {
      return false;
    }
    out += written;
    data = data.subspan(piece.size());
  }
  return true;
}

bool AddAdditionalData(EVP_CIPHER_CTX* context, ByteSpan data) {
  while (!data.empty()) {
    const ByteSpan piece = data.first(std::min(data.size(), kMaxPieceBytes));
    int written = 0;
    if (EVP_CipherUpdate(context, nullptr, &written, piece.data(),
                         static_cast<int>(piece.size())) != 1) {
      return false;
    }
    data = data.subspan(piece.size());
  }
  return true;
}

// By mode and size of the key.
using CipherTable = std::array<std::array<const EVP_CIPHER*, 3>, 4>;

CipherTable FetchCiphers() {
  constexpr const char* kModes[] = {"CBC", "CTR", "GCM", "WRAP"};
  constexpr const char* kBits[] = {"128", "192", "256"};
  CipherTable ciphers;
  for (size_t i = 0; i < ciphers.size(); ++i) {
    for (size_t j = 0; j < ciphers[i].size(); ++j) {
      const std::string name = std::string("AES-") + kBits[j] + "-" + kModes[i];
      ciphers[i][j] = EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr);
    }
  }
  ERR_clear_error();
  return ciphers;
}

Status Failed(bool encrypt) {
  return CryptoFailure(encrypt
                           ? "the data could not be encrypted"
                           : "the data could not be decrypted: it is damaged, or of another key");
}

Result<Bytes> CryptCbc(EVP_CIPHER_CTX* context, bool encrypt, ByteSpan iv, ByteSpan data) {
  Bytes out = Bytes::Allocate(data.size() + kAesBlockBytes);
  uint8_t* end = out.data();
  int last = 0;
  if (!Init(context, iv, encrypt) || !Update(context, data, end) ||
      EVP_CipherFinal_ex(context, end, &last) != 1) {
    return Failed(encrypt);
  }
  out.Truncate(static_cast<size_t>(end - out.data() + last));
  return out;
}

// How many blocks fit before the lowest `bits` bits of the counter block are all zero again;
// SIZE_MAX for more than can be counted.
size_t BlocksUntilWrap(ByteSpan counter, uint32_t bits) {
  constexpr uint32_t kCountedBits = 56;  // no data has 2^56 blocks
  size_t value = 0;
  for (uint32_t i = 0; i < std::min(bits, kCountedBits); ++i) {
    const uint8_t byte = counter[kAesBlockBytes - 1 - i / 8];
    value |= static_cast<size_t>(byte >> (i % 8) & 1) << i;
  }
  const size_t range = size_t{1} << std::min(bits, kCountedBits);
  if (bits <= kCountedBits) return range - value;
  for (uint32_t i = kCountedBits; i < bits; ++i) {
    if ((counter[kAesBlockBytes - 1 - i / 8] >> (i % 8) & 1) == 0) return SIZE_MAX;
  }
  return range - value;
}

// The block with its lowest `bits` bits zero.
void ClearCounter(uint8_t* block, uint32_t bits) {
  for (uint32_t i = 0; i < bits; ++i) {
    block[kAesBlockBytes - 1 - i / 8] &= static_cast<uint8_t>(~(1u << (i % 8)));
  }
}

// OpenSSL counts in all 128 bits: where a narrower counter starts again from zero, so must it.
Result<Bytes> CryptCtr(EVP_CIPHER_CTX* context, bool encrypt, const AesParams& params,
                       ByteSpan data) {
  const size_t blocks = (data.size() + kAesBlockBytes - 1) / kAesBlockBytes;
  constexpr uint32_t kSizeBits = 56;
  if (params.bits < kSizeBits && blocks > size_t{1} << params.bits) {
    return CryptoFailure("a counter of " + std::to_string(params.bits) +
                         " bits would repeat itself within this data");
  }
  const size_t until_wrap = BlocksUntilWrap(params.iv, params.bits);
  const size_t first = blocks <= until_wrap ? data.size() : until_wrap * kAesBlockBytes;
  Bytes out = Bytes::Allocate(data.size());
  uint8_t* end = out.data();
  if (!Init(context, params.iv, encrypt) || !Update(context, data.first(first), end)) {
    return Failed(encrypt);
  }
  if (first == data.size()) return out;
  uint8_t counter[kAesBlockBytes];
  std::memcpy(counter, params.iv.data(), kAesBlockBytes);
  ClearCounter(counter, params.bits);
  if (!Init(context, counter, encrypt) || !Update(context, data.subspan(first), end)) {
    return Failed(encrypt);
  }
  return out;
}

Result<Bytes> CryptGcm(EVP_CIPHER_CTX* context, bool encrypt, const AesParams& params,
                       ByteSpan data) {
  const size_t tag_bytes = params.bits / 8;
  if (!encrypt && data.size() < tag_bytes) {
    return CryptoFailure("the data is shorter than its authentication tag");
  }
  const ByteSpan text = encrypt ? data : data.first(data.size() - tag_bytes);
  Bytes out = Bytes::Allocate(text.size() + (encrypt ? tag_bytes : 0));
  uint8_t* end = out.data();
  if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(params.iv.size()),
                          nullptr) != 1 ||
      !Init(context, params.iv, encrypt) || !AddAdditionalData(context, params.additional_data) ||
      !Update(context, text, end)) {
    return Failed(encrypt);
  }
  if (!encrypt) {
    uint8_t tag[kAesBlockBytes];
    std::memcpy(tag, data.data() + text.size(), tag_bytes);
    if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_bytes), tag) !=
        1) {
      return Failed(encrypt);
    }
  }
  int last = 0;
  uint8_t none[kAesBlockBytes];
  if (EVP_CipherFinal_ex(context, none, &last) != 1) return Failed(encrypt);
  if (encrypt &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_bytes), end) != 1) {
    return Failed(encrypt);
  }
  return out;
}

Result<Bytes> CryptWrap(EVP_CIPHER_CTX* context, bool encrypt, ByteSpan data) {
  // RFC 3394 wraps at least two units; wrapped data has one more.
  const size_t least = (encrypt ? 2 : 3) * kWrapUnitBytes;
  if (data.size() % kWrapUnitBytes != 0 || data.size() < least || data.size() > kMaxPieceBytes) {
    return CryptoFailure("AES-KW takes " + std::to_string(least) +
                         " bytes or more, in multiples of 8, not " + std::to_string(data.size()));
  }
  Bytes out = Bytes::Allocate(data.size() + kWrapUnitBytes);
  uint8_t* end = out.data();
  if (!Init(context, {}, encrypt) || !Update(context, data, end)) return Failed(encrypt);
  out.Truncate(static_cast<size_t>(end - out.data()));
  return out;
}

}  // namespace

const EVP_CIPHER* FindAes(AesMode mode, size_t key_bytes) {
  static const CipherTable ciphers = FetchCiphers();
  const auto row = static_cast<size_t>(mode);
  if (row >= ciphers.size() || (key_bytes != 16 && key_bytes != 24 && key_bytes != 32))
    return nullptr;
  return ciphers[row][key_bytes / 8 - 2];
}

Status CheckAesParams(AesMode mode, const AesParams& params) {
  switch (mode) {
    case AesMode::kCbc:
      if (params.iv.size() == kAesBlockBytes) return {};
      return CryptoFailure("the IV of AES-CBC has 16 bytes, not " +
                           std::to_string(params.iv.size()));
    case AesMode::kCtr:
      if (params.iv.size() != kAesBlockBytes) {
        return CryptoFailure("the counter of AES-CTR has 16 bytes, not " +
                             std::to_string(params.iv.size()));
      }
      if (params.bits >= 1 && params.bits <= 8 * kAesBlockBytes) return {};
      return CryptoFailure("the counter's length of AES-CTR is 1 to 128 bits, not " +
                           std::to_string(params.bits));
    case AesMode::kGcm:
      if (params.iv.empty() || params.iv.size() > kMaxGcmIvBytes) {
        return CryptoFailure("the IV of AES-GCM has 1 to 128 bytes here, not " +
                             std::to_string(params.iv.size()));
      }
      for (const uint32_t bits : {32, 64, 96, 104, 112, 120, 128}) {
        if (params.bits == bits) return {};
      }
      return CryptoFailure("the tag of AES-GCM has 32, 64, 96, 104, 112, 120 or 128 bits, not " +
                           std::to_string(params.bits));
    case AesMode::kKeyWrap: return {};
  }
  return CryptoFailure("there is no such mode of AES");
}

Result<Bytes> AesCrypt(EVP_CIPHER_CTX* context, AesMode mode, bool encrypt, const AesParams& params,
                       ByteSpan data) {
  if (!context) return Failed(encrypt);
  switch (mode) {
    case AesMode::kCbc: return CryptCbc(context, encrypt, params.iv, data);
    case AesMode::kCtr: return CryptCtr(context, encrypt, params, data);
    case AesMode::kGcm: return CryptGcm(context, encrypt, params, data);
    case AesMode::kKeyWrap: break;
  }
  return CryptWrap(context, encrypt, data);
}

}  // namespace sedge::web
