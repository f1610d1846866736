import type { RefObject } from "react";
import { useAnswering } from "../../context";
import type { Opened, OpenedPayload } from "../../payload/open";
import type { Shown } from "../../payload/shown";
import { useArmed } from "./use_armed";
import { type Seen, useSeen } from "./use_seen";
import { useShown } from "./use_shown";

export interface Arming {
  shown: Shown | undefined;
  armed: boolean;
  blocked: string | undefined; // what must still happen before it is
  showNext: (() => void) | undefined; // brings what must be seen on screen
}

// Whether approve may be pressed now. `subject` is what would be signed, `signable` the same once
// nothing but the page and the person is missing; `all` where every value must have been on screen.
export function useArming(
  root: RefObject<HTMLElement | null>,
  subject: Opened | undefined,
  signable: OpenedPayload | undefined,
  all: boolean,
): Arming {
  const shown = useShown(root, subject);
  const seen = useSeen(root, subject, all);
  const answering = useAnswering();
  const missing = signable && whatIsMissing(signable.leaves, shown, seen, answering);
  const { armed, waits } = useArmed(signable !== undefined && missing === undefined);
  return { shown, armed, blocked: missing?.why ?? waits, showNext: missing?.next };
}

interface Missing {
  why: string;
  next?: () => void;
}

function whatIsMissing(
  leaves: number,
  shown: Shown | undefined,
  seen: Seen,
  answering: boolean,
): Missing | undefined {
  if (!answering) return { why: "Nothing can be approved until the server answers." };
  if (shown === undefined) return { why: "Drawing the payload…" };
  if (shown.surplus > 0) {
    return {
      why: "This page shows other text than the payload's. Something like a translator changed it.",
    };
  }
  if (shown.values < leaves) {
    const left = (leaves - shown.values).toLocaleString("en");
    return { why: `${left} not yet shown: unfold the rest above, or go back to the facts.` };
  }
  if (seen.left === Number.POSITIVE_INFINITY) return { why: "Drawing the payload…" };
  if (seen.left === 0) return undefined;
  const count = seen.left.toLocaleString("en");
  return {
    why: `${count} ${seen.left === 1 ? "part has" : "parts have"} not been on screen yet.`,
    next: seen.next,
  };
}
