import type { Decision, Detail } from "../../api/types";
import { CopyButton } from "../../ui/copy";
import { Notice } from "../../ui/notice";
import { Clock } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { PermitStep } from "./permit_step";
import { Step } from "./step";

const titles: Record<string, string> = {
  approved: "Approved",
  approved_with_modifications: "Approved with changes",
  rejected: "Rejected",
  expired: "Nobody decided in time",
  cancelled: "The agent withdrew it",
  denied: "A policy refused it",
};

// A yes is worth something only when it has arrived: decided, logged and delivered are three
// things.
export function Outcome({ detail, mine }: { detail: Detail; mine: boolean }) {
  const { decision } = detail;
  return (
    <section className={`outcome ${detail.state}`} aria-live="polite" aria-label="Outcome">
      <h2>{titles[detail.state] ?? detail.state}</h2>
      {decision?.reason && detail.state !== "expired" && (
        <p className="reason">
          <VisibleText text={decision.reason} />
        </p>
      )}
      {detail.state === "expired" && (
        <p>The deadline passed. Expired is never approved: the agent was told no.</p>
      )}
      <ol className="progress">
        {decision && (
          <Step done title={closings[decision.verdict] ?? "Closed"} verdict={decision.verdict}>
            <Clock at={decision.at} />
            {decision.by.kind === "member" && (
              <> by {mine ? "you" : <By decision={decision} />}</>
            )}
            {decision.class === "device" && ", signed with a device key"}
            {decision.class === "passkey" && ", signed with a passkey"}
          </Step>
        )}
        {decision && (
          <Step done title="Logged">
            <Logged decision={decision} />
            <Receipt id={detail.id} />
          </Step>
        )}
        <Step
          done={detail.delivered_at !== undefined}
          title={detail.delivered_at ? "Delivered to the agent" : "Not delivered yet"}
        >
          {detail.delivered_at ? (
            <Clock at={detail.delivered_at} />
          ) : (
            "the agent gets it when it next asks"
          )}
        </Step>
        {detail.permit && <PermitStep permit={detail.permit} />}
      </ol>
    </section>
  );
}

function By({ decision }: { decision: Decision }) {
  const { by } = decision;
  if (!by.erased) return <VisibleText text={by.name ?? by.id} />;
  return (
    <>
      somebody who was erased (<span className="mono breakable">{by.id}</span>)
    </>
  );
}

const closings: Record<string, string> = { approve: "Decided", reject: "Decided" };

function Logged({ decision }: { decision: Decision }) {
  const { index, origin, checkpoint, statement_sha256 } = decision.log;
  const [named, size] = checkpoint?.split("\n") ?? [];
  return (
    <>
      as entry {index}
      {checkpoint && (named === origin ? ` of ${size}` : ", under another log's checkpoint")}
      <details className="checkpoint">
        <summary>{checkpoint ? "checkpoint" : "statement"}</summary>
        {checkpoint && (
          <div className="code-block">
            <CopyButton text={checkpoint} what="checkpoint" />
            <pre>{checkpoint}</pre>
          </div>
        )}
        <p className="muted">
          Statement <span className="mono breakable">{statement_sha256}</span>
        </p>
      </details>
    </>
  );
}

// What proves the decision to somebody who trusts neither this server nor the reader of this page.
function Receipt({ id }: { id: string }) {
  return (
    <p>
      <a href={`/api/review/requests/${id}/receipt`} download={`receipt-${id}.json`}>
        Download receipt
      </a>{" "}
      <span className="muted">
        proves this decision without us: <a href="/verify">check one</a>
      </span>
    </p>
  );
}

// The window in which the deadline has passed and the server has not recorded it yet.
export function PastDeadline() {
  return (
    <Notice kind="warning" title="The deadline has passed">
      Nothing can be decided any more. The request expires, which is never an approval; the agent
      can ask again.
    </Notice>
  );
}
