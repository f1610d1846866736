import { expect, test } from "vitest";
import { fromBase64, utf8 } from "../bytes.js";
import { run } from "./command_line.js";
import { vectors } from "./shared_vectors.js";

const lineFeed = utf8("\n");
const base = (name: string) => fromBase64(vectors.bases[name] as string) as Uint8Array;
const trust = (name: string) => utf8(JSON.stringify(vectors.trust[name]));

async function call(files: Record<string, Uint8Array>, ...words: string[]) {
  let out = "";
  let err = "";
  const code = await run(words, {
    read: async (path) => {
      const bytes = files[path];
      if (!bytes) throw new Error(`no file ${path}`);
      return bytes;
    },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

const files = {
  "trust.json": trust("full"),
  good: base("approved"),
  erased: base("erased"),
  bad: base("approved").map((byte, at) => (at === 400 ? byte ^ 1 : byte)),
};

test("the exit code is that of the verdict", async () => {
  expect((await call(files, "--trust", "trust.json", "good")).code).toBe(0);
  expect((await call(files, "--trust", "trust.json", "erased")).code).toBe(20);
  expect((await call(files, "--trust", "trust.json", "bad")).code).toBe(40);
  expect((await call(files, "good")).code).toBe(30);
});

test("of many receipts the largest code counts, each line judged alone", async () => {
  const many = Buffer.concat([
    files.good,
    lineFeed,
    files.erased,
    lineFeed,
    files.good,
    lineFeed,
  ]);
  const { code, out } = await call({ ...files, many }, "--trust=trust.json", "--json", "many");
  const verdicts = out
    .split("\n")
    .slice(0, 3)
    .map((line) => JSON.parse(line).verdict);
  expect(verdicts).toEqual(["VALID", "ERASED", "VALID"]);
  expect(code).toBe(20);
});

test("an empty line is refused", async () => {
  const gap = Buffer.concat([files.good, lineFeed, lineFeed, files.good]);
  expect((await call({ ...files, gap }, "--trust", "trust.json", "gap")).code).toBe(40);
});

test("the report has the members that the page names", async () => {
  const { out } = await call(files, "--trust", "trust.json", "--json", "good");
  const report = JSON.parse(out);
  expect(report).toMatchObject({ verdict: "VALID", human: "B", log: "L1" });
  expect(report.checks).toHaveLength(19);
  const known =
    "verdict check why human log keys_cosigned type origin index time request_id marks strength " +
    "agent_claims checks";
  for (const name of Object.keys(report)) expect(known.split(" ")).toContain(name);
});

test("a demand is one more than the trust file's", async () => {
  const demand = (text: string) =>
    call(files, "--trust", "trust.json", "--require", text, "good");
  expect((await demand("human=device,log=logged")).code).toBe(0);
  expect((await demand("human=passkey")).code).toBe(40);
  expect((await demand("log=witnessed")).code).toBe(30);
});

test("a wrong call is no verdict", async () => {
  for (const words of [
    [],
    ["--nonsense", "good"],
    ["--require", "human=god", "good"],
    ["--require", "human=device,human=passkey", "good"],
    ["--trust", "good", "good"],
    ["--trust", "trust.json", "--trust", "trust.json", "good"],
  ]) {
    const { code, err } = await call(files, ...words);
    expect(code, words.join(" ")).toBe(2);
    expect(err).toMatch(/^letsping-verify: /);
  }
});

test("a mistyped demand of a trust file is an error of use", async () => {
  const mistyped = utf8(JSON.stringify({ ...vectors.trust.full, mins: { human: "passkey" } }));
  const { code, err } = await call({ ...files, mistyped }, "--trust", "mistyped", "good");
  expect(code).toBe(2);
  expect(err).toContain("trust.mins is not known here");
});

test("a file that cannot be read is not a verdict either", async () => {
  expect((await call(files, "--trust", "trust.json", "none")).code).toBe(1);
  expect((await call(files, "--trust", "none", "good")).code).toBe(1);
});

test("what others wrote cannot steer the terminal", async () => {
  const hostile = utf8('{"v":1,"\\u001b[2J":1,"tlog":{}}');
  const { out } = await call({ hostile }, "hostile");
  expect(out).not.toContain("\u001b");
});
