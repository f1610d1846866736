import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { assign, putOff } from "../../api/talk";
import type { Detail, Session } from "../../api/types";
import { useAnswering, useApi, useKeys } from "../../context";
import { KeyHint } from "../../ui/key_hint";
import { useShortcuts } from "../../ui/shortcuts";
import { utc } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";

// Whose turn it is, for everybody; and until when this member wants to see nothing of it. Neither
// changes who may decide.
export function Turn({ detail, session }: { detail: Detail; session: Session }) {
  const api = useApi();
  const { keyring } = useKeys();
  const client = useQueryClient();
  const answering = useAnswering();
  const [problem, setProblem] = useState<string>();
  const { assignee, reviewers = [], put_off_until: until } = detail;
  const me = session.member.id;
  const can = reviewers.some(({ id }) => id === me);
  const act = async (action: () => Promise<void>) => {
    setProblem(undefined);
    try {
      await action();
      await client.invalidateQueries({ queryKey: ["request", detail.id] });
      await client.invalidateQueries({ queryKey: ["requests"] });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const signer = { api, session, keyring };
  const give = (to: string) => void act(() => assign(signer, detail.id, to));
  const later = (time?: Date) => void act(() => putOff(signer, detail.id, time));
  useShortcuts({
    m: () => (can && answering ? give(assignee?.id === me ? "" : me) : false),
    s: () => (answering ? later(until ? undefined : times(api.now())[0]?.at) : false),
  });
  return (
    <section className="card turn">
      <h2>Whose turn</h2>
      {reviewers.length > 0 ? (
        <label className="field">
          <span className="sr">Assigned to</span>
          <select
            className="input"
            disabled={!answering}
            value={assignee?.id ?? ""}
            onChange={(event) => give(event.target.value)}
          >
            <option value="">Anybody who may decide</option>
            {reviewers.map(({ id, name }) => (
              <option key={id} value={id}>
                {id === me ? `${name ?? id} (you)` : (name ?? id)}
              </option>
            ))}
            {assignee && !reviewers.some(({ id }) => id === assignee.id) && (
              <option value={assignee.id}>{assignee.name ?? assignee.id}</option>
            )}
          </select>
        </label>
      ) : (
        <p>{assignee ? <VisibleText text={assignee.name ?? assignee.id} /> : "Anybody's."}</p>
      )}
      {can && assignee?.id !== me && (
        <button type="button" className="button" disabled={!answering} onClick={() => give(me)}>
          Take it
          <KeyHint name="m" />
        </button>
      )}
      {until ? (
        <p className="put-off">
          Put off until {utc(until)}, for you alone.{" "}
          <button type="button" className="link" disabled={!answering} onClick={() => later()}>
            Bring it back
          </button>
        </p>
      ) : (
        <label className="field">
          <span className="sr">Put it off, for you alone</span>
          <select
            className="input"
            disabled={!answering}
            value=""
            onChange={(event) => later(new Date(event.target.value))}
          >
            <option value="">Put it off for me…</option>
            {times(api.now()).map(({ name, at }) => (
              <option key={name} value={at.toISOString()}>
                {name}
              </option>
            ))}
          </select>
          <small>It stays in the others' inbox, and its deadline stays.</small>
        </label>
      )}
      {problem && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

const hourMs = 3_600_000;

function times(now: number): { name: string; at: Date }[] {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(9, 0, 0, 0);
  const monday = new Date(morning);
  monday.setDate(monday.getDate() + ((8 - monday.getDay()) % 7));
  return [
    { name: "For an hour", at: new Date(now + hourMs) },
    { name: "For four hours", at: new Date(now + 4 * hourMs) },
    { name: "Until tomorrow, 9:00", at: morning },
    { name: "Until Monday, 9:00", at: monday },
  ];
}
