// What became of an approval that is bound to a permit: whether the executor has claimed it, and
// what it said then.

import type { ReactNode } from "react";
import type { Permit } from "../../api/types";
import { Link } from "../../route";
import { Clock, Day, usePassed } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { Step } from "./step";

export function PermitStep({ permit }: { permit: Permit }) {
  const late = usePassed(permit.use_by);
  const { title, done, bad, words } = told(permit, late);
  return (
    <Step done={done} title={title} {...(bad && { verdict: "reject" })}>
      <span data-permit={permit.state}>{words}</span>
    </Step>
  );
}

interface Told {
  title: string;
  done: boolean;
  bad?: boolean;
  words: ReactNode;
}

function told(permit: Permit, late: boolean): Told {
  const { executor, state, use_by, lease_until } = permit;
  const who = <VisibleText text={executor.name === "" ? executor.id : executor.name} />;
  switch (state) {
    case "issued":
      // The server says so itself soon after; until then nothing can be claimed all the same.
      if (late) return { title: "Not executed", done: false, words: "the permit is over" };
      return {
        title: "Permit issued",
        done: false,
        words: (
          <>
            {who} may execute it once, until <Day at={use_by} /> <Clock at={use_by} />. Nobody has
            claimed it yet: <Link href="/settings?page=agents">stop it</Link>
          </>
        ),
      };
    case "claimed":
      return {
        title: "Being executed",
        done: false,
        words: (
          <>
            {who} has claimed the permit; it says how it ended
            {lease_until && (
              <>
                {" "}
                by <Clock at={lease_until} />
              </>
            )}
          </>
        ),
      };
    case "succeeded":
      return { title: "Executed", done: true, words: <>{who} says that it succeeded</> };
    case "failed":
      return {
        title: "Execution failed",
        done: true,
        bad: true,
        words: <>{who} says that it failed; nothing repeats it</>,
      };
    case "indeterminate":
      return {
        title: "Nobody knows whether it was executed",
        done: true,
        bad: true,
        words: (
          <>
            {who} claimed the permit and did not say how it ended. Look at what it acts on before
            anybody asks again.
          </>
        ),
      };
    case "expired":
      return {
        title: "Not executed",
        done: true,
        bad: true,
        words: (
          <>
            {who} did not claim the permit until <Day at={use_by} /> <Clock at={use_by} />
          </>
        ),
      };
    case "revoked":
      return {
        title: "Not executed",
        done: true,
        bad: true,
        words: "the permit was revoked before anybody claimed it",
      };
  }
}
