// Where an owner takes a demo live: under which address, what goes along and what ends, and then
// what everybody does to enrol again.

import { type FormEvent, useState } from "react";
import { ApiError, isReason } from "../api/client";
import { goLive, loadGoLive, type Successions } from "../api/successions";
import type { Session } from "../api/types";
import { useApi, useKeys } from "../context";
import { RosterProblem } from "../crypto/roster_chain";
import { Link } from "../route";
import { CopyButton } from "../ui/copy";
import { Notice } from "../ui/notice";
import { VisibleText } from "../ui/visible_text";
import { NotAnOwner, SignButtons, Stale, Tampered, useSigning } from "./owner_signature";
import { EntryLine } from "./proposal_words";

interface Offered {
  publicUrl: string;
  offers: Successions;
}

export function GoLiveView({ session }: { session: Session }) {
  const [offered, setOffered] = useState<Offered>();
  const [done, setDone] = useState<Offered>();
  const demo = session.projects.some(
    ({ marks, successor }) => !successor && marks.includes("demo"),
  );
  return (
    <main className="page">
      <div className="stack">
        <h1>{done ? "This server is live" : "Go live"}</h1>
        {done && <Finished {...done} />}
        {!done && !demo && <AlreadyLive />}
        {!done && demo && (
          <>
            <Explained session={session} />
            {offered ? (
              <SignForm
                offered={offered}
                onDone={() => setDone(offered)}
                again={() => setOffered(undefined)}
              />
            ) : (
              <AddressForm onOffered={setOffered} />
            )}
          </>
        )}
      </div>
    </main>
  );
}

function Explained({ session }: { session: Session }) {
  const waiting = session.projects.reduce((sum, { pending }) => sum + pending, 0);
  return (
    <>
      <p>
        This server was set up under a name of one machine only, so every receipt is marked as
        demo. Going live opens a fresh log for each project, without the mark, under the address
        that people use from now on. It is for good.
      </p>
      <ul>
        <li>Members, roles, groups, settings, API keys, webhooks and channels go along.</li>
        <li>The logs so far are closed. They stay to be read, and their receipts stay valid.</li>
        <li>
          Browsers bind keys to an address: everybody enrols again with a login link. The key of
          this browser stays until you revoke it, so that you can sign for the new ones here.
        </li>
        <li>Whoever verifies receipts needs a new trust file.</li>
      </ul>
      {waiting > 0 && (
        <Notice
          kind="warning"
          title={waiting === 1 ? "One request waits" : `${waiting} requests wait`}
        >
          Nothing that waits goes along. <Link href="/">Decide first</Link>, or let it end.
        </Notice>
      )}
    </>
  );
}

function AddressForm({ onOffered }: { onOffered(offered: Offered): void }) {
  const api = useApi();
  const { device, pins } = useKeys().keyring;
  const [publicUrl, setPublicUrl] = useState("https://");
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const show = async (event: FormEvent) => {
    event.preventDefault();
    if (!device) return;
    setState("working");
    try {
      onOffered({ publicUrl, offers: await loadGoLive(api, pins, device, publicUrl) });
    } catch (thrown) {
      setState(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void show(event)}>
      <label className="field">
        <span>Address from now on</span>
        <input
          className="input"
          value={publicUrl}
          onChange={(event) => setPublicUrl(event.target.value.trim())}
          placeholder="https://letsping.example"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          required
        />
        <small>
          As browsers show it: https, no path. It must lead to this server before anybody can
          enrol again, and changing it later costs everybody their keys.
        </small>
      </label>
      <div className="form-actions">
        <button type="submit" className="button" disabled={!device || state === "working"}>
          {state === "working" ? "Reading…" : "Show what I sign"}
        </button>
      </div>
      {state instanceof Error && <Problem error={state} again={() => setState("idle")} />}
    </form>
  );
}

function SignForm(props: { offered: Offered; onDone(): void; again(): void }) {
  const { publicUrl, offers } = props.offered;
  const api = useApi();
  const { pins } = useKeys().keyring;
  const signing = useSigning(props.onDone);
  return (
    <>
      <p>
        From now on at <b className="mono breakable">{publicUrl}</b>:
      </p>
      {offers.list.map(({ text, document, entries }) => (
        <section key={text.project} className="card roster-change">
          <h2>
            <VisibleText text={text.name} />
          </h2>
          <dl className="pairs">
            <dt>Stays to be read</dt>
            <dd>{document.last_signed.size} events</dd>
            <dt>New log</dt>
            <dd className="mono breakable">{document.origin}</dd>
          </dl>
          <p>Who stands in its first roster:</p>
          <ul className="roster-lines">
            {entries.map((entry) => (
              <EntryLine key={entry.salt} entry={entry} names={offers.names} sign="+" />
            ))}
          </ul>
        </section>
      ))}
      <SignButtons
        signing={signing}
        label="Go live"
        working="Going live…"
        sign={() => void signing.run((key) => goLive(api, pins, key, publicUrl), undefined)}
      />
      {signing.error && <Problem error={signing.error} again={props.again} />}
    </>
  );
}

function Finished({ publicUrl, offers }: Offered) {
  const people = new Map(
    offers.list.flatMap(({ entries }) =>
      entries.map(({ member }) => [member, offers.names.get(member) ?? member] as const),
    ),
  );
  return (
    <>
      <ol className="steps">
        <li>
          Set <code>server.public_url = "{publicUrl}"</code> and start the server again. It starts
          under no other address.
        </li>
        <li>
          Everybody enrols again at <b className="mono breakable">{publicUrl}</b>, with a link
          that you make for each:
          <ul>
            {[...people].map(([member, name]) => (
              <li key={member}>
                <VisibleText text={name} />:{" "}
                <code className="breakable">letsping login-link --member {member}</code>{" "}
                <CopyButton text={`letsping login-link --member ${member}`} what="the command" />
              </li>
            ))}
          </ul>
        </li>
        <li>
          Sign for each new key, your own first: come back to this browser, at the address where
          it is now. Add passkeys at the new one.
        </li>
        <li>Revoke the key of this browser from the new one.</li>
      </ol>
      <Notice
        kind="info"
        title="The logs before are closed"
        actions={
          <Link href="/" className="button">
            Inbox
          </Link>
        }
      >
        They stay to be read, with the mark. New receipts have none. Export a new trust file:{" "}
        <code>letsping trust export</code>.
      </Notice>
    </>
  );
}

function AlreadyLive() {
  return (
    <Notice kind="info" title="This server is live">
      It is no demo, or not any more. Another address would cost everybody their keys; see{" "}
      <code>letsping serve --accept-lost-credentials</code>.
    </Notice>
  );
}

// Never a bare code: what happened, what to do.
function Problem({ error, again }: { error: Error; again(): void }) {
  if (error instanceof RosterProblem) return <Tampered error={error} />;
  if (isReason(error, "not_permitted")) return <NotAnOwner />;
  if (isReason(error, "stale")) {
    return (
      <Stale title="The log grows too fast" again={again}>
        Stop the agents for a moment. Nothing was opened.
      </Stale>
    );
  }
  return (
    <Notice
      kind="problem"
      title="The server did not take it"
      actions={
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      }
      alert
    >
      {error instanceof ApiError && error.status !== 0
        ? `${error.message} Nothing was opened.`
        : "The server may or may not be live: look at its pages."}
    </Notice>
  );
}
