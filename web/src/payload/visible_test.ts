import { expect, test } from "vitest";
import { chipText, drawnText, isUnseen, pieces, undrawn } from "./visible";

const shown = drawnText;

test("shows controls, bidi, zero-width, tags, variation selectors and private use as chips", () => {
  expect(shown("a\u202eb")).toBe("a⟨U+202E⟩b");
  expect(shown("\u0000\u001b[31m")).toBe("⟨U+0000⟩⟨U+001B⟩[31m");
  expect(shown("x\u200by\ufe0fz")).toBe("x⟨U+200B⟩y⟨U+FE0F⟩z");
  expect(shown("\u{e0041}\u{e000}\u{10ffff}")).toBe("⟨U+E0041⟩⟨U+E000⟩⟨U+10FFFF⟩");
  expect(shown("\ud800")).toBe("⟨U+D800⟩");
  expect(shown("a\u00a0b\u3000c\u2800d\u3164")).toBe("a⟨U+00A0⟩b⟨U+3000⟩c⟨U+2800⟩d⟨U+3164⟩");
  expect(shown("line\nnext\ttab")).toBe("line⟨U+000A⟩next⟨U+0009⟩tab");
});

test("sees in long texts what it sees in short ones", () => {
  const long = "plain words ".repeat(5000);
  expect(pieces(long)).toEqual([{ kind: "text", text: long }]);
  expect(shown(`${long}\u200b`)).toBe(`${long}⟨U+200B⟩`);
  for (let code = 0; code <= 0xffff; code += 1) {
    const char = String.fromCharCode(code);
    if (isUnseen(char) && shown(char) !== chipText(code)) throw new Error(`U+${code}`);
  }
});

test("cannot be imitated by a payload that spells a chip", () => {
  expect(shown("⟨U+202E⟩")).toBe("⟨U+27E8⟩U+202E⟩");
});

test("leaves ordinary text of any script alone", () => {
  for (const text of ["café 5,000.00 €", "日本語", "Ελληνικά", "हिन्दी", "😀", "e\u0301"]) {
    expect(shown(text)).toBe(text);
  }
});

test("breaks up floods of combining marks and marks without a base", () => {
  expect(shown(`a${"\u0301".repeat(5)}`)).toBe("a\u0301\u0301\u0301⟨U+0301⟩⟨U+0301⟩");
  expect(shown("\u0301a")).toBe("⟨U+0301⟩a");
});

test("covers every control, format, surrogate, private and unassigned code point", () => {
  const general = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const char = String.fromCodePoint(code);
    if (general.test(char) && !isUnseen(char)) throw new Error(`U+${code.toString(16)}`);
  }
});

test("a drawing can be undone: no two texts are drawn alike", () => {
  const alphabet = [
    "a",
    " ",
    "\n",
    "\t",
    "\r",
    "\u202e",
    "\u27e8",
    "\u27e9",
    "U+000A",
    "\u200b",
    "\u{e0041}",
    "\ud800",
    "\udc00",
    "\u0301",
    "\u{1f600}",
    "\ufe0f",
    "0",
    "\u0000",
  ];
  let state = 20_261_123;
  const roll = (sides: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * sides);
  };
  for (let round = 0; round < 4000; round += 1) {
    const text = Array.from({ length: roll(14) }, () => alphabet[roll(alphabet.length)]).join("");
    expect(undrawn(drawnText(text))).toBe(text);
  }
});
