// How people are told that something waits for them, and whether that works.

import { useQuery } from "@tanstack/react-query";
import { loadReach } from "../../api/channels";
import type { Session } from "../../api/types";
import { useApi } from "../../context";
import { Unread } from "../../ui/unread";
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
      {reach.isError && <Unread what="The channels" again={() => void reach.refetch()} />}
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
