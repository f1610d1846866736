// What the cards of this page share: which keys there are, and the rosters that say for whom.

import { useQuery } from "@tanstack/react-query";
import {
  type ContentKeys,
  type KeyDevice,
  loadContentKeys,
  type ProjectKeys,
} from "../../api/content_keys";
import { useApi } from "../../context";

export function useContentKeys() {
  const api = useApi();
  return useQuery({ queryKey: ["content-keys"], queryFn: () => loadContentKeys(api) });
}

export interface ShownProject {
  project: ProjectKeys;
  name: string;
  deviceOf(key: string): KeyDevice | undefined;
}

export function shownProjects(
  list: ContentKeys,
  names: { id: string; name: string }[],
): ShownProject[] {
  return list.projects.flatMap((project) => {
    const named = names.find(({ id }) => id === project.id);
    if (!named) return [];
    const deviceOf = (key: string) => list.devices.find((device) => device.key === key);
    return [{ project, name: named.name, deviceOf }];
  });
}
