import assert from "node:assert/strict";
import { request } from "node:http";
import { setUp, test } from "./harness.mjs";

// As bytes: fetch would decode what it gets.
function get(origin, path, headers) {
  return new Promise((resolve, reject) => {
    request(origin + path, { headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response));
    })
      .on("error", reject)
      .end();
  });
}

test("every asset is compressed, tagged and kept as its name allows", async (t) => {
  const { server, page } = await setUp(t);
  const paths = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
  );
  const assets = [...new Set(paths)].filter((path) => path.startsWith("/assets/"));
  assert.ok(assets.length > 3, `${paths}`);
  for (const path of ["/", "/sw.js", "/manifest.webmanifest", ...assets]) {
    const { headers } = await get(server.origin, path, { "accept-encoding": "br" });
    const hashed = path.startsWith("/assets/");
    assert.match(headers.etag, /^"[^"]+"$/, path);
    assert.match(
      headers["cache-control"],
      hashed ? /max-age=31536000, immutable/ : /no-cache/,
      path,
    );
    const text = /javascript|css|html|json|manifest|svg/.test(headers["content-type"]);
    const known = { "accept-encoding": "br", "if-none-match": headers.etag };
    assert.equal((await get(server.origin, path, known)).statusCode, 304, path);
    const plain = await get(server.origin, path, { "accept-encoding": "identity" });
    // The server keeps what brotli makes smaller, and a line or two it does not.
    const long = Number(plain.headers["content-length"]) > 500;
    if (text && hashed && long && !process.env.LETSPING_WEB) {
      assert.equal(headers["content-encoding"], "br", path);
      assert.match(headers.vary, /accept-encoding/i, path);
    }
    assert.equal(plain.statusCode, 200, path);
    assert.equal(plain.headers["content-encoding"], undefined, path);
  }
});
