import { endOtherSessions, endSession } from "../../api/sessions";
import type { OpenSession } from "../../api/types";
import { kidWords } from "../../crypto/content_key";
import { Ago, Clock } from "../../ui/time";
import { type Action, useAction } from "./use_action";

export function OwnSessions({ sessions }: { sessions: OpenSession[] }) {
  const action = useAction();
  const others = sessions.filter((session) => !session.current).length;
  return (
    <>
      <p className="muted">
        One that you do not know is somebody at a device of yours: end it, and have an owner take
        that device its right to decide. Its pages fall to the sign-in page at once.
      </p>
      <SessionList sessions={sessions} action={action} />
      {others > 0 && (
        <div className="form-actions">
          <button
            type="button"
            className="button danger"
            disabled={!action.able}
            onClick={() =>
              void action.run(async (api, key) => {
                await endOtherSessions(api, key);
              })
            }
          >
            End all but this one
          </button>
        </div>
      )}
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
    </>
  );
}

export function SessionList(props: { sessions: OpenSession[]; action: Action }) {
  const { sessions, action } = props;
  return (
    <ul className="session-list">
      {sessions.map((session) => (
        <li key={session.id} data-session={session.id}>
          <div className="session-words">
            <span>
              {session.key.startsWith("acc_") ? (
                <span>With an account, at no device of yours</span>
              ) : (
                <span className="words">{kidWords(session.key)}</span>
              )}{" "}
              {session.current && <span className="badge">this browser</span>}{" "}
              {session.active && (
                <span className="badge" title="Something was done here in the last 15 minutes">
                  active
                </span>
              )}
            </span>
            <span className="muted">
              <LastUse session={session} /> Signed in <Ago at={session.created_at} />, until{" "}
              <Clock at={session.expires_at} />.
            </span>
          </div>
          {!session.current && (
            <button
              type="button"
              className="button"
              disabled={!action.able}
              aria-label={`End the session of ${session.name}, signed in at ${session.created_at}`}
              onClick={() => void action.run((api, key) => endSession(api, key, session.id))}
            >
              End
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function LastUse({ session }: { session: OpenSession }) {
  if (!session.last_used_at) return <>Not used since the server started.</>;
  return (
    <>
      Used <Ago at={session.last_used_at} />
      {session.network && (
        <>
          {" "}
          from <span className="mono">{session.network}</span>
        </>
      )}
      .
    </>
  );
}
