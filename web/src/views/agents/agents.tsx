// The programs that ask: with which keys, who answers for them, and when they were here last.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type AgentProject, listAgents } from "../../api/agents";
import { loadSettings, type Settings } from "../../api/settings";
import { useApi } from "../../context";
import { Unread } from "../../ui/unread";
import { VisibleText } from "../../ui/visible_text";
import { AgentList } from "./agent_list";
import { KeyList } from "./key_list";
import { type Done, StopDone, StopPanel, type Target } from "./stop";

const readAgainMs = 5_000;

export function AgentsView() {
  const api = useApi();
  const agents = useQuery({
    queryKey: ["agents"],
    queryFn: () => listAgents(api),
    refetchInterval: readAgainMs,
  });
  const settings = useQuery({ queryKey: ["settings"], queryFn: () => loadSettings(api) });
  return (
    <main className="page">
      <h1>Agents</h1>
      <p className="muted">
        A program asks with an API key; an agent that also proves who it is has a secret or a key
        of its own. Neither ever decides. Whoever makes one answers for it.
      </p>
      {agents.isError && <Unread what="The agents" again={() => void agents.refetch()} />}
      {agents.data?.map((project) => (
        <ProjectAgents
          key={project.id}
          project={project}
          {...(settings.data && { settings: settings.data })}
        />
      ))}
    </main>
  );
}

function ProjectAgents({ project, settings }: { project: AgentProject; settings?: Settings }) {
  const [target, setTarget] = useState<Target>();
  const [done, setDone] = useState<Done>();
  const stop = (one: Target) => {
    setDone(undefined);
    setTarget(one);
  };
  const panel = target && (
    <StopPanel
      key={target.id}
      target={target}
      done={(told) => {
        setTarget(undefined);
        setDone(told);
      }}
      close={() => setTarget(undefined)}
    />
  );
  return (
    <section className="card" aria-label={`Agents of ${project.name}`}>
      <h2>
        Project <VisibleText text={project.name} />
      </h2>
      {settings && <Limits project={project} settings={settings} />}
      {done?.target.kind === "agent" && <StopDone {...done} />}
      <h3>API keys</h3>
      <KeyList project={project} stop={stop} stopping={target?.id} panel={panel} />
      <h3>Agents with a proof of their own</h3>
      <AgentList
        project={project}
        stop={stop}
        stopping={target?.id}
        panel={panel}
        {...(settings && { settings })}
      />
      {project.manages && (
        <>
          <h3>Permits</h3>
          <p className="muted">
            What was approved for an executor and not yet claimed can be stopped, all at once.
          </p>
          {done?.target.kind === "permits" && <StopDone {...done} />}
          {target?.id === project.id ? (
            panel
          ) : (
            <div className="form-actions">
              <button
                type="button"
                className="button danger"
                onClick={() => stop({ kind: "permits", id: project.id, name: project.name })}
              >
                Stop all permits
              </button>
            </div>
          )}
        </>
      )}
    </section>
  );
}

function Limits({ project, settings }: { project: AgentProject; settings: Settings }) {
  const { per_minute, burst, pending } = settings.asking;
  return (
    <p className="muted">
      {project.pending} of at most {pending.toLocaleString("en")} requests wait here.{" "}
      {per_minute === 0
        ? "What a key may ask is not limited."
        : `A key may ask ${per_minute} times a minute, ${burst} at once.`}
      {project.pending > project.counted &&
        ` Whose they are is counted for the newest ${project.counted}.`}
    </p>
  );
}
