// @vitest-environment happy-dom

import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Armed, useArmed, useDwell } from "./use_armed";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let state: Armed;
let dwell: () => number;
let focused = true;

function Probe({ ready, shown, version }: { ready: boolean; shown: boolean; version: number }) {
  state = useArmed(ready);
  dwell = useDwell(shown, version);
  return null;
}

const draw = (ready: boolean, shown = true, version = 1) =>
  act(() => root.render(<Probe ready={ready} shown={shown} version={version} />));
const pass = (ms: number) => act(() => void vi.advanceTimersByTime(ms));
const turn = (to: boolean) => {
  focused = to;
  act(() => void window.dispatchEvent(new Event(to ? "focus" : "blur")));
};

beforeEach(() => {
  vi.useFakeTimers();
  focused = true;
  vi.spyOn(document, "hasFocus").mockImplementation(() => focused);
  root = createRoot(document.createElement("div"));
});
afterEach(() => {
  act(() => root.unmount());
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("approve is armed after 800 ms in front, and says what it waits for until then", () => {
  draw(true);
  expect(state.waits).toContain("A moment");
  pass(799);
  expect(state.armed).toBe(false);
  pass(1);
  expect(state).toEqual({ armed: true, waits: undefined });
});

test("a window that was not in front begins its 800 ms anew", () => {
  draw(true);
  pass(700);
  turn(false);
  expect(state.waits).toContain("not in front");
  pass(5000);
  expect(state.armed).toBe(false);
  turn(true);
  pass(799);
  expect(state.armed).toBe(false);
  pass(1);
  expect(state.armed).toBe(true);
  turn(false);
  expect(state.armed).toBe(false);
});

test("what is missing disarms at once, and the wait begins anew", () => {
  draw(true);
  pass(800);
  draw(false);
  expect(state).toEqual({ armed: false, waits: undefined });
  draw(true);
  expect(state.armed).toBe(false);
  pass(800);
  expect(state.armed).toBe(true);
});

test("the time on record is the time in front of somebody, and no other", () => {
  draw(true);
  pass(1000);
  turn(false);
  pass(60_000);
  turn(true);
  pass(500);
  expect(Math.round(dwell())).toBe(1500);
  draw(true, false); // Not on screen: an edit is being written.
  pass(60_000);
  expect(Math.round(dwell())).toBe(1500);
  draw(true, true);
  pass(250);
  expect(Math.round(dwell())).toBe(1750);
  draw(true, true, 2);
  pass(100);
  expect(Math.round(dwell())).toBe(100);
});
