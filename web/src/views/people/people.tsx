// Who stands in the rosters and with which roles, and where people are signed in.

import { useQuery } from "@tanstack/react-query";
import { listAccounts } from "../../api/accounts";
import { listSessions } from "../../api/sessions";
import type { OpenSession, Session } from "../../api/types";
import { useApi } from "../../context";
import { Unread } from "../../ui/unread";
import { WaitingProposals } from "../waiting_proposals";
import { Members } from "./member_list";
import { OwnSessions } from "./session_list";

const readAgainMs = 15_000;

export function PeopleView({ session }: { session: Session }) {
  const api = useApi();
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: () => listSessions(api),
    refetchInterval: readAgainMs,
  });
  const accounts = useQuery({ queryKey: ["accounts"], queryFn: () => listAccounts(api) });
  const manages = session.member.roles.some((role) => role === "owner" || role === "admin");
  return (
    <main className="page">
      <h1>People</h1>
      <section className="card">
        <h2>Where you are signed in</h2>
        {sessions.data && <OwnSessions sessions={ownOf(sessions.data, session)} />}
        {sessions.isError && <Unread what="The sessions" again={() => void sessions.refetch()} />}
      </section>
      <section className="card">
        <h2>Members and their roles</h2>
        <WaitingProposals session={session} />
        <Members
          session={session}
          sessions={sessions.data ?? []}
          accounts={accounts.data ?? []}
          manages={manages}
        />
      </section>
    </main>
  );
}

const ownOf = (sessions: OpenSession[], { member }: Session) =>
  sessions.filter((one) => one.member === member.id);
