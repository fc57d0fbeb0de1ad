// SPDX-License-Identifier: Apache-2.0
// Words across the borders of pieces.
import { describe, expect, test } from "sedge:test";
import { WordRewriter } from "./rewriter.js";

const kWords = { colour: "color", colours: "colors", centre: "center", café: "coffee house", über: "over", it: "" };

function rewrite(...pieces) {
  const rewriter = new WordRewriter(kWords);
  return pieces.map((piece) => rewriter.push(piece)).join("") + rewriter.finish();
}

describe("words", () => {
  test.each([["the colour", "the color"], ["colour colours", "color colors"], ["Colour, COLOUR!", "Color, COLOR!"],
    ["(centre)", "(center)"], ["discolour colourful colour_x colour2", "discolour colourful colour_x colour2"],
    ["le café.", "le coffee house."], ["Café CAFÉ", "Coffee house COFFEE HOUSE"], ["ÜBER über", "OVER over"],
    ["It is it", " is "], ["", ""], [" \n\t", " \n\t"], ["colour-colour", "color-color"],
    ["cafe\u0301", "cafe\u0301"], ["colour\u0301", "colour\u0301"]])("%j becomes %j", (text, expected) => {
    expect(rewrite(text)).toBe(expected);
  });
});

describe("pieces", () => {
  const kText = "Colour of the CENTRE: a café-colour, discoloured 𝒳colour colour𝒳 über 🎨colour🎨 colours";
  const kExpected = "Color of the CENTER: a coffee house-color, discoloured 𝒳colour colour𝒳 over 🎨color🎨 colors";

  test("of one character", () => {
    expect(rewrite(...kText)).toBe(kExpected);
  });

  test("cut at every place", () => {
    const characters = [...kText];
    for (let i = 0; i <= characters.length; ++i) {
      expect(rewrite(characters.slice(0, i).join(""), characters.slice(i).join(""))).toBe(kExpected);
    }
  });

  test("cut between a letter and its accent", () => {
    expect(rewrite("a colour", "\u0301 b")).toBe("a colour\u0301 b");
  });

  test("that are empty change nothing", () => {
    expect(rewrite("", "col", "", "our", "")).toBe("color");
  });
});

describe("what is held back", () => {
  test("is the last word alone", () => {
    const rewriter = new WordRewriter(kWords);
    expect(rewriter.push("a colour and a cent")).toBe("a color and a ");
    expect(rewriter.push("re ")).toBe("center ");
    expect(rewriter.finish()).toBe("");
  });

  test("is little, also of a word that does not end", () => {
    const rewriter = new WordRewriter(kWords);
    let out = "";
    for (let i = 0; i < 1000; ++i) {
      out += rewriter.push("colour");
      expect(i * 6 + 6 - out.length).toBeLessThan(30);
    }
    out += rewriter.push(" colour") + rewriter.finish();
    expect(out).toBe(`${"colour".repeat(1000)} color`);
  });

  test("is nothing when there is nothing to look for", () => {
    const rewriter = new WordRewriter({});
    expect(rewriter.push("abc")).toBe("abc");
    expect(rewriter.push("def ghi")).toBe("def ghi");
  });
});
