import { expect, test } from "vitest";
import { Pace, pauseMs, readingMs } from "./pace";

const quick = 900;

test("five decisions in a row that nobody can have read pause the one press", () => {
  const pace = new Pace();
  let told = 0;
  pace.subscribe(() => {
    told += 1;
  });
  for (let count = 0; count < 4; count += 1) pace.note(quick, readingMs("{}"), 1000);
  expect(pace.until).toBe(0);
  pace.note(quick, readingMs("{}"), 2000);
  expect(pace.until).toBe(2000 + pauseMs);
  expect(told).toBe(1);
});

test("one that was read begins the count anew", () => {
  const pace = new Pace();
  for (let count = 0; count < 20; count += 1) {
    pace.note(count % 5 === 4 ? 1100 : quick, readingMs("{}"), 0);
  }
  expect(pace.until).toBe(0);
});

test("a long payload takes longer to read", () => {
  const pace = new Pace();
  const long = readingMs("x".repeat(2_500));
  for (let count = 0; count < 5; count += 1) pace.note(10_000, long, 0);
  expect(pace.until).toBe(pauseMs);
});
