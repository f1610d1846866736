import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, type RefObject, Suspense, useEffect, useMemo, useRef } from "react";
import type { RequestPage, Session } from "../api/types";
import { useApi } from "../context";
import { navigate, useAddress, withQuery } from "../route";
import { Notice } from "../ui/notice";
import { shortcutOf } from "../ui/shortcuts";
import { ErasedRows } from "./erased_rows";
import { FirstRequest } from "./first_request";
import { FloodGroup } from "./flood_group";
import { withFloods } from "./floods";
import {
  type FilterChoices,
  Filters,
  filterNames,
  type Split,
  Splits,
  splitOf,
  splits,
} from "./inbox_filters";
import { InboxRow } from "./inbox_row";
import { RequestView } from "./request/request_view";
import { ClosedLogs } from "./rollback";
import { type Row, type SteadyList, useHeld, useSteadyList } from "./steady_list";
import { PickBar } from "./together/pick_bar";
import { type Picks, usePicks } from "./together/use_picks";
import { UnsignedProjects } from "./unsigned_projects";
import { WaitingProposals } from "./waiting_proposals";

const TogetherView = lazy(() =>
  import("./together/together_view").then((m) => ({ default: m.TogetherView })),
);

// Not the id of a request: all that are selected.
export const together = "together";

// The list, and beside it the request that is open. On a phone, one of the two.
export function InboxView({ session, selected }: { session: Session; selected?: string }) {
  const { query } = useAddress();
  const split = splitOf(query);
  // Whose turn it is says something only of what waits.
  const shown = split.name === "" ? (query.get("state") ?? "all") : "pending";
  const pending = useRequests("pending", query, shown !== "decided");
  // Also where they are not listed: they say what became of a request that was.
  const decided = useRequests("decided", query, true);
  const list = useRef<HTMLDivElement>(null);
  const { held, holding } = useHeld(list);
  const waiting = useSteadyList(pending.about, pending.rows, decided.rows, held);
  const leaving = new Set(waiting.rows.map(({ request }) => request.id));
  const picks = usePicks(query, pending.rows);
  const closed = useSteadyList(decided.about, decided.rows, nothing, held);
  useListKeys(selected, query);
  const filtered = filterNames.some((name) => query.has(name));
  const failed = pending.isError || decided.isError;
  const loaded = (shown === "decided" || pending.data) && (shown === "pending" || decided.data);
  const listed = [
    ...(shown === "decided" ? [] : pending.rows),
    ...(shown === "pending" ? [] : decided.rows),
  ];
  const erased = shown === "pending" ? [] : decided.erased;
  const waits = pendingCount(session);
  const bare = loaded && listed.length + waiting.rows.length + erased.length === 0;
  // What is put off is still there.
  const empty = bare && (filtered || waits === 0);
  const row = { query, selected };
  return (
    <div className={selected ? "inbox split open" : "inbox split"}>
      <section className="list" aria-label="Requests">
        <header className="list-head">
          <h1>Inbox</h1>
          {split.name === "" && <Filters query={query} choices={choices(session, listed)} />}
          {shown !== "decided" && <Splits query={query} />}
        </header>
        <ClosedLogs session={session} />
        <WaitingProposals session={session} />
        <UnsignedProjects session={session} />
        {failed && !loaded && (
          <Notice kind="warning" title="The list could not be loaded">
            The page goes on trying.
          </Notice>
        )}
        <div className="groups" ref={list} {...holding}>
          {shown !== "decided" && (
            <Group
              title={titleOf(split, session)}
              query={pending}
              list={waiting}
              row={row}
              {...(decides(session) && { picks })}
              count={pending.hasNextPage && !filtered ? waits : pending.rows.length}
            />
          )}
          {shown !== "decided" && pending.data && waiting.rows.length === 0 && !empty && (
            <p className="quiet-line">{nothingIn(split, session)}</p>
          )}
          {shown !== "pending" && (
            <Group
              title="Closed"
              query={decided}
              list={{ ...closed, rows: closed.rows.filter((r) => !leaving.has(r.request.id)) }}
              row={row}
            />
          )}
          <ErasedRows erased={erased} search={withQuery(query, {})} selected={selected} />
        </div>
        <PickBar picks={picks} query={query} />
        {empty && filtered && <NothingMatches />}
        {empty && !filtered && (
          <p className="quiet-line">
            {shown === "all" ? "Nothing has been asked yet." : "Nothing here."}
          </p>
        )}
      </section>
      <div className="pane">
        {selected === together ? (
          <Suspense>
            <TogetherView ids={picks.ids} session={session} />
          </Suspense>
        ) : selected ? (
          <RequestView key={selected} id={selected} session={session} />
        ) : empty && !filtered && shown === "all" ? (
          <FirstRequest session={session} />
        ) : (
          <p className="pane-hint">
            Open a request to see what would run.
            <br />
            <kbd>j</kbd> <kbd>k</kbd> move, <kbd>Enter</kbd> opens, <kbd>x</kbd> selects,{" "}
            <kbd>Esc</kbd> goes back, <kbd>?</kbd> lists all keys.
          </p>
        )}
      </div>
    </div>
  );
}

