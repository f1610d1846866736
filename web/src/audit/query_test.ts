import { describe, expect, it } from "vitest";
import type { Entry } from "./entry";
import { readQuery, toggled } from "./query";

const entry = (more: Partial<Entry> = {}): Entry => ({
  index: 7,
  time: "2026-11-03T10:00:00.000Z",
  type: "decision.approved",
  stream: "req_abc",
  actor: { id: "mem_ada", kind: "member", method: "passkey" },
  level: "high",
  version: 2,
  verdict: "approve",
  marks: ["test"],
  sha256: "4f1c00",
  erased: false,
  ...more,
});
const nameOf = (id: string) => (id === "mem_ada" ? "Ada Lovelace" : "");
const finds = (query: string, more: Partial<Entry> = {}) =>
  readQuery(query).matches(entry(more), nameOf);

describe("a query over a log", () => {
  it("finds everything when it is empty", () => {
    expect(finds("")).toBe(true);
    expect(finds("   ")).toBe(true);
  });

  it.each([
    ["type:decision", true],
    ["type:decision.approved", true],
    ["type:dec", false],
    ["actor:ada", true],
    ['actor:"ada love"', true],
    ["actor:member", true],
    ["actor:agent", false],
    ["method:passkey", true],
    ["level:high", true],
    ["level>=medium", true],
    ["level<=medium", false],
    ["request:req_abc", true],
    ["request:req_ab", false],
    ["index>=7", true],
    ["index<=6", false],
    ["version:2", true],
    ["verdict:reject", false],
    ["mark:test", true],
    ["hash:4f1c", true],
    ["is:erased", false],
    ["after:2026-11-03", true],
    ["after:2026-11-03T10:00:01", false],
    ["before:2026-11-04", true],
    ["before:2026-11-03", false],
    ["lovelace", true],
    ["lovelace type:review", false],
    ["type:decision level>=high actor:ada", true],
  ])("%s: %s", (query, found) => {
    expect(readQuery(query).problems).toEqual([]);
    expect(finds(query)).toBe(found);
  });

  it("says what it does not understand, and finds nothing by it", () => {
    for (const query of [
      "colour:red",
      "level:huge",
      "after:yesterday",
      "index>=x",
      "type>=a",
      "actor:",
      "is:new",
    ]) {
      expect(readQuery(query).problems).toHaveLength(1);
      expect(finds(query)).toBe(false);
    }
  });

  it("leaves what was erased out of every question about what it said", () => {
    const gone: Partial<Entry> = { erased: true, time: "", level: "", version: 0 };
    expect(finds("is:erased", gone)).toBe(true);
    for (const query of ["level>=none", "before:2030-01-01", "version>=0"]) {
      expect(finds(query, gone)).toBe(false);
    }
  });

  it("takes a term in and out again", () => {
    const more = toggled('actor:"ada love" x', "type:review");
    expect(more).toBe('actor:"ada love" x type:review');
    expect(toggled(more, "type:review")).toBe('actor:"ada love" x');
  });
});
