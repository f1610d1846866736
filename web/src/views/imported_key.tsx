// The content key that a one-time link may carry.

import { useEffect, useRef, useState } from "react";
import { useKeys } from "../context";
import { type ContentKey, readKeyText } from "../crypto/content_key";

export type Imported = { key: ContentKey } | { problem: string } | undefined;

// The key of the link goes into this browser at once; its text is not kept anywhere.
export function useImportedKey(text: string | undefined): Imported {
  const keys = useKeys();
  const [imported, setImported] = useState<Imported>();
  const started = useRef(false);
  useEffect(() => {
    if (text === undefined || started.current) return;
    started.current = true;
    const read = readKeyText(text);
    if (!read.ok) {
      setImported({ problem: read.problem });
      return;
    }
    keys
      .takeContent(read.bytes, new Date().toISOString())
      .then((key) => setImported({ key }))
      .catch((error) => setImported({ problem: String(error) }));
  }, [text, keys]);
  return imported;
}

export function ContentKeyLine({ imported }: { imported: Imported }) {
  if (imported && "key" in imported) {
    return (
      <>
        <strong>The content key is here.</strong> It decrypts what agents send; the server does
        not have it. Its words are <b className="words">{imported.key.words}</b>.
      </>
    );
  }
  if (imported) {
    return (
      <>
        <strong>The content key in the link is broken.</strong> {imported.problem} You can go on
        and paste it later, under Keys.
      </>
    );
  }
  return (
    <>
      <strong>The content key comes later.</strong> The link carries none. Paste it under Keys, so
      that this browser can read what agents send.
    </>
  );
}
