import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Detail } from "../../api/types";
import { sendOnEnter } from "../../ui/send_on_enter";
import { type DecisionBarProps, escapes } from "./decision_bar";

// Of one request, or of several for one reason.
type Rejecting = Pick<DecisionBarProps, "unseen" | "sending" | "decide"> & {
  detail: Pick<Detail, "takes_changes">;
  close(): void;
};

export function RejectPanel(props: Rejecting) {
  const [reason, setReason] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => box.current?.focus(), []);
  const send = () => {
    if (!props.sending) props.decide("reject", reason.trim());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <form
      className="decision-panel"
      onSubmit={submit}
      onKeyDown={(event) => escapes(event, props.close)}
      aria-label="Reject"
    >
      {props.unseen && (
        <p>
          You reject without having read the payload. The record will say <b>unseen</b>.
        </p>
      )}
      <label className="field">
        <span>
          {props.detail.takes_changes
            ? "Reason, if you want to give one"
            : "Feedback for the agent, if you want to give some"}
        </span>
        <textarea
          ref={box}
          className="input"
          rows={3}
          maxLength={2000}
          value={reason}
          onKeyDown={sendOnEnter(send)}
          onChange={(event) => setReason(event.target.value)}
        />
        <small>
          The server and the agent can read this. It stays in the record.
          {!props.detail.takes_changes &&
            " This agent's client cannot be asked for changes: it gets your feedback with the no."}
        </small>
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
