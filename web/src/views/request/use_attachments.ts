import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { fetchAttachment } from "../../api/attachments";
import { originOf } from "../../api/talk";
import type { Detail, Session } from "../../api/types";
import { useApi, useKeys } from "../../context";
import { AttachmentFault, type ListedAttachment } from "../../crypto/attachment";
import { type Attachments, attachmentsOf } from "../../payload/attachments";
import type { Opened } from "../../payload/open";

// waiting: its agent has not uploaded all of it. unfetched: it is here, and nobody has looked.
// fits: its bytes were fetched, opened and found to be those that the payload names.
export type Standing =
  | { state: "waiting" | "unfetched" | "fetching" }
  | { state: "fits"; blob: Blob }
  | { state: "wrong" | "failed"; problem: string };

export interface AttachedFile {
  listed: ListedAttachment;
  standing: Standing;
}

export interface AttachmentsState {
  files: AttachedFile[];
  problem: string | undefined; // with the list itself
  why: string | undefined; // why nothing is approved; nothing when all fit, or there are none
  fetch(id: string): void;
}

// What is larger is fetched when somebody asks for it: a phone may be on the road.
const fetchedAtOnceMax = 8 << 20;

export function useAttachments(
  detail: Detail,
  opened: Opened | undefined,
  session: Session,
): AttachmentsState {
  const api = useApi();
  const { keyring } = useKeys();
  const origin = originOf(session, keyring, detail.project);
  const open = opened?.state === "open" ? opened : undefined;
  const announced = JSON.stringify(detail.attachments ?? []);
  const read = useMemo<Attachments>(
    () =>
      open
        ? attachmentsOf(open.parsed, JSON.parse(announced), detail.payload_kind !== "plain")
        : { ok: true, files: [] },
    [open, announced, detail.payload_kind],
  );
  // What was found out is of one payload, and of no other.
  const about = `${detail.id} ${open?.commit ?? ""} ${origin ?? ""}`;
  const [found, setFound] = useState<{ about: string; of: Record<string, Standing> }>();
  const known = found?.about === about ? found.of : undefined;
  const running = useRef<AbortController>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `about` ends what was begun before it.
  useEffect(() => {
    const control = new AbortController();
    running.current = control;
    return () => control.abort();
  }, [about]);
  const settle = useCallback(
    (id: string, standing: Standing) =>
      setFound((was) => ({
        about,
        of: { ...(was?.about === about ? was.of : {}), [id]: standing },
      })),
    [about],
  );
  const latest = useRef(detail);
  latest.current = detail;
  const begin = useCallback(
    (listed: ListedAttachment) => {
      const signal = running.current?.signal;
      if (!open || !signal || signal.aborted) return;
      settle(listed.id, { state: "fetching" });
      fetchAttachment(api, latest.current, listed, origin ?? "", open.key, signal).then(
        (blob) => !signal.aborted && settle(listed.id, { state: "fits", blob }),
        (error) => !signal.aborted && settle(listed.id, problemOf(error)),
      );
    },
    [api, open, origin, settle],
  );
  // One after another: small ones as soon as they are here.
  const busy = Object.values(known ?? {}).some(({ state }) => state === "fetching");
  const next = read.ok
    ? read.files.find(
        ({ id, size, missing }) => missing === 0 && size <= fetchedAtOnceMax && !known?.[id],
      )
    : undefined;
  useEffect(() => {
    if (next && !busy) begin(next);
  }, [next, busy, begin]);

  const files = (read.ok ? read.files : []).map(({ missing, ...listed }): AttachedFile => {
    const here: Standing = { state: missing > 0 ? "waiting" : "unfetched" };
    return { listed, standing: (missing === 0 && known?.[listed.id]) || here };
  });
  return {
    files,
    problem: read.ok ? undefined : read.problem,
    why: read.ok ? whyNot(files) : `Approving is off: ${read.problem}`,
    fetch: (id) => {
      const file = files.find(({ listed }) => listed.id === id);
      if (file && file.standing.state !== "waiting") begin(file.listed);
    },
  };
}

function problemOf(error: unknown): Standing {
  if (error instanceof AttachmentFault) {
    const problem =
      error.code === "does_not_open"
        ? "It does not open with the key of this payload: it was changed, or is of another request."
        : "It is not the file that the payload names.";
    return { state: "wrong", problem };
  }
  const problem = error instanceof Error ? error.message : String(error);
  return { state: "failed", problem };
}

function whyNot(files: AttachedFile[]): string | undefined {
  const count = (...states: Standing["state"][]) =>
    files.filter(({ standing }) => states.includes(standing.state)).length;
  const all = `${files.length} ${files.length === 1 ? "attachment" : "attachments"}`;
  if (count("wrong") > 0) {
    return "Approving is off: an attachment is not what the payload names.";
  }
  const waiting = count("waiting");
  if (waiting > 0) return `It waits for ${waiting} of ${all}.`;
  if (count("fetching") > 0) return "Checking the attachments…";
  const left = count("unfetched", "failed");
  if (left > 0) return `${left} of ${all} must be fetched and checked first.`;
  return undefined;
}
