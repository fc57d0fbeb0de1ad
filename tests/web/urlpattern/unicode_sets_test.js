// SPDX-License-Identifier: Apache-2.0
// Regular expressions in URLPattern have the flag v, whether the engine knows it or not.
import { test, describe, expect } from "sedge:test";

const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((c) => !"/\\?#".includes(c) && encodeURI(c) === c).join("");

// The characters of paths that the class matches.
function membersOf(source, ignoreCase = false) {
  const pattern = new URLPattern({ pathname: `/-(${source})` }, { ignoreCase });
  return [...ascii].filter((c) => pattern.test({ pathname: `/-${c}` })).join("");
}
const isPattern = (source) => {
  try {
    return Boolean(new URLPattern({ pathname: `/(${source})` }));
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return false;
  }
};
const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";

describe("classes", () => {
  test("of v", () => {
    expect(membersOf("[[a-z]--[b-y]]")).toBe("az");
    expect(membersOf("[[a-z]--a--z]")).toBe(lower.slice(1, -1));
    expect(membersOf("[\\d&&[0-1]]")).toBe("01");
    expect(membersOf("[[a-f]&&[c-z]&&[^d]]")).toBe("cef");
    expect(membersOf("[a[b-c]\\d_]")).toBe(`${digits}_abc`);
    expect(membersOf("[^\\w]")).toBe([...ascii].filter((c) => !/\w/.test(c)).join(""));
    expect(membersOf("[\\W\\S]")).toBe(ascii);
    expect(membersOf("[]")).toBe("");
    expect(membersOf("[^]")).toBe(ascii);
    expect(membersOf("[\\p{Lu}--[A-Y]]")).toBe("Z");
    expect(membersOf("[\\P{L}&&\\p{ASCII_Hex_Digit}]")).toBe(digits);
    expect(membersOf("[^\\P{Lu}]")).toBe(upper);
    expect(membersOf("[\\x41\\u0042\\u{43}\\u{000044}\\&\\-\\!]")).toBe("!&-ABCD");
    expect(membersOf("[\\u{1F600}a\\uD83D\\uDE00\\cA\\0\\b\\n]")).toBe("a");
    expect(membersOf("[a-\\u{1F600}]")).toBe([...ascii].filter((c) => c >= "a").join(""));
  });

  test("with strings", () => {
    const path = (source, text, ignoreCase = false) =>
      new URLPattern({ pathname: `/(${source})(.*)` }, { ignoreCase }).exec({ pathname: `/${text}` })
        ?.pathname.groups[0];
    expect(path("[\\q{abc|a|}d]", "abcd")).toBe("abc");
    expect(path("[\\q{a|abc|}d]", "abd")).toBe("a");
    expect(path("[\\q{a|abc|}d]", "x")).toBe("");
    expect(path("[\\q{}]", "x")).toBe("");
    expect(path("[\\q{ab|cd}--\\q{ab}]", "ab")).toBe(undefined);
    expect(path("[\\q{ab|cd}&&\\q{cd|ef}]", "cd")).toBe("cd");
    expect(path("[\\q{AB|c}--\\q{ab|C}]", "ab", true)).toBe(undefined);
    expect(path("[\\q{\\u{1F600}x|ab}]", "ab")).toBe("ab");
    expect(path("\\p{RGI_Emoji}|a", "a")).toBe("a");
    expect(path("[\\p{RGI_Emoji_Flag_Sequence}a]", "a")).toBe("a");
  });

  test("that ignore case", () => {
    expect(membersOf("[[a-c]--B]", true)).toBe("ACac");
    expect(membersOf("[^a-z]", true)).toBe([...ascii].filter((c) => !/[a-z]/i.test(c)).join(""));
    expect(membersOf("\\P{Lu}", true)).toBe([...ascii].filter((c) => !/[a-z]/i.test(c)).join(""));
    expect(membersOf("\\p{Lu}", true)).toBe(upper + lower);
    expect(membersOf("\\P{ASCII}", true)).toBe("");
    expect(membersOf("[\\u017F\\u{212A}]", true)).toBe("KSks");
    expect(membersOf("[\\u017F\\u{212A}]")).toBe("");
  });

  test("are refused where v refuses them", () => {
    for (const source of ["[a-z--a]", "[ab--c]", "[a&&b--c]", "[a--b&&c]", "[a&&&b]", "[&&a]", "[a!!]", "[-]", "[a-]",
      "[\\d-a]", "[a-\\d]", "[b-a]", "[a|b]", "[{]", "[}]", "[/]", "[a--]", "[a&&]", "[^\\q{ab}]",
      "[^\\p{RGI_Emoji}]", "\\P{RGI_Emoji}", "[\\P{RGI_Emoji}]", "[\\p{Nothing}]", "[\\p]", "[\\m]", "[\\01]",
      "[\\u{110000}]", "[\\x4]", "[\\c1]", "[\\q{a]", "[a", "[[a]", "\\q{a}", "]", "}", "a{1,0}", "\\m"]) {
      expect([source, isPattern(source)]).toEqual([source, false]);
    }
    for (const source of ["[^\\q{a}]", "[\\-a]", "[a\\-z]", "[\\^^]", "[\\]\\[]", "[\\q{ab}--\\q{ab}]", "[a&b]",
      "[a!b!]", "[^\\q{ab}&&a]", "[\\/]", "[.*]", "[$^]", "[,;]"]) {
      expect([source, isPattern(source)]).toEqual([source, true]);
    }
  });
});

test("everything else of regular expressions stays", () => {
  const groups = (source, pathname) =>
    new URLPattern({ pathname: `/${source}` }).exec({ pathname: `/${pathname}` })?.pathname.groups;
  expect(groups("(a(?=b).)", "ab")).toEqual({ 0: "ab" });
  expect(groups("(.(?<=[ab]))", "b")).toEqual({ 0: "b" });
  expect(groups(":x((?:ab){2,3})", "abab")).toEqual({ x: "abab" });
  expect(groups("(a)(\\1)", "aa")).toEqual({ 0: "a", 1: "a" });
  expect(groups("(\\[\\])", "[]")).toEqual({ 0: "[]" });
  expect(groups("(\\u{61}\\x62)", "ab")).toEqual({ 0: "ab" });
});
