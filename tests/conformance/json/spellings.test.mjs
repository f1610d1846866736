// The three spellings of src/json beside JavaScript's own. LP_WRITE_SPELLINGS names the program
// where the build is not the release preset's; LP_NUMBERS asks for more numbers than usual.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const built = "../../../build/release/tests/conformance/json/writer/write_spellings";
const program =
  process.env.LP_WRITE_SPELLINGS ?? fileURLToPath(new URL(built, import.meta.url));
const numbers = Number(process.env.LP_NUMBERS ?? 200_000);

async function eachLine(numberCount, documentCount, check) {
  const seed = 1;
  const child = spawn(program, [numberCount, documentCount, seed].map(String), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  ended.catch(() => {});
  let lines = 0;
  let rest = "";
  child.stdout.setEncoding("utf8");
  for await (const chunk of child.stdout) {
    // Not node:readline, which ends lines at U+2028 too.
    const parts = (rest + chunk).split("\n");
    rest = parts.pop();
    for (const line of parts) check(...line.split("\t").slice(1));
    lines += parts.length;
  }
  assert.equal(await ended, 0);
  return lines;
}

// RFC 8785 in JavaScript: its sort compares UTF-16 code units, and JSON.stringify writes the rest.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
}

test(`${numbers} numbers are spelled as by Number.prototype.toString`, async () => {
  const lines = await eachLine(numbers, 0, (literal, spelling) => {
    if (JSON.stringify(Number(literal)) !== spelling) assert.fail(`${literal}: ${spelling}`);
  });
  assert.equal(lines, numbers);
});

test("documents are spelled as by JSON.stringify and RFC 8785", async () => {
  const lines = await eachLine(0, 5_000, (text, javascript, jcs) => {
    const value = JSON.parse(text);
    assert.equal(javascript, JSON.stringify(value));
    assert.equal(jcs, canonical(value));
  });
  assert.equal(lines, 5_000);
});
