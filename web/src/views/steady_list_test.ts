import { expect, test } from "vitest";
import type { Summary } from "../api/types";
import { leavingMs, type Row, settle } from "./steady_list";

const request = (id: string, state = "pending") => ({ id, state }) as Summary;
const pending = (ids: string) => [...ids].map((id) => request(id));
const shownOf = (ids: string): Row[] => pending(ids).map((one) => ({ request: one }));
const rejected = (id: string) => request(id, "rejected");
const ids = (rows: readonly Row[]) => rows.map((row) => row.request.id).join("");

test("a list that nobody touches shows the new ones at once", () => {
  expect(ids(settle(shownOf("cba"), pending("dcba"), rejected, false, 0))).toBe("dcba");
});

test("a held list keeps its rows where they are, and new ones wait", () => {
  expect(ids(settle(shownOf("cba"), pending("edcba"), rejected, true, 0))).toBe("cba");
});

test("a held list takes an older page, which moves nothing", () => {
  expect(ids(settle(shownOf("cb"), pending("dcba"), rejected, true, 0))).toBe("cba");
});

test("an empty list has nothing to hold", () => {
  expect(ids(settle([], pending("a"), rejected, true, 0))).toBe("a");
});

test("a row that was decided says so in its place for two seconds", () => {
  const now = settle(shownOf("cba"), pending("dca"), rejected, false, 10);
  expect(ids(now)).toBe("dcba");
  expect(now[2]).toEqual({ request: rejected("b"), leftAt: 10 });
  expect(ids(settle(now, pending("dca"), rejected, false, 9 + leavingMs))).toBe("dcba");
  expect(ids(settle(now, pending("dca"), rejected, false, 10 + leavingMs))).toBe("dca");
});

test("while the list is held such a row stays, and has its two seconds afterwards", () => {
  let now = settle(shownOf("cba"), pending("ca"), rejected, true, 0);
  now = settle(now, pending("ca"), rejected, true, 60_000);
  expect(ids(now)).toBe("cba");
  expect(now[1]?.request.state).toBe("rejected");
  now = settle(now, pending("ca"), rejected, false, 60_001);
  expect(ids(now)).toBe("cba");
  expect(ids(settle(now, pending("ca"), rejected, false, 60_000 + leavingMs))).toBe("ca");
});

test("several that leave keep their order, also at the top", () => {
  const now = settle(shownOf("dcba"), pending("ea"), rejected, false, 0);
  expect(ids(now)).toBe("dcbea");
});

test("a row that comes back belongs again", () => {
  const left = settle(shownOf("a"), [], rejected, false, 0);
  expect(settle(left, pending("a"), rejected, false, 1)).toEqual(shownOf("a"));
});

test("what is not known elsewhere stays as it was last seen", () => {
  const now = settle(shownOf("a"), [], () => undefined, false, 0);
  expect(now[0]?.request).toEqual(request("a"));
});
