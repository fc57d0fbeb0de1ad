// SPDX-License-Identifier: Apache-2.0
import { test, expect } from "sedge:test";

test("says that this is the Workers platform", () => {
  expect(navigator.userAgent).toBe("Cloudflare-Workers");
  expect([navigator.appCodeName, navigator.appName, navigator.product]).toEqual(["Mozilla", "Netscape", "Gecko"]);
  expect([navigator.appVersion, navigator.platform]).toEqual(["4.0", ""]);
  expect(navigator.language).toBe("en");
  expect(navigator.languages).toEqual(["en"]);
  expect(Object.isFrozen(navigator.languages)).toBe(true);
  expect(navigator.hardwareConcurrency).toBeGreaterThan(0);
});

test("is the only Navigator", () => {
  expect(navigator).toBeInstanceOf(Navigator);
  expect(() => new Navigator()).toThrow("Illegal constructor");
  expect(() => Object.create(Navigator.prototype).userAgent).toThrow("Illegal invocation");
});
