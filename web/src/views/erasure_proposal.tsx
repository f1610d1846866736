// Where an owner signs an erasure that somebody asked for elsewhere: what goes, and what stays.

import { useState } from "react";
import { ApiError, isReason } from "../api/client";
import {
  type Erasure,
  ErasureProblem,
  loadErasure,
  signErasure,
  withdrawErasure,
} from "../api/erasures";
import type { Session } from "../api/types";
import { useApi } from "../context";
import { Notice } from "../ui/notice";
import { Clock, Day, usePassed } from "../ui/time";
import { VisibleText } from "../ui/visible_text";
import {
  AnswerLost,
  DoneNotice,
  NoAnswer,
  NotAnOwner,
  NotWaiting,
  SignButtons,
  SigningPage,
  Stale,
  Tampered,
  TimeIsOver,
  useReadOnce,
  useSigning,
} from "./owner_signature";

type Done = "signed" | "withdrawn";

export function ErasureProposalView({ id, session }: { id: string; session: Session }) {
  const api = useApi();
  const { shown, again } = useReadOnce(id, () => loadErasure(api, id, session));
  const [done, setDone] = useState<Done>();
  return (
    <SigningPage
      reading="Reading what is to be erased…"
      shown={shown}
      unshown={(error) => <Unshown error={error} />}
    >
      {(erasure) =>
        done ? (
          <Finished done={done} erasure={erasure} />
        ) : (
          <SignForm erasure={erasure} session={session} onDone={setDone} again={again} />
        )
      }
    </SigningPage>
  );
}

function SignForm(props: {
  erasure: Erasure;
  session: Session;
  onDone(done: Done): void;
  again(): void;
}) {
  const { erasure } = props;
  const api = useApi();
  const signing = useSigning(props.onDone);
  const passed = usePassed(erasure.expiresAt);
  return (
    <>
      <h1>
        <Title erasure={erasure} />
      </h1>
      <p>
        Somebody asks for this. It happens once you, as <b>{props.session.member.name}</b>, sign
        it with the key of this browser; until <Clock at={erasure.expiresAt} />.
      </p>
      <What erasure={erasure} />
      <Terms erasure={erasure} />
      {passed && <TimeIsOver>Nothing was erased.</TimeIsOver>}
      <SignButtons
        signing={signing}
        label="Erase for ever, as the owner"
        working="Erasing…"
        may={!passed}
        sign={() => void signing.run((key) => signErasure(api, key, erasure), "signed")}
        withdraw={() =>
          void signing.run((key) => withdrawErasure(api, key, erasure.id), "withdrawn")
        }
      />
      {signing.error && <SignProblem error={signing.error} again={props.again} />}
    </>
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

function Finished({ done, erasure }: { done: Done; erasure: Erasure }) {
  const signed = done === "signed";
  return (
    <>
      <h1>{signed ? "Erased" : <Title erasure={erasure} />}</h1>
      <DoneNotice title={signed ? "Signed and erased" : "Withdrawn"}>
        {signed ? "The log says so, with your signature." : "Nothing was erased."}
      </DoneNotice>
    </>
  );
}

// Never a bare code: what happened, what to do.
function Unshown({ error }: { error: Error }) {
  if (error instanceof ErasureProblem) return <Tampered error={error} />;
  if (isReason(error, "not_found", "erased")) return <NotWaiting what="erasure" />;
  if (isReason(error, "not_permitted")) return <NotAnOwner />;
  if (error instanceof ApiError && error.status !== 0) {
    return (
      <Notice kind="warning" title="It cannot be erased now" alert>
        {error.message}
      </Notice>
    );
  }
  return <NoAnswer error={error} />;
}

function SignProblem({ error, again }: { error: Error; again(): void }) {
  if (isReason(error, "stale")) {
    return (
      <Stale title="Something changed while you were reading" again={again}>
        Nothing was erased.
      </Stale>
    );
  }
  if (error instanceof ApiError && error.status !== 0) return <Unshown error={error} />;
  return <AnswerLost>It may or may not be erased: open this page again, it says so.</AnswerLost>;
}
