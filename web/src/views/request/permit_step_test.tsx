// @vitest-environment happy-dom

import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test } from "vitest";
import type { Permit } from "../../api/types";
import { PermitStep } from "./permit_step";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

function words(state: Permit["state"], more: Partial<Permit> = {}): string {
  const element = document.createElement("ol");
  document.body.append(element);
  const root = createRoot(element);
  const use_by = "2100-01-01T12:15:00.000Z";
  const permit = { id: "pmt_1", executor: { id: "key_1", name: "payments" }, state, use_by };
  act(() => root.render(<PermitStep permit={{ ...permit, ...more }} />));
  undo.push(() => {
    act(() => root.unmount());
    element.remove();
  });
  const done = element.querySelector("li")?.className;
  return `${done}: ${element.textContent}`;
}

test("each state says whether it was executed, and only one says that it was", () => {
  const states = ["issued", "claimed", "failed", "indeterminate", "expired", "revoked"] as const;
  expect(words("succeeded")).toContain("done: Executed payments says");
  for (const state of states) expect(words(state)).not.toContain(": Executed");
  expect(words("issued")).toContain("open: Permit issued");
  expect(words("claimed", { lease_until: "2100-01-01T12:10:00Z" })).toContain("open: Being");
  expect(words("indeterminate")).toContain("Nobody knows");
  for (const state of ["expired", "revoked"] as const) {
    expect(words(state)).toContain("Not executed");
  }
  expect(words("failed")).toContain("failed; nothing repeats it");
});

test("a permit whose time is over is not shown as one that may be claimed", () => {
  const text = words("issued", { use_by: "2020-01-01T11:59:59Z" });
  expect(text).toContain("Not executed");
  expect(text).not.toContain("may execute");
});
