import jsQR from "jsqr";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { pairingLink } from "../crypto/pairing_code";
import { Qr } from "./qr";

// The picture as a camera would see it: eight points a module.
function pixels(markup: string) {
  const [, first, size] = /viewBox="(-?\d+) -?\d+ (\d+) /.exec(markup) ?? [];
  const [offset, modules, scale] = [-Number(first), Number(size), 8];
  const width = modules * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of markup.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < scale; ++row) {
      for (let column = 0; column < scale; ++column) {
        const at = (Number(y) + offset) * scale + row;
        const left = (Number(x) + offset) * scale + column;
        data.fill(0, (at * width + left) * 4, (at * width + left) * 4 + 3);
      }
    }
  }
  return { data, width };
}

test("what is drawn is read by the reader that phones without a detector use", () => {
  for (const text of [pairingLink("https://lp.example", "K7QF2M9X"), "A".repeat(44)]) {
    const { data, width } = pixels(renderToStaticMarkup(<Qr text={text} label="code" />));
    expect(jsQR(data, width, width)?.data).toBe(text);
  }
});
