// A draft: what it would have done with what was asked, and its upload as a version.

import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import {
  type PolicyProject,
  pushPolicy,
  type Replay,
  replayPolicy,
  showPolicy,
} from "../../api/policies";
import { useApi } from "../../context";
import { Link } from "../../route";
import { Choice } from "../../ui/fields";
import { Day } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { useAction } from "../people/use_action";
import { saidWords, shiftWords } from "./words";

const spans: [value: string, words: string][] = [
  ["1", "24 hours"],
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
];

export function Draft({ project }: { project: PolicyProject }) {
  const [open, setOpen] = useState(false);
  if (open) return <DraftForm project={project} close={() => setOpen(false)} />;
  return (
    <div className="form-actions">
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Write a version
      </button>
    </div>
  );
}

const beginning = "version: 1\ndefaults: { level: medium }\nrules: []\n";

function DraftForm({ project, close }: { project: PolicyProject; close(): void }) {
  const api = useApi();
  const action = useAction();
  const label = useId();
  const [written, setWritten] = useState<string>();
  const [days, setDays] = useState("30");
  const [replayed, setReplayed] = useState<{ of: string; replay: Replay }>();
  const current = useQuery({
    queryKey: ["policies", project.id, project.in_force],
    queryFn: () => showPolicy(api, project.id, project.in_force),
    enabled: project.in_force > 0,
  });
  const text = written ?? (project.in_force > 0 ? (current.data?.document ?? "") : beginning);
  const may = action.able && text.trim() !== "";
  return (
    <form
      className="place-form"
      aria-label="Write a version"
      onSubmit={(e) => e.preventDefault()}
    >
      <label className="field" htmlFor={label}>
        <span>The policy, YAML or JSON</span>
      </label>
      <textarea
        id={label}
        className="input policy-text"
        rows={14}
        value={text}
        spellCheck={false}
        onChange={(event) => setWritten(event.target.value)}
      />
      <Choice label="Replay over the last" value={days} options={spans} choose={setDays} />
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
      <div className="form-actions">
        <button
          type="button"
          className="button"
          disabled={!may}
          onClick={() =>
            void action.run(async (api, key) => {
              const draft = { project: project.id, document: text, days: Number(days) };
              setReplayed({ of: text, replay: await replayPolicy(api, key, draft) });
            })
          }
        >
          Replay
        </button>
        <button
          type="button"
          className="button primary"
          disabled={!may}
          onClick={() =>
            void action.run(async (api, key) => {
              await pushPolicy(api, key, project.id, text);
              close();
            })
          }
        >
          Upload as a version
        </button>
        <button type="button" className="button quiet" onClick={close}>
          Cancel
        </button>
      </div>
      {replayed && replayed.of === text && <Replayed replay={replayed.replay} />}
    </form>
  );
}

function Replayed({ replay }: { replay: Replay }) {
  const there = shiftWords.filter(([shift]) => (replay.shifts[shift] ?? 0) > 0);
  return (
    <div className="policy-replay" role="status">
      <p>
        Of {replay.examined} {replay.examined === 1 ? "request" : "requests"}:
      </p>
      <ul className="policy-shifts">
        {there.map(([shift, words]) => (
          <li key={shift} className={shift}>
            <b>{replay.shifts[shift]}</b> {words}
          </li>
        ))}
      </ul>
      {replay.unread > 0 && (
        <p className="muted">{replay.unread} more could not be read: nothing is said of these.</p>
      )}
      {replay.left_off && (
        <p className="muted">There were more: only the newest were judged. Choose fewer days.</p>
      )}
      <ul className="session-list">
        {replay.requests.map((one) => (
          <li key={one.request} data-shift={one.shift}>
            <span className="session-words">
              <Link href={`/requests/${one.request}`}>
                <VisibleText text={`${one.service} / ${one.action}`} />
              </Link>
              <span className="muted">
                <Day at={one.asked_at} />, {one.state}: {saidWords(one.then)} →{" "}
                {saidWords(one.now)} (<VisibleText text={one.now.rule} />)
              </span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
