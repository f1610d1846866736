// The content keys in this browser, whichever project they belong to.

import { useState } from "react";
import type { Session } from "../../api/types";
import { useKeys } from "../../context";
import type { ContentKey } from "../../crypto/content_key";
import { Ago } from "../../ui/time";
import { SheetPanel } from "./sheet_panel";

export function HeldKeys({ session }: { session: Session }) {
  const { content } = useKeys().keyring;
  const [sheet, setSheet] = useState<string>();
  if (content.length === 0) return <p className="empty-line">No content key yet.</p>;
  return (
    <ul className="key-list">
      {content.map((key) => (
        <HeldKey
          key={key.kid}
          held={key}
          session={session}
          sheet={sheet === key.kid}
          setSheet={(shown) => setSheet(shown ? key.kid : undefined)}
        />
      ))}
    </ul>
  );
}

function HeldKey(props: {
  held: ContentKey;
  session: Session;
  sheet: boolean;
  setSheet(shown: boolean): void;
}) {
  const { held } = props;
  const { removeContent } = useKeys();
  const [asked, setAsked] = useState(false);
  return (
    <li>
      <span className="words">{held.words}</span>
      <span className="mono muted">{held.kid}</span>
      <span className="muted">
        {held.made ? "made" : "added"} <Ago at={held.added} />
      </span>
      {asked ? (
        <span className="confirm">
          <button type="button" className="button" onClick={() => setAsked(false)}>
            Keep
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => void removeContent(held.kid)}
          >
            Remove from this browser
          </button>
        </span>
      ) : (
        <span className="confirm">
          {held.copy && (
            <button
              type="button"
              className="button quiet"
              aria-expanded={props.sheet}
              onClick={() => props.setSheet(!props.sheet)}
            >
              Recovery sheet
            </button>
          )}
          <button type="button" className="button quiet" onClick={() => setAsked(true)}>
            Remove
          </button>
        </span>
      )}
      {!held.copy && (
        <p className="muted whole-line">
          This browser can open requests with it and cannot hand it on: it came before keys could
          be. Add it once more from your recovery sheet or an agent's environment.
        </p>
      )}
      {props.sheet && (
        <SheetPanel held={held} session={props.session} done={() => props.setSheet(false)} />
      )}
    </li>
  );
}
