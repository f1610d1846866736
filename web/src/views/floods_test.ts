import { expect, test } from "vitest";
import type { Summary } from "../api/types";
import { floodMin, withFloods } from "./floods";
import type { Row } from "./steady_list";

const begin = Date.parse("2026-03-01T12:00:00Z");

function row(id: string, agent: string, seconds: number, level = "low"): Row {
  const created_at = new Date(begin + seconds * 1000).toISOString();
  const request = { id, agent: { id: agent, name: agent }, created_at, level, state: "pending" };
  return { request: request as Summary };
}

const many = (count: number, agent = "a", everySeconds = 1) =>
  Array.from({ length: count }, (_, n) => row(`${agent}${n}`, agent, n * everySeconds));

const shapeOf = (rows: Row[], open?: string) =>
  withFloods(rows, open).map((one) =>
    "rows" in one ? `${one.rows.length} of ${one.agent.id}` : one.request.id,
  );

test("fewer than a flood stay rows", () => {
  expect(shapeOf(many(floodMin - 1))).toHaveLength(floodMin - 1);
});

test("as many within a minute are one group, others keep their rows", () => {
  const rows = [row("x", "other", 0), ...many(floodMin), row("y", "other", 3)];
  expect(shapeOf(rows)).toEqual(["x", `${floodMin} of a`, "y"]);
});

test("as many over a longer time are no flood", () => {
  expect(shapeOf(many(floodMin, "a", 60 / (floodMin - 1) + 0.1))).toHaveLength(floodMin);
});

test("one flood of them is enough to group what the agent asked before", () => {
  expect(shapeOf([row("old", "a", -9000), ...many(floodMin)])).toEqual([`${floodMin + 1} of a`]);
});

test("what is high or critical is neither hidden nor counted", () => {
  const rows = [...many(floodMin), row("h", "a", 5, "high"), row("c", "a", 6, "critical")];
  expect(shapeOf(rows)).toEqual([`${floodMin} of a`, "h", "c"]);
  const few = [...many(floodMin - 1), row("h", "a", 5, "high")];
  expect(shapeOf(few)).toHaveLength(floodMin);
});

test("what is open keeps its row", () => {
  expect(shapeOf(many(floodMin), "a0")).toEqual(["a0", `${floodMin - 1} of a`]);
});

test("two agents that flood are two groups, and what was decided stands for itself", () => {
  const decided = row("d", "a", 1);
  decided.request = { ...decided.request, state: "approved" };
  const rows = [...many(floodMin), ...many(floodMin, "b"), decided];
  expect(shapeOf(rows)).toEqual([`${floodMin} of a`, `${floodMin} of b`, "d"]);
});
