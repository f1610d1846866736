// This browser is known and holds no content key, and a copy of its person's lies on the server:
// one press brings the keys back.

import { type FormEvent, useState } from "react";
import { type KeyCopy, recover, WrongPassphrase } from "../../api/key_copies";
import type { Session } from "../../api/types";
import { useKeys } from "../../context";
import "../../ui/keys.css";
import { Notice } from "../../ui/notice";
import { PasskeyTroubleNotice } from "../passkey_words";
import { useKeyCopies } from "./copies_card";

export function LostKeys({ session }: { session: Session }) {
  const copies = useKeyCopies(session);
  const byPasskey = copies.data?.find(({ kind }) => kind === "passkey");
  const byPassphrase = copies.data?.find(({ kind }) => kind === "passphrase");
  const bring = useRecover();
  if (!byPasskey && !byPassphrase) return null;
  return (
    <div className="lost-keys">
      <Notice
        kind="warning"
        title="This browser has lost its content keys"
        actions={
          byPasskey && (
            <button
              type="button"
              className="button primary"
              disabled={bring.working}
              onClick={() => void bring.run(byPasskey)}
            >
              {bring.working ? "Follow your device…" : "Bring them back with your passkey"}
            </button>
          )
        }
        alert
      >
        It was cleared, or this is another browser. Your copy is on the server, and only you can
        open it.
        {byPassphrase && (
          <PassphraseForm
            working={bring.working}
            submit={(text) => void bring.run(byPassphrase, text)}
          />
        )}
        {bring.error instanceof WrongPassphrase && (
          <p className="field-problem" role="alert">
            That is not the passphrase of this copy.
          </p>
        )}
      </Notice>
      {bring.error && !(bring.error instanceof WrongPassphrase) && (
        <PasskeyTroubleNotice error={bring.error} />
      )}
    </div>
  );
}

function useRecover() {
  const keys = useKeys();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const run = async (copy: KeyCopy, passphrase?: string) => {
    setState("working");
    try {
      await recover(keys, copy, passphrase);
      setState("idle");
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return { run, working: state === "working", error: state instanceof Error ? state : undefined };
}

function PassphraseForm(props: { working: boolean; submit(text: string): void }) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.submit(text);
  };
  return (
    <form className="import" onSubmit={submit}>
      <label className="field">
        <span>Your passphrase</span>
        <input
          className="input mono"
          type="password"
          autoComplete="current-password"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={props.working || text === ""}>
        {props.working ? "Opening the copy…" : "Bring them back"}
      </button>
    </form>
  );
}
