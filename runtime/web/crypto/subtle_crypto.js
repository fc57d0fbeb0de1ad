// SPDX-License-Identifier: Apache-2.0
// SubtleCrypto: https://w3c.github.io/webcrypto/#subtlecrypto-interface. Converts what scripts pass; the rest is
// crypto/subtle_methods, which is loaded by the first call: most workers need none of it.
"use strict";

const webidl = require("webidl/webidl");
const { isCryptoKey, usageNames } = require("crypto/crypto_key");
const { PromiseReject, PromiseResolve, TypeError } = primordials;

const { BufferSource, DOMString, boolean } = webidl.converters;
const convertKey = webidl.iface("CryptoKey", isCryptoKey);
const convertFormat = webidl.enumeration("KeyFormat", ["raw", "spki", "pkcs8", "jwk"]);
const convertUsages = webidl.sequence(webidl.enumeration("KeyUsage", usageNames));

function identifier(V, context) {
  return webidl.isObject(V) ? V : DOMString(V, context);
}

// Texts of one method's TypeErrors.
class Context {
  constructor(method, required) {
    this.required = required;
    this.text = `Failed to execute '${method}' on 'SubtleCrypto'`;
    this.p1 = `${this.text}: parameter 1`;
    this.p2 = `${this.text}: parameter 2`;
    this.p3 = `${this.text}: parameter 3`;
    this.p4 = `${this.text}: parameter 4`;
    this.p5 = `${this.text}: parameter 5`;
    this.p6 = `${this.text}: parameter 6`;
    this.p7 = `${this.text}: parameter 7`;
  }
}
webidl.detachRecord(Context);

const contexts = {
  encrypt: new Context("encrypt", 3),
  decrypt: new Context("decrypt", 3),
  sign: new Context("sign", 3),
  verify: new Context("verify", 4),
  digest: new Context("digest", 2),
  generateKey: new Context("generateKey", 3),
  deriveKey: new Context("deriveKey", 5),
  deriveBits: new Context("deriveBits", 2),
  importKey: new Context("importKey", 5),
  exportKey: new Context("exportKey", 2),
  wrapKey: new Context("wrapKey", 4),
  unwrapKey: new Context("unwrapKey", 7),
  getPublicKey: new Context("getPublicKey", 2),
  supports: new Context("supports", 2),
  timingSafeEqual: new Context("timingSafeEqual", 2),
};

let loaded = null;

function methods() {
  return loaded ??= require("crypto/subtle_methods");
}

let check;

function begin(subtle, count, context) {
  check(subtle);
  if (count < context.required) webidl.requiredArguments(count, context.required, context.text);
}

class SubtleCrypto {
  #brand;

  constructor(key = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
  }

