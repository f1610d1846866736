// Makes every code point of a text visible. What a reader cannot see, or what reorders what they
// see, becomes a chip ⟨U+202E⟩: the drawing is then injective on control and format characters.

export type Piece = { kind: "text"; text: string } | { kind: "chip"; code: number };

// Control, format, surrogate, private, unassigned, line and paragraph separators, whatever fonts
// may draw as nothing (variation selectors, tags, fillers), every space but U+0020, the empty
// Braille cell, and the bracket that our own chips begin with.
const unseen =
  /[\p{C}\p{Zl}\p{Zp}\p{DI}\p{Variation_Selector}\u2800\ufffc\ufffd\u27e8]|(?! )\p{Zs}/u;
const anyOfThese = /[\p{C}\p{Z}\p{DI}\p{Mn}\p{Me}\u2800\ufffc\ufffd\u27e8]/u;
const mark = /[\p{Mn}\p{Me}]/u;
const markBase = /[\p{L}\p{N}\p{M}]/u;
// More marks in a row than any living script stacks: text that hides what is under it.
const marksMax = 3;

export function isUnseen(char: string): boolean {
  return unseen.test(char);
}

export function pieces(text: string): Piece[] {
  // Most texts, and most long ones, have nothing to show: their only blanks are U+0020.
  if (!anyOfThese.test(text.replaceAll(" ", ""))) return [{ kind: "text", text }];
  const out: Piece[] = [];
  let plain = "";
  let marks = 0;
  let previous = "";
  for (const char of text) {
    const isMark = mark.test(char);
    marks = isMark ? marks + 1 : 0;
    const stray = isMark && (marks > marksMax || !markBase.test(previous));
    previous = char;
    if (!stray && !unseen.test(char)) {
      plain += char;
      continue;
    }
    if (plain !== "") out.push({ kind: "text", text: plain });
    plain = "";
    out.push({ kind: "chip", code: char.codePointAt(0) ?? 0 });
  }
  if (plain !== "") out.push({ kind: "text", text: plain });
  return out;
}

// Back from what is on the page to what it was drawn from. The drawing never leaves a ⟨ of the text
// as it is, so every one on the page begins a chip; a line feed is a chip and a new line.
export function undrawn(drawing: string): string {
  if (!drawing.includes("\u27e8")) return drawing;
  return drawing.replace(
    /\u27e8U\+([0-9A-F]{4,6})\u27e9(\n?)/g,
    (_, code: string, feed: string) =>
      code === "000A" ? "\n" : String.fromCodePoint(Number.parseInt(code, 16)) + feed,
  );
}

// For the few places that can hold only text.
export function drawnText(text: string): string {
  return pieces(text)
    .map((piece) => (piece.kind === "chip" ? chipText(piece.code) : piece.text))
    .join("");
}

export function chipText(code: number): string {
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

const names: Record<number, string> = {
  0: "NULL",
  7: "BELL",
  8: "BACKSPACE",
  9: "TAB",
  10: "LINE FEED",
  13: "CARRIAGE RETURN",
  27: "ESCAPE",
  127: "DELETE",
  160: "NO-BREAK SPACE",
  173: "SOFT HYPHEN",
  8203: "ZERO WIDTH SPACE",
  8204: "ZERO WIDTH NON-JOINER",
  8205: "ZERO WIDTH JOINER",
  8206: "LEFT-TO-RIGHT MARK",
  8207: "RIGHT-TO-LEFT MARK",
  8232: "LINE SEPARATOR",
  8233: "PARAGRAPH SEPARATOR",
  8234: "LEFT-TO-RIGHT EMBEDDING",
  8235: "RIGHT-TO-LEFT EMBEDDING",
  8236: "POP DIRECTIONAL FORMATTING",
  8237: "LEFT-TO-RIGHT OVERRIDE",
  8238: "RIGHT-TO-LEFT OVERRIDE",
  8288: "WORD JOINER",
  8294: "LEFT-TO-RIGHT ISOLATE",
  8295: "RIGHT-TO-LEFT ISOLATE",
  8296: "FIRST STRONG ISOLATE",
  8297: "POP DIRECTIONAL ISOLATE",
  65279: "BYTE ORDER MARK",
};

export function chipName(code: number): string {
  if (names[code]) return names[code];
  if (code >= 0xd800 && code <= 0xdfff) return "LONE SURROGATE";
  if (code >= 0xe0000 && code <= 0xe007f) return "TAG CHARACTER";
  if ((code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef)) {
    return "VARIATION SELECTOR";
  }
  return "CHARACTER THAT DRAWS NOTHING";
}
