import { useEffect, useRef, useState } from "react";
import { passkeysHere } from "../../api/decide";
import { fromHex } from "../../crypto/bytes";
import { fourWords } from "../../crypto/words";
import type { OpenedPayload } from "../../payload/open";
import { useShortcuts } from "../../ui/shortcuts";
import { Clock, utc } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { useCounterpart } from "./counterpart";
import { type DecisionBarProps, escapes, signing } from "./decision_bar";
import { changeCount } from "./edit/change_list";
import { isHigh } from "./payload_panel";

// A click that was the second half of a double click confirms nothing.
const confirmAfterMs = 500;
// A second `a` that comes later than this was not meant for the first.
const secondKeyMs = 3000;
// As the server asks for it (src/approval/request.h).
const criticalReasonMin = 12;

export function ConfirmPanel(props: DecisionBarProps & { opened: OpenedPayload; close(): void }) {
  const { detail, armed, sending } = props;
  const [settled, setSettled] = useState(false);
  const cancel = useRef<HTMLButtonElement>(null);
  const confirm = useRef<HTMLButtonElement>(null);
  const began = useRef(performance.now());
  // Above medium, and where the agent is gone, no key that is already held down may confirm.
  const careful = isHigh(detail) || detail.waiting.state === "gone";
  const critical = detail.level === "critical";
  const counterpart = useCounterpart(detail, props.opened.parsed, sending);
  useEffect(() => {
    cancel.current?.focus();
    const timer = setTimeout(() => setSettled(true), confirmAfterMs);
    return () => clearTimeout(timer);
  }, []);
  const [reason, setReason] = useState("");
  const passkeys = detail.eligibility.needs === "passkey" ? passkeysHere(detail) : [];
  const [passkey, setPasskey] = useState(passkeys[0]?.key);
  const said = [...reason.trim()].length >= criticalReasonMin;
  const ready = armed && settled && !sending && counterpart.right && (!critical || said);
  const approve = () => props.decide("approve", reason.trim(), passkey, counterpart.number);
  const moved = useRef(false);
  useEffect(() => {
    if (!ready || careful || moved.current) return;
    moved.current = true;
    confirm.current?.focus();
  }, [ready, careful]);
  useShortcuts({
    a: () => {
      const soon = performance.now() - began.current < secondKeyMs;
      if (careful || !ready || !soon) return false;
      approve();
    },
  });
  return (
    <fieldset
      className="decision-panel confirm"
      tabIndex={-1}
      aria-label="Confirm the approval"
      onKeyDown={(event) => escapes(event, props.close)}
    >
      <Sentence {...props} />
      {detail.waiting.state === "gone" && <AgentGone {...props} />}
      {counterpart.field}
      {critical && <Reason reason={reason} setReason={setReason} />}
      {passkeys.length > 1 && (
        <label className="field">
          <span>Sign with the passkey</span>
          <select
            className="input"
            value={passkey}
            onChange={(event) => setPasskey(event.target.value)}
          >
            {passkeys.map(({ key, created_at }) => (
              <option key={key} value={key}>
                {fourWords(fromHex(key))}, made {utc(created_at)}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="decision-actions apart">
        <button type="button" className="button" ref={cancel} onClick={props.close}>
          Cancel
        </button>
        <button
          type="button"
          ref={confirm}
          className={isHigh(detail) ? "button approve grave" : "button approve"}
          disabled={!ready}
          onKeyDown={(event) => event.repeat && event.preventDefault()}
          onClick={(event) => {
            if (ready && event.nativeEvent.isTrusted) approve();
          }}
        >
          {word(props)}
        </button>
      </div>
    </fieldset>
  );
}

function Reason({ reason, setReason }: { reason: string; setReason(text: string): void }) {
  return (
    <label className="field">
      <span>Why it may run</span>
      <textarea
        className="input"
        rows={2}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <small>
        At least {criticalReasonMin} characters. The server and the agent can read this, and it
        stays in the record.
      </small>
    </label>
  );
}

function word({ detail, sending, editing }: DecisionBarProps): string {
  if (sending) return signing(detail);
  const what = editing.edit ? "approve with changes" : "approve";
  return isHigh(detail) ? `Sign and ${what}` : `Yes, ${what}`;
}

function Sentence({ detail, opened, editing }: DecisionBarProps & { opened: OpenedPayload }) {
  const values = `${opened.leaves} ${opened.leaves === 1 ? "value" : "values"}`;
  const changes = editing.edit && editing.draft?.ok ? editing.draft.changes : undefined;
  return (
    <p>
      You approve{" "}
      <b>
        <VisibleText text={detail.service} /> / <VisibleText text={detail.action} />
      </b>{" "}
      for <VisibleText text={detail.agent.name} />,{" "}
      {changes ? (
        <>
          with <b>{changeCount(changes)} changed by you</b>, and the rest as asked: {values} in
          all
        </>
      ) : (
        <>exactly as shown: {values}</>
      )}
      , bound as <b className="words">{fourWords(fromHex(opened.commit))}</b>.
    </p>
  );
}

function AgentGone({ detail }: DecisionBarProps) {
  return (
    <p className="field-problem">
      The agent stopped waiting
      {detail.waiting.at && (
        <>
          {" "}
          at <Clock at={detail.waiting.at} />
        </>
      )}
      . It may have moved on, or it may still act on your yes later.
    </p>
  );
}
