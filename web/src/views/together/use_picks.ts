// Which rows of the list are selected, to be decided together. The selection stands in the address,
// as everything that is shown does.

import { useEffect, useRef, useState } from "react";
import type { Summary } from "../../api/types";
import { batchMax } from "../../crypto/batch";
import { navigate, withQuery } from "../../route";
import { shortcutOf } from "../../ui/shortcuts";
import { tooMany, whyApart } from "./fits";

export interface Picks {
  ids: readonly string[];
  first: Summary | undefined; // of those that are listed; what else is selected must fit it
  refused: string | undefined; // why the last one was not taken
  toggle(request: Summary): void;
  clear(): void;
}

export const picked = (query: URLSearchParams): string[] => [
  ...new Set((query.get("pick") ?? "").split(".").filter((id) => /^req_[a-z0-9]+$/.test(id))),
];

export function usePicks(query: URLSearchParams, rows: readonly Summary[]): Picks {
  const ids = picked(query);
  const first = rows.find(({ id }) => ids.includes(id));
  const [refused, setRefused] = useState<string>();
  const choose = (next: readonly string[]) => {
    setRefused(undefined);
    const changed = withQuery(query, { pick: next.join(".") });
    navigate(location.pathname + changed, "replace");
  };
  const take = (...requests: Summary[]) => {
    const next = [...ids];
    let lead = first;
    let why: string | undefined;
    for (const request of requests) {
      if (next.includes(request.id)) continue;
      const apart = next.length >= batchMax ? tooMany : whyApart(lead, request);
      if (apart) why = `${request.service} / ${request.action} was not selected. ${apart}`;
      else next.push(request.id);
      lead ??= apart ? undefined : request;
    }
    if (next.length > ids.length) choose(next);
    setRefused(why);
  };
  const toggle = (request: Summary) => {
    if (ids.includes(request.id)) choose(ids.filter((id) => id !== request.id));
    else take(request);
  };
  const now = { toggle, take, clear: () => choose([]), rows, ids };
  const latest = useRef(now);
  latest.current = now;
  const [stable] = useState(() => ({
    toggle: (request: Summary) => latest.current.toggle(request),
    clear: () => latest.current.clear(),
  }));
  useEffect(() => {
    const press = (event: KeyboardEvent) => keyed(event, latest.current);
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return { ids, first, refused, ...stable };
}

interface Latest {
  rows: readonly Summary[];
  ids: readonly string[];
  toggle(request: Summary): void;
  take(...requests: Summary[]): void;
  clear(): void;
}

// x selects the row that has the focus, Shift with j and k the next one too.
function keyed(event: KeyboardEvent, { rows, ids, toggle, take, clear }: Latest): void {
  const key = shortcutOf(event);
  const at = rowInFocus();
  if (key === "Escape" && ids.length > 0 && at?.closest(".inbox:not(.open)")) clear();
  if (key !== "x" && key !== "J" && key !== "K") return;
  const named = (row: HTMLElement | undefined) =>
    rows.filter(({ id }) => id === row?.dataset.request);
  if (key === "x") {
    const [here] = named(at);
    if (here && !event.repeat) toggle(here);
    return;
  }
  const all = [...document.querySelectorAll<HTMLElement>(".row-link")];
  const next = all[(at ? all.indexOf(at) : -1) + (key === "J" ? 1 : -1)];
  next?.focus();
  take(...named(at), ...named(next));
}

function rowInFocus(): HTMLElement | undefined {
  const { activeElement } = document;
  const row = activeElement?.closest<HTMLElement>(".row-link");
  return (
    row ?? document.querySelector<HTMLElement>('.row-link[aria-current="true"]') ?? undefined
  );
}
