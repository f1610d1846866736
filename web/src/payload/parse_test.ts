import { expect, test } from "vitest";
import { fitBinary64 } from "./number";
import { isLeaf, type Parsed, type ParsedNode, parse } from "./parse";

const good = (text: string) => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(`${parsed.problem} at ${parsed.offset}`);
  return parsed;
};
const codes = (text: string) =>
  good(text).findings.map(({ code, pointer }) => `${code} ${pointer}`);
const leaves = (node: ParsedNode): ParsedNode[] => {
  if (isLeaf(node)) return [node];
  if (node.kind === "object") return node.members.flatMap((member) => leaves(member.node));
  return node.kind === "array" ? node.items.flatMap(leaves) : [];
};

test("every value keeps its source text", () => {
  const text = '{"big":12345678901234567890,"one":1.0,"e":1E5,"s":"caf\\u00e9","l":[ 1 , true ]}';
  const root = good(text).root;
  expect(leaves(root).map((leaf) => leaf.source)).toEqual([
    "12345678901234567890",
    "1.0",
    "1E5",
    '"caf\\u00e9"',
    "1",
    "true",
  ]);
  expect(root.source).toBe(text);
});

test("counts scalars and empty containers as leaves", () => {
  const parsed = good('{"a":{},"b":[],"c":[1,{"d":null}],"":"x"}');
  expect(parsed.leaves).toBe(5);
  expect(leaves(parsed.root)).toHaveLength(5);
});

test("reports duplicate keys, also when they are spelt differently", () => {
  expect(codes('{"a":1,"\\u0061":2}')).toEqual(["duplicate_key /a"]);
  expect(codes('{"a/b~":1,"a/b~":2}')).toEqual(["duplicate_key /a~1b~0"]);
  expect(good('{"a":1,"a":2}').findings[0]?.disarms).toBe(true);
  expect(leaves(good('{"a":1,"a":2}').root).map((leaf) => leaf.source)).toEqual(["1", "2"]);
});

test("reports lone surrogates in names and values and keeps pairs", () => {
  expect(codes('{"\\ud800":"\\udc00x"}').map((line) => line.split(" ")[0])).toEqual([
    "lone_surrogate",
    "lone_surrogate",
  ]);
  expect(codes('"\\ud83d\\ude00"')).toEqual([]);
});

test("flags numbers that programs would change, and disarms on those beyond all bounds", () => {
  expect(codes("[9007199254740991,9007199254740992,1e400,-0,0.1,1e-400]")).toEqual([
    "lossy_number /1",
    "non_finite_number /2",
    "lossy_number /3",
    "lossy_number /5",
  ]);
});

test("fits literals as the server does", () => {
  for (const exact of ["0", "1.0", "1e2", "0.1", "0.10000000000000001", "100", "-5e-324"]) {
    expect([exact, fitBinary64(exact)]).toEqual([exact, "exact"]);
  }
  for (const lossy of [
    "-0",
    "-0.0",
    "9007199254740993",
    "0.1000000000000000055511151",
    "1e-999",
  ]) {
    expect([lossy, fitBinary64(lossy)]).toEqual([lossy, "lossy"]);
  }
  expect(fitBinary64("-1e309")).toBe("overflow");
});

test("treats __proto__ as data", () => {
  const parsed = good('{"__proto__":{"polluted":true},"constructor":1,"toString":2}');
  expect(parsed.findings).toEqual([]);
  expect(parsed.leaves).toBe(3);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("refuses what is not JSON and says where", () => {
  const wrong = [
    "",
    " ",
    "{",
    "[1,]",
    '{"a":1,}',
    "NaN",
    "Infinity",
    "01",
    "1.",
    ".5",
    "+1",
    "tru",
  ];
  wrong.push(
    "'a'",
    '"\u0001"',
    '"\\x41"',
    '"\\u12"',
    "[1] 2",
    "\ufeff1",
    "{a:1}",
    "1//c",
    '"\t"',
  );
  for (const text of wrong) expect([text, parse(text).ok]).toEqual([text, false]);
  const parsed = parse('{"a":1 "b":2}') as Extract<Parsed, { ok: false }>;
  expect(parsed.offset).toBe(7);
});

test("draws deep documents and disarms beyond the depth that programs accept", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  expect(codes(nested(64))).toEqual([]);
  expect(good(nested(200)).findings.map((finding) => finding.code)).toEqual(["too_deep"]);
  expect(parse("[".repeat(100_000)).ok).toBe(false);
});

test("disarms beyond the number of members that programs accept", () => {
  const parsed = good(`[${"0,".repeat(100_000)}0]`);
  expect(parsed.findings.map((finding) => finding.code)).toEqual(["too_many_members"]);
});
