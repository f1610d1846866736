// What needs whom, in each project: the policy in force, its versions, and how another one comes
// into force.

import { useQuery } from "@tanstack/react-query";
import { listPolicies, type PolicyProject, type PolicyVersion } from "../../api/policies";
import { useApi } from "../../context";
import { Link } from "../../route";
import { Ago, Day } from "../../ui/time";
import { Unread } from "../../ui/unread";
import { VisibleText } from "../../ui/visible_text";
import { useAction } from "../people/use_action";
import { AskFor } from "./ask_for";
import { Draft } from "./draft";
import { Changes, Rules } from "./reading";

export function PoliciesView() {
  const api = useApi();
  const policies = useQuery({ queryKey: ["policies"], queryFn: () => listPolicies(api) });
  return (
    <main className="page">
      <h1>Policies</h1>
      <p className="muted">
        A policy says what an agent may do without asking, what people must approve, and what
        nobody can. The first rule that matches decides. Another version comes into force only
        when somebody else than its author approves it.
      </p>
      {policies.isError && <Unread what="The policies" again={() => void policies.refetch()} />}
      {policies.data?.map((project) => (
        <section className="card" key={project.id} aria-label={`Policy of ${project.name}`}>
          <h2>
            Project <VisibleText text={project.name} />
          </h2>
          <InForce project={project} />
          <Waiting project={project} />
          <Versions project={project} />
          {project.writes && <Draft project={project} />}
        </section>
      ))}
    </main>
  );
}

function InForce({ project }: { project: PolicyProject }) {
  const version = project.versions.find((one) => one.in_force);
  if (!version) {
    return (
      <p>
        No policy is in force: one reviewer is asked for everything, and at critical two people
        where there is anybody else.
      </p>
    );
  }
  return (
    <>
      <h3>In force: version {version.version}</h3>
      <p className="muted">
        {version.activated_at && (
          <>
            Since <Day at={version.activated_at} />.{" "}
          </>
        )}
        <span className="mono breakable">{version.sha256}</span>
      </p>
      <Rules project={project.id} version={version.version} />
    </>
  );
}

function Waiting({ project }: { project: PolicyProject }) {
  return project.waiting.map(({ request, version, asked_at }) => (
    <div key={request} className="policy-waiting" data-waiting={version}>
      <h3>Version {version} waits to come into force</h3>
      <p className="muted">
        Asked <Ago at={asked_at} />.{" "}
        <Link href={`/requests/${request}`}>Look at the request</Link>
      </p>
      <Changes project={project.id} version={version} />
    </div>
  ));
}

function Versions({ project }: { project: PolicyProject }) {
  if (project.versions.length === 0) return null;
  return (
    <>
      <h3>Versions</h3>
      <ul className="session-list">
        {project.versions.map((version) => (
          <VersionRow key={version.version} project={project} version={version} />
        ))}
      </ul>
    </>
  );
}

function VersionRow({ project, version }: { project: PolicyProject; version: PolicyVersion }) {
  const action = useAction();
  const { in_force, activated_at, author } = version;
  const asked = project.waiting.some((one) => one.version === version.version);
  return (
    <li data-version={version.version}>
      <span className="session-words">
        <b>Version {version.version}</b>
        <span className="muted">
          Uploaded on <Day at={version.created_at} /> by{" "}
          {author === "operator" ? "the operator" : <span className="mono">{author}</span>}
          {activated_at && !in_force && (
            <>
              ; in force from <Day at={activated_at} />, not any more
            </>
          )}
        </span>
        {!in_force && (
          <details className="policy-changes">
            <summary>What it would change</summary>
            <Changes project={project.id} version={version.version} />
          </details>
        )}
        {action.problem && (
          <span className="field-problem" role="alert">
            {action.problem}
          </span>
        )}
      </span>
      {in_force && <span className="badge">in force</span>}
      {!in_force && asked && <span className="badge">asked for</span>}
      {!in_force && !asked && project.writes && (
        <AskFor
          project={project.id}
          version={version.version}
          words={activated_at ? "Go back to it" : "Ask to activate"}
          action={action}
        />
      )}
    </li>
  );
}
