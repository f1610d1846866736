import { useEffect, useMemo, useRef } from "react";
import type { Detail, Session } from "../../api/types";
import { useKeys } from "../../context";
import type { Opened, OpenedPayload } from "../../payload/open";
import { Link } from "../../route";
import { EnvironmentBadge, Marks, StateWord } from "../../ui/badges";
import { Notice } from "../../ui/notice";
import { Ago, usePassed } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { TimeLeft } from "../inbox_row";
import { SentAlong } from "../request/aside";
import { ClaimsNotice } from "../request/claims_notice";
import { useVersionOnScreen } from "../request/meanwhile";
import { Count, Disarmed, isHigh, partsOf, Values } from "../request/payload_panel";
import { mayApprove, useViewed, whyNot } from "../request/standing";
import { DoubtedText } from "../request/suspicions";
import { useDwell } from "../request/use_armed";
import { type Arming, useArming } from "../request/use_arming";
import { useOpened } from "../request/use_opened";
import { whyAlone, whyApart } from "./fits";

// One of several as it stands on the page, for what decides them all.
export interface Read {
  detail: Detail;
  opened: Opened | undefined;
  approvable: OpenedPayload | undefined; // read here, and this person may
  rejectable: boolean;
  arming: Arming;
  dwell(): number;
}

// Everything of one request: its values, each as on its own page, and what happened meanwhile.
export function TogetherItem(props: {
  latest: Detail;
  first: Detail;
  number: number;
  session: Session;
  report(id: string, read: Read): void;
}) {
  const { latest, first, number, session, report } = props;
  const version = useVersionOnScreen(latest);
  const { detail, newer } = version;
  const { keyring } = useKeys();
  const opened = useOpened(detail, keyring.content);
  const root = useRef<HTMLElement>(null);
  const late = usePassed(detail.decide_by) && detail.state === "pending";
  const apart =
    detail.state === "pending" ? (whyApart(first, detail) ?? whyAlone(detail)) : undefined;
  const pending = detail.state === "pending" && !late && !newer && !apart;
  const approvable = mayApprove(detail, opened, pending);
  const arming = useArming(root, opened, approvable, isHigh(detail));
  const onScreen = opened?.state === "open" && arming.shown !== undefined;
  useViewed(detail, onScreen);
  const dwell = useDwell(onScreen, detail.version);
  const rejectable = pending && detail.eligibility.can_reject && detail.offer !== undefined;
  useEffect(() => {
    report(detail.id, { detail, opened, approvable, rejectable, arming, dwell });
  });
  return (
    <section
      className={`together-item ${detail.level}`}
      ref={root}
      aria-labelledby={`title-${detail.id}`}
      data-together={detail.id}
    >
      <header className="together-head">
        <h2 id={`title-${detail.id}`}>
          {number}. <DoubtedText text={detail.agent.name} />
        </h2>
        {detail.environment && <EnvironmentBadge name={detail.environment} />}
        <Marks request={detail} />
        <TimeLeft request={detail} />
        <span className="muted">
          asked <Ago at={detail.created_at} />,{" "}
          <Link href={`/requests/${detail.id}${location.search}`} className="mono breakable">
            {detail.id}
          </Link>
        </span>
      </header>
      <Standing
        {...{ detail, opened, late, apart, approvable, session }}
        newer={version.newer}
        show={version.showNewer}
      />
      <ClaimsNotice detail={detail} opened={opened} />
      <Payload {...{ detail, opened, arming }} />
    </section>
  );
}

// Why it is left out, and what could be done: nothing is signed that is not what was read.
function Standing(props: {
  detail: Detail;
  opened: Opened | undefined;
  late: boolean;
  apart: string | undefined;
  newer: Detail | undefined;
  show(): void;
  approvable: OpenedPayload | undefined;
  session: Session;
}) {
  const { detail, opened, newer, session } = props;
  const { decision } = detail;
  if (detail.state !== "pending") {
    return (
      <Notice
        kind="info"
        title={
          <>
            <StateWord state={detail.state} />
            {decision?.by.kind === "member" && (
              <>
                {" by "}
                <VisibleText text={decision.by.name ?? decision.by.id} />
              </>
            )}
          </>
        }
      />
    );
  }
  if (newer) {
    return (
      <Notice
        kind="warning"
        title="The agent changed this one while you were reading"
        alert
        actions={
          <button type="button" className="button" onClick={props.show}>
            Show version {newer.version}
          </button>
        }
      >
        It is left out until you have read version {newer.version}.
      </Notice>
    );
  }
  if (props.apart) return <Out why={props.apart} />;
  if (props.late) return <Out why="Its deadline has passed." />;
  if (!opened || props.approvable) return null;
  if (opened.state === "tampered") {
    return (
      <Notice kind="problem" title="This payload has been changed" alert>
        {opened.problem} Reject it alone, and find out who can write to the server's storage.
      </Notice>
    );
  }
  return <Out why={whyNot(detail, opened, session.member.id)} />;
}

function Out({ why }: { why: string }) {
  return (
    <Notice kind="warning" title="Left out of the approval">
      {why}
    </Notice>
  );
}

function Payload(props: { detail: Detail; opened: Opened | undefined; arming: Arming }) {
  const { detail, opened, arming } = props;
  const parsed = opened?.state === "open" && opened.parsed.ok ? opened.parsed : undefined;
  const meta = useMemo(() => parsed && partsOf(parsed).meta, [parsed]);
  if (opened?.state !== "open") return null;
  return (
    <section className="payload" translate="no" aria-label={`What would run, ${detail.id}`}>
      <Disarmed reasons={opened.disarmed} />
      <Values opened={opened} high={isHigh(detail)} />
      <SentAlong detail={detail} meta={meta} />
      <div className="payload-end">
        <Count opened={opened} shown={arming.shown} />
      </div>
    </section>
  );
}
