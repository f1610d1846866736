// The review API as the dashboard sees it (docs/reference/review-api.md). Documents that are
// hashed or signed, and payloads, are strings that hold the exact text.

import type { AnnouncedAttachment } from "../payload/attachments";

export type Level = "none" | "low" | "medium" | "high" | "critical";
export type PayloadKind = "v1" | "v2" | "plain";
export type RequestState =
  | "pending"
  | "approved"
  | "approved_with_modifications"
  | "rejected"
  | "expired"
  | "cancelled"
  | "denied";

export interface RosterProject {
  id: string;
  name: string;
  origin: string;
  payloads: string;
  issuer: { spki: string; from: number }[];
  log: { vkey: string; from: number }[];
}

export interface SetupBegin {
  member: string;
  marks: string[];
  threshold: number;
  time: string;
  min: { human: string; log: string };
  projects: RosterProject[];
}

export interface RosterBegin {
  project: RosterProject;
  member: string;
  marks: string[];
  threshold: number;
  time: string;
  min: { human: string; log: string };
}

export interface SessionProject {
  id: string;
  name: string;
  origin: string;
  payloads: string;
  single_operator: boolean;
  marks: string[];
  roster_sha256?: string;
  roster_version?: number;
  successor?: string; // the project that took its place when its log was closed
  decides: boolean; // what the roster lets this member do
  takes_part: boolean;
  pending: number;
  reachable?: boolean; // whether somebody is told, through something that is known to work
}

export interface Session {
  member: { id: string; name: string; roles: string[] };
  key: string;
  log_name: string;
  version: string;
  assets_sha256: string;
  projects: SessionProject[];
}

// Where somebody is signed in.
export interface LoginMethods {
  sso?: { name: string };
  sso_required: boolean; // nothing else signs in
}

// Of the identity provider; it signs in and decides nothing.
export interface LinkedAccount {
  id: string;
  member: string;
  issuer: string;
  subject: string;
  groups: string[]; // as the provider names them
  created_at: string;
}

export interface OpenSession {
  id: string;
  member: string;
  name: string;
  key: string;
  class: string;
  created_at: string;
  expires_at: string;
  active: boolean; // it decides and signs without being opened again
  current: boolean;
  last_used_at?: string; // not since the server started
  network?: string;
}

export interface Waiting {
  state: "connected" | "polling" | "gone" | "never";
  at?: string;
}

export interface Person {
  id: string;
  name?: string;
  erased?: true;
}

export interface Summary {
  id: string;
  project: string;
  project_name: string;
  version: number;
  state: RequestState;
  level: Level;
  priority: string;
  service: string;
  action: string;
  agent: { id: string; name: string; kind: string; strength: string };
  environment?: string;
  role?: string;
  trace_id?: string;
  parent_request_id?: string;
  created_at: string;
  decide_by: string;
  payload_kind: PayloadKind;
  marks: string[];
  waiting: Waiting;
  assignee?: Person;
  changes_asked?: Person[]; // who asked the agent for changes of this version
  put_off_until?: string; // by this member
  decided_at?: string;
  decided_by?: Closer;
  delivered_at?: string;
}

export interface PayloadReference {
  kind: PayloadKind;
  env_sha256?: string | undefined;
  commit?: string | undefined;
  kid?: string | undefined;
}

export interface Offer {
  nonce: string;
  time: string; // of the server, when it made the offer
  received: number; // of this page's monotonic clock, when the offer arrived; not the server's
  expires_at: string;
  aud: string;
  request_id: string;
  version: number;
  request_sha256: string;
  level: Level;
  policy_sha256: string;
  roster_sha256: string;
  rule_sha256: string;
  approver: string;
  key: string;
  payload: PayloadReference;
}

// One of the viewer's passkeys: the same offer, with a nonce for its key.
export interface PasskeyOffer {
  key: string;
  credential: string;
  rp_id: string;
  created_at: string;
  nonce: string;
}

export interface Closer {
  id: string;
  name?: string;
  erased?: true; // a member of whom nobody knows any more who they were
  kind: string;
}

export interface Decision {
  verdict: string;
  state: RequestState;
  by: Closer;
  method: string;
  class: string;
  reason?: string;
  at: string;
  log: { index: number; origin: string; statement_sha256: string; checkpoint?: string };
}

// The one-time right to execute what was approved (docs/reference/permits.md).
export interface Permit {
  id: string;
  executor: { id: string; name: string };
  state: "issued" | "claimed" | "succeeded" | "failed" | "indeterminate" | "expired" | "revoked";
  use_by: string;
  lease_until?: string; // of a claimed one: until when its outcome is awaited
}

export interface Detail extends Summary {
  payload: string;
  payload_withheld?: true; // the server could open it, and gives it to reviewers only
  env_sha256?: string;
  kid?: string;
  commit?: string;
  commit_key?: string;
  lossy?: string[];
  attachments?: AnnouncedAttachment[];
  client_nonce?: string; // what attachments are bound to
  facts?: string;
  schema?: string;
  request_sha256: string;
  edited?: {
    payload: string;
    payload_kind: PayloadKind;
    env_sha256?: string;
    commit: string;
    kid?: string;
  };
  decision?: Decision;
  permit?: Permit; // absent where the client executes by itself
  eligibility: {
    can_approve: boolean;
    can_reject: boolean;
    can_request_changes: boolean;
    needs: "device" | "passkey"; // what an approval is signed with
    why: string;
  };
  // At critical: whether an approval takes the number that the program shows which asked, and how
  // often one may still be wrong; 0: this version can only be rejected.
  number_match?: boolean;
  number_tries_left?: number;
  takes_changes: boolean; // the client that asked can be asked for changes
  reviewers?: Person[]; // whose turn it can be
  // How far it has come, while it is pending.
  quorum?: {
    done: number;
    needed: number;
    missing: { group: string; people: number }[];
    approved_by: { id: string; name?: string }[];
    text: string;
  };
  offer?: Offer;
  passkeys?: PasskeyOffer[];
  // What the policy in force said of it; absent where none was.
  ruling?: {
    rule: string; // or "defaults", "unknown_tool"
    version: number;
    sources?: Record<string, string>; // of facts: JSON Pointers; absent: it cannot be told
    rules: {
      name: string;
      certain: boolean;
      conditions: { is: string; certain: boolean }[];
    }[];
  };
}

// What is left of a request that was erased.
export interface Erased {
  id: string;
  project: string;
  project_name: string;
  erased_at: string;
  index: number; // of the statement that says so
  by?: { id: string; name?: string }; // whose signature stands first; these are of that statement
  basis?: string;
  operator?: string;
  complete_by?: string;
}

export interface RequestPage {
  requests: Summary[];
  erased?: Erased[];
  next?: string;
}
