import { useEffect, useState } from "react";
import type { Detail } from "../../api/types";
import type { ContentKey } from "../../crypto/content_key";
import { type Opened, openPayload } from "../../payload/open";

// The opened payload of this detail, or nothing while it is being decrypted. What belongs to an
// older payload is never returned for a newer one.
export function useOpened(detail: Detail, keys: ContentKey[]): Opened | undefined {
  const subject = [detail.id, detail.version, detail.payload, detail.commit, detail.env_sha256];
  const about = JSON.stringify([...subject, keys.map((key) => key.kid)]);
  const [result, setResult] = useState<{ about: string; opened: Opened }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `about` stands for detail and keys.
  useEffect(() => {
    let current = true;
    void openPayload(detail, keys).then((opened) => {
      if (current) setResult({ about, opened });
    });
    return () => {
      current = false;
    };
  }, [about]);
  return result?.about === about ? result.opened : undefined;
}
