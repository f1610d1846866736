// The trust file (spec/receipt-format.md §3): what the verifier brings along, and the only place
// that trust comes from. What is wrong with it is an error of use and never a verdict.

import { fromBase64 } from "../bytes.js";
import type { Json } from "../jcs.js";
import { type Certificate, readCertificate } from "./certificate.js";
import { hashItem, Malformed, Members, readJson, textItem } from "./members.js";
import { readVerifierKey, type VerifierKey } from "./note.js";
import {
  type KeyRange,
  type Minimum,
  readIssuerRange,
  readLogRange,
  readMinimum,
} from "./roster.js";
import { compact } from "./statement.js";

export interface Trust {
  origin: string;
  genesis: string;
  laterRosters: string[];
  logKeys: VerifierKey[];
  log?: KeyRange[]; // of these, the sizes of the trees that each signs
  issuer?: KeyRange[];
  root?: { origin: string; logKeys: VerifierKey[] };
  witnesses?: { quorum: number; keys: VerifierKey[] };
  rp?: { rpId: string; origins: string[] }[];
  tsaRoots?: Certificate[];
  min: Minimum;
  closedRoots: NonNullable<Trust["root"]>[]; // the root logs before: anchors in them still hold
  closedAt?: number; // of a log closed after a rollback: no checkpoint is of a larger tree
  predecessors: Trust[]; // of the logs in whose place this one opened
}

// A file of the log's own, or a predecessor's part of another.
export function trustOf(files: readonly Trust[], log: string): Trust | undefined {
  const before = files.flatMap(({ predecessors }) => predecessors);
  return [...files, ...before].find(({ origin }) => origin === log);
}

export class BadTrust extends Error {}

export async function readTrust(text: string): Promise<Trust> {
  try {
    const members = new Members(readJson(text, "the trust file"), "trust");
    const trust = await readMembers(members);
    trust.predecessors = await readPredecessors(members, trust.origin);
    members.done();
    return trust;
  } catch (error) {
    if (error instanceof Malformed) throw new BadTrust(error.message);
    throw error;
  }
}

// They have none of their own: the list is flat.
async function readPredecessors(members: Members, origin: string): Promise<Trust[]> {
  if (!members.has("predecessors")) return [];
  const each = members.list("predecessors", (item, what) => new Members(item, what));
  const predecessors: Trust[] = [];
  for (const inner of each) {
    predecessors.push(await readMembers(inner));
    inner.done();
  }
  if (predecessors.length === 0) throw members.wrong("predecessors", "is empty");
  const origins = [origin, ...predecessors.map((one) => one.origin)];
  if (new Set(origins).size !== origins.length) {
    throw members.wrong("predecessors", "names a log twice");
  }
  return predecessors;
}

async function readMembers(members: Members): Promise<Trust> {
  members.optional("project", members.anyText);
  members.optional("name", members.anyText);
  members.optional("single_operator", members.boolean);
  const logKeys = await verifierKeys(members, "log_vkeys", "log");
  return compact({
    origin: members.text("origin"),
    genesis: members.hash("roster_genesis_sha256"),
    laterRosters: members.has("roster_sha256") ? members.list("roster_sha256", hashItem) : [],
    logKeys,
    log: members.has("log") ? await readLog(members, logKeys) : undefined,
    issuer: members.has("issuer") ? members.list("issuer", readIssuerRange) : undefined,
    root: members.has("root") ? await readRoot(members.inner("root")) : undefined,
    witnesses: members.has("witness_policy")
      ? await readWitnesses(members.inner("witness_policy"))
      : undefined,
    rp: members.has("rp") ? members.list("rp", readRelyingParty) : undefined,
    tsaRoots: members.has("tsa_roots") ? members.list("tsa_roots", readAuthority) : undefined,
    min: members.has("min") ? readMinimum(members.inner("min"), false) : {},
    closedAt: members.has("closed_at") ? members.integer("closed_at") : undefined,
    closedRoots: await readClosedRoots(members),
    predecessors: [],
  });
}

async function verifierKeys(
  members: Members,
  name: string,
  kind: VerifierKey["kind"],
): Promise<VerifierKey[]> {
  const keys = await Promise.all(members.list(name, textItem).map(readVerifierKey));
  if (keys.length === 0) throw members.wrong(name, "is empty");
  if (keys.some((key) => key.kind !== kind)) throw members.wrong(name, `is not of ${kind} keys`);
  if (new Set(keys.map(({ text }) => text)).size !== keys.length) {
    throw members.wrong(name, "names a key twice");
  }
  return keys;
}

// Of exactly the keys that are trusted.
async function readLog(members: Members, keys: VerifierKey[]): Promise<KeyRange[]> {
  const ranges = await Promise.all(members.list("log", readLogRange));
  const listed = new Set(ranges.map(({ key }) => key));
  if (listed.size !== keys.length || keys.some(({ text }) => !listed.has(text))) {
    throw members.wrong("log", "is not of the keys in log_vkeys");
  }
  return ranges;
}

async function readRoot(members: Members): Promise<NonNullable<Trust["root"]>> {
  const root = {
    origin: members.text("origin"),
    logKeys: await verifierKeys(members, "log_vkeys", "log"),
  };
  members.done();
  return root;
}

async function readClosedRoots(members: Members): Promise<NonNullable<Trust["root"]>[]> {
  if (!members.has("closed_roots")) return [];
  const roots = members.list("closed_roots", (item, what) => new Members(item, what));
  if (roots.length === 0) throw members.wrong("closed_roots", "is empty");
  return Promise.all(roots.map(readRoot));
}

async function readWitnesses(members: Members): Promise<NonNullable<Trust["witnesses"]>> {
  const keys = await verifierKeys(members, "witnesses", "witness");
  const policy = { quorum: members.integer("quorum"), keys };
  members.done();
  if (policy.quorum < 1 || policy.quorum > keys.length) {
    throw members.wrong("quorum", "is not from 1 to the number of witnesses");
  }
  return policy;
}

function readRelyingParty(item: Json, what: string): { rpId: string; origins: string[] } {
  const members = new Members(item, what);
  const party = { rpId: members.text("rpId"), origins: members.list("origins", textItem) };
  members.done();
  return party;
}

// PEM, one certificate.
function readAuthority(item: Json, what: string): Certificate {
  const form = /^-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;
  const body = form.exec(textItem(item, what))?.[1]?.replace(/\s/g, "");
  const der = body === undefined ? undefined : fromBase64(body);
  if (!der) throw new Malformed(`${what} is no certificate in PEM`);
  return readCertificate(der);
}
