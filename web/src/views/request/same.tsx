import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useState } from "react";
import type { Signer, Wish } from "../../api/decide";
import { decideSame, decidesTogether, findSame, type Same } from "../../api/same";
import type { Detail } from "../../api/types";
import { useApi, useKeys } from "../../context";
import type { Opened } from "../../payload/open";
import { Link } from "../../route";
import { Notice } from "../../ui/notice";
import { Ago } from "../../ui/time";

interface Result {
  id: string;
  problem?: string;
}

export interface Together {
  same: Same[];
  chosen: boolean;
  choose(chosen: boolean): void;
  results: Result[]; // of those that were decided with this one
  running: boolean;
  // Once this one is decided.
  decide(signer: Signer, wish: Wish): Promise<void>;
}

// What waits and asks exactly this, as far as this device can read it.
export function useTogether(detail: Detail, opened: Opened | undefined, open: boolean): Together {
  const api = useApi();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const [chosen, choose] = useState(false);
  const [results, setResults] = useState<Result[]>([]);
  const [running, setRunning] = useState(false);
  const read = opened?.state === "open" && opened.disarmed.length === 0 ? opened : undefined;
  const found = useQuery({
    queryKey: ["same", detail.id, read?.commit],
    queryFn: () => (read ? findSame(api, keyring.content, detail, read) : []),
    enabled: open && read !== undefined && decidesTogether(detail),
    staleTime: 5_000,
  });
  const same = found.data ?? [];
  const decide = async (signer: Signer, wish: Wish) => {
    if (!chosen || !read || wish.edit || wish.verdict === "request_changes") return;
    setRunning(true);
    for (const { detail: other } of same) {
      const problem = await decideSame(signer, detail, read, other.id, wish);
      setResults((before) => [...before, { id: other.id, ...(problem && { problem }) }]);
      void client.invalidateQueries({ queryKey: ["request", other.id] });
    }
    setRunning(false);
    void client.invalidateQueries({ queryKey: ["requests"] });
  };
  return { same, chosen, choose, results, running, decide };
}

export function SameRequests({ together, open }: { together: Together; open: boolean }) {
  const { same, chosen, choose, results, running } = together;
  if (results.length > 0 || running) return <Results {...{ same, results, running }} />;
  if (!open || same.length === 0) return null;
  const count = same.length === 1 ? "One more request asks" : `${same.length} more requests ask`;
  return (
    <Notice kind="info" title={`${count} exactly this`}>
      The same agent, level and values, as this device has decrypted them. Only number and time
      differ.
      <ul className="same">
        {same.map(({ detail }) => (
          <li key={detail.id}>
            <Link href={`/requests/${detail.id}${location.search}`} className="mono breakable">
              {detail.id}
            </Link>{" "}
            <span className="muted">
              asked <Ago at={detail.created_at} />
            </span>
          </li>
        ))}
      </ul>
      <label className="switch">
        <input
          type="checkbox"
          checked={chosen}
          onChange={(event) => choose(event.target.checked)}
        />
        <span>
          Decide {same.length === 1 ? "it" : "them"} as I decide this one
          <small>
            Each is signed for itself and stands in the log for itself. Not with an edit.
          </small>
        </span>
      </label>
    </Notice>
  );
}

function Results(props: Pick<Together, "same" | "results" | "running">) {
  const { same, results, running } = props;
  const failed = results.filter(({ problem }) => problem !== undefined);
  const title = running
    ? `Deciding the others: ${results.length} of ${same.length}`
    : failed.length === 0
      ? `Decided ${results.length} more that asked exactly this`
      : `${failed.length} of ${results.length} others were not decided`;
  return (
    <Notice kind={failed.length > 0 ? "warning" : "info"} title={title} alert={!running}>
      <ul className="same" data-testid="together">
        {results.map(({ id, problem }) => (
          <li key={id}>
            {problem ? <X aria-hidden size={13} /> : <Check aria-hidden size={13} />}{" "}
            <Link href={`/requests/${id}${location.search}`} className="mono breakable">
              {id}
            </Link>
            {problem && <span className="muted"> {problem}</span>}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