function useRequests(state: "pending" | "decided", query: URLSearchParams, enabled: boolean) {
  const api = useApi();
  const filters = filterNames.map(
    (name) => `${name}=${encodeURIComponent(query.get(name) ?? "")}`,
  );
  const turn = state === "pending" ? [splitOf(query).query] : [];
  const set = [...filters.filter((filter) => !filter.endsWith("=")), ...turn].join("&");
  const result = useInfiniteQuery({
    queryKey: ["requests", state, set],
    enabled,
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      api.get<RequestPage>(
        `/api/review/requests?state=${state}&limit=50${set && `&${set}`}` +
          (pageParam && `&before=${pageParam}`),
      ),
    getNextPageParam: (last) => last.next,
    // That an agent has stopped waiting is announced by nobody.
    refetchInterval: state === "pending" ? 30_000 : false,
  });
  const rows = useMemo(
    () => (enabled ? (result.data?.pages.flatMap((page) => page.requests) ?? []) : []),
    [enabled, result.data],
  );
  const erased = useMemo(
    () => (enabled ? (result.data?.pages.flatMap((page) => page.erased ?? []) ?? []) : []),
    [enabled, result.data],
  );
  return { ...result, rows, erased, about: `${state} ${set}` };
}

function Group(props: {
  title: string;
  query: ReturnType<typeof useRequests>;
  list: SteadyList;
  row: { query: URLSearchParams; selected: string | undefined };
  count?: number;
  picks?: Picks;
}) {
  const { hasNextPage, fetchNextPage, isFetchingNextPage } = props.query;
  const { rows, news, held, showNews } = props.list;
  const section = useRef<HTMLElement>(null);
  if (rows.length === 0) return null;
  const rowOf = ({ request, leftAt }: Row) => (
    <InboxRow
      key={request.id}
      request={request}
      href={`/requests/${request.id}${withQuery(props.row.query, {})}`}
      current={request.id === props.row.selected}
      leaving={leftAt !== undefined && !held}
      picked={props.picks?.ids.includes(request.id) ?? false}
      pick={props.picks?.toggle}
    />
  );
  return (
    <section className="group" aria-label={props.title} ref={section}>
      <header className="group-head">
        <h2>
          {props.title}{" "}
          {props.count !== undefined && <span className="count">{props.count}</span>}
        </h2>
        <span role="status">
          {news > 0 && <News count={news} show={showNews} section={section} />}
        </span>
      </header>
      <ul>
        {withFloods(rows, props.row.selected).map((one) =>
          "rows" in one ? (
            <FloodGroup key={`flood ${one.agent.id}`} flood={one}>
              {one.rows.map(rowOf)}
            </FloodGroup>
          ) : (
            rowOf(one)
          ),
        )}
      </ul>
      {hasNextPage && (
        <button
          type="button"
          className="button quiet more"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show older
        </button>
      )}
    </section>
  );
}

// New ones that would have moved the rows under the pointer. The focus goes to the first of them:
// the button is gone.
function News(props: { count: number; show(): void; section: RefObject<HTMLElement | null> }) {
  const show = () => {
    props.show();
    requestAnimationFrame(() =>
      props.section.current?.querySelector<HTMLElement>(".row-link")?.focus(),
    );
  };
  return (
    <button type="button" className="news" onClick={show}>
      {props.count} new
    </button>
  );
}

