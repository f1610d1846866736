import { type ReactNode, useMemo } from "react";
import type { Detail, Session } from "../../api/types";
import { kidWords } from "../../crypto/content_key";
import type { Opened } from "../../payload/open";
import { type Member, parse } from "../../payload/parse";
import { Link } from "../../route";
import { EnvironmentBadge } from "../../ui/badges";
import { CopyButton } from "../../ui/copy";
import { Clock, utc } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { FactTree } from "./fact_tree";
import { partsOf } from "./payload_panel";
import { RulingWords } from "./ruling";
import { DoubtedText } from "./suspicions";
import { Turn } from "./turn";

// Beside the payload: why it is here, who asks, who can read it.
export function Aside(props: { detail: Detail; opened: Opened | undefined; session: Session }) {
  const { detail, opened, session } = props;
  const parsed = opened?.state === "open" && opened.parsed.ok ? opened.parsed : undefined;
  const meta = useMemo(() => parsed && partsOf(parsed).meta, [parsed]);
  const project = session.projects.find((candidate) => candidate.id === detail.project);
  return (
    <aside className="aside" aria-label="About this request">
      <Why detail={detail} single={project?.single_operator ?? false} />
      {detail.state === "pending" && <Turn detail={detail} session={session} />}
      <Agent detail={detail} />
      <Where detail={detail} meta={meta} />
      <Readers detail={detail} opened={opened} />
    </aside>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Why({ detail, single }: { detail: Detail; single: boolean }) {
  return (
    <Card title={detail.state === "pending" ? "Why you are asked" : "Level"}>
      {detail.state === "pending" && (
        <p>
          <VisibleText text={detail.eligibility.why} />
        </p>
      )}
      {detail.state === "pending" && <Quorum detail={detail} />}
      <RulingWords detail={detail} />
      <p className="muted">
        Level {detail.level}
        {detail.priority !== detail.level && `; the agent asked for ${detail.priority}`}.
        {single && " One person approves alone in this project, and the log says so."}
      </p>
    </Card>
  );
}

// "1 of 2 people have approved", who they are, and who is still needed. One person's approval needs
// no words of its own.
function Quorum({ detail }: { detail: Detail }) {
  const { quorum } = detail;
  if (!quorum || quorum.needed < 2) return null;
  return (
    <div className="quorum">
      <div
        className="quorum-seats"
        role="img"
        aria-label={`${quorum.done} of ${quorum.needed} approvals`}
      >
        {Array.from({ length: quorum.needed }, (_, seat) => (
          // A seat has no name of its own: it is its place in the row.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <span key={seat} className={seat < quorum.done ? "seat taken" : "seat"} />
        ))}
      </div>
      <p role="status">
        <VisibleText text={quorum.text} />
      </p>
      {quorum.approved_by.length > 0 && (
        <p className="muted">
          Approved by{" "}
          <VisibleText text={quorum.approved_by.map(({ id, name }) => name ?? id).join(", ")} />.
        </p>
      )}
    </div>
  );
}

const strengths: Record<string, string> = {
  none: "Known by its API key only; it does not sign what it asks.",
  hmac: "Signs with a shared secret. The server could imitate it.",
  httpsig: "Signs each call with a key of its own, which nobody else has.",
};

function Agent({ detail }: { detail: Detail }) {
  const { agent, waiting } = detail;
  const waits: Record<typeof waiting.state, ReactNode> = {
    connected: "It is connected and waits for your answer.",
    polling: "It asks for your answer from time to time.",
    gone: (
      <>
        It stopped waiting
        {waiting.at && (
          <>
            {" "}
            at <Clock at={waiting.at} />
          </>
        )}
        . It may have given up.
      </>
    ),
    never: "It has not asked for your answer yet.",
  };
  return (
    <Card title="Who asks">
      <p>
        <b>
          <DoubtedText text={agent.name} />
        </b>{" "}
        <span className="muted mono">{agent.id}</span>
      </p>
      <p className="muted">{strengths[agent.strength] ?? agent.strength}</p>
      {detail.state === "pending" && <p data-testid="waiting">{waits[waiting.state]}</p>}
    </Card>
  );
}

function Where({ detail, meta }: { detail: Detail; meta: Member | undefined }) {
  const { environment, role, trace_id, parent_request_id } = detail;
  return (
    <Card title="Where it comes from">
      <dl className="pairs">
        <dt>Project</dt>
        <dd>
          <VisibleText text={detail.project_name} />
        </dd>
        {environment && (
          <>
            <dt>Environment</dt>
            <dd>
              <EnvironmentBadge name={environment} />
            </dd>
          </>
        )}
        {role && <Pair name="Role asked for" text={role} />}
        {trace_id && (
          <>
            <Pair name="Trace" text={trace_id} copy="trace id" />
            <dt>Same trace</dt>
            <dd>
              <Link href={`/?trace_id=${encodeURIComponent(trace_id)}`}>All its requests</Link>
            </dd>
          </>
        )}
        {parent_request_id && (
          <>
            <dt>Follows</dt>
            <dd>
              <Link href={`/requests/${encodeURIComponent(parent_request_id)}`} className="mono">
                <VisibleText text={parent_request_id} />
              </Link>
            </dd>
          </>
        )}
        <dt>Asked</dt>
        <dd>{utc(detail.created_at)}</dd>
        <dt>Decide by</dt>
        <dd>{utc(detail.decide_by)}</dd>
        <dt>Request</dt>
        <dd className="mono breakable">
          {detail.id} <CopyButton text={detail.id} what="request id" />
        </dd>
      </dl>
      <SentAlong detail={detail} meta={meta} />
    </Card>
  );
}

// What the client library sealed with the payload: part of it, and counted among its values.
export function SentAlong({ detail, meta }: { detail: Detail; meta: Member | undefined }) {
  const { environment } = detail;
  const sealed = meta?.node.kind === "object" ? meta.node.members : [];
  const claimed = sealed.find((member) => member.key === "environment")?.node;
  const other =
    environment !== undefined && claimed?.kind === "string" && claimed.value !== environment;
  return (
    <>
      {meta && (
        <div className="meta" data-meta>
          <p className="muted">Sent along by the client library, sealed with the payload:</p>
          <FactTree
            members={sealed.length > 0 ? sealed : undefined}
            node={meta.node}
            findings={[]}
          />
        </div>
      )}
      {other && (
        <p className="field-problem">
          The sealed payload names another environment than the request does.
        </p>
      )}
    </>
  );
}

function Pair({ name, text, copy }: { name: string; text: string; copy?: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="mono breakable">
        <VisibleText text={text} /> {copy && <CopyButton text={text} what={copy} />}
      </dd>
    </>
  );
}

function Readers({ detail, opened }: { detail: Detail; opened: Opened | undefined }) {
  const kid =
    opened?.state === "open" ? (opened.key?.kid ?? detail.kid) : (detail.kid ?? undefined);
  return (
    <Card title="Who can read it">
      {detail.payload_kind === "plain" ? (
        <p>
          <b>The server can read this payload.</b> The agent sent it in clear.
        </p>
      ) : (
        <p>
          Whoever holds the content key
          {kid && (
            <>
              {" "}
              <b className="words">{kidWords(kid)}</b>
            </>
          )}
          . The server cannot.
        </p>
      )}
      <p className="muted">
        The server always sees service, action, level, names, times and sizes
        {detail.facts !== undefined && ", and these facts that the agent sent for routing"}.
      </p>
      {detail.facts !== undefined && <ServerFacts text={detail.facts} />}
    </Card>
  );
}

function ServerFacts({ text }: { text: string }) {
  const parsed = useMemo(() => parse(text), [text]);
  if (!parsed.ok) return <VisibleText text={text} />;
  const { root, findings } = parsed;
  const members = root.kind === "object" && root.members.length > 0 ? root.members : undefined;
  return <FactTree members={members} node={root} findings={findings} />;
}
