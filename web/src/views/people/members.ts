// The people of the rosters that this browser has checked: who may do what is what owners signed,
// not what the server says.

import type { ProjectRoster, Rosters } from "../../api/rosters";

export interface Place {
  projects: string[]; // names
  roles: string[];
  groups: string[];
}

export interface Person {
  id: string;
  name: string;
  devices: number;
  places: Place[]; // one, unless projects differ
}

export const allRoles = [
  "owner",
  "admin",
  "policy_author",
  "reviewer",
  "auditor",
  "developer",
] as const;

export function peopleOf(rosters: Rosters): Person[] {
  const ids = new Set(
    rosters.projects.flatMap(({ roster }) => roster.entries.map((entry) => entry.member)),
  );
  const people = [...ids].map((id) => ({
    id,
    name: rosters.names.get(id) ?? id,
    devices: keysOf(rosters, id).size,
    places: placesOf(rosters.projects, id),
  }));
  return people.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function keysOf(rosters: Rosters, id: string): Set<string> {
  return new Set(
    rosters.projects.flatMap(({ roster }) =>
      roster.entries.flatMap((entry) => (entry.member === id && entry.spki ? [entry.spki] : [])),
    ),
  );
}

function placesOf(projects: ProjectRoster[], id: string): Place[] {
  const places: Place[] = [];
  for (const { name, roster } of projects) {
    const own = roster.entries.filter((entry) => entry.member === id);
    if (own.length === 0) continue;
    const roles = distinct(own.flatMap((entry) => entry.roles));
    const groups = distinct(own.flatMap((entry) => entry.groups));
    const same = places.find((place) => equal(place.roles, roles) && equal(place.groups, groups));
    if (same) same.projects.push(name);
    else places.push({ projects: [name], roles, groups });
  }
  return places;
}

const distinct = (texts: string[]) => [...new Set(texts)].sort();
const equal = (one: string[], other: string[]) => one.join("\n") === other.join("\n");
