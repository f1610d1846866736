import { expect, test } from "vitest";
import { readFragment, takeOneTimeLink } from "./setup_link";

test("reads token and key without turning + into a space", () => {
  expect(readFragment("t=abc&k=a+b/c==")).toEqual({ token: "abc", contentKey: "a+b/c==" });
  expect(readFragment("t=abc&k=a%2Bb%3D")).toEqual({ token: "abc", contentKey: "a+b=" });
  expect(readFragment("t=abc")).toEqual({ token: "abc" });
  expect(readFragment("a=abc")).toEqual({ account: "abc" });
  expect(readFragment("k=&x=1&%")).toEqual({});
  expect(readFragment("t=%zz")).toEqual({ token: "%zz" });
});

test("wipes the fragment in the same step, and only on the pages of links", () => {
  const wiped: unknown[] = [];
  const history = { replaceState: (...args: unknown[]) => wiped.push(args) } as never;
  const at = (pathname: string, hash: string) => ({ pathname, hash }) as Location;
  expect(takeOneTimeLink(at("/setup", "#t=1"), history)).toEqual({ token: "1" });
  expect(wiped).toEqual([[null, "", "/setup"]]);
  expect(takeOneTimeLink(at("/login", "#t=2"), history)).toEqual({ token: "2" });
  expect(takeOneTimeLink(at("/", "#t=1"), history)).toEqual({});
  expect(takeOneTimeLink(at("/setup", ""), history)).toEqual({});
  expect(wiped).toHaveLength(2);
});
