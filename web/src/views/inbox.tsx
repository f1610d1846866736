import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { RequestPage, Session } from "../api/types";
import { useApi } from "../context";
import { navigate, useAddress, withQuery } from "../route";
import { Notice } from "../ui/notice";
import { shortcutOf } from "../ui/shortcuts";
import { FirstRequest } from "./first_request";
import { type FilterChoices, Filters, filterNames } from "./inbox_filters";
import { InboxRow } from "./inbox_row";
import { RequestView } from "./request/request_view";
import { UnsignedProjects } from "./unsigned_projects";
import { WaitingProposals } from "./waiting_proposals";

// The list, and beside it the request that is open. On a phone, one of the two.
export function InboxView({ session, selected }: { session: Session; selected?: string }) {
  const { query } = useAddress();
  const shown = query.get("state") ?? "all";
  const pending = useRequests("pending", query, shown !== "decided");
  const decided = useRequests("decided", query, shown !== "pending");
  useListKeys(selected !== undefined);
  const filtered = filterNames.some((name) => query.has(name));
  const failed = pending.isError || decided.isError;
  const loaded = (shown === "decided" || pending.data) && (shown === "pending" || decided.data);
  const empty = loaded && pending.rows.length + decided.rows.length === 0;
  const row = { query, selected };
  return (
    <div className={selected ? "inbox split open" : "inbox split"}>
      <section className="list" aria-label="Requests">
        <header className="list-head">
          <h1>Inbox</h1>
          <Filters query={query} choices={choices(session, [...pending.rows, ...decided.rows])} />
        </header>
        <WaitingProposals session={session} />
        <UnsignedProjects session={session} />
        {failed && !loaded && (
          <Notice kind="warning" title="The list could not be loaded">
            The page goes on trying.
          </Notice>
        )}
        {shown !== "decided" && (
          <Group title="Waiting for you" query={pending} row={row} count={waiting(session)} />
        )}
        {shown !== "decided" && pending.data && pending.rows.length === 0 && !empty && (
          <p className="quiet-line">Nothing waits for you.</p>
        )}
        {shown !== "pending" && decided.rows.length > 0 && (
          <Group title="Closed" query={decided} row={row} />
        )}
        {empty && filtered && <NothingMatches />}
        {empty && !filtered && (
          <p className="quiet-line">
            {shown === "all" ? "Nothing has been asked yet." : "Nothing here."}
          </p>
        )}
      </section>
      <div className="pane">
        {selected ? (
          <RequestView key={selected} id={selected} session={session} />
        ) : empty && !filtered && shown === "all" ? (
          <FirstRequest session={session} />
        ) : (
          <p className="pane-hint">
            Open a request to see what would run.
            <br />
            <kbd>j</kbd> <kbd>k</kbd> move, <kbd>Enter</kbd> opens, <kbd>Esc</kbd> goes back,{" "}
            <kbd>?</kbd> lists all keys.
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
  const set = filters.filter((filter) => !filter.endsWith("=")).join("&");
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
  const rows = enabled ? (result.data?.pages.flatMap((page) => page.requests) ?? []) : [];
  return { ...result, rows };
}

function Group(props: {
  title: string;
  query: ReturnType<typeof useRequests>;
  row: { query: URLSearchParams; selected: string | undefined };
  count?: number;
}) {
  const { rows, hasNextPage, fetchNextPage, isFetchingNextPage } = props.query;
  if (rows.length === 0) return null;
  return (
    <section className="group" aria-label={props.title}>
      <h2>
        {props.title} {props.count !== undefined && <span className="count">{props.count}</span>}
      </h2>
      <ul>
        {rows.map((request) => (
          <InboxRow
            key={request.id}
            request={request}
            href={`/requests/${request.id}${withQuery(props.row.query, {})}`}
            current={request.id === props.row.selected}
          />
        ))}
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

const waiting = (session: Session) =>
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
function useListKeys(open: boolean): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const key = shortcutOf(event);
      if (key === "Escape" && open) navigate(`/${location.search}`);
      if (key !== "j" && key !== "k") return;
      const rows = [...document.querySelectorAll<HTMLElement>(".row-link")];
      const focused = rows.indexOf(document.activeElement as HTMLElement);
      const current = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
      const from = focused >= 0 ? focused : current;
      const step = key === "j" ? 1 : -1;
      rows[Math.min(rows.length - 1, Math.max(0, from + step))]?.focus();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [open]);
}
