// A change of who decides, or of which key of the server signs: what somebody wishes, what it makes
// of a roster, and the next version that an owner signs. The same as src/evidence/roster_wish.cpp
// and core/roster_offer.cpp, whose server takes no other bytes.

import { base64, fromBase64, hex, randomBytes } from "./bytes";
import { type DeviceKey, sign } from "./device_key";
import { jcs } from "./jcs";
import { treeRoot } from "./roster";
import {
  type Cosignature,
  cosignatureText,
  type Entry,
  type Head,
  type IssuerRange,
  type LogRange,
  type Roster,
} from "./roster_chain";

export interface PeopleWish {
  act:
    | "add_member"
    | "change_member"
    | "remove_member"
    | "add_device"
    | "add_passkey"
    | "revoke_device";
  member: { id: string; name: string };
  roles?: string[];
  groups?: string[];
  spki?: string;
  rp_id?: string; // of a passkey, likewise
  aaguid?: string;
}

// Another key of the server signs the events of a project from an entry of its log on.
export interface IssuerWish {
  act: "rotate_issuer";
  project: { id: string; name: string };
  spki: string;
  from: number;
}

// Another key signs the log of a project from a size on.
export interface LogKeyWish {
  act: "rotate_log_key";
  project: { id: string; name: string };
  vkey: string;
  from: number;
}

export type Wish = PeopleWish | IssuerWish | LogKeyWish;

// Whether it is about a key of the server, and about nobody's place in a roster.
export function rotates<W extends Wish>(
  wish: W,
): wish is Extract<W, { act: "rotate_issuer" | "rotate_log_key" }> {
  return wish.act === "rotate_issuer" || wish.act === "rotate_log_key";
}

export interface Difference {
  gone: Entry[];
  come: Entry[];
}

const newSalt = () => base64(randomBytes(32));

// The entries as they would stand; the same array when the wish means nothing there.
export function carryOut(wish: Wish, entries: Entry[], salt = newSalt): Entry[] {
  if (rotates(wish)) return entries;
  const member = wish.member.id;
  const known = entries.find((entry) => entry.member === member);
  switch (wish.act) {
    case "add_member":
      if (known) return entries;
      return [...entries, memberEntry(wish, salt())];
    case "change_member":
      return withPlace(wish, entries, salt);
    case "remove_member":
      return known ? entries.filter((entry) => entry.member !== member) : entries;
    case "add_device":
    case "add_passkey": {
      if (!known || !wish.spki) return entries;
      if (entries.some((entry) => entry.spki === wish.spki)) return entries;
      const others = known.spki === undefined ? entries.filter((e) => e !== known) : entries;
      const entry = withKey(known, salt(), wish.spki);
      return [...others, wish.act === "add_passkey" ? asPasskey(entry, wish) : entry];
    }
    case "revoke_device": {
      const found = entries.find((e) => e.member === member && e.spki === wish.spki);
      if (!found) return entries;
      const others = entries.filter((entry) => entry !== found);
      // Whose last key goes keeps their place without one.
      if (others.some((entry) => entry.member === member)) return others;
      return [...others, withKey(found, salt())];
    }
  }
}

function memberEntry(wish: PeopleWish, salt: string): Entry {
  return {
    salt,
    member: wish.member.id,
    roles: sortedDistinct(wish.roles ?? []),
    groups: sortedDistinct(wish.groups ?? []),
    class: "none",
    cosigned: [],
  };
}

// All entries of the member become the same place; one that is so already keeps its salt.
function withPlace(wish: PeopleWish, entries: Entry[], salt: () => string): Entry[] {
  const roles = sortedDistinct(wish.roles ?? []);
  const groups = sortedDistinct(wish.groups ?? []);
  const changes = (entry: Entry) =>
    entry.member === wish.member.id &&
    (jcs(sortedDistinct(entry.roles)) !== jcs(roles) ||
      jcs(sortedDistinct(entry.groups)) !== jcs(groups));
  if (!entries.some(changes)) return entries;
  return entries.map((entry) =>
    changes(entry) ? { ...entry, salt: salt(), roles, groups, cosigned: [] } : entry,
  );
}

function withKey(place: Entry, salt: string, spki?: string): Entry {
  const { member, roles, groups } = place;
  const entry = { salt, member, roles, groups, cosigned: [] };
  return spki === undefined ? { ...entry, class: "none" } : { ...entry, class: "device", spki };
}

