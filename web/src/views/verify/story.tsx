import type { ReactNode } from "react";
import { utc } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import type { Checked } from "./reading";
import { eventWords, humanWords, logWords, markWords } from "./words";

type Subject = NonNullable<Checked["subject"]>;
type Part = Subject["own"];

// What happened, as the receipt says. When it is invalid these are claims, and the heading says so.
export function Story({ checked: { report, subject } }: { checked: Checked }) {
  if (report.verdict === "ERASED") return <ErasedStory report={report} />;
  if (!subject) return null;
  const claimed = report.verdict === "INVALID";
  const { statement } = subject.own;
  const { descriptor } = subject.receipt;
  return (
    <section className={claimed ? "card story claimed" : "card story"} aria-labelledby="story">
      <h2 id="story">
        {claimed ? "What it claims – do not rely on it" : eventWords(statement.type)}
      </h2>
      <dl className="pairs">
        {claimed && <Pair term="Event">{eventWords(statement.type)}</Pair>}
        <Pair term="When">
          <time dateTime={statement.time}>{utc(statement.time)}</time>
        </Pair>
        {descriptor && (
          <Pair term="Request">
            <VisibleText text={`${descriptor.service} / ${descriptor.action}`} />
            {descriptor.environment && (
              <>
                {" in "}
                <VisibleText text={descriptor.environment} />
              </>
            )}
          </Pair>
        )}
        {descriptor && (
          <Pair term="Asked by">
            <Mono text={descriptor.agent_id} />
          </Pair>
        )}
        <Pair term={peopleOf(subject).length > 0 ? "Decided by" : "Made by"}>
          <People subject={subject} />
        </Pair>
        {peopleOf(subject).length > 0 && (
          <Pair term="Human proof">
            {humanWords[report.human]}
            {peopleOf(subject).length > 1 && "; the weakest of theirs counts"}
          </Pair>
        )}
        {report.keys_cosigned !== undefined && (
          <Pair term="Their keys">
            {report.keys_cosigned ? (
              "A second owner has cosigned them."
            ) : (
              <>
                No second owner has cosigned all of them, which is weaker: one owner could have
                added a key alone. In a project of one person there is nobody to cosign.
              </>
            )}
          </Pair>
        )}
        <Pair term="Log proof">{logWords[report.log]}</Pair>
        {report.request_id && (
          <Pair term="Request id">
            <Mono text={report.request_id} />
          </Pair>
        )}
        <Pair term="Place">
          entry {report.index} of <Mono text={statement.origin} />
        </Pair>
        {statement.marks.length > 0 && (
          <Pair term="Note well">
            {statement.marks.map((mark) => (
              <p key={mark}>{markWords[mark] ?? mark}</p>
            ))}
          </Pair>
        )}
      </dl>
    </section>
  );
}

function ErasedStory({ report }: { report: Checked["report"] }) {
  return (
    <section className="card story" aria-labelledby="story">
      <h2 id="story">An entry without its statement</h2>
      <dl className="pairs">
        <Pair term="Place">
          entry {report.index} of <Mono text={report.origin ?? ""} />
        </Pair>
        <Pair term="Log proof">{logWords[report.log]}</Pair>
      </dl>
      <p className="muted">
        The log still shows that the entry was there and was not swapped. Its words are gone for
        good, most often because somebody had the right to have them erased.
      </p>
    </section>
  );
}

function Pair({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Mono({ text }: { text: string }) {
  return (
    <span className="mono breakable">
      <VisibleText text={text} />
    </span>
  );
}

// Whose word it is: the reviews that a decision counts, or the one review itself.
function peopleOf({ own, reviews }: Subject): Part[] {
  if (reviews.length > 0) return reviews;
  return own.statement.type.startsWith("review.") ? [own] : [];
}

const reviewVerbs: Record<string, string> = {
  "review.approved": "approved",
  "review.edited": "changed it and approved",
  "review.rejected": "rejected",
  "review.changes_requested": "asked for changes",
  "review.commented": "commented",
};
const methodWords: Record<string, string> = {
  device_key: "with a device key",
  passkey: "with a passkey",
  fido2: "with a security key",
  session: "while logged in",
  oidc: "while logged in",
};

function People({ subject }: { subject: Subject }) {
  const people = peopleOf(subject);
  const { actor } = subject.own.statement;
  if (people.length === 0) {
    const kind = {
      member: "member",
      agent: "agent",
      api_key: "API key",
      policy: "policy",
    } as const;
    const word = actor.kind === "system" ? "the server" : kind[actor.kind];
    return (
      <>
        {word} {actor.kind !== "system" && <Mono text={actor.id} />}
      </>
    );
  }
  return (
    <ul className="people">
      {people.map(({ statement }) => (
        <li key={statement.sha256}>
          <Mono text={statement.actor.id} /> {reviewVerbs[statement.type] ?? statement.type}{" "}
          {methodWords[statement.actor.method] ?? statement.actor.method},{" "}
          <time dateTime={statement.time}>{utc(statement.time)}</time>
        </li>
      ))}
    </ul>
  );
}
