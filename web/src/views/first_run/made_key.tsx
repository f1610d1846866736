import { Printer } from "lucide-react";
import type { ContentKey } from "../../crypto/content_key";
import { CopyButton } from "../../ui/copy";
import { Notice } from "../../ui/notice";
import { RecoverySheet } from "./recovery_sheet";
import { usePersistence } from "./storage";

export interface MadeKey {
  key: ContentKey;
  text: string; // base64; in the memory of the page that made it, and dropped when that is left
}

const exportLine = (text: string) => `export LETSPING_ENCRYPTION_KEY=${text}`;

// The only time that the key can be read. Its holder stores it, or nobody ever will.
export function MadeKeyPanel({ made, projects }: { made: MadeKey; projects: string[] }) {
  const { key, text } = made;
  return (
    <>
      <div className="key-card">
        <dl className="pairs">
          <dt>Words</dt>
          <dd className="words">{key.words}</dd>
          <dt>Key id</dt>
          <dd className="mono">{key.kid}</dd>
        </dl>
        <div className="secret">
          <code data-testid="key-text">{text}</code>
          <CopyButton text={text} what="content key" />
        </div>
        <div className="key-actions">
          <CopyButton text={exportLine(text)} what="export line" label="Copy the export line" />
          <button type="button" className="button" onClick={() => window.print()}>
            <Printer aria-hidden size={15} /> Print the recovery sheet
          </button>
        </div>
      </div>
      <Notice kind="warning" title="Keep it now: it is shown only this once">
        Put it where your agents get their secrets, and print the sheet or keep it in a password
        manager. This browser keeps a copy, which goes when the browser is cleared. Without the
        key nobody can read what your agents have asked.
      </Notice>
      <RecoverySheet made={made} projects={projects} />
    </>
  );
}

export function PersistenceLine() {
  const state = usePersistence();
  if (state === "asking") return null;
  return (
    <p className="muted" data-testid="persistence">
      {state === "kept"
        ? "This browser has promised to keep its keys until you remove them."
        : "This browser may clear its keys when it runs out of space. Keep the recovery sheet."}
    </p>
  );
}