  encrypt(algorithm, key, data) {
    const context = contexts.encrypt;
    try {
      begin(this, arguments.length, context);
      algorithm = identifier(algorithm, context.p1);
      key = convertKey(key, context.p2);
      data = BufferSource(data, context.p3);
      return PromiseResolve(methods().encrypt(algorithm, key, data));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  decrypt(algorithm, key, data) {
    const context = contexts.decrypt;
    try {
      begin(this, arguments.length, context);
      algorithm = identifier(algorithm, context.p1);
      key = convertKey(key, context.p2);
      data = BufferSource(data, context.p3);
      return PromiseResolve(methods().decrypt(algorithm, key, data));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  sign(algorithm, key, data) {
    const context = contexts.sign;
    try {
      begin(this, arguments.length, context);
      algorithm = identifier(algorithm, context.p1);
      key = convertKey(key, context.p2);
      data = BufferSource(data, context.p3);
      return PromiseResolve(methods().sign(algorithm, key, data));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  verify(algorithm, key, signature, data) {
    const context = contexts.verify;
    try {
      begin(this, arguments.length, context);
      algorithm = identifier(algorithm, context.p1);
      key = convertKey(key, context.p2);
      signature = BufferSource(signature, context.p3);
      data = BufferSource(data, context.p4);
      return PromiseResolve(methods().verify(algorithm, key, signature, data));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  digest(algorithm, data) {
    const context = contexts.digest;
    try {
      begin(this, arguments.length, context);
      algorithm = identifier(algorithm, context.p1);
      data = BufferSource(data, context.p2);
      return PromiseResolve(methods().digest(algorithm, data));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  generateKey(algorithm, extractable, keyUsages) {
    const context = contexts.generateKey;
    try {
      begin(this, arguments.length, context);
      algorithm = identifier(algorithm, context.p1);
      extractable = boolean(extractable);
      keyUsages = convertUsages(keyUsages, context.p3);
      return PromiseResolve(methods().generateKey(algorithm, extractable, keyUsages));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages) {
    const context = contexts.deriveKey;
    try {
      begin(this, arguments.length, context);
      algorithm = identifier(algorithm, context.p1);
      baseKey = convertKey(baseKey, context.p2);
      derivedKeyType = identifier(derivedKeyType, context.p3);
      extractable = boolean(extractable);
      keyUsages = convertUsages(keyUsages, context.p5);
      return PromiseResolve(methods().deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  deriveBits(algorithm, baseKey, length = null) {
    const context = contexts.deriveBits;
    try {
      begin(this, arguments.length, context);
      algorithm = identifier(algorithm, context.p1);
      baseKey = convertKey(baseKey, context.p2);
      length = length === null ? null : webidl.converters["unsigned long"](length, context.p3);
      return PromiseResolve(methods().deriveBits(algorithm, baseKey, length));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  importKey(format, keyData, algorithm, extractable, keyUsages) {
    const context = contexts.importKey;
    try {
      begin(this, arguments.length, context);
      format = convertFormat(format, context.p1);
      keyData = methods().convertKeyData(keyData, context.p2);
      algorithm = identifier(algorithm, context.p3);
      extractable = boolean(extractable);
      keyUsages = convertUsages(keyUsages, context.p5);
      return PromiseResolve(methods().importKey(format, keyData, algorithm, extractable, keyUsages));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  exportKey(format, key) {
    const context = contexts.exportKey;
    try {
      begin(this, arguments.length, context);
      format = convertFormat(format, context.p1);
      key = convertKey(key, context.p2);
      return PromiseResolve(methods().exportKey(format, key));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  wrapKey(format, key, wrappingKey, wrapAlgorithm) {
    const context = contexts.wrapKey;
    try {
      begin(this, arguments.length, context);
      format = convertFormat(format, context.p1);
      key = convertKey(key, context.p2);
      wrappingKey = convertKey(wrappingKey, context.p3);
      wrapAlgorithm = identifier(wrapAlgorithm, context.p4);
      return PromiseResolve(methods().wrapKey(format, key, wrappingKey, wrapAlgorithm));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable,
    keyUsages) {
    const context = contexts.unwrapKey;
    try {
      begin(this, arguments.length, context);
      format = convertFormat(format, context.p1);
      wrappedKey = BufferSource(wrappedKey, context.p2);
      unwrappingKey = convertKey(unwrappingKey, context.p3);
      unwrapAlgorithm = identifier(unwrapAlgorithm, context.p4);
      unwrappedKeyAlgorithm = identifier(unwrappedKeyAlgorithm, context.p5);
      extractable = boolean(extractable);
      keyUsages = convertUsages(keyUsages, context.p7);
      return PromiseResolve(methods().unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm,
        unwrappedKeyAlgorithm, extractable, keyUsages));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  // https://wicg.github.io/webcrypto-modern-algos/#SubtleCrypto-method-getPublicKey
  getPublicKey(key, keyUsages) {
    const context = contexts.getPublicKey;
    try {
      begin(this, arguments.length, context);
      key = convertKey(key, context.p1);
      keyUsages = convertUsages(keyUsages, context.p2);
      return PromiseResolve(methods().getPublicKey(key, keyUsages));
    } catch (error) {
      return PromiseReject(error);
    }
  }

  // https://wicg.github.io/webcrypto-modern-algos/#SubtleCrypto-method-supports
  static supports(operation, algorithm, lengthOrAlgorithm = null) {
    const context = contexts.supports;
    webidl.requiredArguments(arguments.length, context.required, context.text);
    operation = DOMString(operation, context.p1);
    algorithm = identifier(algorithm, context.p2);
    let length = null;
    let additional;
    if (typeof lengthOrAlgorithm === "number") {
      length = webidl.converters["unsigned long"](lengthOrAlgorithm, context.p3);
    } else if (lengthOrAlgorithm !== null) {
      additional = identifier(lengthOrAlgorithm, context.p3);
    }
    return require("crypto/support").supports(operation, algorithm, length, additional);
  }

  // Of the Workers platform: https://developers.cloudflare.com/workers/runtime-apis/web-crypto/#timingsafeequal
  timingSafeEqual(a, b) {
    const context = contexts.timingSafeEqual;
    begin(this, arguments.length, context);
    a = BufferSource(a, context.p1);
    b = BufferSource(b, context.p2);
    const result = ops.cryptoCompare(a, b);
    if (result < 0) throw new TypeError(`${context.text}: the buffers differ in length.`);
    return result === 1;
  }

  static {
    check = (subtle) => (webidl.isObject(subtle) && #brand in subtle) || webidl.illegalInvocation();
  }
}
webidl.defineInterface(SubtleCrypto);

exports.SubtleCrypto = SubtleCrypto;
exports.subtle = new SubtleCrypto(webidl.constructKey);
