import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Held, holdMs } from "./held";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const what = (request: string) => ({ request, service: "crm", action: "update" });

test("an approval is sent once its five seconds are over, and once only", async () => {
  const held = new Held();
  const send = vi.fn(async () => undefined);
  held.hold(what("a"), send);
  held.hold(what("a"), send);
  vi.advanceTimersByTime(holdMs - 1);
  expect(send).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(send).toHaveBeenCalledTimes(1);
  expect(held.list).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(send).toHaveBeenCalledTimes(1);
});

test("what was taken back is never sent, and the last is taken back first", () => {
  const held = new Held();
  const [first, second] = [vi.fn(async () => undefined), vi.fn(async () => undefined)];
  held.hold(what("a"), first);
  held.hold(what("b"), second);
  expect(held.undoLast()).toBe(true);
  vi.advanceTimersByTime(holdMs);
  expect(first).toHaveBeenCalledTimes(1);
  expect(second).not.toHaveBeenCalled();
  expect(held.undoLast()).toBe(false);
});

test("signing out takes everything back", () => {
  const held = new Held();
  const send = vi.fn(async () => undefined);
  held.hold(what("a"), send);
  held.clear();
  vi.advanceTimersByTime(holdMs);
  expect(send).not.toHaveBeenCalled();
});

test("what failed is told until somebody has read it", async () => {
  const held = new Held();
  const told = vi.fn();
  held.subscribe(told);
  held.hold(what("a"), async () => "Somebody was first.");
  await vi.advanceTimersByTimeAsync(holdMs);
  expect(held.failed).toEqual([{ ...what("a"), problem: "Somebody was first." }]);
  expect(told).toHaveBeenCalled();
  held.dismiss("a");
  expect(held.failed).toEqual([]);
});
