// SPDX-License-Identifier: Apache-2.0
// Keys that are made, and come back from their forms; OpenSSL's queue of errors stays empty.
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "runtime/web/crypto/aes.h"
#include "runtime/web/crypto/ec.h"
#include "runtime/web/crypto/hash.h"
#include "runtime/web/crypto/key_material.h"
#include "runtime/web/crypto/okp_key.h"
#include "runtime/web/crypto/rsa.h"
#include "runtime/web/crypto/rsa_key.h"
#include "runtime/web/crypto/secret_key.h"

namespace sedge::web {
namespace {

using Index = RsaNumbers::Index;

constexpr uint8_t kExponent[] = {1, 0, 1};

class KeysTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(ERR_peek_error(), 0u); }
};

TEST_F(KeysTest, RsaComesBack) {
  const Result<PKey> key = GenerateRsa(1024, kExponent);
  ASSERT_TRUE(key.ok());
  const SecretBytes pkcs8 = RsaToPkcs8(key.value().get());
  const Result<PKey> again = ParseRsaPkcs8(pkcs8);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(AsText(RsaToPkcs8(again.value().get())), AsText(pkcs8));
  EXPECT_EQ(EVP_PKEY_eq(key.value().get(), again.value().get()), 1);
  EXPECT_FALSE(ParseRsaSpki(pkcs8).ok());
  EXPECT_TRUE(ParseRsaSpki(RsaToSpki(key.value().get())).ok());
}

TEST_F(KeysTest, RsaGenerationStopsWhenNobodyWaits) {
  int asked = 0;
  EXPECT_FALSE(GenerateRsa(2048, kExponent, [&] { return ++asked >= 3; }).ok());
  EXPECT_LT(asked, 20);  // OpenSSL does not heed every answer
  EXPECT_TRUE(GenerateRsa(512, kExponent, [] { return false; }).ok());
}

TEST_F(KeysTest, RsaFactorsAreFound) {
  for (int i = 0; i < 4; ++i) {
    const Result<PKey> key = GenerateRsa(512, kExponent);
    ASSERT_TRUE(key.ok());
    const RsaNumbers whole = RsaNumbersOf(key.value().get(), true);
    RsaNumbers rsa = RsaNumbersOf(key.value().get(), false);
    rsa.of[Index::kD].reset(BN_dup(whole[Index::kD]));
    const Result<PKey> again = MakeRsaKey(std::move(rsa));
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    EXPECT_EQ(EVP_PKEY_eq(key.value().get(), again.value().get()), 1);
  }
}

TEST_F(KeysTest, RsaExponentsOfAnotherModulusHaveNoFactors) {
  const Result<PKey> key = GenerateRsa(512, kExponent);
  const Result<PKey> other = GenerateRsa(512, kExponent);
  RsaNumbers rsa = RsaNumbersOf(key.value().get(), false);
  rsa.of[Index::kD] = NumberOf(other.value().get(), "d");
  EXPECT_FALSE(MakeRsaKey(std::move(rsa)).ok());
}

TEST_F(KeysTest, WrongRsaExponentsAreToldByOneTry) {
  RsaNumbers rsa;
  rsa.of[Index::kN].reset(BN_new());
  ASSERT_EQ(BN_set_bit(rsa.of[Index::kN].get(), 4095), 1);
  ASSERT_EQ(BN_add_word(rsa.of[Index::kN].get(), 12345), 1);
  rsa.of[Index::kE] = ToNumber(kExponent);
  rsa.of[Index::kD].reset(BN_dup(rsa[Index::kN]));
  ASSERT_EQ(BN_sub_word(rsa.of[Index::kD].get(), 2), 1);
  int tries = 0;
  EXPECT_FALSE(MakeRsaKey(std::move(rsa), [&] { return ++tries > 1; }).ok());
  EXPECT_EQ(tries, 1);
}

TEST_F(KeysTest, ThePrimesOfAnRsaKeyAreNotLookedForWhenNobodyWaits) {
  const Result<PKey> key = GenerateRsa(512, kExponent);
  RsaNumbers rsa = RsaNumbersOf(key.value().get(), false);
  rsa.of[Index::kD] = NumberOf(key.value().get(), "d");
  EXPECT_FALSE(MakeRsaKey(std::move(rsa), [] { return true; }).ok());
}

TEST_F(KeysTest, RsaNumbersOfAnySizeAreRefusedQuickly) {
  const std::string many(4 << 20, '\xFF');
  for (int i = 0; i < RsaNumbers::kCount; ++i) {
    RsaNumbers rsa = RsaNumbersOf(GenerateRsa(512, kExponent).value().get(), true);
    rsa.of[i] = ToNumber(AsBytes(many));
    EXPECT_FALSE(MakeRsaKey(std::move(rsa)).ok());
  }
}

