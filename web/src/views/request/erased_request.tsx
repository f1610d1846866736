// The page of a request that was erased: who took it away, when, why, and where the log says so.

import type { Erased } from "../../api/types";
import { CopyButton } from "../../ui/copy";
import { Clock, Day } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";

export function ErasedRequest({ id, erased }: { id: string; erased: Erased | undefined }) {
  return (
    <section className="outcome erased" aria-label="Erased request">
      <h1>Erased</h1>
      <p>
        What was asked here, and what became of it, is gone for ever. Its place in the log stays,
        and says that an owner signed this.
      </p>
      <dl className="pairs">
        <dt>Request</dt>
        <dd className="mono breakable">
          {id} <CopyButton text={id} what="request id" />
        </dd>
        {erased && <Terms erased={erased} />}
      </dl>
    </section>
  );
}

function Terms({ erased }: { erased: Erased }) {
  return (
    <>
      <dt>Project</dt>
      <dd>
        <VisibleText text={erased.project_name} />
      </dd>
      <dt>When</dt>
      <dd>
        <Day at={erased.erased_at} /> <Clock at={erased.erased_at} />
      </dd>
      {erased.by && (
        <>
          <dt>Signed by</dt>
          <dd>
            <VisibleText text={erased.by.name ?? erased.by.id} />
          </dd>
        </>
      )}
      {erased.basis && (
        <>
          <dt>Legal basis</dt>
          <dd>
            <VisibleText text={erased.basis} />
          </dd>
        </>
      )}
      {erased.operator && (
        <>
          <dt>Asked for by</dt>
          <dd>
            <VisibleText text={erased.operator} />
          </dd>
        </>
      )}
      <dt>In the log</dt>
      <dd>statement {erased.index}</dd>
      {erased.complete_by && (
        <>
          <dt>In backups</dt>
          <dd>
            can be opened until <Day at={erased.complete_by} />
          </dd>
        </>
      )}
    </>
  );
}

// The server's answer, as far as it says something.
export function erasedOf(body: Record<string, unknown>): Erased | undefined {
  const { erasure } = body;
  return typeof erasure === "object" && erasure !== null ? (erasure as Erased) : undefined;
}
