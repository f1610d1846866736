// The same verdict, the same check and the same classes as the C++ and Python verifiers.

import { expect, test } from "vitest";
import { verifyReceipt } from "./index.js";
import { bytesOf, trustNamed, vectors } from "./shared_vectors.js";

test.each(vectors.cases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
  const report = await verifyReceipt(bytesOf(one), {
    trust: await trustNamed(one.trust),
    ...(one.require && { require: one.require }),
    ...(one.allow_test && { allowTest: true }),
  });
  const { verdict, check, human, log } = report;
  expect({ verdict, check, human, log }, `${one.why}\n${report.why}`).toEqual({
    check: undefined,
    ...one.expect,
  });
  if (one.marks) expect(report.marks).toEqual(one.marks);
  if (one.keys_cosigned !== undefined) expect(report.keys_cosigned).toBe(one.keys_cosigned);
  const erased = report.checks.some(({ result }) => result === "erased");
  expect(erased).toBe(one.human_check === "erased");
});

test("the cases reach every verdict, and every check that can fail", () => {
  const checks = new Set(vectors.cases.map(({ expect: wanted }) => wanted.check));
  for (const name of ["parse", "canonical", "statement", "marks", "leaf", "issuer_signature"]) {
    expect(checks).toContain(name);
  }
  for (const name of ["inclusion", "checkpoint", "roster", "issuer_range", "human", "quorum"]) {
    expect(checks).toContain(name);
  }
  for (const name of [
    "agent",
    "semantics",
    "anchor",
    "witnesses",
    "time",
    "trust",
    "requirement",
  ]) {
    expect(checks).toContain(name);
  }
  expect(checks).toContain("erasure");
  const verdicts = new Set(vectors.cases.map(({ expect: wanted }) => wanted.verdict));
  expect([...verdicts].sort()).toEqual(["ERASED", "INDETERMINATE", "INVALID", "VALID"]);
});