TEST_F(KeysTest, EcComesBackAndSigns) {
  for (uint32_t number = 0; number < 3; ++number) {
    const EcCurve& curve = *FindCurve(number);
    const Result<PKey> key = GenerateEc(curve);
    ASSERT_TRUE(key.ok());
    const SecretBytes pkcs8 = EcToPkcs8(curve, key.value().get());
    const Result<PKey> again = ParseEcPkcs8(curve, pkcs8);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(AsText(EcToPkcs8(curve, again.value().get())), AsText(pkcs8));
    const Result<PKey> public_key = ParseEcSpki(curve, EcToSpki(curve, key.value().get()));
    ASSERT_TRUE(public_key.ok());
    for (int i = 0; i < 20; ++i) {  // r and s of any length
      const std::string data(static_cast<size_t>(i), 'x');
      const Result<Bytes> signature =
          EcdsaSign(curve, again.value().get(), FindHash(1), AsBytes(data));
      ASSERT_TRUE(signature.ok());
      EXPECT_EQ(signature.value().size(), 2 * curve.bytes);
      EXPECT_TRUE(EcdsaVerify(curve, public_key.value().get(), FindHash(1), signature.value(),
                              AsBytes(data)));
      EXPECT_FALSE(EcdsaVerify(curve, public_key.value().get(), FindHash(1), signature.value(),
                               AsBytes("y")));
    }
    EXPECT_FALSE(
        ParseEcSpki(*FindCurve((number + 1) % 3), EcToSpki(curve, key.value().get())).ok());
  }
  EXPECT_EQ(FindCurve(3), nullptr);
}

TEST_F(KeysTest, OkpComesBack) {
  for (uint32_t number = 0; number < 4; ++number) {
    const OkpCurve& curve = *FindOkpCurve(number);
    const Result<PKey> key = GenerateOkp(curve);
    ASSERT_TRUE(key.ok());
    const SecretBytes pkcs8 = OkpToPkcs8(curve, key.value().get());
    const Result<PKey> again = ParseOkpPkcs8(curve, pkcs8);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(EVP_PKEY_eq(key.value().get(), again.value().get()), 1);
    EXPECT_FALSE(ParseOkpPkcs8(*FindOkpCurve((number + 1) % 4), pkcs8).ok());
  }
  EXPECT_EQ(FindOkpCurve(4), nullptr);
}

TEST_F(KeysTest, AKeyKeepsItsContexts) {
  SecretKey key{SecretBytes(AsBytes("0123456789abcdef"))};
  EVP_MAC_CTX* mac = key.Mac(FindHash(1));
  ASSERT_NE(mac, nullptr);
  EXPECT_EQ(key.Mac(FindHash(1)), mac);
  const EVP_CIPHER* gcm = FindAes(AesMode::kGcm, 16);
  EVP_CIPHER_CTX* cipher = key.Cipher(gcm, true);
  ASSERT_NE(cipher, nullptr);
  EXPECT_EQ(key.Cipher(gcm, true), cipher);
  EXPECT_NE(key.Cipher(gcm, false), cipher);
}

TEST_F(KeysTest, AKeysContextIsOfTheHashThatIsAskedFor) {
  SecretKey key{SecretBytes(kExponent)};
  const EVP_MD* sha1 = FindHash(static_cast<uint32_t>(HashId::kSha1));
  const EVP_MD* sha256 = FindHash(static_cast<uint32_t>(HashId::kSha256));
  for (const EVP_MD* hash : {sha1, sha256, sha256, sha1}) {
    EXPECT_EQ(EVP_MAC_CTX_get_mac_size(key.Mac(hash)), static_cast<size_t>(EVP_MD_get_size(hash)));
  }
}

TEST_F(KeysTest, WhatASecretDropsIsWiped) {
  SecretBytes secret(kExponent);
  secret.Truncate(1);
  EXPECT_EQ(secret.size(), 1u);
  EXPECT_EQ(secret.data()[0], kExponent[0]);
  EXPECT_EQ(secret.data()[2], 0);
}

TEST_F(KeysTest, UnknownAlgorithmsAreNone) {
  EXPECT_EQ(FindHash(kHashCount), nullptr);
  EXPECT_EQ(FindAes(AesMode::kCbc, 17), nullptr);
  EXPECT_EQ(FindAes(static_cast<AesMode>(9), 16), nullptr);
}

}  // namespace
}  // namespace sedge::web
