import { useMemo } from "react";
import { type Change, changes } from "../../payload/changes";
import type { Opened } from "../../payload/open";

// What `after` changes in `before`; nothing unless both are open and each has one meaning.
export function useChanges(
  before: Opened | undefined,
  after: Opened | undefined,
): Change[] | undefined {
  return useMemo(() => {
    const [old, now] = [rootOf(before), rootOf(after)];
    return old && now && changes(old, now);
  }, [before, after]);
}

function rootOf(opened: Opened | undefined) {
  if (opened?.state !== "open" || opened.disarmed.length > 0) return undefined;
  return opened.parsed.ok ? opened.parsed.root : undefined;
}
