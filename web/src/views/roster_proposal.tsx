// Where an owner signs who decides and which key of the server signs: what changes, worked out in
// this browser from rosters that it has checked, and the signature of its key over exactly that.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiError, isReason } from "../api/client";
import {
  loadRosters,
  type NextVersion,
  nextVersions,
  type Proposal,
  RostersMoved,
  signProposal,
  withdrawProposal,
} from "../api/rosters";
import type { Session } from "../api/types";
import { useApi, useKeys } from "../context";
import { RosterProblem } from "../crypto/roster_chain";
import { Link } from "../route";
import { Notice } from "../ui/notice";
import { Clock, usePassed } from "../ui/time";
import { VisibleText } from "../ui/visible_text";
import { KeyFingerprint, ProposalTitle, VersionDifference } from "./proposal_words";

interface Shown {
  proposal: Proposal;
  versions: NextVersion[];
  names: Map<string, string>;
}

export function ProposalView({ id, session }: { id: string; session: Session }) {
  const { shown, again } = useShown(id);
  const [done, setDone] = useState<Done>();
  return (
    <main className="page">
      {shown === undefined && <p className="muted">Checking the rosters…</p>}
      {shown instanceof Error && <Unshown error={shown} />}
      {shown && !(shown instanceof Error) && done && <DoneNotice done={done} shown={shown} />}
      {shown && !(shown instanceof Error) && !done && (
        <SignForm shown={shown} session={session} onDone={setDone} again={again} />
      )}
    </main>
  );
}

// Read once and not refreshed: what is on screen is what will be signed, salts and all.
function useShown(id: string) {
  const api = useApi();
  const { keyring } = useKeys();
  const [shown, setShown] = useState<Shown | Error>();
  const load = async (): Promise<Shown> => {
    const proposal = await api.get<Proposal>(`/api/review/roster-proposals/${id}`);
    const rosters = await loadRosters(api, keyring.pins);
    const names = new Map(rosters.names);
    if (proposal.act !== "rotate_issuer") names.set(proposal.member.id, proposal.member.name);
    return { proposal, versions: await nextVersions(rosters, proposal), names };
  };
  const again = () => {
    setShown(undefined);
    load().then(setShown, setShown);
  };
  const started = useRef<string>(undefined);
  useEffect(() => {
    if (started.current === id) return;
    started.current = id;
    again();
  });
  return { shown, again };
}

type Done = "signed" | "withdrawn";

