import { useQuery } from "@tanstack/react-query";
import { type EarlierVersion, loadVersions } from "../../api/talk";
import type { Detail } from "../../api/types";
import { useApi, useKeys } from "../../context";
import type { Opened } from "../../payload/open";
import { ChangeList, changeCount } from "./edit/change_list";
import { useChanges } from "./use_changes";
import { useOpened } from "./use_opened";

// What the agent changed in its request, against the version that it asked before this one. For
// whoever comes to it now; who has read that version is told as they read (meanwhile.tsx).
export function EarlierVersions(props: { detail: Detail; opened: Opened | undefined }) {
  const { detail, opened } = props;
  const api = useApi();
  const versions = useQuery({
    queryKey: ["versions", detail.id, detail.version],
    queryFn: () => loadVersions(api, detail.id),
    enabled: detail.version > 1,
  });
  const before = versions.data?.at(-1);
  if (!before || opened?.state !== "open") return null;
  return <Difference before={before} opened={opened} />;
}

function Difference({ before, opened }: { before: EarlierVersion; opened: Opened }) {
  const { keyring } = useKeys();
  const earlier = useOpened(before, keyring.content);
  const changes = useChanges(earlier, opened);
  if (!earlier) return null;
  if (!changes) {
    return (
      <p className="muted">
        What differs from version {before.version} cannot be shown on this device.
      </p>
    );
  }
  return (
    <section className="edited" aria-labelledby="earlier-title" data-testid="earlier-version">
      <h2 id="earlier-title">
        {changes.length > 0
          ? `The agent changed ${changeCount(changes)} since version ${before.version}`
          : `The agent asked again with the values of version ${before.version}`}
      </h2>
      {changes.length > 0 && <ChangeList changes={changes} />}
    </section>
  );
}
