// A person's passkeys: the ones that sign approvals from level high on, and the ones that sign in.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  type Enrolled,
  enrolToDecide,
  enrolToSignIn,
  loadPasskeys,
  type Passkey,
  removePasskey,
} from "../api/passkeys";
import type { Session } from "../api/types";
import { useApi, useKeys } from "../context";
import { fromHex } from "../crypto/bytes";
import { passkeysExist } from "../crypto/passkey";
import { fourWords } from "../crypto/words";
import { CopyButton } from "../ui/copy";
import { Notice } from "../ui/notice";
import { Ago } from "../ui/time";
import { PasskeyTroubleNotice, passkeyTroubles } from "./passkey_words";
import { KeyFingerprint } from "./proposal_words";

type Working = "decision" | "login" | string; // or the key that goes

export function PasskeysCard({ session }: { session: Session }) {
  const api = useApi();
  const client = useQueryClient();
  const { keyring } = useKeys();
  const list = useQuery({ queryKey: ["passkeys"], queryFn: () => loadPasskeys(api) });
  const [working, setWorking] = useState<Working>();
  const [outcome, setOutcome] = useState<Enrolled | Error>();
  const { device } = keyring;
  const act = async (what: Working, action: () => Promise<Enrolled>) => {
    setWorking(what);
    setOutcome(undefined);
    try {
      setOutcome(await action());
    } catch (error) {
      setOutcome(error instanceof Error ? error : new Error(String(error)));
    }
    setWorking(undefined);
    await client.invalidateQueries();
  };
  const by = device && { api, session, device, pins: keyring.pins };
  const place = whyNone(list.data?.rp_id);
  const busy = working !== undefined;
  return (
    <section className="card" id="passkeys" aria-label="Passkeys">
      <h2>Passkeys</h2>
      <p className="muted">
        From level high on an approval is signed with a passkey: your fingerprint, face or PIN,
        each time, over exactly what you read. One that signs in opens this dashboard and decides
        nothing.
      </p>
      <PasskeyList
        passkeys={list.data?.passkeys ?? []}
        session={session}
        busy={busy || by === undefined}
        remove={(passkey) => by && void act(passkey.key, () => removePasskey(by, passkey))}
      />
      {place && (
        <Notice kind="info" title={place[0]}>
          {place[1]}
        </Notice>
      )}
      {!device && (
        <p>
          This browser has no device key, so it can add no passkeys: a key that you have must
          stand behind each new one.
        </p>
      )}
      {by && !place && (
        <div className="form-actions">
          <button
            type="button"
            className="button primary"
            disabled={busy}
            onClick={() => void act("decision", () => enrolToDecide(by))}
          >
            {working === "decision" ? "Follow your device…" : "Add a passkey for approvals"}
          </button>
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() =>
              void act("login", async () => {
                await enrolToSignIn(by);
                return { state: "signed" };
              })
            }
          >
            {working === "login" ? "Follow your device…" : "Add one that signs in"}
          </button>
        </div>
      )}
      {outcome && <Outcome outcome={outcome} passkeys={list.data?.passkeys ?? []} />}
    </section>
  );
}

// Why none can be made on this page.
function whyNone(rpId: string | undefined) {
  if (!passkeysExist()) return passkeyTroubles.insecure;
  return rpId === location.hostname ? undefined : passkeyTroubles.wrong_host;
}

function Outcome({ outcome, passkeys }: { outcome: Enrolled | Error; passkeys: Passkey[] }) {
  if (outcome instanceof Error) return <PasskeyTroubleNotice error={outcome} />;
  const done = <Notice kind="info" title="Done, and in force" />;
  if (outcome.state === "signed") return done;
  const { proposal } = outcome;
  const there = passkeys.some(({ key }) => key === proposal.key);
  if (there === (proposal.act === "add_passkey")) return done;
  const link = `${location.origin}/settings/roster/${proposal.id}`;
  return (
    <Notice kind="info" title="An owner has to sign for this">
      <p>
        Send an owner this link, and read out the words when they ask. It waits for 30 minutes.
      </p>
      <p className="mono breakable">
        {link} <CopyButton text={link} what="link" />
      </p>
      {proposal.key && <KeyFingerprint id={proposal.key} />}
    </Notice>
  );
}

function PasskeyList(props: {
  passkeys: Passkey[];
  session: Session;
  busy: boolean;
  remove(passkey: Passkey): void;
}) {
  if (props.passkeys.length === 0) return <p className="empty-line">No passkey yet.</p>;
  return (
    <ul className="key-list">
      {props.passkeys.map((passkey) => (
        <PasskeyRow key={passkey.key} {...props} passkey={passkey} />
      ))}
    </ul>
  );
}

function spread({ synced }: Passkey): string {
  return synced ? "may be on several devices" : "on one device";
}

function PasskeyRow(props: {
  passkey: Passkey;
  session: Session;
  busy: boolean;
  remove(passkey: Passkey): void;
}) {
  const { passkey, session } = props;
  const [asked, setAsked] = useState(false);
  const everywhere = session.projects.every(
    ({ id, successor, roster_sha256 }) =>
      successor !== undefined ||
      roster_sha256 === undefined ||
      passkey.projects?.includes(id) !== false,
  );
  return (
    <li data-passkey={passkey.purpose}>
      <b>{passkey.purpose === "decision" ? "Signs approvals" : "Signs in"}</b>
      <span className="words">{fourWords(fromHex(passkey.key))}</span>
      <span className="muted">
        at {passkey.rp_id}, {spread(passkey)}, made <Ago at={passkey.created_at} />
      </span>
      {!everywhere && <span className="badge">not in every project</span>}
      {passkey.flagged_at && (
        <span
          className="state rejected"
          title="Its counter went back: its key may be in two places"
        >
          may have been copied
        </span>
      )}
      {asked ? (
        <span className="confirm">
          <button type="button" className="button" onClick={() => setAsked(false)}>
            Keep
          </button>
          <button
            type="button"
            className="button danger"
            disabled={props.busy}
            onClick={() => props.remove(passkey)}
          >
            Remove this passkey
          </button>
        </span>
      ) : (
        <button type="button" className="button quiet" onClick={() => setAsked(true)}>
          Remove
        </button>
      )}
    </li>
  );
}
