// A list that nobody clicks wrong in: while the pointer or the focus is in it no row moves. What is
// new waits behind a count, what was decided elsewhere stays where it was and says by whom, and
// slides out only once the list is let go.

import { type PointerEvent, type RefObject, useLayoutEffect, useMemo, useState } from "react";
import type { Summary } from "../api/types";

export interface Row {
  request: Summary;
  leftAt?: number; // when it was last seen to belong here no more
}

export const leavingMs = 2000;

// What is shown next. `fresh` is what belongs into the list now; `elsewhere` knows what became of
// requests that do not belong here any more.
export function settle(
  shown: readonly Row[],
  fresh: readonly Summary[],
  elsewhere: (id: string) => Summary | undefined,
  held: boolean,
  at: number,
): Row[] {
  const belongs = new Map(fresh.map((request) => [request.id, request]));
  const next = shown.flatMap((row): Row[] => {
    const request = belongs.get(row.request.id);
    if (request) return [{ request }];
    const left = { request: elsewhere(row.request.id) ?? row.request };
    // Held, it does not begin to leave.
    const leftAt = held ? at : (row.leftAt ?? at);
    return at - leftAt < leavingMs ? [{ ...left, leftAt }] : [];
  });
  if (held && next.length > 0) return [...next, ...below(next, fresh)];
  return withLeaving(next, fresh);
}

// Rows under the last one move nothing: an older page that was asked for.
function below(rows: readonly Row[], fresh: readonly Summary[]): Row[] {
  const there = new Set(rows.map((row) => row.request.id));
  const last = fresh.findLastIndex((request) => there.has(request.id));
  return last < 0 ? [] : fresh.slice(last + 1).map((request) => ({ request }));
}

// In the new order, with each leaving row behind the one that it stood behind.
function withLeaving(rows: readonly Row[], fresh: readonly Summary[]): Row[] {
  const next: Row[] = fresh.map((request) => ({ request }));
  for (const [index, row] of rows.entries()) {
    if (row.leftAt === undefined) continue;
    const before = rows[index - 1]?.request.id;
    next.splice(next.findIndex(({ request }) => request.id === before) + 1, 0, row);
  }
  return next;
}

export interface SteadyList {
  rows: readonly Row[];
  held: boolean;
  news: number; // how many wait until the list is let go
  showNews(): void;
}

// `about` names what is listed: another filter is another list and is shown at once.
export function useSteadyList(
  about: string,
  fresh: readonly Summary[],
  elsewhere: readonly Summary[],
  held: boolean,
): SteadyList {
  const [state, setState] = useState<{ about: string; rows: readonly Row[] }>({
    about,
    rows: none,
  });
  const shown = state.about === about ? state.rows : none;
  const became = useMemo(
    () => new Map(elsewhere.map((request) => [request.id, request])),
    [elsewhere],
  );
  const leaving = !held && shown.some((row) => row.leftAt !== undefined);
  // Before it is painted, or another filter would show an empty list first.
  useLayoutEffect(() => {
    const update = () =>
      setState((before) => {
        const rows = before.about === about ? before.rows : none;
        const next = settle(rows, fresh, (id) => became.get(id), held, performance.now());
        return { about, rows: next };
      });
    update();
    if (!leaving) return;
    const timer = setTimeout(update, leavingMs + 50);
    return () => clearTimeout(timer);
  }, [about, fresh, became, held, leaving]);
  const there = new Set(shown.map((row) => row.request.id));
  return {
    rows: shown,
    held,
    news: held && shown.length > 0 ? fresh.filter(({ id }) => !there.has(id)).length : 0,
    showNews: () => setState({ about, rows: fresh.map((request) => ({ request })) }),
  };
}

// Whether the pointer or the focus is in this element.
export function useHeld(element: RefObject<HTMLElement | null>) {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  // Not every browser tells an element that is no longer displayed that it has lost the focus.
  useLayoutEffect(() => {
    if (focused && !element.current?.contains(document.activeElement)) setFocused(false);
  });
  return {
    held: pointed || focused,
    holding: {
      // A finger does not hover.
      onPointerEnter: (event: PointerEvent) => setPointed(event.pointerType === "mouse"),
      onPointerLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: () => setFocused(false),
    },
  };
}

const none: readonly Row[] = [];
