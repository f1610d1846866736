// The API keys of a project: one more, and the end of one.

import { type FormEvent, useState } from "react";
import {
  type AgentProject,
  type ApiKey,
  addApiKey,
  endApiKey,
  type KeyRole,
} from "../../api/agents";
import { Confirm } from "../../ui/confirm";
import { Choice, Field } from "../../ui/fields";
import { SecretOnce } from "../../ui/secret_once";
import { Ago, Day } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { useAction } from "../people/use_action";
import { Ended, OwnerName, Pending, StopButton, type Stopping } from "./words";

const roleWords: Record<KeyRole, string> = {
  agent: "asks",
  executor: "executes what was approved, with permits",
  auditor: "reads the log and its receipts",
  admin: "reads the log and its receipts, as an auditor does",
};

export function KeyList({ project, ...stopping }: { project: AgentProject } & Stopping) {
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ id: string; secret: string; role: KeyRole }>();
  const live = project.keys.filter((key) => key.revoked_at === undefined);
  const fresh = live.find((key) => key.id === made?.id);
  return (
    <>
      <ul className="session-list">
        {live.map((key) => (
          <KeyRow key={key.id} project={project} shown={key} stopping={stopping} />
        ))}
      </ul>
      {live.length === 0 && <p className="muted">No program can ask here yet.</p>}
      {made && (
        <SecretOnce
          title="The API key, shown this once"
          secret={made.secret}
          done={() => setMade(undefined)}
        >
          <p>
            Set <code>LETSPING_{made.role === "executor" ? "EXECUTOR" : "API"}_KEY</code> to it
            and <code>LETSPING_BASE_URL</code> to{" "}
            <code className="breakable">{location.origin}/api</code>.
          </p>
          <p role="status">
            {fresh?.last_seen_at ? (
              <>
                Connected: it called <Ago at={fresh.last_seen_at} />.
              </>
            ) : (
              "Waiting for its first call…"
            )}
          </p>
        </SecretOnce>
      )}
      {adding && (
        <KeyForm
          project={project}
          made={(told) => {
            setAdding(false);
            setMade(told);
          }}
          close={() => setAdding(false)}
        />
      )}
      {project.manages && !adding && (
        <div className="form-actions">
          <button type="button" className="button" onClick={() => setAdding(true)}>
            Add an API key
          </button>
        </div>
      )}
      <Ended what="keys" count={project.keys.length - live.length}>
        {project.keys
          .filter((key) => key.revoked_at !== undefined)
          .map((key) => (
            <KeyRow key={key.id} project={project} shown={key} />
          ))}
      </Ended>
    </>
  );
}

function KeyRow(props: { project: AgentProject; shown: ApiKey; stopping?: Stopping }) {
  const { project, shown, stopping } = props;
  const action = useAction();
  const { id, role, name, owner, created_at, last_seen_at, network, revoked_at } = shown;
  const mayEnd = revoked_at === undefined && project.roles.includes(role);
  return (
    <li data-key={id}>
      <span className="session-words">
        <span>
          <b>
            <VisibleText text={name === "" ? id : name} />
          </b>{" "}
          <span className="badge">{role}</span> <Pending count={shown.pending} />
        </span>
        <span className="muted">
          {roleWords[role]}, made by <OwnerName owner={owner} /> on <Day at={created_at} />
        </span>
        <span className="muted">
          {revoked_at ? (
            <>
              Ended on <Day at={revoked_at} />
            </>
          ) : last_seen_at ? (
            <>
              Here <Ago at={last_seen_at} /> from {network}
            </>
          ) : (
            "Not here since the server began"
          )}
        </span>
        {action.problem && (
          <span className="field-problem" role="alert">
            {action.problem}
          </span>
        )}
      </span>
      {mayEnd && (
        <span className="form-actions">
          {role === "agent" && project.manages && stopping && (
            <StopButton id={id} name={name === "" ? id : name} stop={stopping.stop} />
          )}
          <Confirm
            label="End"
            really="End it now"
            name={`End the key ${name === "" ? id : name}`}
            able={action.able}
            run={() =>
              void action.run(async (api, key) => {
                await endApiKey(api, key, id);
              })
            }
          />
        </span>
      )}
      {stopping?.stopping === id && stopping.panel}
    </li>
  );
}

function KeyForm(props: {
  project: AgentProject;
  made(key: { id: string; secret: string; role: KeyRole }): void;
  close(): void;
}) {
  const { project, made, close } = props;
  const action = useAction();
  const [name, setName] = useState("");
  const [role, setRole] = useState<KeyRole>("agent");
  const may = action.able && name.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!may) return;
    const wish = { project: project.id, role, name: name.trim() };
    void action.run(async (api, key) => {
      const { id, secret = "" } = await addApiKey(api, key, wish);
      made({ id, secret, role });
    });
  };
  return (
    <form className="place-form" aria-label="Add an API key" onSubmit={submit}>
      <Field
        label="Name, as people call the program"
        value={name}
        max={80}
        example="billing-bot"
        change={setName}
      />
      {project.roles.length > 1 && (
        <Choice
          label="What it may do"
          value={role}
          options={project.roles.map((one) => [one, `${one}: ${roleWords[one]}`])}
          choose={(value) => setRole(value as KeyRole)}
        />
      )}
      <p className="muted">
        The server reads the name. To replace a key, make a new one, set it, and end the old one
        when it is no more here.
      </p>
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
      <div className="form-actions">
        <button type="submit" className="button primary" disabled={!may}>
          Make the key
        </button>
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
