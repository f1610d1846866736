// A statement (spec/log-format.md §3): exact bytes that say what happened. They are read strictly
// and compared with what they should be; whatever differs is refused.

import type { Bytes } from "../bytes.js";
import { type Json, jcs } from "../jcs.js";
import {
  hashItem,
  isObject,
  isPlain,
  Malformed,
  Members,
  readCanonical,
  sortedTexts,
  textItem,
} from "./members.js";
import { sha256Hex } from "./signatures.js";

export interface PayloadRef {
  kind: "v1" | "v2" | "plain";
  env_sha256?: string;
  commit?: string;
  kid?: string;
}

export interface Actor {
  id: string;
  kind: (typeof actorKinds)[number];
  method: (typeof actorMethods)[number];
  key?: string;
}

export interface Statement {
  sha256: string;
  type: string;
  origin: string;
  stream: { id: string; seq: number };
  time: string;
  actor: Actor;
  request?: { sha256: string; version: number; level: Level };
  verdict?: Verdict;
  payload?: PayloadRef;
  base?: PayloadRef;
  policy?: { id: string; version: number; sha256: string };
  roster_sha256?: string;
  rule?: { sha256: string; k: number; n: number };
  reviews: string[];
  evidence: { kind: string; sha256: string }[];
  strength?: string;
  reason?: string;
  agent_claims?: Json;
  marks: string[];
  subject: Subject;
}

// The digest that the statement is filed under. Whether it fits is for the check of semantics.
export interface Subject {
  kind: "sha256" | "lpCommit";
  digest: string;
}

export const levels = ["none", "low", "medium", "high", "critical"] as const;
export type Level = (typeof levels)[number];
export const verdicts = ["approve", "reject", "request_changes"] as const;
export type Verdict = (typeof verdicts)[number];

const actorKinds = ["member", "agent", "api_key", "policy", "system"] as const;
const actorMethods = [
  "passkey",
  "fido2",
  "device_key",
  "session",
  "oidc",
  "hmac",
  "httpsig",
  "api_key",
  "rule",
  "clock",
] as const;
const knownMarks = [
  "demo",
  "no_isolation",
  "self_enrolled",
  "server_sealed",
  "test",
  "unbound_execution",
  "unbound_payload",
];
const statementType = "https://in-toto.io/Statement/v1";
const predicateType = "urn:letsping:event:1";
const padMultiple = 256;

// Of each family the names behind the dot.
const families: Record<string, string> = {
  request: "created viewed revised cancelled",
  review: "approved edited rejected changes_requested commented",
  decision: "approved approved_with_modifications rejected expired cancelled denied",
  permit: "issued claimed succeeded failed indeterminate expired revoked",
  grant: "created used revoked expired",
  handoff: "created fulfilled disputed failed",
  policy: "changed",
  roster: "changed",
  member: "added changed removed",
  key: "added rotated revoked",
  epoch: "changed",
  break_glass: "armed used reviewed",
  notification: "sent",
  delivery: "attempted",
  export: "made",
  erasure: "performed",
  clock: "adjusted",
  log: "opened frozen",
  witness: "changed",
  config: "changed",
  login: "succeeded failed",
};
export const eventTypes: ReadonlySet<string> = new Set(
  Object.entries(families).flatMap(([family, names]) =>
    names.split(" ").map((name) => `${family}.${name}`),
  ),
);

export const mayBeUnsigned: ReadonlySet<string> = new Set([
  "request.viewed",
  "notification.sent",
  "delivery.attempted",
]);

// A statement of a later version: nothing is wrong with it, but this verifier cannot judge it.
export class UnknownType extends Error {}

export async function readStatement(bytes: Bytes): Promise<Statement> {
  const root = new Members(readCanonical(bytes, "statement"), "statement");
  if (root.text("_type") !== statementType) throw root.wrong("_type", "is of no statement");
  const format = root.text("predicateType");
  if (format !== predicateType) {
    throw new UnknownType(`this verifier does not know statements of the form ${format}`);
  }
  const predicate = root.inner("predicate");
  const statement = readPredicate(predicate);
  predicate.done();
  if (bytes.length % padMultiple !== 0) throw new Malformed("the statement is not padded right");
  const subject = readSubject(root, statement.stream.id);
  root.done();
  if (!eventTypes.has(statement.type)) {
    throw new UnknownType(`this verifier does not know the type ${statement.type}`);
  }
  return { ...statement, subject, sha256: await sha256Hex(bytes) };
}

function readPredicate(predicate: Members): Omit<Statement, "sha256" | "subject"> {
  const optional = predicate.optional.bind(predicate) as Members["optional"];
  readPad(predicate);
  predicate.salt("salt");
  optional("permit", () => plainObject(predicate, "permit"));
  optional("grant", () => plainObject(predicate, "grant"));
  optional("clock", () => plainObject(predicate, "clock"));
  return compact({
    type: predicate.text("type"),
    origin: predicate.text("origin"),
    stream: readStream(predicate.inner("stream")),
    time: predicate.instant("time"),
    actor: readActor(predicate.inner("actor")),
    request: optional("request", () => readRequest(predicate.inner("request"))),
    verdict: optional("verdict", (name) => predicate.oneOf(name, verdicts)),
    payload: optional("payload", () => readPayload(predicate.inner("payload"))),
    base: optional("base", () => readPayload(predicate.inner("base"))),
    policy: optional("policy", () => readPolicy(predicate.inner("policy"))),
    roster_sha256: optional("roster_sha256", predicate.hash),
    rule: optional("rule", () => readRule(predicate.inner("rule"))),
    reviews: predicate.filled("reviews", hashItem),
    evidence: predicate.filled("evidence", readEvidence),
    strength: optional("strength", predicate.text),
    reason: optional("reason", predicate.hash),
    agent_claims: optional("agent_claims", () => plainObject(predicate, "agent_claims")),
    marks: readMarks(predicate),
  });
}

