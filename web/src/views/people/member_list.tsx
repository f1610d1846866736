import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Asked, cosignable, loadRosters, propose, type Rosters } from "../../api/rosters";
import type { LinkedAccount, OpenSession, Session } from "../../api/types";
import { useApi, useKeys } from "../../context";
import { RosterProblem } from "../../crypto/roster_chain";
import { navigate } from "../../route";
import { Notice } from "../../ui/notice";
import { VisibleText } from "../../ui/visible_text";
import { roleWords } from "../proposal_words";
import { useLoginMethods } from "../sign_on";
import { Accounts } from "./accounts";
import { type Person, type Place, peopleOf } from "./members";
import { AddForm, RolesForm } from "./place_forms";
import { SessionList } from "./session_list";
import { Uncosigned } from "./uncosigned";
import { type Action, useAction } from "./use_action";

export function Members(props: {
  session: Session;
  sessions: OpenSession[];
  accounts: LinkedAccount[];
  manages: boolean;
}) {
  const { session, sessions, accounts, manages } = props;
  const provider = useLoginMethods()?.sso?.name;
  const api = useApi();
  const { pins, device } = useKeys().keyring;
  const versions = session.projects.map((project) => project.roster_sha256 ?? "");
  const rosters = useQuery({
    queryKey: ["rosters", "people", versions],
    queryFn: () => loadRosters(api, pins),
    retry: (count, error) => count < 2 && !(error instanceof RosterProblem),
  });
  const waiting = useQuery({
    queryKey: ["cosignable", session.member.id, ...versions],
    queryFn: () => cosignable(rosters.data as Rosters, session.member.id),
    enabled: rosters.data !== undefined && session.key === device?.id,
  });
  const [adding, setAdding] = useState(false);
  const asking = useAsking();
  if (rosters.isError) {
    return (
      <Notice kind="problem" title="The rosters could not be checked" alert>
        {rosters.error.message}
      </Notice>
    );
  }
  if (!rosters.data) return <p className="muted">Checking the rosters…</p>;
  return (
    <>
      <p className="muted">
        As the owners have signed it; this browser has checked their signatures.
        {manages && " Whatever you ask for here waits for an owner's signature."}
      </p>
      {manages && <Uncosigned keys={waiting.data ?? []} rosters={rosters.data} />}
      <ul className="member-list">
        {peopleOf(rosters.data).map((person) => (
          <Member
            key={person.id}
            person={person}
            self={person.id === session.member.id}
            sessions={sessions.filter((one) => one.member === person.id)}
            accounts={accounts.filter((one) => one.member === person.id)}
            provider={provider}
            manages={manages}
            asking={asking}
          />
        ))}
      </ul>
      {manages && !adding && (
        <div className="form-actions">
          <button type="button" className="button" onClick={() => setAdding(true)}>
            Add somebody
          </button>
        </div>
      )}
      {manages && adding && (
        <AddForm able={asking.able} ask={asking.ask} close={() => setAdding(false)} />
      )}
      {asking.problem && (
        <p className="field-problem" role="alert">
          {asking.problem}
        </p>
      )}
    </>
  );
}

interface Asking {
  able: boolean;
  problem: string | undefined;
  ask(asked: Asked): void;
}

// What is asked for is a page of its own, on which an owner reads and signs it.
function useAsking(): Asking {
  const action = useAction();
  return {
    able: action.able,
    problem: action.problem,
    ask: (asked) =>
      void action.run(async (api, key) => {
        const { id } = await propose(api, key, asked);
        navigate(`/settings/roster/${id}`);
      }),
  };
}

function Member(props: {
  person: Person;
  self: boolean;
  sessions: OpenSession[];
  accounts: LinkedAccount[];
  provider: string | undefined;
  manages: boolean;
  asking: Asking;
}) {
  const { person, self, sessions, accounts, provider, manages, asking } = props;
  const [changing, setChanging] = useState(false);
  const [place] = person.places;
  return (
    <li data-member={person.id}>
      <div className="member-head">
        <div className="member-words">
          <b>
            <VisibleText text={person.name} />
          </b>
          {person.places.map((one) => (
            <PlaceLine key={one.projects.join()} place={one} only={person.places.length === 1} />
          ))}
          <span className="muted">{deviceWords(person.devices)}</span>
        </div>
        {manages && place && !changing && (
          <button
            type="button"
            className="button"
            aria-label={`Change the roles of ${person.name}`}
            onClick={() => setChanging(true)}
          >
            Change
          </button>
        )}
      </div>
      {changing && place && (
        <RolesForm
          person={person}
          place={place}
          able={asking.able}
          ask={asking.ask}
          close={() => setChanging(false)}
        />
      )}
      <Accounts
        member={person.id}
        name={person.name}
        accounts={accounts}
        provider={provider}
        manages={manages}
        self={self}
      />
      {manages && !self && <TheirSessions sessions={sessions} />}
    </li>
  );
}

function PlaceLine({ place, only }: { place: Place; only: boolean }) {
  return (
    <span>
      {!only && (
        <>
          <VisibleText text={place.projects.join(", ")} />:{" "}
        </>
      )}
      {roleWords(place.roles)}
      {place.groups.length > 0 && (
        <span className="muted">
          {" "}
          in <VisibleText text={place.groups.join(", ")} />
        </span>
      )}
    </span>
  );
}

function deviceWords(devices: number): string {
  if (devices === 0) return "No device yet: counts for nothing";
  return devices === 1 ? "1 device" : `${devices} devices`;
}

function TheirSessions({ sessions }: { sessions: OpenSession[] }) {
  const action: Action = useAction();
  if (sessions.length === 0) return null;
  const count = sessions.length === 1 ? "1 session" : `${sessions.length} sessions`;
  return (
    <details className="their-sessions">
      <summary>Signed in: {count}</summary>
      <SessionList sessions={sessions} action={action} />
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
    </details>
  );
}
