// One more device of the same person, as the browser sees it that is signed in: a code to scan, the
// words that both screens show, and an owner's signature for the new device's key.

import { useQueryClient } from "@tanstack/react-query";
import { Smartphone } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { isReason } from "../../api/client";
import {
  agree,
  type Begun,
  beginPairing,
  breakOff,
  lookAtPairing,
  type Met,
  PairingTampered,
} from "../../api/pairing";
import { type Enrolled, signedIfOwner } from "../../api/passkeys";
import { RostersMoved } from "../../api/rosters";
import type { Session } from "../../api/types";
import { useApi, useKeys } from "../../context";
import { choices, newNonce } from "../../crypto/pairing";
import { pairingLink, spacedCode } from "../../crypto/pairing_code";
import { CopyButton } from "../../ui/copy";
import { Notice } from "../../ui/notice";
import { Qr } from "../../ui/qr";
import { Clock } from "../../ui/time";
import { KeyFingerprint } from "../proposal_words";
import { useContentKeys } from "./use_content_keys";

const lookMs = 600;

type State =
  | { at: "start"; why?: "over" | "differed" | "tampered" | Error }
  | { at: "beginning" }
  | { at: "code"; begun: Begun }
  | { at: "words"; begun: Begun; met: Met }
  | { at: "agreeing" }
  | { at: "done"; met: Met; enrolled: Enrolled };

