import { Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { type HeldApproval, useHeld, useHeldApprovals } from "../held";
import { Link } from "../route";
import { KeyHint } from "../ui/key_hint";
import { Notice } from "../ui/notice";
import { useShortcuts } from "../ui/shortcuts";
import { VisibleText } from "../ui/visible_text";

// Approvals that can still be taken back, on whatever page somebody has gone to meanwhile.
export function HeldBar({ at }: { at: string | undefined }) {
  const held = useHeldApprovals();
  const { list, failed } = useHeld();
  useShortcuts({ z: () => held.undoLast() });
  const last = list.at(-1);
  return (
    <>
      {failed
        .filter(({ request }) => request !== at)
        .map(({ request, service, action, problem }) => (
          <Notice
            key={request}
            kind="problem"
            alert
            title={
              <>
                <VisibleText text={service} /> / <VisibleText text={action} /> was not approved
              </>
            }
            actions={
              <button type="button" className="button" onClick={() => held.dismiss(request)}>
                Dismiss
              </button>
            }
          >
            <VisibleText text={problem} /> <Link href={`/requests/${request}`}>Open it</Link>
          </Notice>
        ))}
      {last && (
        <div className="held" role="status">
          <span>
            Approving{" "}
            <b>
              <VisibleText text={last.service} /> / <VisibleText text={last.action} />
            </b>
            {list.length > 1 && ` and ${list.length - 1} more`}. Nothing is signed yet.
            <Left held={last} />
          </span>
          <button type="button" className="button" onClick={() => held.undo(last.request)}>
            <Undo2 aria-hidden size={15} /> Undo
            <KeyHint name="z" />
          </button>
        </div>
      )}
    </>
  );
}

function Left({ held }: { held: HeldApproval }) {
  const [left, setLeft] = useState(held.until - performance.now());
  useEffect(() => {
    const timer = setInterval(() => setLeft(held.until - performance.now()), 250);
    return () => clearInterval(timer);
  }, [held]);
  return <span aria-hidden> {Math.max(0, Math.ceil(left / 1000))} s</span>;
}
