import { useEffect, useRef, useState } from "react";
import type { Detail } from "../../api/types";
import type { Verdict } from "../../crypto/decision_core";
import type { OpenedPayload } from "../../payload/open";
import { KeyHint } from "../../ui/key_hint";
import { useShortcuts } from "../../ui/shortcuts";
import { VisibleText } from "../../ui/visible_text";
import { ChangesPanel } from "./changes_panel";
import { ConfirmPanel } from "./confirm_panel";
import { changeCount } from "./edit/change_list";
import type { Editing } from "./edit/use_editing";
import { HoldButton } from "./hold_button";
import { isHigh } from "./payload_panel";
import { RejectPanel } from "./reject_panel";

export interface DecisionBarProps {
  detail: Detail;
  approvable: OpenedPayload | undefined; // on screen, not disarmed, and this person may
  why: string | undefined; // why approve is not there
  unseen: boolean; // a reject would be one without having read the payload
  blocked: string | undefined; // what must still happen before approve is armed
  showNext: (() => void) | undefined; // brings what must be seen on screen
  armed: boolean;
  sending: boolean;
  decide(verdict: Verdict, reason: string, passkey?: string, number?: string): void;
  approveAtOnce(): void; // by the one press that low asks for
  paused: boolean; // decided faster than one can read: one press is not enough
  held: boolean; // approved, and not signed while it can be undone
  undo(): void;
  editing: Editing;
}

type Asking = "nothing" | "reject" | "changes" | "approve";

// Reject on the left and always armed; approve on the right, only when it may be, and never where
// reject was a moment ago.
export function DecisionBar(props: DecisionBarProps) {
  // A notification's button Reject comes here with the rejection laid out, and nothing more.
  const [asking, setAsking] = useState<Asking>(() =>
    new URLSearchParams(location.search).get("act") === "reject" ? "reject" : "nothing",
  );
  const { detail, approvable, armed, sending, editing, held } = props;
  const close = () => setAsking("nothing");
  // The confirmation of a version that was locked is not that of the next one.
  const locked = detail.number_tries_left === 0;
  useEffect(() => {
    if (locked) setAsking((now) => (now === "approve" ? "nothing" : now));
  }, [locked]);
  const bar = useFocusBack(asking, editing.state);
  const asked = asking === "approve" && !approvable ? "nothing" : asking;
  const gone = detail.waiting.state === "gone";
  // An edit is always confirmed: its confirmation says what becomes of the agent's own values.
  const plain = !gone && !editing.edit;
  const low = detail.level === "low" || detail.level === "none";
  const direct = plain && low && !props.paused;
  const approve = () => (direct ? props.approveAtOnce() : setAsking("approve"));
  const mayReject = !sending && detail.eligibility.can_reject;
  const reject = () => {
    props.undo();
    setAsking("reject");
  };
  useShortcuts({
    a: () =>
      asked === "nothing" && approvable && armed && !sending && !held ? approve() : false,
    r: () => (asked === "nothing" && mayReject ? reject() : false),
    n: () => (asked === "nothing" && mayAskChanges(props) ? setAsking("changes") : false),
    e: () => (asked === "nothing" && mayEdit(props) ? editing.begin() : false),
    Escape: () => {
      if (asked !== "nothing") close();
      else if (editing.state !== "reading") editing.leave();
      else return false;
    },
  });
  return (
    <div className="decision">
      {asked === "reject" && <RejectPanel {...props} close={close} />}
      {asked === "changes" && <ChangesPanel {...props} close={close} />}
      {asked === "approve" && approvable && (
        <ConfirmPanel {...props} opened={approvable} close={close} />
      )}
      {asked === "nothing" && (
        <div className={`decision-bar at-${editing.state}`} ref={bar}>
          <button
            type="button"
            className="button reject"
            data-opens="reject"
            disabled={!mayReject}
            onClick={reject}
          >
            {props.unseen ? "Reject unseen" : "Reject"}
            <KeyHint name="r" />
          </button>
          <Hint {...props} />
          {mayAskChanges(props) && (
            <button
              type="button"
              className="button"
              data-opens="changes"
              onClick={() => setAsking("changes")}
            >
              Ask for changes
              <KeyHint name="n" />
            </button>
          )}
          <EditButtons {...props} />
          {approvable && (
            <HoldButton
              className={isHigh(detail) ? "button approve grave" : "button approve"}
              disabled={!armed || sending || held}
              hold={detail.level === "medium" && plain}
              onHeld={() => props.decide("approve", "")}
              onPress={approve}
            >
              <ApproveWord detail={detail} edited={editing.edit !== undefined} />
              <KeyHint name="a" />
            </HoldButton>
          )}
          {editing.state === "writing" && <ReviewButton {...props} />}
        </div>
      )}
    </div>
  );
}

