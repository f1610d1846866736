import { useEffect, useRef, useState } from "react";
import { KeyHint } from "../../ui/key_hint";
import { useShortcuts } from "../../ui/shortcuts";
import { VisibleText } from "../../ui/visible_text";
import { escapes, signing } from "../request/decision_bar";
import { isHigh } from "../request/payload_panel";
import { RejectPanel } from "../request/reject_panel";
import type { Read } from "./together_item";
import type { Deciding } from "./together_view";

// A click that was the second half of a double click confirms nothing.
const confirmAfterMs = 500;

// Decides all that were read: approve only what may be approved, once every one of them is armed.
export function TogetherBar(props: { reads: Read[]; deciding: Deciding; complete: boolean }) {
  const { reads, deciding, complete } = props;
  const [asking, setAsking] = useState<"nothing" | "approve" | "reject">("nothing");
  const approvable = reads.filter((read) => read.approvable);
  const rejectable = reads.filter((read) => read.rejectable);
  const waiting = approvable.find(({ arming }) => !arming.armed);
  const armed = complete && approvable.length > 0 && !waiting;
  const close = () => setAsking("nothing");
  useShortcuts({
    a: () => (asking === "nothing" && armed ? setAsking("approve") : false),
    r: () => (asking === "nothing" && rejectable.length > 0 ? setAsking("reject") : false),
  });
  const count = (some: Read[]) =>
    some.length === reads.length ? `all ${some.length}` : some.length;
  const [first] = approvable;
  if (asking === "reject") {
    return (
      <div className="decision">
        <RejectPanel
          detail={{ takes_changes: rejectable.every(({ detail }) => detail.takes_changes) }}
          unseen={rejectable.some(({ opened }) => opened?.state !== "open")}
          sending={deciding.sending}
          decide={(_, reason) => void deciding.decide(rejectable, "reject", reason)}
          close={close}
        />
      </div>
    );
  }
  if (asking === "approve" && first) {
    return (
      <div className="decision">
        <ConfirmTogether {...{ approvable, armed, deciding, close }} />
      </div>
    );
  }
  const { arming } = waiting ?? {};
  return (
    <div className="decision">
      <div className="decision-bar">
        <button
          type="button"
          className="button reject"
          disabled={rejectable.length === 0 || deciding.sending}
          onClick={() => setAsking("reject")}
        >
          Reject {count(rejectable)}
          <KeyHint name="r" />
        </button>
        <p className="decision-hint">
          <span role="status">
            {approvable.length === 0
              ? "None of them can be approved here."
              : complete
                ? arming?.blocked
                : "Loading the others…"}
          </span>
          {arming?.showNext && (
            <button type="button" className="link" onClick={arming.showNext}>
              Show the next
            </button>
          )}
        </p>
        {first && (
          <button
            type="button"
            className={isHigh(first.detail) ? "button approve grave" : "button approve"}
            disabled={!armed || deciding.sending}
            onClick={() => setAsking("approve")}
          >
            {isHigh(first.detail) ? "Sign approval of" : "Approve"} {count(approvable)}
            <KeyHint name="a" />
          </button>
        )}
      </div>
    </div>
  );
}

function ConfirmTogether(props: {
  approvable: Read[];
  armed: boolean;
  deciding: Deciding;
  close(): void;
}) {
  const { approvable, armed, deciding, close } = props;
  const [settled, setSettled] = useState(false);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    cancel.current?.focus();
    const timer = setTimeout(() => setSettled(true), confirmAfterMs);
    return () => clearTimeout(timer);
  }, []);
  const [first] = approvable;
  if (!first) return null;
  const { detail } = first;
  const values = approvable.reduce((sum, { approvable: one }) => sum + (one?.leaves ?? 0), 0);
  const gone = approvable.filter((read) => read.detail.waiting.state === "gone").length;
  const ready = armed && settled && !deciding.sending;
  const word = isHigh(detail) ? "Sign and approve" : "Yes, approve";
  return (
    <fieldset
      className="decision-panel confirm"
      tabIndex={-1}
      aria-label="Confirm the approvals"
      onKeyDown={(event) => escapes(event, close)}
    >
      <p>
        You approve <b>{approvable.length} requests</b> for{" "}
        <b>
          <VisibleText text={detail.service} /> / <VisibleText text={detail.action} />
        </b>
        , each exactly as shown: {values} values in all. One signature is over the whole list.
      </p>
      {gone > 0 && (
        <p className="field-problem">
          The agents of {gone} of them stopped waiting. They may have moved on, or may still act
          on your yes later.
        </p>
      )}
      <div className="decision-actions apart">
        <button type="button" className="button" ref={cancel} onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          className={isHigh(detail) ? "button approve grave" : "button approve"}
          disabled={!ready}
          onKeyDown={(event) => event.repeat && event.preventDefault()}
          onClick={(event) => {
            if (ready && event.nativeEvent.isTrusted) {
              void deciding.decide(approvable, "approve", "");
            }
          }}
        >
          {deciding.sending ? signing(detail) : `${word} ${approvable.length}`}
        </button>
      </div>
    </fieldset>
  );
}
