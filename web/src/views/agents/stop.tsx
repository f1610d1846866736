// The kill switches: an agent with its permits and what it asked, and the permits of a project.

import { type FormEvent, useState } from "react";
import { type Stopped, stopAgent, stopPermits } from "../../api/agents";
import { Field } from "../../ui/fields";
import { Notice } from "../../ui/notice";
import { VisibleText } from "../../ui/visible_text";
import { useAction } from "../people/use_action";

export interface Target {
  kind: "agent" | "permits";
  id: string; // of the agent or its API key, or of the project
  name: string;
}
export interface Done {
  target: Target;
  did: Stopped;
}

// What one is about to end, said before it is done.
export function StopPanel(props: { target: Target; done(done: Done): void; close(): void }) {
  const { target, done, close } = props;
  const action = useAction();
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const stop = target.kind === "agent" ? stopAgent : stopPermits;
    void action.run(async (api, key) => {
      done({ target, did: await stop(api, key, target.id, reason.trim()) });
    });
  };
  const title = target.kind === "agent" ? "Stop this agent" : "Stop all permits";
  return (
    <form className="place-form" aria-label={title} onSubmit={submit}>
      <p>
        {target.kind === "agent" ? (
          <>
            In one step <VisibleText text={target.name} /> is ended, every permit of it that
            nobody has claimed is revoked, and whatever it asked and nobody decided is cancelled.
            It cannot be started again: make a new one.
          </>
        ) : (
          <>
            Every permit of <VisibleText text={target.name} /> that nobody has claimed yet is
            revoked: what was approved and not yet executed will not be. New approvals get new
            permits.
          </>
        )}
      </p>
      <p className="muted">
        An executor that has claimed a permit already is running its action.
      </p>
      <Field label="Why; it stands in the log" value={reason} max={500} change={setReason} />
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
      <div className="form-actions">
        <button type="submit" className="button danger" disabled={!action.able}>
          Stop it now
        </button>
        <button type="button" className="button" onClick={close}>
          Keep
        </button>
      </div>
    </form>
  );
}

export function StopDone({ target, did }: Done) {
  const permits = counted(did.permits_revoked, "permit was", "permits were");
  const requests = counted(did.requests_cancelled ?? 0, "request was", "requests were");
  return (
    <div role="status">
      <Notice
        kind="info"
        title={
          <>
            Stopped <VisibleText text={target.name} />
          </>
        }
      >
        {permits} revoked{target.kind === "agent" && `, ${requests} cancelled`}.
      </Notice>
    </div>
  );
}

function counted(count: number, one: string, more: string): string {
  return `${count === 0 ? "No" : count} ${count < 2 ? one : more}`;
}
