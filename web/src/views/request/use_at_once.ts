import { useEffect } from "react";
import type { Detail } from "../../api/types";
import { useHeldApprovals, useIsHeld, useUndoAlways } from "../../held";

const agentWaits = ({ waiting }: Detail) =>
  waiting.state === "connected" || waiting.state === "polling";

// The one press of low. Where no agent waits, or where somebody wants it so, there are five seconds
// to take it back before anything is signed.
export function useApprovalAtOnce(
  detail: Detail,
  pending: boolean,
  send: (verdict: "approve", reason: string) => Promise<string | undefined>,
  pressed: () => void, // when it is given, which may be before it is sent
) {
  const held = useHeldApprovals();
  const always = useUndoAlways();
  const { id, service, action } = detail;
  const isHeld = useIsHeld(id);
  // What would be signed is not there any more.
  useEffect(() => {
    if (isHeld && !pending) held.undo(id);
  }, [held, id, isHeld, pending]);
  const approveAtOnce = () => {
    pressed();
    if (agentWaits(detail) && !always) void send("approve", "");
    else held.hold({ request: id, service, action }, () => send("approve", ""));
  };
  return { approveAtOnce, held: isHeld, undo: () => held.undo(id) };
}
