import { memo } from "react";
import type { Person, Summary } from "../api/types";
import { Link } from "../route";
import { EnvironmentBadge, StateWord } from "../ui/badges";
import { LevelMark } from "../ui/level";
import { Ago, Clock, Day, span, useServerNow } from "../ui/time";
import { VisibleText } from "../ui/visible_text";

export const InboxRow = memo(function InboxRow(props: {
  request: Summary;
  href: string;
  current: boolean;
  leaving?: boolean; // decided a moment ago; it slides out of this list
  picked?: boolean;
  pick?: ((request: Summary) => void) | undefined; // where rows can be selected
}) {
  const { request, pick } = props;
  const listed = request.marks.filter((mark) => mark === "server_sealed" || mark === "test");
  return (
    <li
      className={`row ${request.level}${props.leaving ? " leaving" : ""}${pick ? " picks" : ""}`}
    >
      {pick && request.state === "pending" ? (
        <label className="row-pick">
          <input
            type="checkbox"
            checked={props.picked ?? false}
            aria-label={`Select ${request.service} / ${request.action}`}
            onChange={() => pick(request)}
          />
        </label>
      ) : (
        // What was decided while it is listed stays where it is.
        pick && <span />
      )}
      <Link
        href={props.href}
        className="row-link"
        aria-current={props.current ? "true" : undefined}
        data-request={request.id}
      >
        <span className="row-top">
          <span className="row-title">
            <VisibleText text={request.service} />
            <span className="slash"> / </span>
            <VisibleText text={request.action} />
          </span>
          <span className="row-age">
            <Ago at={request.decided_at ?? request.created_at} />
          </span>
        </span>
        <span className="row-bottom">
          <LevelMark level={request.level} />
          <span className="row-agent">
            <VisibleText text={request.agent.name} />
          </span>
          {request.environment && <EnvironmentBadge name={request.environment} />}
          {listed.map((mark) => (
            <span key={mark} className="badge">
              {mark === "test" ? "test" : "server can read"}
            </span>
          ))}
          {request.state !== "pending" && <Closed request={request} />}
          {request.changes_asked && <span className="badge">changes asked</span>}
          {request.assignee && <Assignee person={request.assignee} />}
          {request.put_off_until && (
            <span className="badge">
              until <Until at={request.put_off_until} />
            </span>
          )}
          {request.state === "pending" && request.waiting.state === "gone" && (
            <span className="badge">agent stopped waiting</span>
          )}
          <TimeLeft request={request} />
        </span>
      </Link>
    </li>
  );
});

// The time of day, and the day when that is another one.
function Until({ at }: { at: string }) {
  const today = new Date(at).toDateString() === new Date().toDateString();
  return today ? <Clock at={at} /> : <Day at={at} />;
}

function Assignee({ person }: { person: Person }) {
  return (
    <span className="badge assignee">
      for <VisibleText text={person.erased ? "somebody erased" : (person.name ?? person.id)} />
    </span>
  );
}

function Closed({ request }: { request: Summary }) {
  const { decided_by: by } = request;
  return (
    <span>
      <StateWord state={request.state} />
      {by?.kind === "member" && (
        <>
          {" by "}
          {by.erased ? "somebody who was erased" : <VisibleText text={by.name ?? by.id} />}
        </>
      )}
    </span>
  );
}

// Only when it begins to matter: in the last fifth, or the last ten minutes.
export function TimeLeft({ request }: { request: Summary }) {
  const now = useServerNow();
  if (request.state !== "pending") return null;
  const end = Date.parse(request.decide_by);
  const whole = end - Date.parse(request.created_at);
  const left = end - now;
  if (left > 600_000 && left > whole / 5) return null;
  if (left <= 0) return <span className="time-left over">deadline passed</span>;
  return <span className="time-left">{span(left)} left</span>;
}
