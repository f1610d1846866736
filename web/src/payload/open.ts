// From what the server sent to what a person can be shown, and bound to. Everything happens in
// this browser; every way in which it can fail has a name, because each asks for something else.

import type { Detail } from "../api/types";
import { type Bytes, utf8 } from "../crypto/bytes";
import {
  commitment,
  envelopeCommitmentKey,
  plainCommitmentKey,
  type Role,
} from "../crypto/commitment";
import type { ContentKey } from "../crypto/content_key";
import { type Envelope, open, readEnvelope } from "../crypto/envelope";
import { type Parsed, parse } from "./parse";

interface Sealed {
  envelope?: Envelope;
}

export type Opened = Sealed &
  (
    | { state: "no_key" } // this browser holds no content key at all
    | { state: "wrong_key"; held: ContentKey[] } // none of those it holds opens this
    | { state: "tampered"; problem: string }
    | { state: "withheld" } // the server gives it to reviewers only
    | OpenedPayload
  );

export interface OpenedPayload {
  state: "open";
  bytes: Bytes; // exactly what is committed to
  text: string;
  parsed: Parsed;
  leaves: number; // that the payload has; 0 if it is not JSON
  k: CryptoKey;
  commit: string;
  key?: ContentKey;
  disarmed: string[]; // why approve is not offered, in sentences; empty when it may be
}

// A payload as the server tells of it: the agent's own, or a person's edit of it.
export type PayloadSource = Pick<
  Detail,
  "payload" | "payload_kind" | "payload_withheld" | "env_sha256" | "commit" | "commit_key"
>;

export async function openPayload(
  detail: PayloadSource,
  keys: ContentKey[],
  role: Role = "base",
): Promise<Opened> {
  if (detail.payload_kind === "plain") return openPlain(detail, role);
  const envelope = await readEnvelope(detail.payload);
  if (!envelope || envelope.kind !== detail.payload_kind) {
    return { state: "tampered", problem: "The stored envelope cannot be read." };
  }
  if (envelope.sha256 !== detail.env_sha256) {
    const problem = "The envelope is not the one that the server's record names.";
    return { state: "tampered", problem, envelope };
  }
  if (keys.length === 0) return { state: "no_key", envelope };
  const named = keys.filter((key) => key.kid === envelope.kid);
  if (envelope.kid && named.length === 0) return { state: "wrong_key", held: keys, envelope };
  for (const key of envelope.kid ? named : keys) {
    const bytes = await open(envelope, key);
    if (!bytes) continue;
    const k = await envelopeCommitmentKey(key, envelope);
    return { ...(await bound(detail, bytes, k, role)), envelope, ...(key && { key }) };
  }
  if (!envelope.kid) return { state: "wrong_key", held: keys, envelope };
  const problem =
    "You hold the key that this envelope names, but it does not open: it was changed.";
  return { state: "tampered", problem, envelope };
}

async function openPlain(detail: PayloadSource, role: Role): Promise<Opened> {
  if (detail.payload_withheld) return { state: "withheld" };
  const k = await plainCommitmentKey(detail.commit_key ?? "");
  if (!k)
    return { state: "tampered", problem: "The server sent no key to bind this payload with." };
  if (!detail.payload.isWellFormed()) {
    return { state: "tampered", problem: "The payload is not text." };
  }
  return bound(detail, utf8(detail.payload), k, role);
}

async function bound(
  detail: PayloadSource,
  bytes: Bytes,
  k: CryptoKey,
  role: Role,
): Promise<OpenedPayload | { state: "tampered"; problem: string }> {
  const commit = await commitment(k, role, bytes);
  if (detail.commit !== undefined && detail.commit !== commit) {
    const problem =
      "An earlier review was bound to another payload than the one that opens here.";
    return { state: "tampered", problem };
  }
  const { text, clean } = decode(bytes);
  const parsed: Parsed = clean
    ? parse(text)
    : { ok: false, problem: "The bytes are not UTF-8 text", offset: 0 };
  const leaves = parsed.ok ? parsed.leaves : 0;
  return { state: "open", bytes, text, parsed, leaves, k, commit, disarmed: disarmed(parsed) };
}

function decode(bytes: Bytes): { text: string; clean: boolean } {
  try {
    // ignoreBOM keeps a byte order mark, so that it is seen and refused.
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(bytes), clean: true };
  } catch {
    return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), clean: false };
  }
}

function disarmed(parsed: Parsed): string[] {
  if (!parsed.ok) {
    return [
      `This is not JSON that all programs read alike: ${parsed.problem} (at character ` +
        `${parsed.offset + 1}). Nobody can say what the agent would run.`,
    ];
  }
  const reasons = new Map<string, string>();
  for (const { code, pointer, disarms } of parsed.findings) {
    if (!disarms || reasons.has(code)) continue;
    const where = pointer === "" ? "the payload" : pointer;
    if (code === "duplicate_key") {
      reasons.set(
        code,
        `The name ${where} occurs twice. Some programs take the first value, others the last.`,
      );
    } else if (code === "lone_surrogate") {
      reasons.set(
        code,
        `${where} holds half of a character (a lone surrogate). Programs replace it or fail.`,
      );
    } else if (code === "non_finite_number") {
      reasons.set(code, `${where} is a number too large for most programs: they read infinity.`);
    } else if (code === "too_deep") {
      reasons.set(
        code,
        "The payload is nested more than 64 levels deep. Many programs refuse it.",
      );
    } else if (code === "too_many_members") {
      reasons.set(code, "The payload has more than 100,000 values. Many programs refuse it.");
    }
  }
  return [...reasons.values()];
}
