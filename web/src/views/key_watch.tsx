// Keeps the content keys of this browser and what the server tells of them in step: it takes what
// another device has wrapped for this one, and says what this one holds. When it holds none any
// more, it says how they come back.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { rostersMoved } from "../api/rosters";
import type { Session } from "../api/types";
import { useApi, useKeys } from "../context";

const LostKeys = lazy(() => import("./keys/lost_keys").then((m) => ({ default: m.LostKeys })));

export function KeyWatch({ session }: { session: Session }) {
  const api = useApi();
  const client = useQueryClient();
  const keys = useKeys();
  const { keyring } = keys;
  useQuery({
    queryKey: ["key-sync", keyring.content.map((key) => key.kid), keyring.removed],
    queryFn: async () => {
      const { syncKeys } = await import("../api/content_keys");
      const changed = await syncKeys(api, keys);
      if (changed) await client.invalidateQueries({ queryKey: ["content-keys"] });
      return changed;
    },
    // Nothing is believed that rests on a roster which nobody has checked yet.
    enabled: keyring.device?.id === session.key && !rostersMoved(session, keyring.pins),
    refetchOnWindowFocus: false,
    retry: false,
  });
  if (keyring.content.length > 0) return null;
  return (
    <Suspense>
      <LostKeys session={session} />
    </Suspense>
  );
}
