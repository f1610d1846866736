// Where an owner signs that a log opens in the place of one that was closed after a rollback: what
// is lost, who accepted that, and who decides from then on.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, isReason } from "../api/client";
import {
  fetchSuccessions,
  loadSuccessions,
  openSuccessors,
  type Succession,
  type Successions,
} from "../api/successions";
import type { Session } from "../api/types";
import { useApi, useKeys } from "../context";
import { RosterProblem } from "../crypto/roster_chain";
import { Link } from "../route";
import { Notice } from "../ui/notice";
import { VisibleText } from "../ui/visible_text";
import { EntryLine } from "./proposal_words";

export function RollbackView({ session }: { session: Session }) {
  const api = useApi();
  const { keyring } = useKeys();
  // Read once and not refreshed: what is on screen is what will be signed.
  const offered = useQuery({
    queryKey: ["successions", "offered"],
    queryFn: () => loadSuccessions(api, keyring.pins),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const [done, setDone] = useState(false);
  return (
    <main className="page">
      <div className="stack">
        <h1>A log was rolled back</h1>
        {offered.isPending && <p className="muted">Checking the rosters…</p>}
        {offered.error && <Problem error={offered.error} again={() => void offered.refetch()} />}
        {offered.data && done && <Done />}
        {offered.data &&
          !done &&
          offered.data.list.length === 0 &&
          // What was signed a moment ago, too, when the session had to be opened anew meanwhile.
          (session.projects.some(({ successor }) => successor) ? <Done /> : <Nothing />)}
        {offered.data && !done && offered.data.list.length > 0 && (
          <SignForm
            offered={offered.data}
            session={session}
            onDone={() => setDone(true)}
            again={() => void offered.refetch()}
          />
        )}
      </div>
    </main>
  );
}

function SignForm(props: {
  offered: Successions;
  session: Session;
  onDone(): void;
  again(): void;
}) {
  const { list, names } = props.offered;
  const api = useApi();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const device = keyring.device;
  const open = async () => {
    if (!device) return;
    setState("working");
    try {
      await openSuccessors(api, device, list);
      props.onDone();
      await client.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[1] !== "offered",
      });
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <>
      <p>
        An older copy of the server's data was restored, and an operator says that the rest is
        gone for good. The old log is closed for ever. A new one opens once you, as{" "}
        <b>{props.session.member.name}</b>, sign for it with the key of this browser.
      </p>
      <Notice kind="warning" title="Is the loss real?">
        A restored copy is also what somebody leaves behind who wants decisions to disappear. Sign
        only when you know what happened.
      </Notice>
      {list.map((succession) => (
        <Opening key={succession.text.project} succession={succession} names={names} />
      ))}
      <p>
        Receipts of the old log stay valid as they are. Whoever verifies new ones needs a new
        trust file: <code>letsping trust export</code>.
      </p>
      <div className="form-actions">
        <button
          type="button"
          className="button primary"
          disabled={device === undefined || state === "working"}
          onClick={() => void open()}
        >
          {state === "working" ? "Signing…" : "Accept the loss and open the new log"}
        </button>
      </div>
      {state instanceof Error && <Problem error={state} again={props.again} />}
    </>
  );
}

function Opening(props: { succession: Succession; names: Map<string, string> }) {
  const { text, document, entries } = props.succession;
  const lost = document.last_signed.size - document.restored.size;
  return (
    <section className="card roster-change">
      <h2>
        <VisibleText text={text.name} />
      </h2>
      <dl className="pairs">
        <dt>Signed</dt>
        <dd>{document.last_signed.size} events</dd>
        <dt>Restored</dt>
        <dd>
          {document.restored.size} events
          {lost > 0 && `; the last ${lost} ${lost === 1 ? "is" : "are"} lost`}
        </dd>
        <dt>Reason</dt>
        <dd>
          <VisibleText text={document.reason} />
        </dd>
        <dt>Operator</dt>
        <dd>
          <VisibleText text={document.operator} />
        </dd>
        <dt>New log</dt>
        <dd className="mono breakable">{document.origin}</dd>
      </dl>
      <p>
        Who decides in it, as the restored copy has it. Whoever was removed since then stands here
        again:
      </p>
      <ul className="roster-lines">
        {entries.map((entry) => (
          <EntryLine key={entry.salt} entry={entry} names={props.names} sign="+" />
        ))}
      </ul>
    </section>
  );
}

function Done() {
  return (
    <Notice
      kind="info"
      title="The new log is open"
      actions={
        <Link href="/" className="button">
          Inbox
        </Link>
      }
    >
      Its first event says what it stands in the place of, with your signature. What waited for a
      decision in the old log waits for ever: agents ask again.
    </Notice>
  );
}

function Nothing() {
  return (
    <Notice kind="info" title="No closed log waits for an owner">
      A new log was opened already, or nothing was closed.
    </Notice>
  );
}

// Never a bare code: what happened, what to do.
function Problem({ error, again }: { error: Error; again(): void }) {
  if (error instanceof RosterProblem) {
    return (
      <Notice kind="problem" title="Nothing can be signed" alert>
        {error.message} Somebody may have changed the server's data: compare with another owner
        before you go on.
      </Notice>
    );
  }
  if (isReason(error, "not_permitted")) {
    return (
      <Notice kind="warning" title="An owner signs here">
        You are signed in with a key that is no owner's. Send this link to an owner.
      </Notice>
    );
  }
  const stale = isReason(error, "stale", "not_found");
  return (
    <Notice
      kind={stale ? "warning" : "problem"}
      title={stale ? "It is another by now" : "The server did not take it"}
      actions={
        <button type="button" className="button" onClick={again}>
          Show it anew
        </button>
      }
      alert
    >
      {stale || (error instanceof ApiError && error.status !== 0)
        ? `${error.message} Nothing was opened.`
        : "The new log may or may not be open."}
    </Notice>
  );
}

// On the pages where an owner would look.
export function ClosedLogs({ session }: { session: Session }) {
  const api = useApi();
  const waiting = useQuery({
    queryKey: ["successions"],
    queryFn: () => fetchSuccessions(api),
    enabled: session.member.roles.includes("owner"),
  });
  if (!waiting.data || waiting.data.successions.length === 0) return null;
  return (
    <Notice
      kind="warning"
      title="A log was rolled back and closed"
      actions={
        <Link href="/settings/rollback" className="button">
          Read and sign
        </Link>
      }
    >
      Nothing can be asked or decided until an owner signs for the log that opens in its place.
    </Notice>
  );
}
