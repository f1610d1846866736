// What became of a request while somebody was reading it. What is on screen changes only as they
// expect: a new version waits until they ask for it, an outcome says that it came from elsewhere.

import { useRef, useState } from "react";
import type { Detail } from "../../api/types";
import { useKeys } from "../../context";
import type { Change } from "../../payload/changes";
import type { Opened } from "../../payload/open";
import { Notice } from "../../ui/notice";
import { Clock } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { ChangeList, changeCount } from "./edit/change_list";
import { useChanges } from "./use_changes";
import { useOpened } from "./use_opened";

export interface OnScreen {
  detail: Detail;
  newer: Detail | undefined; // the agent has put another version in its place
  earlier: Detail | undefined; // that was read here before the one on screen
  showNewer(): void;
}

// The version that was opened stays, because it is the one that was read; only its state goes on.
export function useVersionOnScreen(latest: Detail): OnScreen {
  const [version, setVersion] = useState(latest.version);
  const [earlier, setEarlier] = useState<Detail>();
  const read = useRef(latest);
  const newer = latest.version !== version ? latest : undefined;
  if (!newer) read.current = latest;
  // A closed request has one version that counts: the one that was decided on.
  const superseded = newer?.state === "pending";
  return {
    detail: superseded ? read.current : latest,
    newer: superseded ? newer : undefined,
    earlier: superseded || latest.state !== "pending" ? undefined : earlier,
    showNewer: () => {
      setEarlier(read.current);
      setVersion(latest.version);
    },
  };
}

export function Superseded({ on, opened }: { on: OnScreen; opened: Opened | undefined }) {
  if (!on.newer) return null;
  return (
    <>
      <Notice
        kind="warning"
        title="The agent changed this request while you were reading"
        alert
        actions={
          <button type="button" className="button" onClick={on.showNewer}>
            Show version {on.newer.version}
          </button>
        }
      >
        Below is version {on.detail.version}, which cannot be decided any more: no approval of it
        counts.
      </Notice>
      <Superseding newer={on.newer} opened={opened} />
    </>
  );
}

// An agent can change as much as it likes. What is beyond these is read with the new version.
const changesShown = 12;

// What the newer version changes in the one that was read, if this device can open both. Beside the
// notice and not in it, so that a screen reader does not read all of it out unasked.
function Superseding({ newer, opened }: { newer: Detail; opened: Opened | undefined }) {
  const { keyring } = useKeys();
  const next = useOpened(newer, keyring.content);
  const changes = useChanges(opened, next);
  if (!next || !opened) return null;
  if (!changes) {
    return (
      <p className="muted">
        What version {newer.version} changes cannot be shown on this device.
      </p>
    );
  }
  const more = changes.length - changesShown;
  return (
    <section className="edited" aria-labelledby="superseding-title">
      <h2 id="superseding-title">
        {changes.length > 0
          ? `Version ${newer.version} changes ${changeCount(changes)}`
          : `Version ${newer.version} has the same values`}
      </h2>
      {changes.length > 0 && <ChangeList changes={changes.slice(0, changesShown)} />}
      {more > 0 && <p className="muted">And {more.toLocaleString("en")} more.</p>}
    </section>
  );
}

// The version on screen against the one that was read here before it: what is new in it is marked
// among the values, and approve waits until each of them has been on screen.
export function useSinceRead(on: OnScreen, opened: Opened | undefined): Change[] | undefined {
  const { keyring } = useKeys();
  const before = useOpened(on.earlier ?? on.detail, keyring.content);
  const list = useChanges(before, opened);
  return on.earlier ? list : undefined;
}

export function SinceRead({ on, changes }: { on: OnScreen; changes: Change[] | undefined }) {
  const [all, setAll] = useState(false);
  if (!on.earlier) return null;
  const read = on.earlier.version;
  if (!changes) {
    return (
      <p className="muted">What differs from version {read} cannot be shown on this device.</p>
    );
  }
  const left = all ? 0 : changes.length - changesShown;
  return (
    <section className="edited" aria-labelledby="since-title">
      <h2 id="since-title">
        {changes.length > 0
          ? `Since version ${read}, which you read, ${changeCount(changes)} changed`
          : `The values are those of version ${read}, which you read`}
      </h2>
      {changes.length > 0 && (
        <ChangeList changes={left > 0 ? changes.slice(0, changesShown) : changes} />
      )}
      {left > 0 && (
        <p className="not-shown">
          {left.toLocaleString("en")} more changes are marked among the values.{" "}
          <button type="button" className="button" onClick={() => setAll(true)}>
            List them
          </button>
        </p>
      )}
    </section>
  );
}

// Whether the request was closed while this page showed it as open, and not by this page.
// `decided`: this page's own decision is on its way or there, and says itself what became of it.
export function useClosedElsewhere(detail: Detail, decided: boolean): boolean {
  const seen = useRef({ open: detail.state === "pending", elsewhere: false });
  const open = detail.state === "pending";
  if (seen.current.open && !open) seen.current = { open, elsewhere: !decided };
  return seen.current.elsewhere;
}

export function ClosedElsewhere({ detail, mine }: { detail: Detail; mine: boolean }) {
  const { decision, state } = detail;
  if (state === "expired") {
    return (
      <Notice kind="warning" title="The deadline passed while you were reading" alert>
        Nobody decided in time, which is never an approval. Nothing of yours was recorded.
      </Notice>
    );
  }
  if (state === "cancelled") {
    return (
      <Notice kind="info" title="The agent withdrew this request while you were reading" alert>
        There is nothing to decide any more. Nothing of yours was recorded.
      </Notice>
    );
  }
  return (
    <Notice kind="info" title="Decided elsewhere while you were reading" alert>
      {mine ? (
        "You decided it yourself, in another window or on another device"
      ) : (
        <>
          <VisibleText text={decision?.by.name ?? decision?.by.id ?? "Somebody"} />{" "}
          {decision?.verdict === "approve" ? "approved" : "rejected"} it
        </>
      )}
      {decision && (
        <>
          {" "}
          at <Clock at={decision.at} />
        </>
      )}
      . There is nothing left to decide, and nothing was signed here.
    </Notice>
  );
}
