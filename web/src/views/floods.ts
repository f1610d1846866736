// An agent that asks faster than anybody reads buries what others ask. Its rows then stand as one,
// which says how many they are; what is high or critical stays a row of its own, so that a flood
// hides nothing that matters.

import type { Summary } from "../api/types";
import type { Row } from "./steady_list";

// Of one agent within a minute: more than a person reads in that time.
export const floodMin = 20;
const windowMs = 60_000;

export interface Flood {
  agent: Summary["agent"];
  rows: Row[]; // as they are listed
}

export type Listed = Row | Flood;

const collapses = ({ level, state }: Summary) =>
  state === "pending" && (level === "none" || level === "low" || level === "medium");

// The rows in their order, with each flood where its first row stood. `open` is the request that
// is being read: its row stays where it is.
export function withFloods(rows: readonly Row[], open: string | undefined): Listed[] {
  const times = new Map<string, number[]>();
  for (const { request } of rows) {
    if (!collapses(request)) continue;
    const all = times.get(request.agent.id) ?? [];
    all.push(Date.parse(request.created_at));
    times.set(request.agent.id, all);
  }
  const flooding = new Set([...times].filter(([, all]) => floods(all)).map(([id]) => id));
  const groups = new Map<string, Flood>();
  const listed: Listed[] = [];
  for (const row of rows) {
    const { agent, id } = row.request;
    if (!flooding.has(agent.id) || !collapses(row.request) || id === open) {
      listed.push(row);
      continue;
    }
    let group = groups.get(agent.id);
    if (!group) {
      group = { agent, rows: [] };
      groups.set(agent.id, group);
      listed.push(group);
    }
    group.rows.push(row);
  }
  return listed;
}

// Whether `floodMin` of these times lie within one minute.
function floods(times: number[]): boolean {
  const ordered = times.sort((a, b) => a - b);
  return ordered.some((time, at) => {
    const last = ordered[at + floodMin - 1];
    return last !== undefined && last - time <= windowMs;
  });
}
