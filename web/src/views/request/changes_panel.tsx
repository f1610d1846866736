import { type FormEvent, useEffect, useRef, useState } from "react";
import { sendOnEnter } from "../../ui/send_on_enter";
import { type DecisionBarProps, escapes } from "./decision_bar";

// What the agent shall change. The request goes on waiting, and can still be decided as it is.
export function ChangesPanel(props: DecisionBarProps & { close(): void }) {
  const [wish, setWish] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => box.current?.focus(), []);
  const ready = wish.trim() !== "" && !props.sending;
  const send = () => {
    if (!ready) return;
    props.decide("request_changes", wish.trim());
    props.close();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const plain = props.detail.payload_kind === "plain";
  return (
    <form
      className="decision-panel"
      onSubmit={submit}
      onKeyDown={(event) => escapes(event, props.close)}
      aria-label="Ask for changes"
    >
      <label className="field">
        <span>What shall the agent change?</span>
        <textarea
          ref={box}
          className="input"
          rows={3}
          maxLength={2000}
          required
          value={wish}
          onKeyDown={sendOnEnter(send)}
          onChange={(event) => setWish(event.target.value)}
        />
        <small>
          {plain
            ? "The server can read this, as it can the payload."
            : "Encrypted on this device: agent and reviewers read it, the server cannot."}{" "}
          You sign it. The request waits for the agent's next version, and can still be decided as
          it is.
        </small>
      </label>
      <div className="decision-actions">
        <button type="submit" className="button primary" disabled={!ready}>
          Send to the agent
        </button>
        <button type="button" className="button quiet" onClick={props.close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
