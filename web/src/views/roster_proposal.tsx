// Where an owner signs who decides and which key of the server signs: what changes, worked out in
// this browser from rosters that it has checked, and the signature of its key over exactly that.

import { useState } from "react";
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
import { rotates } from "../crypto/roster_wish";
import { Notice } from "../ui/notice";
import { Clock, usePassed } from "../ui/time";
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
import { KeyFingerprint, ProposalTitle, VersionDifference } from "./proposal_words";

interface Shown {
  proposal: Proposal;
  versions: NextVersion[];
  names: Map<string, string>;
}

type Done = "signed" | "withdrawn";

export function ProposalView({ id, session }: { id: string; session: Session }) {
  const { shown, again } = useShown(id);
  const [done, setDone] = useState<Done>();
  return (
    <SigningPage
      reading="Checking the rosters…"
      shown={shown}
      unshown={(error) => <Unshown error={error} />}
    >
      {(change) =>
        done ? (
          <Finished done={done} shown={change} />
        ) : (
          <SignForm shown={change} session={session} onDone={setDone} again={again} />
        )
      }
    </SigningPage>
  );
}

function useShown(id: string) {
  const api = useApi();
  const { keyring } = useKeys();
  return useReadOnce(id, async (): Promise<Shown> => {
    const proposal = await api.get<Proposal>(`/api/review/roster-proposals/${id}`);
    const rosters = await loadRosters(api, keyring.pins);
    const names = new Map(rosters.names);
    if (!rotates(proposal)) names.set(proposal.member.id, proposal.member.name);
    return { proposal, versions: await nextVersions(rosters, proposal), names };
  });
}

function SignForm(props: {
  shown: Shown;
  session: Session;
  onDone(done: Done): void;
  again(): void;
}) {
  const { proposal, versions, names } = props.shown;
  const api = useApi();
  const { pins } = useKeys().keyring;
  const signing = useSigning(props.onDone);
  const passed = usePassed(proposal.expires_at);
  const orphaned = versions.some((version) => !version.ownersLeft);
  return (
    <>
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
      {passed && <TimeIsOver>Nothing was changed.</TimeIsOver>}
      <SignButtons
        signing={signing}
        label="Sign as the owner"
        may={versions.length > 0 && !orphaned && !passed}
        sign={() =>
          void signing.run((key) => signProposal(api, key, proposal, versions, pins), "signed")
        }
        withdraw={() =>
          void signing.run((key) => withdrawProposal(api, key, proposal), "withdrawn")
        }
      />
      {signing.error && <SignProblem error={signing.error} again={props.again} />}
    </>
  );
}

function Consequence({ proposal }: { proposal: Proposal }) {
  if (proposal.act === "rotate_issuer") {
    return (
      <p>
        The server has made this key for it and keeps it. It signs from the entry shown here on,
        or from a few entries later, as the log grows while you read. Receipts stay what they are;
        whoever monitors the log gets a new trust file.
      </p>
    );
  }
  if (proposal.act === "rotate_log_key") {
    return (
      <>
        <p>
          Who signs the log has made this key for it and keeps it. It signs once the log has as
          many entries as shown here, or a few more, as it grows while you read; then the key
          before is destroyed.
        </p>
        <p>
          Tell your witnesses the new key before that, and give whoever verifies or monitors a new
          trust file. Receipts that they have stay what they are.
        </p>
      </>
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
    case "change_member":
      return (
        <p>
          From then on {name} may do what these roles allow, on every device, and nothing else.
          What was decided stays valid.
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
    case "add_passkey":
      return (
        <>
          {proposal.key && <KeyFingerprint id={proposal.key} />}
          <Notice kind="warning" title={<>Did {name} make this passkey?</>}>
            Ask {name} to read out the words on their screen, by telephone or face to face. With
            it they approve what runs at the levels high and critical, at {proposal.rp_id}.
          </Notice>
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

function Finished({ done, shown }: { done: Done; shown: Shown }) {
  const signed = done === "signed";
  return (
    <>
      <h1>
        <ProposalTitle proposal={shown.proposal} />
      </h1>
      <DoneNotice
        title={signed ? "Signed and in force" : "Withdrawn"}
        to={{ href: "/settings", label: "Who may approve" }}
      >
        {signed ? "The new roster is in the log, with your signature." : "Nothing was changed."}
      </DoneNotice>
    </>
  );
}

// Never a bare code: what happened, what to do.
function Unshown({ error }: { error: Error }) {
  if (error instanceof RosterProblem) return <Tampered error={error} />;
  if (isReason(error, "not_found")) return <NotWaiting what="change" />;
  if (isReason(error, "not_permitted")) return <NotAnOwner />;
  return <NoAnswer error={error} />;
}

function SignProblem({ error, again }: { error: Error; again(): void }) {
  if (error instanceof RostersMoved || isReason(error, "stale")) {
    return (
      <Stale
        title="The rosters changed while you were reading"
        label="Show the change anew"
        again={again}
      >
        Nothing was signed that counts.
      </Stale>
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
    <AnswerLost>
      The change may or may not be in force: the list of who may approve shows it.
    </AnswerLost>
  );
}