function readPad(predicate: Members): void {
  const pad = predicate.anyText("pad");
  if (pad.length >= padMultiple || /[^0]/.test(pad)) {
    throw predicate.wrong("pad", "is not 0 to 255 zeros");
  }
}

export function readMarks(members: Members): string[] {
  const marks = sortedTexts(members.filled("marks", textItem), "marks");
  const unknown = marks.find((mark) => !knownMarks.includes(mark));
  if (unknown !== undefined) throw new Malformed(`the mark ${unknown} is not known`);
  return marks;
}

function readStream(members: Members): Statement["stream"] {
  const stream = { id: members.text("id"), seq: members.integer("seq") };
  const before = members.optional("prev", members.hash);
  members.done();
  if ((before !== undefined) !== stream.seq > 0) {
    throw members.wrong("prev", "stands where seq is above 0, and only there");
  }
  return stream;
}

function readActor(members: Members): Actor {
  const actor = compact({
    id: members.text("id"),
    kind: members.oneOf("kind", actorKinds),
    method: members.oneOf("method", actorMethods),
    key: members.optional("key", members.text),
  });
  members.done();
  return actor;
}

function readRequest(members: Members): NonNullable<Statement["request"]> {
  const request = {
    sha256: members.hash("sha256"),
    version: members.version("version"),
    level: members.oneOf("level", levels),
  };
  members.done();
  return request;
}

export function readPayload(members: Members): PayloadRef {
  const payload = compact({
    kind: members.oneOf("kind", ["v1", "v2", "plain"] as const),
    env_sha256: members.optional("env_sha256", members.hash),
    commit: members.optional("commit", members.hash),
    kid: members.optional("kid", members.text),
  });
  members.done();
  const { kind, env_sha256, kid } = payload;
  if ((kind === "plain") !== (env_sha256 === undefined)) {
    throw members.wrong("env_sha256", "does not fit the kind");
  }
  if ((kind === "v2") !== (kid !== undefined) || (kid && !/^[0-9a-f]{16}$/.test(kid))) {
    throw members.wrong("kid", "does not fit the kind");
  }
  return payload;
}

function readPolicy(members: Members): NonNullable<Statement["policy"]> {
  const policy = {
    id: members.text("id"),
    version: members.integer("version"),
    sha256: members.hash("sha256"),
  };
  members.done();
  return policy;
}

function readRule(members: Members): NonNullable<Statement["rule"]> {
  const rule = {
    sha256: members.hash("sha256"),
    k: members.integer("k"),
    n: members.integer("n"),
  };
  members.done();
  return rule;
}

function readEvidence(item: Json, what: string): Statement["evidence"][number] {
  const members = new Members(item, what);
  const entry = { kind: members.text("kind"), sha256: members.hash("sha256") };
  members.done();
  return entry;
}

// Texts, booleans, integers, and arrays and objects of these.
export function plainObject(members: Members, name: string): Json {
  const value = members.value(name);
  if (!isObject(value) || !isPlain(value)) {
    throw members.wrong(name, "is no object of texts, booleans and integers");
  }
  return value;
}

// One subject, named like the stream.
function readSubject(root: Members, stream: string): Subject {
  const subjects = root.list("subject", (item, what) => new Members(item, what));
  const [subject] = subjects;
  if (!subject || subjects.length !== 1) throw root.wrong("subject", "is not exactly one");
  if (subject.text("name") !== stream) throw subject.wrong("name", "is not the stream's");
  const digest = subject.inner("digest");
  subject.done();
  const kind = digest.has("lpCommit") ? "lpCommit" : "sha256";
  const read = { kind, digest: digest.hash(kind) } as const;
  digest.done();
  return read;
}

export function samePayload(a: PayloadRef | undefined, b: PayloadRef | undefined): boolean {
  if (!a || !b) return a === b;
  return jcs({ ...a }) === jcs({ ...b });
}

// The request descriptor (§2): who asked for what.
export interface Descriptor {
  value: Json;
  sha256: string;
  origin: string;
  service: string;
  action: string;
  agent_id: string;
  agent_owner: string;
  environment?: string;
}

export async function readDescriptor(value: Json): Promise<Descriptor> {
  const members = new Members(value, "descriptor");
  members.salt("salt");
  members.optional("client_nonce", members.text);
  members.optional("schema_sha256", members.hash);
  if (!isObject(members.value("facts"))) throw members.wrong("facts", "is not an object");
  const descriptor = compact({
    value,
    sha256: await sha256Hex(jcs(value)),
    origin: members.text("origin"),
    service: members.anyText("service"),
    action: members.anyText("action"),
    agent_id: members.text("agent_id"),
    agent_owner: members.text("agent_owner"),
    environment: members.optional("environment", members.text),
  });
  members.done();
  return descriptor;
}

type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

// Without the members that are undefined.
export function compact<T extends object>(object: T): Compact<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Compact<T>;
}
