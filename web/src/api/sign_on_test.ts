import { expect, test } from "vitest";
import { takePlace, takeReturned } from "./sign_on";

const at = (href: string) => new URL(href, "http://localhost") as unknown as Location;

test("takes code and state out of the address in one step, and only on their page", () => {
  const wiped: unknown[] = [];
  const history = { replaceState: (...args: unknown[]) => wiped.push(args) } as never;
  expect(takeReturned(at("/login/callback?code=c%2B1&state=s&iss=i&junk=1"), history)).toEqual({
    state: "s",
    code: "c+1",
    iss: "i",
  });
  expect(wiped).toEqual([[null, "", "/login/callback"]]);
  expect(takeReturned(at("/login/callback?state=s&error=access_denied"), history)).toEqual({
    state: "s",
    error: "access_denied",
  });
  expect(takeReturned(at("/login/callback"), history)).toBeUndefined();
  expect(takeReturned(at("/login?code=c&state=s"), history)).toBeUndefined();
  expect(wiped).toHaveLength(3);
});

test("goes on at a page of ours alone, once", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  };
  Object.defineProperty(globalThis, "sessionStorage", { value: storage, configurable: true });
  storage.setItem("lp-sign-on-place", "/requests/req_1");
  expect(takePlace()).toBe("/requests/req_1");
  expect(takePlace()).toBe("/");
  for (const place of ["//evil.example", "https://evil.example", "javascript:alert(1)"]) {
    storage.setItem("lp-sign-on-place", place);
    expect(takePlace()).toBe("/");
  }
});
