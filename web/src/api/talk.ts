// What members say about a request, whose turn it is, and until when one of them puts it off.

import { base64, randomBytes } from "../crypto/bytes";
import type { ContentKey } from "../crypto/content_key";
import type { Keyring } from "../crypto/keyring";
import { type OpenedNote, openNote, type SealedNote, sealNote } from "../crypto/note";
import type { Opened, PayloadSource } from "../payload/open";
import type { Api } from "./client";
import type { Signer } from "./decide";
import { whileActive } from "./sign_in";
import type { Detail, Person, Session } from "./types";

export interface Remark {
  kind: "comment" | "changes" | "edit";
  id?: string; // none of an edit about which nothing was said
  version: number;
  at: string;
  by: Person;
  index: number; // in the log
  text?: string; // of a request that the server can read
  note?: SealedNote;
}

export interface OpenedRemark extends Remark {
  words: OpenedNote | undefined;
}

export interface Talk {
  remarks: OpenedRemark[];
  withheld: boolean; // the server can read it, and gives it to reviewers only
}

// The log that this browser has pinned for the project; what the session says where there is none.
export function originOf(session: Session, keyring: Keyring, project: string): string {
  const named = session.projects.find(({ id }) => id === project)?.origin;
  return keyring.pins[project]?.origin ?? named ?? "";
}

export async function loadTalk(
  api: Api,
  request: string,
  origin: string,
  keys: ContentKey[],
): Promise<Talk> {
  const answer = await api.get<{ remarks: Remark[]; withheld?: true }>(
    `/api/review/requests/${request}/talk`,
  );
  const remarks = answer.remarks.map(async (remark): Promise<OpenedRemark> => {
    const { kind, id, version, by, note, text } = remark;
    if (text !== undefined) return { ...remark, words: { state: "open", text } };
    if (!note || id === undefined) return { ...remark, words: undefined };
    const place = { kind, id, origin, request_id: request, version, author: by.id };
    return { ...remark, words: await openNote(keys, note, place) };
  });
  return { remarks: await Promise.all(remarks), withheld: answer.withheld === true };
}

// The id is the author's own, so that a reply that got lost does not make a second comment.
export const newCommentId = () =>
  base64(randomBytes(16)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export async function sendComment(
  signer: Signer,
  detail: Detail,
  opened: Opened,
  text: string,
  id: string,
): Promise<void> {
  const { version } = detail;
  const words = await wordsOf(signer, detail, opened, text, id);
  await act(signer, `/api/review/requests/${detail.id}/comments`, { id, version, ...words });
}

async function wordsOf(
  { session, keyring }: Signer,
  detail: Detail,
  opened: Opened,
  text: string,
  id: string,
): Promise<{ text: string } | { note: SealedNote }> {
  if (detail.payload_kind === "plain") return { text };
  if (opened.state !== "open" || !opened.key) {
    throw new Error("A comment is sealed with the key of the payload, which does not open here.");
  }
  const place = {
    kind: "comment" as const,
    id,
    origin: originOf(session, keyring, detail.project),
    request_id: detail.id,
    version: detail.version,
    author: session.member.id,
  };
  return { note: await sealNote(opened.key, text, place) };
}

// "" for nobody.
export function assign(signer: Signer, request: string, assignee: string): Promise<void> {
  return act(signer, `/api/review/requests/${request}/assignee`, { assignee });
}

export function putOff(signer: Signer, request: string, until?: Date): Promise<void> {
  const body = until ? { until: until.toISOString() } : {};
  return act(signer, `/api/review/requests/${request}/put-off`, body);
}

async function act({ api, keyring }: Signer, path: string, body: unknown): Promise<void> {
  await whileActive(api, keyring.device, () => api.post(path, body));
}

// What the agent asked before it revised its request, oldest first.
export interface EarlierVersion extends PayloadSource {
  version: number;
}

export async function loadVersions(api: Api, request: string): Promise<EarlierVersion[]> {
  const path = `/api/review/requests/${request}/versions`;
  return (await api.get<{ versions: EarlierVersion[] }>(path)).versions;
}
