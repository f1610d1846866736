// Agents that prove who they are: with a secret that the server knows too, or with a key that only
// they have.

import { type FormEvent, useState } from "react";
import {
  type Agent,
  type AgentProject,
  addAgent,
  endAgent,
  type Made,
  renewAgent,
} from "../../api/agents";
import type { Settings } from "../../api/settings";
import { Confirm } from "../../ui/confirm";
import { Field } from "../../ui/fields";
import { SecretOnce } from "../../ui/secret_once";
import { Clock, Day, usePassed } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { useAction } from "../people/use_action";
import { Ended, OwnerName, Pending, StopButton, type Stopping } from "./words";

export function AgentList(props: { project: AgentProject; settings?: Settings } & Stopping) {
  const { project, settings, ...stopping } = props;
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Made>();
  const live = project.agents.filter((agent) => agent.revoked_at === undefined);
  return (
    <>
      <ul className="session-list">
        {live.map((agent) => (
          <AgentRow
            key={agent.id}
            agent={agent}
            manages={project.manages}
            renewed={setMade}
            stopping={stopping}
            {...(settings && { settings })}
          />
        ))}
      </ul>
      {live.length === 0 && (
        <p className="muted">
          None. What a program says of itself beside its key is not checked.
        </p>
      )}
      {made?.secret !== undefined && (
        <SecretOnce
          title={`The secret of ${made.id}, shown this once`}
          secret={made.secret}
          done={() => setMade(undefined)}
        />
      )}
      {adding && (
        <AgentForm
          project={project.id}
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
            Register an agent
          </button>
        </div>
      )}
      <Ended what="agents" count={project.agents.length - live.length}>
        {project.agents
          .filter((agent) => agent.revoked_at !== undefined)
          .map((agent) => (
            <AgentRow key={agent.id} agent={agent} manages={false} renewed={setMade} />
          ))}
      </Ended>
    </>
  );
}

function AgentRow(props: {
  agent: Agent;
  manages: boolean;
  settings?: Settings;
  stopping?: Stopping;
  renewed(made: Made): void;
}) {
  const { agent, manages, settings, stopping, renewed } = props;
  const action = useAction();
  const name = agent.handle === "" ? agent.id : agent.handle;
  const own = agent.proof === "httpsig";
  return (
    <li data-agent={agent.id}>
      <span className="session-words">
        <span>
          <b>
            <VisibleText text={name} />
          </b>{" "}
          <span className="badge">{own ? "own key" : "shared secret"}</span>{" "}
          <Pending count={agent.pending} />
        </span>
        <span className="muted">
          {own
            ? "Strong: it signs each call with a key that only it has"
            : "Weak: an HMAC with a secret that this server knows too"}
          , made by <OwnerName owner={agent.owner} /> on <Day at={agent.created_at} />
        </span>
        {agent.key && <span className="mono muted breakable">{agent.key}</span>}
        <Rotation agent={agent} />
        {action.problem && (
          <span className="field-problem" role="alert">
            {action.problem}
          </span>
        )}
      </span>
      {manages && (
        <span className="form-actions">
          {stopping && <StopButton id={agent.id} name={name} stop={stopping.stop} />}
          {agent.proof === "hmac" && (
            <Confirm
              label="Next secret"
              really={overlap(settings)}
              name={`Next secret for ${name}`}
              able={action.able}
              run={() =>
                void action.run(async (api, key) => renewed(await renewAgent(api, key, agent.id)))
              }
            />
          )}
          <Confirm
            label="End"
            really="End it now"
            name={`End the agent ${name}`}
            able={action.able}
            run={() =>
              void action.run(async (api, key) => {
                await endAgent(api, key, agent.id);
              })
            }
          />
        </span>
      )}
      {stopping?.stopping === agent.id && stopping.panel}
    </li>
  );
}

function overlap(settings: Settings | undefined): string {
  if (!settings) return "Make the next secret";
  const hours = settings.rotation_overlap_s / 3600;
  if (hours === 0) return "Make it; the old one ends now";
  return `Make it; the old one ends in ${hours >= 1 ? `${Math.round(hours)} h` : "less than 1 h"}`;
}

function Rotation({ agent }: { agent: Agent }) {
  const over = usePassed(agent.previous_until ?? "1970-01-01T00:00:00Z");
  if (agent.revoked_at) {
    return (
      <span className="muted">
        Ended on <Day at={agent.revoked_at} />
      </span>
    );
  }
  if (!agent.rotated_at) return null;
  return (
    <span className="muted">
      Changed on <Day at={agent.rotated_at} />
      {agent.previous_until && !over && (
        <>
          ; what it had before is good until <Day at={agent.previous_until} />{" "}
          <Clock at={agent.previous_until} />
        </>
      )}
    </span>
  );
}

function AgentForm(props: { project: string; made(agent: Made): void; close(): void }) {
  const { project, made, close } = props;
  const action = useAction();
  const [handle, setHandle] = useState("");
  const [publicKey, setPublicKey] = useState("");
  const may = action.able && handle.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!may) return;
    // As a PEM file has it, or its base64 alone.
    const spki = publicKey.replace(/-----[A-Z ]+-----|\s/g, "");
    const wish = { project, handle: handle.trim(), ...(spki !== "" && { public_key: spki }) };
    void action.run(async (api, key) => made(await addAgent(api, key, wish)));
  };
  return (
    <form className="place-form" aria-label="Register an agent" onSubmit={submit}>
      <Field
        label="Name, of letters, digits and . _ - @ /"
        value={handle}
        max={64}
        example="billing-bot"
        change={setHandle}
      />
      <Field
        label="Its public key, Ed25519 or P-256 (PEM); without one the server makes a secret"
        value={publicKey}
        max={400}
        change={setPublicKey}
      />
      <p className="muted">The server reads both.</p>
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
      <div className="form-actions">
        <button type="submit" className="button primary" disabled={!may}>
          Register
        </button>
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
