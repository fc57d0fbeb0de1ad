// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/rsa_key.h"

#include <openssl/core_names.h>

#include "runtime/web/crypto/key_info.h"
#include "runtime/web/crypto/key_material.h"

namespace sedge::web {
namespace {

using Index = RsaNumbers::Index;

constexpr const char* kNames[RsaNumbers::kCount] = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,           OSSL_PKEY_PARAM_RSA_D,
    OSSL_PKEY_PARAM_RSA_FACTOR1,   OSSL_PKEY_PARAM_RSA_FACTOR2,     OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

// 1.2.840.113549.1.1.1
constexpr uint8_t kRsaOid[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01};
constexpr uint8_t kNullElement[] = {kDerNull, 0};

Status Invalid(const char* problem) { return CryptoFailure(std::string("the RSA key ") + problem); }

Status CheckPublic(const RsaNumbers& rsa) {
  const BIGNUM* n = rsa[Index::kN];
  const BIGNUM* e = rsa[Index::kE];
  const int bits = BN_num_bits(n);
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return CryptoFailure("the RSA key has a modulus of " + std::to_string(bits) + " bits, not of " +
                         std::to_string(kMinRsaBits) + " to " + std::to_string(kMaxRsaBits) +
                         "; use a key of 2048 to 4096 bits");
  }
  if (!BN_is_odd(n)) return Invalid("has an even modulus");
  if (!BN_is_odd(e) || BN_is_one(e) || BN_cmp(e, n) >= 0) return Invalid("has a wrong exponent");
  return {};
}

BigNum MinusOne(const BIGNUM* number) {
  BigNum result(BN_dup(number));
  if (result && BN_sub_word(result.get(), 1) != 1) result.reset();
  return result;
}

// a * b is one modulo m.
bool AreInverse(const BIGNUM* a, const BIGNUM* b, const BIGNUM* m, BN_CTX* context) {
  const BigNum product(BN_new());
  return product && BN_mod_mul(product.get(), a, b, m, context) == 1 && BN_is_one(product.get());
}

bool IsReduced(const BIGNUM* reduced, const BIGNUM* number, const BIGNUM* m, BN_CTX* context) {
  const BigNum rest(BN_new());
  return rest && BN_mod(rest.get(), number, m, context) == 1 && BN_cmp(rest.get(), reduced) == 0;
}

Status CheckPrivate(const RsaNumbers& rsa) {
  const BIGNUM* p = rsa[Index::kP];
  const BIGNUM* q = rsa[Index::kQ];
  const BIGNUM* d = rsa[Index::kD];
  const BigNumContext context(BN_CTX_new());
  const BigNum product(BN_new());
  const BigNum p1 = MinusOne(p);
  const BigNum q1 = MinusOne(q);
  if (!context || !product || !p1 || !q1 || !BN_is_odd(p) || BN_is_one(p) || !BN_is_odd(q) ||
      BN_is_one(q) || BN_mul(product.get(), p, q, context.get()) != 1 ||
      BN_cmp(product.get(), rsa[Index::kN]) != 0) {
    return Invalid("has a modulus that is not the product of its primes");
  }
  if (BN_cmp(d, rsa[Index::kN]) >= 0 || !AreInverse(d, rsa[Index::kE], p1.get(), context.get()) ||
      !AreInverse(d, rsa[Index::kE], q1.get(), context.get())) {
    return Invalid("has a private exponent that does not belong to the public one");
  }
  if (!IsReduced(rsa[Index::kDp], d, p1.get(), context.get()) ||
      !IsReduced(rsa[Index::kDq], d, q1.get(), context.get()) || BN_cmp(rsa[Index::kQi], p) >= 0 ||
      !AreInverse(rsa[Index::kQi], q, p, context.get())) {
    return Invalid("has factors that do not belong together");
  }
  return {};
}

// Splits n by a factor of it.
bool SetPrimes(RsaNumbers& rsa, BigNum factor, BN_CTX* context) {
  BigNum other(BN_new());
  if (!other || BN_div(other.get(), nullptr, rsa[Index::kN], factor.get(), context) != 1) {
    return false;
  }
  if (BN_cmp(factor.get(), other.get()) < 0) factor.swap(other);
  rsa.of[Index::kP] = std::move(factor);
  rsa.of[Index::kQ] = std::move(other);
  return true;
}

// Squares y until it is one modulo n; true with y one's root before that. False when OpenSSL fails,
// or after `twos` squares: y is then not one.
bool FindRoot(BIGNUM* y, int twos, const BIGNUM* n, BN_CTX* context) {
  const BigNum square(BN_new());
  for (int i = 0; square && i < twos; ++i) {
    if (BN_mod_sqr(square.get(), y, n, context) != 1) return false;
    if (BN_is_one(square.get())) return true;
    if (!BN_copy(y, square.get())) return false;
  }
  return false;
}

// The primes of n, by its exponents: NIST SP 800-56B, appendix C.1. False when they are no
// exponents of n, which the first try tells of nearly all: g^(de - 1) is one for every g without a
// factor of n.
bool FindPrimes(RsaNumbers& rsa, const ShouldStop& should_stop, BN_CTX* context) {
  constexpr int kTries = 40;  // each finds the primes of a true key with a chance of a half or more
  const BIGNUM* n = rsa[Index::kN];
  const BigNum n1 = MinusOne(n);
  const BigNum k(BN_new());
  const BigNum g(BN_new());
  const BigNum y(BN_new());
  BigNum factor(BN_new());
  if (!n1 || !k || !g || !y || !factor ||
      BN_mul(k.get(), rsa[Index::kD], rsa[Index::kE], context) != 1 ||
      BN_sub_word(k.get(), 1) != 1 || BN_is_zero(k.get()) || BN_is_odd(k.get())) {
    return false;
  }
  int twos = 0;
  while (!BN_is_bit_set(k.get(), twos)) ++twos;
  if (BN_rshift(k.get(), k.get(), twos) != 1) return false;
  for (int i = 0; i < kTries; ++i) {
    if ((should_stop && should_stop()) || BN_priv_rand_range_ex(g.get(), n, 0, context) != 1 ||
        BN_mod_exp(y.get(), g.get(), k.get(), n, context) != 1) {
      return false;
    }
    if (BN_is_one(y.get())) continue;
    if (!FindRoot(y.get(), twos, n, context)) {
      // Wrong exponents, but for a g that has a factor of n.
      return BN_gcd(factor.get(), g.get(), n, context) == 1 && !BN_is_one(factor.get()) &&
             BN_cmp(factor.get(), n) < 0 && SetPrimes(rsa, std::move(factor), context);
    }
    if (BN_cmp(y.get(), n1.get()) == 0) continue;
    // A root of one that is neither one nor minus one.
    return BN_sub_word(y.get(), 1) == 1 && BN_gcd(factor.get(), y.get(), n, context) == 1 &&
           SetPrimes(rsa, std::move(factor), context);
  }
  return false;
}

Status AddFactors(RsaNumbers& rsa, const ShouldStop& should_stop) {
  const BigNumContext context(BN_CTX_new());
  if (!context || !FindPrimes(rsa, should_stop, context.get()))
    return Invalid("has no exponents of its modulus");
  const BigNum p1 = MinusOne(rsa[Index::kP]);
  const BigNum q1 = MinusOne(rsa[Index::kQ]);
  BigNum dp(BN_new());
  BigNum dq(BN_new());
  BigNum qi(BN_mod_inverse(nullptr, rsa[Index::kQ], rsa[Index::kP], context.get()));
  if (!p1 || !q1 || !dp || !dq || !qi ||
      BN_mod(dp.get(), rsa[Index::kD], p1.get(), context.get()) != 1 ||
      BN_mod(dq.get(), rsa[Index::kD], q1.get(), context.get()) != 1) {
    return Invalid("has factors that do not belong together");
  }
  rsa.of[Index::kDp] = std::move(dp);
  rsa.of[Index::kDq] = std::move(dq);
  rsa.of[Index::kQi] = std::move(qi);
  return {};
}

Status WrongFormat(const char* format) {
  return CryptoFailure(std::string("the data is not an RSA key in ") + format);
}

bool IsRsa(const std::optional<KeyInfo>& info) {
  return info && SameBytes(info->oid, kRsaOid) &&
         (info->parameters.empty() || SameBytes(info->parameters, kNullElement));
}

}  // namespace

