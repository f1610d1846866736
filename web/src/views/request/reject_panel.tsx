import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { type DecisionBarProps, escapes } from "./decision_bar";

export function RejectPanel(props: DecisionBarProps & { close(): void }) {
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
  const press = (event: KeyboardEvent) => {
    const composing = event.nativeEvent.isComposing;
    if (event.key === "Enter" && !event.shiftKey && !event.repeat && !composing) {
      event.preventDefault();
      send();
    }
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
        <span>Reason, if you want to give one</span>
        <textarea
          ref={box}
          className="input"
          rows={3}
          maxLength={2000}
          value={reason}
          onKeyDown={press}
          onChange={(event) => setReason(event.target.value)}
        />
        <small>The server and the agent can read this. It stays in the record.</small>
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
