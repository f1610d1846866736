// How people are told that something waits for them, and whether that works.

import { useQuery } from "@tanstack/react-query";
import { loadReach } from "../../api/channels";
import type { Session } from "../../api/types";
import { useApi } from "../../context";
import { Notice } from "../../ui/notice";
import { BrowsersCard } from "./browsers";
import { ProjectChannels } from "./project_channels";

export function NotificationsView({ session }: { session: Session }) {
  const api = useApi();
  const reach = useQuery({ queryKey: ["reach"], queryFn: () => loadReach(api) });
  return (
    <main className="page">
      <h1>Notifications</h1>
      <p className="muted">
        What is sent names the project, the level, the agent's key and a link, and nothing of what
        is asked. Nobody can decide from it: that takes this page and your key.
      </p>
      {reach.isError && (
        <Notice
          kind="warning"
          title="The channels could not be loaded"
          actions={
            <button type="button" className="button" onClick={() => void reach.refetch()}>
              Try again
            </button>
          }
        >
          The server does not answer, or not with what this page understands.
        </Notice>
      )}
      {reach.data && (
        <>
          <BrowsersCard reach={reach.data} />
          {reach.data.projects.map((project) => (
            <ProjectChannels
              key={project.id}
              project={project}
              kinds={reach.data.kinds}
              session={session}
            />
          ))}
        </>
      )}
    </main>
  );
}
