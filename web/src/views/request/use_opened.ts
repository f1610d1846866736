import { useEffect, useState } from "react";
import type { Role } from "../../crypto/commitment";
import type { ContentKey } from "../../crypto/content_key";
import { type Opened, openPayload, type PayloadSource } from "../../payload/open";

// The opened payload, or nothing while it is being decrypted. What belongs to an
// older payload is never returned for a newer one.
export function useOpened(
  source: PayloadSource,
  keys: ContentKey[],
  role: Role = "base",
): Opened | undefined {
  const subject = [source.payload, source.payload_kind, source.commit, source.env_sha256];
  const about = JSON.stringify([...subject, role, keys.map((key) => key.kid)]);
  const [result, setResult] = useState<{ about: string; opened: Opened }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `about` stands for all of them.
  useEffect(() => {
    let current = true;
    void openPayload(source, keys, role).then((opened) => {
      if (current) setResult({ about, opened });
    });
    return () => {
      current = false;
    };
  }, [about]);
  return result?.about === about ? result.opened : undefined;
}
