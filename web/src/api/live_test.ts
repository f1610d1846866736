import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Changes, Gathered } from "./live";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function gathered() {
  const given: (string | string[])[] = [];
  const give = (changes: Changes) =>
    given.push(changes === "everything" ? changes : [...changes]);
  return { given, gather: new Gathered(give) };
}

test("the first change of a burst is given at once, the rest together", () => {
  const { given, gather } = gathered();
  for (const request of ["a", "b", "c", "b"]) gather.add({ request });
  expect(given).toEqual([["a"]]);
  vi.advanceTimersByTime(250);
  expect(given).toEqual([["a"], ["b", "c"]]);
  vi.advanceTimersByTime(1000);
  expect(given).toHaveLength(2);
  gather.add({ request: "d" });
  expect(given.at(-1)).toEqual(["d"]);
});

test("everything covers whatever else there was", () => {
  const { given, gather } = gathered();
  gather.add({ request: "a" });
  gather.add({ request: "b" });
  gather.add("everything");
  vi.advanceTimersByTime(250);
  expect(given).toEqual([["a"], "everything"]);
});

test("nothing is given after the end", () => {
  const { given, gather } = gathered();
  gather.add({ request: "a" });
  gather.add({ request: "b" });
  gather.stop();
  vi.advanceTimersByTime(1000);
  expect(given).toEqual([["a"]]);
});