// Bound to a host: what it signs anywhere else counts for nothing.
function asPasskey(entry: Entry, wish: PeopleWish): Entry {
  if (!wish.rp_id || !wish.aaguid) throw new RangeError("a passkey has a host and a model");
  return { ...entry, class: "passkey", rpId: wish.rp_id, aaguid: wish.aaguid };
}

function sortedDistinct(texts: string[]): string[] {
  return [...new Set(texts)].sort();
}

export function difference(before: Entry[], after: Entry[]): Difference {
  const missing = (from: Entry[], entries: Entry[]) =>
    from.filter((entry) => !entries.some((other) => jcs(other) === jcs(entry)));
  return { gone: missing(before, after), come: missing(after, before) };
}

// Owners are the device keys of entries with that role, for a passkey cannot sign a roster; a
// project becomes a team with its second reviewer and stays one; the rest is as it was.
export async function nextHead(before: Roster, entries: Entry[], time: string): Promise<Head> {
  const withRole = (role: string) =>
    entries.filter((entry) => entry.spki !== undefined && entry.roles.includes(role));
  const owners = withRole("owner").filter((entry) => entry.class === "device");
  const reviewers = new Set(withRole("reviewer").map((entry) => entry.member));
  return {
    ...before.head,
    version: before.head.version + 1,
    prev: before.sha256,
    owners: owners.map((entry) => entry.spki as string),
    single_operator: before.head.single_operator && reviewers.size < 2,
    tree: { size: entries.length, root: await treeRoot(entries.map((entry) => jcs(entry))) },
    time,
  };
}

// The ranges with another key from the wish's entry on; nothing when that leads to no roster: the
// key was listed before, or no entry would be left to the one that goes.
export function handOver(issuers: IssuerRange[], wish: IssuerWish): IssuerRange[] | undefined {
  if (issuers.some(({ spki }) => spki === wish.spki)) return undefined;
  return endAt(issuers, { spki: wish.spki, from: wish.from });
}

// The same of the log's keys, from the wish's size on.
export function handOverLog(keys: LogRange[], wish: LogKeyWish): LogRange[] | undefined {
  if (keys.some(({ vkey }) => vkey === wish.vkey)) return undefined;
  return endAt(keys, { vkey: wish.vkey, from: wish.from });
}

function endAt<Range extends IssuerRange | LogRange>(
  ranges: Range[],
  next: Range,
): Range[] | undefined {
  const last = ranges.at(-1);
  if (!last || last.to !== undefined || next.from <= last.from) return undefined;
  return [...ranges.slice(0, -1), { ...last, to: next.from }, next];
}

export interface SignedChange {
  project: string;
  head: string;
  entries: string[];
  signatures: string;
}

export async function signChange(
  key: DeviceKey,
  project: string,
  head: Head,
  entries: Entry[],
): Promise<SignedChange> {
  const text = jcs(head);
  const signature = await sign(key, "lp-roster/1", text);
  return {
    project,
    head: text,
    entries: entries.map((entry) => jcs(entry)),
    signatures: jcs([{ spki: key.spki, signature }]),
  };
}

// The entries with every one of this key cosigned by `owner`; the same array when there is nothing
// to cosign: it is not listed, or their own, or was cosigned by them.
export async function cosign(
  owner: DeviceKey,
  { head, entries }: Roster,
  spki: string,
): Promise<Entry[]> {
  const member = entries.find((entry) => entry.spki === owner.spki)?.member;
  const entry = entries.find((one) => one.spki === spki);
  if (!member || !entry || !mayCosign(entry, member, owner.spki)) return entries;
  const text = cosignatureText(head.origin, entry, member);
  const signature = await sign(owner, "lp-cosign/1", text);
  const cosigned = [
    ...(entry.cosigned as Cosignature[]),
    { member, signature, spki: owner.spki },
  ];
  cosigned.sort((one, other) => (bytesOf(one) < bytesOf(other) ? -1 : 1));
  return entries.map((one) => (one === entry ? { ...entry, cosigned } : one));
}

const bytesOf = ({ spki }: Cosignature) => hex(fromBase64(spki) ?? new Uint8Array());

function mayCosign(entry: Entry, member: string, owner: string): boolean {
  const cosigned = entry.cosigned as Cosignature[];
  return entry.member !== member && !cosigned.some(({ spki }) => spki === owner);
}
