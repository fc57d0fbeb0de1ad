// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/key_material.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/check.h"

namespace sedge::web {

void KeyMaterial::Add(const char* name, const BIGNUM* number) {
  // OpenSSL takes integers in the machine's byte order.
  SecretBytes bytes(std::max<size_t>(1, static_cast<size_t>(BN_num_bytes(number))));
  const int size = static_cast<int>(bytes.size());
  SEDGE_CHECK(BN_bn2nativepad(number, bytes.data(), size) == size);
  items_.push_back({name, OSSL_PARAM_UNSIGNED_INTEGER, std::move(bytes)});
}

void KeyMaterial::Add(const char* name, ByteSpan bytes) {
  items_.push_back({name, OSSL_PARAM_OCTET_STRING, SecretBytes(bytes)});
}

void KeyMaterial::Add(const char* name, std::string text) {
  // With the zero at its end, where OpenSSL looks for it.
  items_.push_back(
      {name, OSSL_PARAM_UTF8_STRING, SecretBytes(AsBytes({text.c_str(), text.size() + 1}))});
}

PKey KeyMaterial::MakeKey(const char* type, int selection) {
  std::vector<OSSL_PARAM> params;
  for (Item& item : items_) {
    const size_t zero = item.type == OSSL_PARAM_UTF8_STRING ? 1 : 0;
    params.push_back({item.name, item.type, item.bytes.data(), item.bytes.size() - zero, 0});
  }
  params.push_back(OSSL_PARAM_construct_end());
  const PKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params.data()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return PKey(key);
}

BigNum NumberOf(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) ERR_clear_error();
  return BigNum(number);
}

SecretBytes NumberBytes(const BIGNUM* number) {
  return NumberBytes(number, static_cast<size_t>(BN_num_bytes(number)));
}

SecretBytes NumberBytes(const BIGNUM* number, size_t size) {
  SecretBytes bytes(size);
  const int wanted = static_cast<int>(size);
  // -1 for a number that does not fit: the bytes would be none of it.
  SEDGE_CHECK(size == 0 || BN_bn2binpad(number, bytes.data(), wanted) == wanted);
  return bytes;
}

BigNum ToNumber(ByteSpan bytes) {
  constexpr size_t kMaxBytes = 1u << 16;
  if (bytes.size() > kMaxBytes) bytes = bytes.first(kMaxBytes);
  BigNum number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  SEDGE_CHECK(number != nullptr);
  return number;
}

}  // namespace sedge::web
