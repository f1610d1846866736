// What each project is set to, where its decisions are sent, and what is left to do before it is
// relied on.

import { useQuery } from "@tanstack/react-query";
import { loadReach } from "../../api/channels";
import { listWebhooks, loadSettings, type Settings } from "../../api/settings";
import type { Session, SessionProject } from "../../api/types";
import { useApi } from "../../context";
import { CopyButton } from "../../ui/copy";
import { Unread } from "../../ui/unread";
import { VisibleText } from "../../ui/visible_text";
import { duration } from "../notifications/project_channels";
import { Checklist } from "./checklist";
import { PrivacyCard } from "./privacy";
import { Webhooks } from "./webhooks";

export function ProjectView({ session }: { session: Session }) {
  const api = useApi();
  const settings = useQuery({ queryKey: ["settings"], queryFn: () => loadSettings(api) });
  const webhooks = useQuery({ queryKey: ["webhooks"], queryFn: () => listWebhooks(api) });
  const reach = useQuery({ queryKey: ["reach"], queryFn: () => loadReach(api) });
  const failed = [settings, webhooks, reach].filter((one) => one.isError);
  const projects = session.projects.filter((project) => project.successor === undefined);
  return (
    <main className="page">
      <h1>Project</h1>
      {failed.length > 0 && (
        <Unread
          what="The settings"
          again={() => {
            for (const one of failed) void one.refetch();
          }}
        />
      )}
      {settings.data &&
        projects.map((project) => (
          <section className="card" key={project.id} aria-label={`Project ${project.name}`}>
            <h2>
              Project <VisibleText text={project.name} />
            </h2>
            <Facts project={project} settings={settings.data} />
            <Webhooks project={project.id} {...(webhooks.data && { all: webhooks.data })} />
            <Checklist
              project={project}
              settings={settings.data}
              {...(reach.data && {
                reachable: reach.data.projects.some(
                  (one) => one.id === project.id && one.reachable,
                ),
              })}
            />
          </section>
        ))}
      <PrivacyCard {...(settings.data && { settings: settings.data })} />
    </main>
  );
}

const payloads: Record<string, string> = {
  encrypted: "Encrypted between agents and people: this server cannot read them",
  server_sealed: "Sealed by this server, which can read them when it shows them to a reviewer",
};

function Facts({ project, settings }: { project: SessionProject; settings: Settings }) {
  const { asking } = settings;
  return (
    <dl className="pairs">
      <dt>Payloads</dt>
      <dd>{payloads[project.payloads] ?? project.payloads}</dd>
      <dt>Decides</dt>
      <dd>
        {project.single_operator
          ? "A single operator: until a second reviewer stands in the roster"
          : "A team: who made an agent does not approve what it asks at high"}
      </dd>
      <dt>Waits</dt>
      <dd>
        {duration(asking.decide_by_default_s)} where the agent does not say,{" "}
        {duration(asking.decide_by_max_s)} at most; then a request expires, and is not approved
      </dd>
      <dt>Log</dt>
      <dd className="mono breakable">
        {project.origin} <CopyButton text={project.origin} what="origin of the log" />
      </dd>
    </dl>
  );
}
