// Version 1 of a project's roster: one owner, this device, signed by itself. Everything later in
// the project rests on it, so the owner's browser builds the bytes and keeps their hash.

import type { RosterProject } from "../api/types";
import { base64, concat, hex, randomBytes, sha256, utf8 } from "./bytes";
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
    tree: { size: 1, root: await leafHash(entry) },
    time: terms.time,
  });
  return { project: project.id, entry, head, signature: await sign(key, "lp-roster/1", head) };
}

// RFC 6962 §2.1: the root of a tree of one leaf is the hash of that leaf.
async function leafHash(entry: string): Promise<string> {
  return hex(await sha256(concat(new Uint8Array([0]), utf8(entry))));
}
