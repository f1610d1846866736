// That this browser lacks a key, and the words by which somebody who holds it knows this browser.

import { useEffect, useState } from "react";
import type { ProjectKey, ProjectKeys } from "../../api/content_keys";
import { useKeys } from "../../context";
import { deviceWords } from "../../crypto/wrap";
import { Notice } from "../../ui/notice";

export function WantedHere({ project, newest }: { project: ProjectKeys; newest: ProjectKey }) {
  const { keyring } = useKeys();
  const held = keyring.content.some(({ kid }) => kid === newest.kid);
  const { device } = keyring;
  if (held || !device || !project.devices.includes(device.id)) return null;
  return (
    <Notice kind="warning" title="This browser wants the content key">
      <OwnWords /> Somebody who holds the key finds your wish under Keys and devices. Read the
      words to them, by telephone or face to face; once they have handed it over, it is here by
      itself.
    </Notice>
  );
}

export function OwnWords() {
  const { keyring } = useKeys();
  const { device, wrap } = keyring;
  const [words, setWords] = useState<string>();
  useEffect(() => {
    let current = true;
    if (device && wrap) {
      void deviceWords(device.spki, wrap.spki).then((made) => {
        if (current) setWords(made);
      });
    }
    return () => {
      current = false;
    };
  }, [device, wrap]);
  if (!words) return null;
  return (
    <>
      Its words are{" "}
      <b className="words" data-testid="own-words">
        {words}
      </b>
      .{" "}
    </>
  );
}
