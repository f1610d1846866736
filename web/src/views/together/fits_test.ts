import { expect, test } from "vitest";
import type { Summary } from "../../api/types";
import { whyAlone, whyApart } from "./fits";
import { picked } from "./use_picks";

const first = {
  project: "proj_1",
  service: "stripe",
  action: "refund",
  level: "high",
  state: "pending",
} as Summary;

test("requests of one action and level are decided together", () => {
  expect(whyApart(undefined, first)).toBeUndefined();
  expect(whyApart(first, { ...first })).toBeUndefined();
});

test("what differs in what is signed once is decided apart, and it is said why", () => {
  expect(whyApart(first, { ...first, project: "proj_2" })).toContain("another project");
  expect(whyApart(first, { ...first, service: "adyen" })).toContain("another action");
  expect(whyApart(first, { ...first, action: "payout" })).toContain("another action");
  expect(whyApart(first, { ...first, level: "medium" })).toContain("another level");
  expect(whyApart(first, { ...first, state: "approved" })).toContain("decided already");
  expect(whyApart(undefined, { ...first, level: "critical" })).toContain("decided alone");
});

test("what has attachments is decided on its own page", () => {
  expect(whyAlone({})).toBeUndefined();
  expect(whyAlone({ attachments: [] })).toBeUndefined();
  const attachments = [{ id: "att_1", size: 3, pieces: 1, missing: 0 }] as never;
  expect(whyAlone({ attachments })).toContain("decided alone");
});

test("an address selects each request once, and nothing else", () => {
  const ids = (text: string) => picked(new URLSearchParams({ pick: text }));
  expect(ids("req_a.req_b.req_a")).toEqual(["req_a", "req_b"]);
  expect(ids("")).toEqual([]);
  expect(ids("../../x.req_b.javascript:1")).toEqual(["req_b"]);
});
