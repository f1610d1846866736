import { expect, test } from "vitest";
import type { Settings } from "../../api/settings";
import type { SessionProject } from "../../api/types";
import { isPublicName, itemsOf } from "./checklist";

const project: SessionProject = {
  id: "proj_a",
  name: "default",
  origin: "letsping.example/p/0",
  payloads: "encrypted",
  single_operator: true,
  marks: [],
  decides: true,
  takes_part: true,
  pending: 0,
};
const settings: Settings = {
  reached_at: "http://localhost:8400",
  asking: {
    per_minute: 600,
    burst: 120,
    pending: 5000,
    decide_by_default_s: 1,
    decide_by_max_s: 2,
  },
  rotation_overlap_s: 86_400,
  backup_horizon_s: 86_400,
  push: false,
  witnessed: false,
  projects: [
    { id: "proj_a", owners: 1, reviewers: 1, sheet_checked: false, webhooks_work: false },
    { id: "proj_b", owners: 9, reviewers: 9, sheet_checked: true, webhooks_work: true },
  ],
};
const done = (one: SessionProject, told: Settings, reachable: boolean) =>
  itemsOf(one, told, reachable).map((item) => item.done);

test("nothing is done in a new directory, whatever another project has", () => {
  expect(done(project, settings, false)).toEqual(Array(9).fill(false));
});

test("each item follows from one fact of its own", () => {
  const state = {
    id: "proj_a",
    owners: 2,
    reviewers: 2,
    sheet_checked: true,
    webhooks_work: true,
  };
  const all: Settings = {
    ...settings,
    reached_at: "https://approvals.example",
    sign_on: { name: "Example", required: true },
    push: true,
    witnessed: true,
    projects: [state],
  };
  const team = { ...project, single_operator: false };
  expect(done(team, all, true)).toEqual(Array(9).fill(true));
  expect(done(project, all, true)).toEqual([true, true, false, ...Array(6).fill(true)]);
  expect(done(team, { ...all, projects: [{ ...state, owners: 1 }] }, true)[1]).toBe(false);
  expect(done(team, all, false)[4]).toBe(false);
});

test("what the server can read needs no recovery sheet", () => {
  expect(done({ ...project, payloads: "server_sealed" }, settings, false)).toHaveLength(8);
});

test("a name is public over TLS, and is neither this machine nor an address", () => {
  for (const url of ["http://a.example", "https://localhost:8400", "https://x.localhost", "x"]) {
    expect(isPublicName(url), url).toBe(false);
  }
  for (const url of ["https://10.0.0.5", "https://[::1]:8400"]) {
    expect(isPublicName(url), url).toBe(false);
  }
  expect(isPublicName("https://approvals.example:8443")).toBe(true);
});
