// The log of a project: every event, newest first, with a query, an entry's whole statement, and a
// check of all of it in this browser.

import "../../ui/audit.css";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { loadRosters, type Rosters } from "../../api/rosters";
import type { Session, SessionProject } from "../../api/types";
import type { Problem } from "../../audit/check_log";
import { readQuery } from "../../audit/query";
import { useApi, useKeys } from "../../context";
import { navigate, useAddress, withQuery } from "../../route";
import { Notice } from "../../ui/notice";
import { CheckPanel } from "./check_panel";
import { EntryDrawer } from "./entry_drawer";
import { LogTable } from "./log_table";
import { QueryBar } from "./query_bar";
import { type ReadLog, useLog } from "./use_log";

export function AuditView({ session }: { session: Session }) {
  const { query } = useAddress();
  const wanted = query.get("project");
  const project = session.projects.find(({ id }) => id === wanted) ?? session.projects[0];
  if (!project) {
    return (
      <main className="page">
        <h1>Audit</h1>
        <p>There is no project whose log you could read.</p>
      </main>
    );
  }
  return <ProjectLog key={project.id} session={session} project={project} />;
}

// The part of an origin that names the log in addresses.
const logOf = ({ origin }: SessionProject) => origin.slice(origin.lastIndexOf("/") + 1);

function ProjectLog({ session, project }: { session: Session; project: SessionProject }) {
  const { query: address } = useAddress();
  const log = logOf(project);
  const rosters = useRosters();
  const [problem, setProblem] = useState<Problem>();
  const names = rosters.data?.names;
  const nameOf = useMemo(() => (id: string) => names?.get(id) ?? "", [names]);
  const text = address.get("q") ?? "";
  const { problems } = useMemo(() => readQuery(text), [text]);
  const open = openEntry(address);
  const read = useLog(log, text, names, open ?? -1);
  const change = (changes: Record<string, string>, how: "push" | "replace" = "push") =>
    navigate(location.pathname + withQuery(address, changes), how);
  const roster = rosters.data?.projects.find(({ id }) => id === project.id)?.roster;
  return (
    <main className={open === undefined ? "audit" : "audit with-entry"}>
      <div className="audit-list">
        <header className="audit-head">
          <h1>Audit</h1>
          {session.projects.length > 1 && (
            <select
              aria-label="Project"
              value={project.id}
              onChange={(event) => change({ project: event.target.value, entry: "" })}
            >
              {session.projects.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </header>
        <CheckPanel key={log} log={log} roster={roster} found={setProblem} />
        <QueryBar
          text={text}
          problems={problems}
          families={read.families}
          change={(q) => change({ q }, "replace")}
        />
        <Count read={read} />
        {read.failed && (
          <Notice
            kind="warning"
            title="The log could not be read"
            actions={
              <button type="button" className="button" onClick={read.readOn}>
                Read on
              </button>
            }
            alert
          >
            {read.failed}
          </Notice>
        )}
        <LogTable
          read={read}
          nameOf={nameOf}
          problem={problem}
          open={open}
          choose={(index) => change({ entry: String(index) })}
        />
      </div>
      {open !== undefined && (
        <EntryDrawer
          key={open}
          log={log}
          index={open}
          nameOf={nameOf}
          close={() => change({ entry: "" })}
          find={(q) => change({ q, entry: "" })}
        />
      )}
    </main>
  );
}

function openEntry(address: URLSearchParams): number | undefined {
  const open = address.get("entry");
  return open !== null && /^\d{1,15}$/.test(open) ? Number(open) : undefined;
}

function Count({ read }: { read: ReadLog }) {
  const count = (number: number) => number.toLocaleString("en");
  const all = `${count(read.read)}${read.whole ? "" : ` of ${count(read.size)}`} entries`;
  return (
    <p className="muted audit-count" role="status">
      {read.text === "" ? all : `${count(read.rows)} found among ${all}`}
      {!read.whole && !read.failed && ", reading on"}
      {read.more > 0 && (
        <button type="button" className="button" onClick={read.readOn}>
          Show {count(read.more)} new
        </button>
      )}
    </p>
  );
}

function useRosters() {
  const api = useApi();
  const { keyring } = useKeys();
  const { pins } = keyring;
  return useQuery<Rosters>({
    queryKey: ["rosters", "names", pins],
    queryFn: () => loadRosters(api, pins),
  });
}
