// A person's own copies of their content keys on the server, for the day when this browser has lost
// them.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import {
  covered,
  type KeyCopy,
  keepByPasskey,
  keepByPassphrase,
  loadKeyCopies,
  removeCopy,
} from "../../api/key_copies";
import type { Session } from "../../api/types";
import { useApi, useKeys } from "../../context";
import { newPassphrase, passphraseIsLong, passphraseMin } from "../../crypto/key_copy";
import { PasskeyProblem, passkeysExist } from "../../crypto/passkey";
import { CopyButton } from "../../ui/copy";
import { Notice } from "../../ui/notice";
import { Ago } from "../../ui/time";
import { PasskeyTroubleNotice } from "../passkey_words";

export function useKeyCopies(session: Session) {
  const api = useApi();
  return useQuery({ queryKey: ["key-copies"], queryFn: () => loadKeyCopies(api, session) });
}

export function CopiesCard({ session }: { session: Session }) {
  const { keyring } = useKeys();
  const copies = useKeyCopies(session);
  const act = useAct();
  const [asking, setAsking] = useState(false);
  const copyable = keyring.content.some((key) => key.copy);
  const safe = copies.data !== undefined && covered(copies.data, keyring);
  return (
    <section className="card" aria-label="Your copy of the keys">
      <h2>If this browser loses its keys</h2>
      <p className="muted">
        Browsers clear what they keep, and machines break. A copy lies on the server, closed with
        what only you have: the server cannot open it.
      </p>
      {copyable && copies.data && !safe && (
        <Notice kind="warning" title="No copy holds all keys of this browser">
          Keep one now: it takes one touch.
        </Notice>
      )}
      <ul className="key-list">
        {(copies.data ?? []).map((copy) => (
          <CopyRow
            key={copy.id}
            copy={copy}
            remove={() => void act.run((api) => removeCopy(api, keyring, copy.id))}
          />
        ))}
      </ul>
      {copyable && !asking && (
        <div className="form-actions">
          {passkeysExist() && (
            <button
              type="button"
              className={safe ? "button" : "button primary"}
              disabled={act.working}
              onClick={() => void act.run((api) => keepByPasskey(api, keyring, session))}
            >
              {act.working ? "Follow your device…" : "Keep a copy with a passkey"}
            </button>
          )}
          <button type="button" className="button" onClick={() => setAsking(true)}>
            Keep one with a passphrase
          </button>
        </div>
      )}
      {asking && (
        <PassphraseForm
          working={act.working}
          close={() => setAsking(false)}
          keep={async (text) => {
            const done = await act.run((api) => keepByPassphrase(api, keyring, session, text));
            if (done) setAsking(false);
          }}
        />
      )}
      {act.error && <Problem error={act.error} />}
    </section>
  );
}

function Problem({ error }: { error: Error }) {
  if (error instanceof PasskeyProblem) return <PasskeyTroubleNotice error={error} />;
  return (
    <Notice kind="problem" title="It was not done" alert>
      {error.message}
    </Notice>
  );
}

function useAct() {
  const api = useApi();
  const client = useQueryClient();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const run = async (action: (by: typeof api) => Promise<unknown>): Promise<boolean> => {
    setState("working");
    try {
      await action(api);
      await client.invalidateQueries({ queryKey: ["key-copies"] });
      setState("idle");
      return true;
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  };
  return { run, working: state === "working", error: state instanceof Error ? state : undefined };
}

function CopyRow({ copy, remove }: { copy: KeyCopy; remove(): void }) {
  const [asked, setAsked] = useState(false);
  const { kids } = copy.read.terms;
  return (
    <li data-copy={copy.kind}>
      <b>{copy.kind === "passkey" ? "With a passkey" : "With a passphrase"}</b>
      <span className="muted">
        {kids.length === 1 ? "one key" : `${kids.length} keys`}, kept <Ago at={copy.created_at} />
      </span>
      {asked ? (
        <span className="confirm">
          <button type="button" className="button" onClick={() => setAsked(false)}>
            Keep
          </button>
          <button type="button" className="button danger" onClick={remove}>
            Delete this copy
          </button>
        </span>
      ) : (
        <button type="button" className="button quiet" onClick={() => setAsked(true)}>
          Delete
        </button>
      )}
    </li>
  );
}

function PassphraseForm(props: {
  working: boolean;
  close(): void;
  keep(text: string): Promise<void>;
}) {
  const [text, setText] = useState("");
  const [made, setMade] = useState(false);
  const [again, setAgain] = useState("");
  const long = passphraseIsLong(text);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void props.keep(text);
  };
  return (
    <form className="panel" onSubmit={submit}>
      <p>
        Who runs the server holds the copy and can try passphrases for as long as they like: take
        words that nobody guesses.
      </p>
      <label className="field">
        <span>Passphrase</span>
        <input
          className="input mono"
          type={made ? "text" : "password"}
          autoComplete="new-password"
          value={text}
          onChange={({ target }) => {
            setMade(false);
            setText(target.value);
          }}
        />
      </label>
      {made ? (
        <p>
          Write these eight words down. <CopyButton text={text} what="passphrase" />
        </p>
      ) : (
        <div>
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              setText(newPassphrase());
              setMade(true);
            }}
          >
            Make eight words for me
          </button>
        </div>
      )}
      <label className="field">
        <span>The same again</span>
        <input
          className="input mono"
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={({ target }) => setAgain(target.value)}
        />
      </label>
      <p role="status">
        {text !== "" && !long && (
          <span className="field-problem">At least {passphraseMin} characters.</span>
        )}
        {long && again !== "" && again !== text && (
          <span className="field-problem">These are not the same.</span>
        )}
      </p>
      <div className="form-actions">
        <button
          type="submit"
          className="button primary"
          disabled={props.working || !long || again !== text}
        >
          {props.working ? "Keeping it…" : "Keep the copy"}
        </button>
        <button type="button" className="button" onClick={props.close}>
          Not now
        </button>
      </div>
    </form>
  );
}