function NothingMatches() {
  const { query } = useAddress();
  const cleared = Object.fromEntries(filterNames.map((name) => [name, ""]));
  return (
    <div className="quiet-line">
      No request matches these filters.{" "}
      <button
        type="button"
        className="link"
        onClick={() => navigate(location.pathname + withQuery(query, cleared))}
      >
        Clear filters
      </button>
    </div>
  );
}

// Who may only read is told whom it waits for.
const decides = (session: Session) => session.projects.some((project) => project.decides);

const titles: Record<Split["name"], string> = {
  "": "Waiting for you",
  mine: "Assigned to you",
  unassigned: "Waiting for anybody",
  thought: "Needs thought",
  later: "Put off by you",
};

function titleOf({ name }: Split, session: Session): string {
  return name === "" && !decides(session) ? "Waiting for reviewers" : titles[name];
}

const nothings: Record<Split["name"], string> = {
  "": "Nothing waits for you.",
  mine: "Nothing is assigned to you.",
  unassigned: "Everything that waits is somebody's.",
  thought: "Nothing of level high or critical waits.",
  later: "You have put nothing off.",
};

function nothingIn({ name }: Split, session: Session): string {
  return name === "" && !decides(session) ? "Nothing waits for a reviewer." : nothings[name];
}

const nothing: RequestPage["requests"] = [];

const pendingCount = (session: Session) =>
  session.projects.reduce((sum, project) => sum + project.pending, 0);

function choices(session: Session, rows: RequestPage["requests"]): FilterChoices {
  const seen = (values: (string | undefined)[]) =>
    [...new Set(values.filter((value) => value !== undefined))].sort();
  return {
    project: session.projects.map(({ id, name }) => ({ value: id, label: name })),
    environment: seen(rows.map((row) => row.environment)).map((value) => ({
      value,
      label: value,
    })),
    service: seen(rows.map((row) => row.service)).map((value) => ({ value, label: value })),
    role: seen(rows.map((row) => row.role)).map((value) => ({ value, label: value })),
    // Too many to choose from: a request's page leads to the others of its trace and its parent.
    trace_id: [],
    parent_request_id: [],
  };
}

// j and k move between the rows, Esc closes what is open. Enter is the link's own.
function useListKeys(selected: string | undefined, query: URLSearchParams): void {
  const search = query.toString();
  const open = selected !== undefined;
  const before = useRef<string[]>([]); // the rows when it was opened
  useEffect(() => {
    if (selected !== undefined) before.current = listRows().map(idOfRow);
  }, [selected]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const key = shortcutOf(event);
      if (key === "Escape" && selected !== undefined) {
        navigate(`/${location.search}`);
        requestAnimationFrame(() => focusNear(selected, before.current));
      }
      const chosen =
        key !== undefined && /^[1-5]$/.test(key) ? splits[Number(key) - 1] : undefined;
      if (chosen && !open) {
        navigate(`/${withQuery(new URLSearchParams(search), { split: chosen.name })}`);
      }
      if (key !== "j" && key !== "k") return;
      const rows = listRows();
      const focused = rows.indexOf(document.activeElement as HTMLElement);
      const current = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
      const from = focused >= 0 ? focused : current;
      const step = key === "j" ? 1 : -1;
      rows[Math.min(rows.length - 1, Math.max(0, from + step))]?.focus();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [open, selected, search]);
}

const listRows = () => [...document.querySelectorAll<HTMLElement>(".row-link")];
const idOfRow = (row: HTMLElement) => row.dataset["request"] ?? "";

// Whoever closes a request stands on its row again, or where that has gone on the next that was
// below it, and goes on from there.
function focusNear(id: string, before: readonly string[]): void {
  const at = before.indexOf(id);
  const wanted = at < 0 ? [id] : [...before.slice(at), ...before.slice(0, at).reverse()];
  const rows = new Map(listRows().map((row) => [idOfRow(row), row]));
  const near = wanted.map((one) => rows.get(one)).find((row) => row?.checkVisibility());
  near?.focus();
}
