// Where an owner signs that a log opens in the place of one that was closed after a rollback: what
// is lost, who accepted that, and who decides from then on.

import { useQuery } from "@tanstack/react-query";
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
import {
  DoneNotice,
  NotAnOwner,
  SignButtons,
  SigningPage,
  Stale,
  Tampered,
  useReadOnce,
  useSigning,
} from "./owner_signature";
import { EntryLine } from "./proposal_words";

export function RollbackView({ session }: { session: Session }) {
  const api = useApi();
  const { pins } = useKeys().keyring;
  const { shown, again } = useReadOnce("successions", () => loadSuccessions(api, pins));
  const [done, setDone] = useState(false);
  // What was signed a moment ago, too, when the session had to be opened anew meanwhile.
  const opened = done || session.projects.some(({ successor }) => successor);
  return (
    <SigningPage
      title="A log was rolled back"
      reading="Checking the rosters…"
      shown={shown}
      unshown={(error) => <Problem error={error} again={again} />}
    >
      {(offered) => {
        if (done || offered.list.length === 0) return opened ? <Finished /> : <Nothing />;
        return <SignForm offered={offered} session={session} onDone={setDone} again={again} />;
      }}
    </SigningPage>
  );
}

function SignForm(props: {
  offered: Successions;
  session: Session;
  onDone(done: boolean): void;
  again(): void;
}) {
  const { list, names } = props.offered;
  const api = useApi();
  const signing = useSigning(props.onDone);
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
      <SignButtons
        signing={signing}
        label="Accept the loss and open the new log"
        sign={() => void signing.run((key) => openSuccessors(api, key, list), true)}
      />
      {signing.error && <Problem error={signing.error} again={props.again} />}
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

function Finished() {
  return (
    <DoneNotice title="The new log is open">
      Its first event says what it stands in the place of, with your signature. What waited for a
      decision in the old log waits for ever: agents ask again.
    </DoneNotice>
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
  if (error instanceof RosterProblem) return <Tampered error={error} />;
  if (isReason(error, "not_permitted")) return <NotAnOwner />;
  if (isReason(error, "stale", "not_found")) {
    return (
      <Stale title="It is another by now" again={again}>
        {error.message} Nothing was opened.
      </Stale>
    );
  }
  return (
    <Notice
      kind="problem"
      title="The server did not take it"
      actions={
        <button type="button" className="button" onClick={again}>
          Show it anew
        </button>
      }
      alert
    >
      {error instanceof ApiError && error.status !== 0
        ? `${error.message} Nothing was opened.`
        : "The new log may or may not be open."}
    </Notice>
  );
}

// On the pages where an owner would look.
export function ClosedLogs({ session }: { session: Session }) {
  const api = useApi();
  const { keyring } = useKeys();
  const waiting = useQuery({
    queryKey: ["successions"],
    queryFn: () => fetchSuccessions(api),
    // As of what else an owner signs: only with the device key of the session.
    enabled: session.member.roles.includes("owner") && session.key === keyring.device?.id,
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
