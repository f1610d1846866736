// Where an owner signs an erasure that somebody asked for elsewhere: what goes, and what stays.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiError, isReason } from "../api/client";
import {
  type Erasure,
  ErasureProblem,
  loadErasure,
  signErasure,
  withdrawErasure,
} from "../api/erasures";
import type { Session } from "../api/types";
import { useApi, useKeys } from "../context";
import { Link } from "../route";
import { Notice } from "../ui/notice";
import { Clock, Day, usePassed } from "../ui/time";
import { VisibleText } from "../ui/visible_text";

type Done = "signed" | "withdrawn";

export function ErasureProposalView({ id, session }: { id: string; session: Session }) {
  const { shown, again } = useShown(id, session);
  const [done, setDone] = useState<Done>();
  return (
    <main className="page">
      {shown === undefined && <p className="muted">Reading what is to be erased…</p>}
      {shown instanceof Error && <Unshown error={shown} />}
      {shown && !(shown instanceof Error) && done && <DoneNotice done={done} erasure={shown} />}
      {shown && !(shown instanceof Error) && !done && (
        <SignForm erasure={shown} session={session} onDone={setDone} again={again} />
      )}
    </main>
  );
}

// Read once and not refreshed: what is on screen is what will be signed, salts and all.
function useShown(id: string, session: Session) {
  const api = useApi();
  const [shown, setShown] = useState<Erasure | Error>();
  const again = () => {
    setShown(undefined);
    loadErasure(api, id, session).then(setShown, setShown);
  };
  const started = useRef<string>(undefined);
  useEffect(() => {
    if (started.current === id) return;
    started.current = id;
    again();
  });
  return { shown, again };
}

function SignForm(props: {
  erasure: Erasure;
  session: Session;
  onDone(done: Done): void;
  again(): void;
}) {
  const { erasure } = props;
  const api = useApi();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const passed = usePassed(erasure.expiresAt);
  const device = keyring.device;
  const run = async (action: (key: NonNullable<typeof device>) => Promise<void>, done: Done) => {
    if (!device) return;
    setState("working");
    try {
      await action(device);
      props.onDone(done);
      await client.invalidateQueries();
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <div className="stack">
      <h1>
        <Title erasure={erasure} />
      </h1>
      <p>
        Somebody asks for this. It happens once you, as <b>{props.session.member.name}</b>, sign
        it with the key of this browser; until <Clock at={erasure.expiresAt} />.
      </p>
      <What erasure={erasure} />
      <Terms erasure={erasure} />
      {passed && (
        <Notice kind="warning" title="Its time is over">
          Nothing was erased. Whoever needs it asks again.
        </Notice>
      )}
      <div className="form-actions">
        <button
          type="button"
          className="button primary"
          disabled={device === undefined || passed || state === "working"}
          onClick={() => void run((key) => signErasure(api, key, erasure), "signed")}
        >
          {state === "working" ? "Erasing…" : "Erase for ever, as the owner"}
        </button>
        <button
          type="button"
          className="button"
          disabled={device === undefined || state === "working"}
          onClick={() => void run((key) => withdrawErasure(api, key, erasure.id), "withdrawn")}
        >
          Withdraw it
        </button>
      </div>
      {state instanceof Error && <SignProblem error={state} again={props.again} />}
    </div>
  );
}

function Title({ erasure }: { erasure: Erasure }) {
  if ("member" in erasure.what) {
    return (
      <>
        Erase who <VisibleText text={erasure.what.member.name} /> was
      </>
    );
  }
  const { service, action } = erasure.what.request;
  return (
    <>
      Erase <VisibleText text={service} /> / <VisibleText text={action} />
    </>
  );
}

function What({ erasure }: { erasure: Erasure }) {
  if ("member" in erasure.what) {
    return (
      <p>
        The name goes, from here and from every copy that is put back. The pseudonym, the keys and
        the signatures stay: receipts of what this person decided stay valid, and nobody can tell
        from them any more who it was. It cannot be taken back.
      </p>
    );
  }
  return (
    <p>
      The payload, what was decided about it and why, and the key that opens it go. Its place in
      the log stays, {erasure.entries} entries without a word of what they said. It cannot be
      taken back.
    </p>
  );
}

function Terms({ erasure }: { erasure: Erasure }) {
  const { what, items } = erasure;
  return (
    <dl className="pairs">
      <dt>{"member" in what ? "Member" : "Request"}</dt>
      <dd className="mono breakable">{"member" in what ? what.member.id : what.request.id}</dd>
      <dt>{items.length === 1 ? "Project" : "Projects"}</dt>
      <dd>
        <VisibleText text={items.map(({ name }) => name).join(", ")} />
      </dd>
      <dt>Legal basis</dt>
      <dd>
        <VisibleText text={erasure.basis} />
      </dd>
      <dt>Asked for by</dt>
      <dd>
        <VisibleText text={erasure.operator} />
      </dd>
      <dt>Complete</dt>
      <dd>
        <Day at={erasure.completeBy} />,{" "}
        {"member" in what
          ? "when the last backup that knows the name is over"
          : "when the last key that opens a backup of it goes"}
      </dd>
      {erasure.exports > 0 && (
        <>
          <dt>Handed out</dt>
          <dd>in {erasure.exports} exports: ask those who have them to delete them</dd>
        </>
      )}
    </dl>
  );
}

function DoneNotice({ done, erasure }: { done: Done; erasure: Erasure }) {
  const signed = done === "signed";
  return (
    <div className="stack">
      <h1>{signed ? "Erased" : <Title erasure={erasure} />}</h1>
      <Notice
        kind="info"
        title={signed ? "Signed and erased" : "Withdrawn"}
        actions={
          <Link href="/" className="button">
            Inbox
          </Link>
        }
      >
        {signed ? "The log says so, with your signature." : "Nothing was erased."}
      </Notice>
    </div>
  );
}

// Never a bare code: what happened, what to do.
function Unshown({ error }: { error: Error }) {
  if (error instanceof ErasureProblem) {
    return (
      <Notice kind="problem" title="Nothing can be signed" alert>
        {error.message} Somebody may have changed the server: compare with another owner before
        you go on.
      </Notice>
    );
  }
  if (isReason(error, "not_found", "erased")) {
    return (
      <Notice kind="info" title="This erasure does not wait any more">
        It was signed or withdrawn, or its 30 minutes are over. Whoever needs it asks again.
      </Notice>
    );
  }
  if (isReason(error, "not_permitted")) {
    return (
      <Notice kind="warning" title="An owner signs here">
        You are signed in with a key that is no owner's. Send this link to an owner.
      </Notice>
    );
  }
  if (error instanceof ApiError && error.status !== 0) {
    return (
      <Notice kind="warning" title="It cannot be erased now" alert>
        {error.message}
      </Notice>
    );
  }
  return (
    <Notice kind="warning" title="The server does not answer" alert>
      {error.message}
    </Notice>
  );
}

function SignProblem({ error, again }: { error: Error; again(): void }) {
  if (isReason(error, "stale")) {
    return (
      <Notice
        kind="warning"
        title="Something changed while you were reading"
        actions={
          <button type="button" className="button" onClick={again}>
            Show it anew
          </button>
        }
        alert
      >
        Nothing was erased.
      </Notice>
    );
  }
  if (error instanceof ApiError && error.status !== 0) return <Unshown error={error} />;
  return (
    <Notice kind="warning" title="The server did not answer" alert>
      It may or may not be erased: open this page again, it says so.
    </Notice>
  );
}