export function PairCard({ session }: { session: Session }) {
  const api = useApi();
  const { keyring } = useKeys();
  const [state, setState] = useState<State>({ at: "start" });
  const { device } = keyring;
  const begin = async () => {
    setState({ at: "beginning" });
    try {
      setState({ at: "code", begun: await beginPairing(api, keyring) });
    } catch (error) {
      setState({ at: "start", why: asError(error) });
    }
  };
  return (
    <section className="card" aria-label="Phone">
      <h2>Pair a phone</h2>
      <p className="muted">
        It gets a device key of its own, which an owner signs for, and the content keys, wrapped
        for it alone. No key is ever in the code.
      </p>
      <LocalNotice />
      {!device && <p>This browser has no device key, so it can bring no other device.</p>}
      {state.at === "start" && state.why && <Why why={state.why} />}
      {device && (state.at === "start" || state.at === "beginning") && (
        <div>
          <button
            type="button"
            className="button"
            disabled={state.at === "beginning"}
            onClick={() => void begin()}
          >
            <Smartphone aria-hidden size={16} /> Pair a phone
          </button>
        </div>
      )}
      {state.at === "code" && <Code begun={state.begun} setState={setState} />}
      {state.at === "words" && <Words state={state} session={session} setState={setState} />}
      {state.at === "agreeing" && <p role="status">Signing for the phone's key…</p>}
      {state.at === "done" && <Done {...state} again={() => setState({ at: "start" })} />}
    </section>
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function LocalNotice() {
  if (!["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)) return null;
  return (
    <Notice kind="info" title="A phone needs an HTTPS name">
      This dashboard is open at localhost, which only this machine reaches; and browsers give keys
      and cameras to HTTPS addresses alone. Give the server a name and a certificate
      (server.public_url), open the dashboard there, and pair from there. Another browser on this
      machine can be paired here.
    </Notice>
  );
}

function Why({ why }: { why: "over" | "differed" | "tampered" | Error }) {
  if (why === "over") {
    return (
      <Notice kind="warning" title="The pairing is over" alert>
        It took longer than it may, or was stopped on the other side. Begin again.
      </Notice>
    );
  }
  if (why === "differed") {
    return (
      <Notice kind="problem" title="The words were not the same: nothing was paired" alert>
        Somebody may stand between the two devices, or the code was opened elsewhere. Begin again,
        with nobody looking on; if it happens twice, tell who runs the server.
      </Notice>
    );
  }
  if (why === "tampered") {
    return (
      <Notice
        kind="problem"
        title="The phone's keys changed on the way: nothing was paired"
        alert
      >
        What came is not what the phone had committed itself to. Somebody may have changed it on
        the server.
      </Notice>
    );
  }
  return (
    <Notice kind="problem" title="It could not be paired" alert>
      {why.message}
    </Notice>
  );
}

function Code({ begun, setState }: { begun: Begun; setState(state: State): void }) {
  const api = useApi();
  const { keyring } = useKeys();
  const { device } = keyring;
  // Said once, whatever the server asks again; what was committed to is what counts.
  const said = useRef({ nonce: newNonce(), seen: {} as { commitment?: string } });
  useEffect(() => {
    if (!device) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const { nonce, seen } = said.current;
      const met = await lookAtPairing(api, device, begun.id, nonce, seen).catch((error) => {
        if (!current) return undefined;
        if (isReason(error, "pairing_over")) setState({ at: "start", why: "over" });
        else if (error instanceof PairingTampered) setState({ at: "start", why: "tampered" });
        return undefined;
      });
      if (!current) return;
      if (met) setState({ at: "words", begun, met });
      else timer = setTimeout(() => void look(), lookMs);
    };
    void look();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [api, device, begun, setState]);
  const link = pairingLink(location.origin, begun.code);
  const stop = () => {
    setState({ at: "start" });
    void breakOff(api, keyring, begun.id).catch(() => undefined);
  };
  return (
    <div className="pair-code">
      <Qr text={link} label="The code to pair a phone with" />
      <div className="stack">
        <p>
          On the phone open LetsPing and scan this, or open{" "}
          <b className="mono">{location.host}/p</b> and type:
        </p>
        <p className="mono large-code" data-testid="pairing-code">
          {spacedCode(begun.code)}
        </p>
        <p className="muted">
          It works once, until <Clock at={begun.expires_at} />.{" "}
          <CopyButton text={link} what="link" />
        </p>
        <div>
          <button type="button" className="button" onClick={stop}>
            Stop
          </button>
        </div>
      </div>
    </div>
  );
}

function Words(props: {
  state: Extract<State, { at: "words" }>;
  session: Session;
  setState(state: State): void;
}) {
  const { begun, met } = props.state;
  const { setState } = props;
  const api = useApi();
  const client = useQueryClient();
  const { keyring, addCompared } = useKeys();
  const [offered] = useState(() => choices(met.words));
  const choose = async (words: string | undefined) => {
    if (words !== met.words) {
      setState({ at: "start", why: "differed" });
      await breakOff(api, keyring, begun.id).catch(() => undefined);
      return;
    }
    const { device } = keyring;
    if (!device) return;
    setState({ at: "agreeing" });
    try {
      const proposal = await agree(api, keyring, begun.id);
      // What is signed is the key whose words were compared, whatever the server calls it.
      const theirs =
        proposal.act === "add_device" &&
        proposal.member.id === props.session.member.id &&
        proposal.spki === met.device.spki;
      if (!theirs) throw new RostersMoved();
      await addCompared(met.device.id, met.device.wrap);
      const by = { api, session: props.session, device, pins: keyring.pins };
      const enrolled = await signedIfOwner(by, proposal);
      setState({ at: "done", met, enrolled });
      await client.invalidateQueries();
    } catch (error) {
      setState({ at: "start", why: isReason(error, "pairing_over") ? "over" : asError(error) });
    }
  };
  return (
    <div className="stack">
      <p>
        <b>Which of these stands on the phone?</b>
      </p>
      <div className="word-choices">
        {offered.map((words) => (
          <button
            type="button"
            key={words}
            className="button words"
            onClick={() => void choose(words)}
          >
            {words}
          </button>
        ))}
        <button type="button" className="button" onClick={() => void choose(undefined)}>
          None of them
        </button>
      </div>
    </div>
  );
}

function Done(props: { met: Met; enrolled: Enrolled; again(): void }) {
  const { met, enrolled } = props;
  const list = useContentKeys();
  const holds = list.data?.projects.some(({ keys }) =>
    keys.some(({ holders }) => holders.includes(met.device.id)),
  );
  if (enrolled.state === "waiting") {
    const link = `${location.origin}/settings/roster/${enrolled.proposal.id}`;
    return (
      <Notice kind="info" title="An owner has to sign for the phone">
        <p>Send an owner this link, and read out the words when they ask.</p>
        <p className="mono breakable">
          {link} <CopyButton text={link} what="link" />
        </p>
        <KeyFingerprint id={met.device.id} />
        <p>The content keys follow once it counts and this dashboard is open.</p>
      </Notice>
    );
  }
  return (
    <Notice
      kind="info"
      title={holds ? "Paired, and it holds the content keys" : "Paired"}
      actions={
        <button type="button" className="button" onClick={props.again}>
          Done
        </button>
      }
    >
      {holds
        ? "It decides with a key of its own. You can revoke it without touching this browser."
        : "It signs in by itself now, and the content keys follow at once."}
    </Notice>
  );
}