// Why approve is not there, or not armed.
function Hint({ detail, sending, held, why, blocked, showNext }: DecisionBarProps) {
  const text = held ? "Not signed yet: it can be undone." : (why ?? blocked);
  return (
    <p className="decision-hint">
      <span role="status">{sending ? signing(detail) : text}</span>
      {showNext && !sending && !held && (
        <button type="button" className="link" onClick={showNext}>
          Show the next
        </button>
      )}
    </p>
  );
}

// Whoever closes a panel or the editor stands again on the button that opened it.
function useFocusBack(asking: string, state: Editing["state"]) {
  const bar = useRef<HTMLDivElement>(null);
  const before = useRef({ asking, state });
  useEffect(() => {
    const was = before.current;
    before.current = { asking, state };
    const closed = asking === "nothing" && was.asking !== "nothing";
    const left = state === "reading" && was.state !== "reading";
    const opener = closed ? was.asking : left ? "writing" : undefined;
    if (opener) bar.current?.querySelector<HTMLElement>(`[data-opens="${opener}"]`)?.focus();
  }, [asking, state]);
  return bar;
}

// Only of a client that can receive it, and by somebody who has read what shall change.
const mayAskChanges = ({ detail, editing, unseen, sending, held }: DecisionBarProps) =>
  detail.eligibility.can_request_changes &&
  editing.state === "reading" &&
  !unseen &&
  !sending &&
  !held;

const mayEdit = ({ editing, approvable, sending, held }: DecisionBarProps) =>
  editing.state === "reading" &&
  editing.possible &&
  approvable !== undefined &&
  !sending &&
  !held;

function EditButtons(props: DecisionBarProps) {
  const { editing, sending } = props;
  if (editing.state === "writing") {
    return (
      <div className="edit-buttons">
        {editing.kept && (
          <button type="button" className="button quiet" onClick={editing.discard}>
            Discard
          </button>
        )}
        <button type="button" className="button" onClick={editing.leave}>
          Close editor
        </button>
      </div>
    );
  }
  if (editing.state === "reviewing") {
    return (
      <div className="edit-buttons">
        <button type="button" className="button" disabled={sending} onClick={editing.leave}>
          Back to editing
        </button>
      </div>
    );
  }
  if (!mayEdit(props)) return null;
  return (
    <div className="edit-buttons">
      <button type="button" className="button" data-opens="writing" onClick={editing.begin}>
        {editing.kept ? "Go on editing" : "Edit"}
        <KeyHint name="e" />
      </button>
    </div>
  );
}

function ReviewButton({ editing, sending }: DecisionBarProps) {
  const { draft, faults, unfinished } = editing;
  const fit = draft?.ok && draft.changes.length > 0 && faults.length === 0 && unfinished === 0;
  const count = fit ? changeCount(draft.changes) : undefined;
  return (
    <button
      type="button"
      className="button primary"
      disabled={count === undefined || sending}
      onClick={editing.review}
    >
      {count === undefined ? "Review changes" : `Review ${count}`}
    </button>
  );
}

export function signing(detail: Detail): string {
  return detail.eligibility.needs === "passkey" ? "Follow your device…" : "Signing and sending…";
}

// A name that would not fit is not cut: the heading shows it in full.
function ApproveWord({ detail, edited }: { detail: Detail; edited: boolean }) {
  const high = isHigh(detail);
  if (edited) return high ? "Sign approval with changes" : "Approve with changes";
  if (detail.action.length > 32) return "Approve";
  return (
    <span>
      {high ? "Sign approval of" : "Approve"} <VisibleText text={detail.action} />
    </span>
  );
}

export function escapes(event: React.KeyboardEvent, close: () => void): void {
  if (event.key !== "Escape") return;
  event.preventDefault(); // Esc closes this, not the request.
  event.stopPropagation();
  close();
}