function SignForm(props: {
  shown: Shown;
  session: Session;
  onDone(done: Done): void;
  again(): void;
}) {
  const { proposal, versions, names } = props.shown;
  const api = useApi();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const [state, setState] = useState<"idle" | "working" | Error>("idle");
  const passed = usePassed(proposal.expires_at);
  const device = keyring.device;
  const orphaned = versions.some((version) => !version.ownersLeft);
  const run = async (action: () => Promise<void>, done: Done) => {
    setState("working");
    try {
      await action();
      props.onDone(done);
      await client.invalidateQueries();
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const sign = () =>
    run(async () => {
      if (!device) throw new Error("This browser has no device key.");
      await signProposal(api, device, proposal, versions, keyring.pins);
    }, "signed");
  const withdraw = () =>
    run(async () => {
      if (device) await withdrawProposal(api, device, proposal);
    }, "withdrawn");
  const may = device !== undefined && versions.length > 0 && !orphaned && !passed;
  return (
    <div className="stack">
      <h1>
        <ProposalTitle proposal={proposal} />
      </h1>
      <p>
        Somebody asks for this. It counts once you, as <b>{props.session.member.name}</b>, sign
        the new roster with the key of this browser; until <Clock at={proposal.expires_at} />.
      </p>
      <Consequence proposal={proposal} />
      {versions.map((version) => (
        <VersionDifference key={version.project.id} version={version} names={names} />
      ))}
      {versions.length === 0 && (
        <Notice kind="info" title="That changes nothing any more">
          The rosters say so already. Withdraw it.
        </Notice>
      )}
      {orphaned && (
        <Notice kind="problem" title="Then no owner could sign the next roster">
          Give another device or member the role of an owner first.
        </Notice>
      )}
      {passed && (
        <Notice kind="warning" title="Its time is over">
          Nothing was changed. Whoever needs it asks again.
        </Notice>
      )}
      <div className="form-actions">
        <button
          type="button"
          className="button primary"
          disabled={!may || state === "working"}
          onClick={() => void sign()}
        >
          {state === "working" ? "Signing…" : "Sign as the owner"}
        </button>
        <button
          type="button"
          className="button"
          disabled={device === undefined || state === "working"}
          onClick={() => void withdraw()}
        >
          Withdraw it
        </button>
      </div>
      {state instanceof Error && <SignProblem error={state} again={props.again} />}
    </div>
  );
}

function Consequence({ proposal }: { proposal: Proposal }) {
  if (proposal.act === "rotate_issuer") {
    return (
      <p>
        The server has made this key for it and keeps it. Which entry it is from on may be some
        entries more than shown here, as the log grows while you read. Receipts stay what they
        are; whoever monitors the log gets a new trust file.
      </p>
    );
  }
  const name = <VisibleText text={proposal.member.name} />;
  switch (proposal.act) {
    case "add_member":
      return (
        <p>
          {name} has no key yet: they can do nothing before you have signed for a device of
          theirs, too.
        </p>
      );
    case "remove_member":
    case "revoke_device":
      return (
        <>
          {proposal.key && <KeyFingerprint id={proposal.key} />}
          <p>
            From then on {proposal.act === "remove_member" ? "none of their keys" : "this key"}{" "}
            decides anything, and sessions with it end at once. What was decided stays valid. It
            cannot be taken back.
          </p>
        </>
      );
    case "add_device":
      return (
        <>
          {proposal.key && <KeyFingerprint id={proposal.key} />}
          <Notice kind="warning" title={<>Is it really the device of {name}?</>}>
            Ask {name} to read out the words on their screen, by telephone or face to face. If a
            single one differs, somebody else has opened the link: do not sign.
          </Notice>
        </>
      );
  }
}

function DoneNotice({ done, shown }: { done: Done; shown: Shown }) {
  return (
    <div className="stack">
      <h1>
        <ProposalTitle proposal={shown.proposal} />
      </h1>
      <Notice
        kind="info"
        title={done === "signed" ? "Signed and in force" : "Withdrawn"}
        actions={
          <Link href="/settings" className="button">
            Who may approve
          </Link>
        }
      >
        {done === "signed"
          ? "The new roster is in the log, with your signature."
          : "Nothing was changed."}
      </Notice>
    </div>
  );
}

// Never a bare code: what happened, what to do.
function Unshown({ error }: { error: Error }) {
  if (error instanceof RosterProblem) {
    return (
      <Notice kind="problem" title="Nothing can be signed" alert>
        {error.message} Somebody may have changed the server's data: compare with another owner
        before you go on.
      </Notice>
    );
  }
  if (isReason(error, "not_found")) {
    return (
      <Notice kind="info" title="This change does not wait any more">
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
  return (
    <Notice kind="warning" title="The server does not answer" alert>
      {error.message}
    </Notice>
  );
}

function SignProblem({ error, again }: { error: Error; again(): void }) {
  if (error instanceof RostersMoved || isReason(error, "stale")) {
    return (
      <Notice
        kind="warning"
        title="The rosters changed while you were reading"
        actions={
          <button type="button" className="button" onClick={again}>
            Show the change anew
          </button>
        }
        alert
      >
        Nothing was signed that counts.
      </Notice>
    );
  }
  if (error instanceof RosterProblem) return <Unshown error={error} />;
  if (error instanceof ApiError && error.status !== 0) {
    if (["not_found", "not_permitted"].includes(error.reason)) return <Unshown error={error} />;
    return (
      <Notice kind="problem" title="The server did not take it" alert>
        {error.message} Nothing was changed.
      </Notice>
    );
  }
  return (
    <Notice kind="warning" title="The server did not answer" alert>
      The change may or may not be in force: the list of who may approve shows it.
    </Notice>
  );
}
