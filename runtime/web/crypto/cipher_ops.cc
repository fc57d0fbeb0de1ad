// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/cipher_ops.h"

#include "runtime/script/native.h"
#include "runtime/web/crypto/aes.h"
#include "runtime/web/crypto/crypto_service.h"
#include "runtime/web/crypto/secret_key.h"

namespace sedge::web {
namespace {

using script::Isolate;
using script::Native;

Result<SecretBytes> Unwrap(const EVP_CIPHER* cipher, ByteSpan key, ByteSpan data) {
  const CipherContext context = NewCipher(cipher, key, false);
  SEDGE_ASSIGN_OR_RETURN(Bytes unwrapped,
                         AesCrypt(context.get(), AesMode::kKeyWrap, false, {}, data));
  return SecretBytes::Adopt(std::move(unwrapped));
}

v8::Local<v8::Value> CryptoAes(Isolate& isolate, CryptoService& crypto, Native<SecretKey> key,
                               uint32_t mode_number, bool encrypt, ByteSpan data,
                               std::optional<ByteSpan> iv, std::optional<ByteSpan> additional_data,
                               uint32_t bits) {
  const auto mode = static_cast<AesMode>(mode_number);
  const EVP_CIPHER* cipher = FindAes(mode, key->bytes().size());
  if (!cipher) {
    return Tell<bool>(isolate, CryptoFailure("this OpenSSL does not offer the cipher"));
  }
  AesParams params{iv.value_or(ByteSpan()), additional_data.value_or(ByteSpan()), bits};
  if (Status wrong = CheckAesParams(mode, params); !wrong.ok()) return Tell<bool>(isolate, wrong);
  if (mode == AesMode::kKeyWrap && !encrypt) {
    const bool at_once = CryptoService::IsShort(data);
    return crypto.Run(
        isolate, at_once, 2 * data.size(),
        [key = key.shared(), cipher, input = Input(data, at_once)]() -> Result<SecretBytes> {
          return Unwrap(cipher, key->bytes(), input.bytes());
        });
  }
  const size_t bytes = data.size() + params.additional_data.size();
  if (CryptoService::IsShort(data, params.additional_data)) {
    return crypto.Run(isolate, true, bytes, [&] {
      return AesCrypt(key->Cipher(cipher, encrypt), mode, encrypt, params, data);
    });
  }
  return crypto.Run(
      isolate, false, 2 * bytes,
      [key = key.shared(), cipher, mode, encrypt, input = Input(data, false),
       iv_input = Input(params.iv, false), more = Input(params.additional_data, false), bits] {
        const CipherContext context = NewCipher(cipher, key->bytes(), encrypt);
        return AesCrypt(context.get(), mode, encrypt, {iv_input.bytes(), more.bytes(), bits},
                        input.bytes());
      });
}

// What is wrong with parameters for any key, or null.
std::optional<std::string> CryptoCheckAes(uint32_t mode, ByteSpan iv, uint32_t bits) {
  const Status wrong = CheckAesParams(static_cast<AesMode>(mode), {iv, {}, bits});
  if (wrong.ok()) return std::nullopt;
  return std::string(wrong.message());
}

constexpr script::OpDef kOps[] = {script::Op<CryptoAes>("cryptoAes"),
                                  script::Op<CryptoCheckAes>("cryptoCheckAes")};

}  // namespace

std::span<const script::OpDef> CipherOps() { return kOps; }

}  // namespace sedge::web
