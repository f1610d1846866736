// Version 1 of a project's roster: one owner, this device, signed by itself. Everything later in
// the project rests on it, so the owner's browser builds the bytes and keeps their hash.

import type { RosterProject } from "../api/types";
import { type Bytes, base64, concat, hex, randomBytes, sha256, utf8 } from "./bytes";
import { type DeviceKey, sign } from "./device_key";
import { jcs } from "./jcs";

export interface RosterTerms {
  member: string;
  marks: string[];
  threshold: number;
  time: string;
  min: { human: string; log: string };
}

export interface SignedRoster {
  project: string;
  entry: string;
  head: string;
  signature: string;
}

export async function signRoster(
  key: DeviceKey,
  project: RosterProject,
  terms: RosterTerms,
  salt = base64(randomBytes(32)),
): Promise<SignedRoster> {
  const entry = jcs({
    salt,
    member: terms.member,
    roles: ["owner", "reviewer"],
    groups: [],
    class: "device",
    spki: key.spki,
    cosigned: [],
  });
  const head = jcs({
    v: 1,
    origin: project.origin,
    version: 1,
    owners: [key.spki],
    threshold: terms.threshold,
    issuer: project.issuer.map(({ spki, from }) => ({ spki, from })),
    log: project.log.map(({ vkey, from }) => ({ vkey, from })),
    min: { human: terms.min.human, log: terms.min.log },
    single_operator: true,
    marks: terms.marks.length > 0 ? terms.marks : undefined,
    tree: { size: 1, root: await treeRoot([entry]) },
    time: terms.time,
  });
  return { project: project.id, entry, head, signature: await sign(key, "lp-roster/1", head) };
}

// RFC 6962 §2.1 over the exact texts of the entries, in lower-case hex.
export async function treeRoot(entries: string[]): Promise<string> {
  return hex(await subtree(entries));
}

async function subtree(entries: string[]): Promise<Bytes> {
  const [first] = entries;
  if (first === undefined) return sha256(utf8(""));
  if (entries.length === 1) return sha256(concat(new Uint8Array([0]), utf8(first)));
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  const sides = [await subtree(entries.slice(0, split)), await subtree(entries.slice(split))];
  return sha256(concat(new Uint8Array([1]), ...sides));
}
