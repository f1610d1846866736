import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Detail } from "../../api/types";
import { fromHex } from "../../crypto/bytes";
import { fourWords } from "../../crypto/words";
import type { OpenedPayload } from "../../payload/open";
import { Clock } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { HoldButton } from "./hold_button";
import { isHigh } from "./payload_panel";

export interface DecisionBarProps {
  detail: Detail;
  approvable: OpenedPayload | undefined; // opened, not disarmed, and this person may
  why: string | undefined; // why approve is not there
  unseen: boolean; // a reject would be one without having read the payload
  blocked: string | undefined; // what must still happen before approve is armed
  armed: boolean;
  sending: boolean;
  decide(verdict: "approve" | "reject", reason: string): void;
}

// Reject on the left and always armed; approve on the right, only when it may be, and never where
// reject was a moment ago.
export function DecisionBar(props: DecisionBarProps) {
  const [asking, setAsking] = useState<"nothing" | "reject" | "approve">("nothing");
  const { detail, approvable, armed, sending } = props;
  const close = () => setAsking("nothing");
  const gone = detail.waiting.state === "gone";
  const direct = (detail.level === "low" || detail.level === "none") && !gone;
  const press = () => (direct ? props.decide("approve", "") : setAsking("approve"));
  return (
    <div className="decision">
      {asking === "reject" && <RejectPanel {...props} close={close} />}
      {asking === "approve" && approvable && (
        <ConfirmPanel {...props} opened={approvable} close={close} />
      )}
      {asking === "nothing" && (
        <div className="decision-bar">
          <button
            type="button"
            className="button reject"
            disabled={sending || !detail.eligibility.can_reject}
            onClick={() => setAsking("reject")}
          >
            {props.unseen ? "Reject unseen" : "Reject"}
          </button>
          <p className="decision-hint" role="status">
            {sending ? "Signing and sending…" : (props.why ?? props.blocked)}
          </p>
          {approvable && (
            <HoldButton
              className={isHigh(detail) ? "button approve grave" : "button approve"}
              disabled={!armed || sending}
              hold={detail.level === "medium" && !gone}
              onHeld={() => props.decide("approve", "")}
              onPress={press}
            >
              <ApproveWord action={detail.action} high={isHigh(detail)} />
            </HoldButton>
          )}
        </div>
      )}
    </div>
  );
}

// A name that would not fit is not cut: the heading shows it in full.
function ApproveWord({ action, high }: { action: string; high: boolean }) {
  if (action.length > 32) return "Approve";
  return (
    <span>
      {high ? "Sign approval of" : "Approve"} <VisibleText text={action} />
    </span>
  );
}

function RejectPanel(props: DecisionBarProps & { close(): void }) {
  const [reason, setReason] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => box.current?.focus(), []);
  const send = (event: FormEvent) => {
    event.preventDefault();
    props.decide("reject", reason.trim());
  };
  return (
    <form
      className="decision-panel"
      onSubmit={send}
      onKeyDown={(event) => escapes(event, props.close)}
      aria-label="Reject"
    >
      {props.unseen && (
        <p>
          You reject without having read the payload. The record will say <b>unseen</b>.
        </p>
      )}
      <label className="field">
        <span>Reason, if you want to give one</span>
        <textarea
          ref={box}
          className="input"
          rows={3}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <small>The server and the agent can read this.</small>
      </label>
      <div className="decision-actions">
        <button type="submit" className="button reject filled" disabled={props.sending}>
          {props.sending ? "Sending…" : "Send rejection"}
        </button>
        <button type="button" className="button quiet" onClick={props.close}>
          Cancel
        </button>
      </div>
    </form>
  );
}

// A click that was the second half of a double click confirms nothing.
const confirmAfterMs = 500;

function ConfirmPanel(props: DecisionBarProps & { opened: OpenedPayload; close(): void }) {
  const { detail, opened, armed, sending } = props;
  const [typed, setTyped] = useState("");
  const [settled, setSettled] = useState(false);
  const panel = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    panel.current?.focus();
    const timer = setTimeout(() => setSettled(true), confirmAfterMs);
    return () => clearTimeout(timer);
  }, []);
  const critical = detail.level === "critical";
  const ready = armed && settled && !sending && (!critical || typed === detail.action);
  return (
    <fieldset
      className="decision-panel confirm"
      ref={panel}
      tabIndex={-1}
      aria-label="Confirm the approval"
      onKeyDown={(event) => escapes(event, props.close)}
    >
      <p>
        You approve{" "}
        <b>
          <VisibleText text={detail.service} /> / <VisibleText text={detail.action} />
        </b>{" "}
        for <VisibleText text={detail.agent.name} />, exactly as shown: {opened.leaves}{" "}
        {opened.leaves === 1 ? "value" : "values"}, bound as{" "}
        <b className="words">{fourWords(fromHex(opened.commit))}</b>.
      </p>
      {detail.waiting.state === "gone" && (
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
      )}
      {critical && (
        <label className="field">
          <span>
            Type <b className="mono">{<VisibleText text={detail.action} />}</b> to approve
          </span>
          <input
            className="input mono"
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      )}
      <div className="decision-actions apart">
        <button type="button" className="button" onClick={props.close}>
          Cancel
        </button>
        <button
          type="button"
          className={isHigh(detail) ? "button approve grave" : "button approve"}
          disabled={!ready}
          onClick={() => props.decide("approve", "")}
        >
          {sending ? "Signing…" : isHigh(detail) ? "Sign approval" : "Confirm approval"}
        </button>
      </div>
    </fieldset>
  );
}

function escapes(event: React.KeyboardEvent, close: () => void): void {
  if (event.key !== "Escape") return;
  event.preventDefault(); // Esc closes this, not the request.
  event.stopPropagation();
  close();
}
