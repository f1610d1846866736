// Follows the rosters: whenever the server names a version that this browser has not checked, it is
// checked against the one that was. Until then, and when it does not hold, nothing can be signed.

import { useQuery } from "@tanstack/react-query";
import { loadRosters, rostersMoved } from "../api/rosters";
import type { Session } from "../api/types";
import { useApi, useKeys } from "../context";
import { RosterProblem } from "../crypto/roster_chain";

export function RosterWatch({ session }: { session: Session }) {
  const api = useApi();
  const { keyring, addPins } = useKeys();
  const versions = session.projects.map((project) => project.roster_sha256 ?? "");
  const rosters = useQuery({
    queryKey: ["rosters", "followed", versions],
    queryFn: async () => {
      const { pins } = await loadRosters(api, keyring.pins);
      await addPins(pins);
      return pins;
    },
    enabled: rostersMoved(session, keyring.pins),
    retry: (count, error) => count < 2 && !(error instanceof RosterProblem),
  });
  if (!(rosters.error instanceof RosterProblem)) return null;
  return (
    <div className="banner problem" role="alert">
      {rosters.error.message} Nothing can be decided here. Somebody may have changed the server's
      data: compare with another owner before you go on.
    </div>
  );
}
