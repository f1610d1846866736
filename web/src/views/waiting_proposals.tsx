import { useQuery } from "@tanstack/react-query";
import type { Proposal } from "../api/rosters";
import type { Session } from "../api/types";
import { useApi, useKeys } from "../context";
import { Link } from "../route";
import { Notice } from "../ui/notice";
import { ProposalTitle } from "./proposal_words";

// What an owner is asked to sign, on the pages where they would look; an admin sees it too.
export function WaitingProposals({ session }: { session: Session }) {
  const api = useApi();
  const { keyring } = useKeys();
  const owner = session.member.roles.includes("owner");
  const proposals = useQuery({
    queryKey: ["proposals"],
    queryFn: () => api.get<{ proposals: Proposal[] }>("/api/review/roster-proposals"),
    // What an owner signs, their device key signs: a session of a passkey is shown nothing of it.
    enabled:
      (owner || session.member.roles.includes("admin")) && session.key === keyring.device?.id,
  });
  return proposals.data?.proposals.map((proposal) => (
    <Notice
      key={proposal.id}
      kind="info"
      title={<ProposalTitle proposal={proposal} />}
      actions={
        <Link href={`/settings/roster/${proposal.id}`} className="button">
          {owner ? "Read and sign" : "Read"}
        </Link>
      }
    >
      Somebody asks for this, and it waits for an owner's signature.
    </Notice>
  ));
}