Result<PKey> MakeRsaKey(RsaNumbers rsa, const ShouldStop& should_stop) {
  // Before anything is computed with them.
  for (const BigNum& number : rsa.of) {
    if (number && BN_num_bits(number.get()) > kMaxRsaBits)
      return CryptoFailure("the RSA key has a number of more than " + std::to_string(kMaxRsaBits) +
                           " bits; use a key of 2048 to 4096 bits");
  }
  SEDGE_RETURN_IF_ERROR(CheckPublic(rsa));
  const bool is_private = rsa[Index::kD] != nullptr;
  if (is_private && !rsa[Index::kP]) SEDGE_RETURN_IF_ERROR(AddFactors(rsa, should_stop));
  if (is_private) SEDGE_RETURN_IF_ERROR(CheckPrivate(rsa));
  KeyMaterial material;
  for (int i = 0; i < (is_private ? RsaNumbers::kCount : RsaNumbers::kD); ++i) {
    material.Add(kNames[i], rsa.of[i].get());
  }
  PKey key = material.MakeKey("RSA", is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
  if (!key) return Invalid("was refused by OpenSSL");
  return key;
}

Result<PKey> ParseRsaSpki(ByteSpan der) {
  const std::optional<KeyInfo> info = ParseSpki(der);
  if (!IsRsa(info)) return WrongFormat("SPKI");
  DerReader outer(info->key);
  DerReader reader = outer.ReadSequence();
  RsaNumbers rsa;
  rsa.of[Index::kN] = ToNumber(reader.ReadUnsigned());
  rsa.of[Index::kE] = ToNumber(reader.ReadUnsigned());
  if (!reader.AtEnd() || !outer.AtEnd()) return WrongFormat("SPKI");
  return MakeRsaKey(std::move(rsa));
}

Result<PKey> ParseRsaPkcs8(ByteSpan der) {
  const std::optional<KeyInfo> info = ParsePkcs8(der);
  if (!IsRsa(info)) return WrongFormat("PKCS #8");
  DerReader outer(info->key);
  DerReader reader = outer.ReadSequence();
  if (!reader.ReadUnsigned().empty()) return WrongFormat("PKCS #8");  // version 0: two primes
  RsaNumbers rsa;
  for (BigNum& number : rsa.of) number = ToNumber(reader.ReadUnsigned());
  if (!reader.AtEnd() || !outer.AtEnd()) return WrongFormat("PKCS #8");
  return MakeRsaKey(std::move(rsa));
}

RsaNumbers RsaNumbersOf(const EVP_PKEY* key, bool is_private) {
  RsaNumbers rsa;
  for (int i = 0; i < (is_private ? RsaNumbers::kCount : RsaNumbers::kD); ++i) {
    rsa.of[i] = NumberOf(key, kNames[i]);
  }
  return rsa;
}

Bytes RsaToSpki(const EVP_PKEY* key) {
  const RsaNumbers rsa = RsaNumbersOf(key, false);
  const DerBytes public_key =
      WriteDer(kDerSequence, {WriteDerUnsigned(NumberBytes(rsa[Index::kN])),
                              WriteDerUnsigned(NumberBytes(rsa[Index::kE]))});
  return MakeSpki(kRsaOid, kNullElement, public_key);
}

SecretBytes RsaToPkcs8(const EVP_PKEY* key) {
  const RsaNumbers rsa = RsaNumbersOf(key, true);
  DerBytes numbers = WriteDerUnsigned({});  // the version
  for (const BigNum& number : rsa.of) {
    const DerBytes element = WriteDerUnsigned(NumberBytes(number.get()));
    numbers.insert(numbers.end(), element.begin(), element.end());
  }
  return MakePkcs8(kRsaOid, kNullElement, WriteDer(kDerSequence, {numbers}));
}

}  // namespace sedge::web
