import { describe, expect, test } from "vitest";
import type { Rosters } from "../../api/rosters";
import type { Entry, Roster } from "../../crypto/roster_chain";
import { peopleOf } from "./members";

const entry = (member: string, roles: string[], spki?: string): Entry => ({
  salt: "",
  member,
  roles,
  groups: [],
  class: spki === undefined ? "none" : "device",
  ...(spki !== undefined && { spki }),
  cosigned: [],
});

function rosters(...projects: [string, Entry[]][]): Rosters {
  return {
    time: "",
    projects: projects.map(([name, entries]) => ({
      id: name,
      name,
      roster: { entries } as unknown as Roster,
    })),
    names: new Map([
      ["mem_a", "Ada"],
      ["mem_b", "Bob"],
    ]),
    pins: {},
  };
}

describe("the people of the rosters", () => {
  test("are named once, with the keys that they have anywhere", () => {
    const found = peopleOf(
      rosters(
        ["default", [entry("mem_b", ["reviewer"]), entry("mem_a", ["owner"], "k1")]],
        ["lab", [entry("mem_a", ["owner"], "k1"), entry("mem_a", ["owner"], "k2")]],
      ),
    );
    expect(found.map(({ name, devices }) => [name, devices])).toEqual([
      ["Ada", 2],
      ["Bob", 0],
    ]);
  });

  test("have one place where their projects agree, and one each where they differ", () => {
    const [ada, bob] = peopleOf(
      rosters(
        ["default", [entry("mem_a", ["reviewer", "owner"], "k1"), entry("mem_b", ["auditor"])]],
        ["lab", [entry("mem_a", ["owner", "reviewer"], "k1"), entry("mem_b", ["developer"])]],
      ),
    );
    expect(ada?.places).toEqual([
      { projects: ["default", "lab"], roles: ["owner", "reviewer"], groups: [] },
    ]);
    expect(bob?.places.map(({ projects, roles }) => [projects, roles])).toEqual([
      [["default"], ["auditor"]],
      [["lab"], ["developer"]],
    ]);
  });

  test("without a name are shown by their id", () => {
    expect(peopleOf(rosters(["default", [entry("mem_x", [])]]))[0]?.name).toBe("mem_x");
  });
});
