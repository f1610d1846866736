// Checks a whole log from its first leaf on: that each leaf is that of its statement, that the
// issuer of its place signed it, that time and each stream only go forward, and that all leaves
// together are the tree whose root the log's key signed. Whom to trust comes from rosters that the
// browser has checked itself (spec/log-format.md).

import {
  type Bytes,
  base64,
  equalBytes,
  fromBase64,
  hex,
} from "../../../sdk/typescript/src/bytes.js";
import { leafOf } from "../../../sdk/typescript/src/verify/leaf.js";
import { Malformed } from "../../../sdk/typescript/src/verify/members.js";
import {
  isOf,
  logSigned,
  readNote,
  readVerifierKey,
} from "../../../sdk/typescript/src/verify/note.js";
import { rawOfDer } from "../../../sdk/typescript/src/verify/signatures.js";
import {
  mayBeUnsigned,
  readStatement,
  UnknownType,
} from "../../../sdk/typescript/src/verify/statement.js";
import { leafHash } from "../../../sdk/typescript/src/verify/tree.js";
import type { IssuerRange, LogRange } from "../crypto/roster_chain";
import { digestOf, type LogLeaf } from "./entry";
import { GrowingTree } from "./growing_tree";

export interface LogTrust {
  origin: string;
  issuer: IssuerRange[];
  log: LogRange[];
}

export interface Head {
  size: number;
  root: string; // base64
}

export type CheckName = "order" | "statement" | "leaf" | "issuer" | "time" | "stream" | "root";

// The first thing that is wrong. What stands before `index` is proven no more than what follows
// when the root does not fit.
export interface Problem {
  index: number;
  check: CheckName;
  words: string;
}

interface StreamEnd {
  seq: number;
  sha256: string;
}

const ecdsa = { name: "ECDSA", hash: "SHA-256" };
const p256 = { name: "ECDSA", namedCurve: "P-256" };
const decoder = new TextDecoder();

class Wrong extends Error {
  readonly check: CheckName;
  constructor(check: CheckName, words: string) {
    super(words);
    this.check = check;
  }
}

export class LogCheck {
  erased = 0;
  unknown = 0; // statements of a type that this program does not know
  private readonly trust: LogTrust;
  private readonly seen: Head | undefined;
  private readonly tree = new GrowingTree();
  private readonly streams = new Map<string, StreamEnd>();
  private readonly keys = new Map<string, Promise<CryptoKey>>();
  private time = "";

  // `seen`: a head that this browser has seen signed before; the log must go on from it.
  constructor(trust: LogTrust, seen?: Head) {
    this.trust = trust;
    this.seen = seen;
  }

  // The next leaves, in order. The first problem, or nothing.
  async take(leaves: readonly LogLeaf[]): Promise<Problem | undefined> {
    // Signatures are checked side by side; what depends on the order is checked in order.
    const signed = await Promise.all(leaves.map((leaf) => this.alone(leaf)));
    for (const [at, leaf] of leaves.entries()) {
      try {
        const found = signed[at];
        if (found instanceof Error) throw found;
        await this.inOrder(leaf, found);
      } catch (error) {
        if (!(error instanceof Wrong)) throw error;
        return { index: leaf.index, check: error.check, words: error.message };
      }
    }
    return undefined;
  }

  // After all leaves that `note` covers: nothing when it is signed and has their root.
  async finish(note: string): Promise<Problem | undefined> {
    try {
      await this.underCheckpoint(note);
    } catch (error) {
      if (!(error instanceof Wrong) && !(error instanceof Malformed)) throw error;
      return { index: this.tree.size - 1, check: "root", words: error.message };
    }
    return undefined;
  }

  async head(): Promise<Head> {
    return { size: this.tree.size, root: base64(await this.tree.root()) };
  }

  // What needs nothing of the leaves before.
  private async alone(leaf: LogLeaf): Promise<Stated | undefined | Wrong> {
    try {
      return await this.stated(leaf);
    } catch (error) {
      if (error instanceof Wrong) return error;
      throw error;
    }
  }

  // What the statement says; nothing where it was erased.
  private async stated(leaf: LogLeaf): Promise<Stated | undefined> {
    const bytes = fromBase64(leaf.statement);
    if (!bytes) throw new Wrong("statement", "The statement is no base64.");
    if (bytes.length === 0) {
      if (leaf.erased) return undefined;
      throw new Wrong(
        "statement",
        "The statement is missing, and nothing says that it was erased.",
      );
    }
    const statement = await readStatement(bytes).catch((error: unknown) => {
      if (error instanceof UnknownType) return undefined;
      if (error instanceof Malformed) throw new Wrong("statement", `${sentence(error.message)}`);
      throw error;
    });
    const sha256 = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
    await this.issuerSigned(leaf, sha256, bytes, statement?.type ?? leaf.type);
    if (statement && statement.type !== leaf.type) {
      throw new Wrong(
        "statement",
        `The server calls it ${leaf.type}; it says ${statement.type}.`,
      );
    }
    const { predicate } = JSON.parse(decoder.decode(bytes)) as { predicate: Stated };
    return { ...predicate, sha256, known: statement !== undefined };
  }

  private async issuerSigned(leaf: LogLeaf, sha256: string, bytes: Bytes, type: string) {
    const text = fromBase64(leaf.leaf);
    if (!text) throw new Wrong("leaf", "The leaf is no base64.");
    const issuer = issuerOf(decoder.decode(text));
    if (!equalBytes(text, leafOf(sha256, issuer))) {
      throw new Wrong("leaf", `The leaf is not that of the statement, whose hash is ${sha256}.`);
    }
    if (!issuer) {
      if (mayBeUnsigned.has(type)) return;
      throw new Wrong("issuer", `A ${type} has to be signed by the issuer, and is not.`);
    }
    const spki = base64(issuer.key);
    const range = this.trust.issuer.find((one) => one.spki === spki && holds(one, leaf.index));
    if (!range) {
      throw new Wrong("issuer", "The owners named no issuer key of its kind for its place.");
    }
    const raw = rawOfDer(issuer.signature, "any");
    const key = await this.issuerKey(spki, issuer.key);
    const good = raw !== undefined && (await crypto.subtle.verify(ecdsa, key, raw, bytes));
    if (!good) throw new Wrong("issuer", "The issuer's signature does not verify.");
  }

  private issuerKey(spki: string, bytes: Bytes): Promise<CryptoKey> {
    let key = this.keys.get(spki);
    if (!key) {
      key = crypto.subtle.importKey("spki", bytes, p256, false, ["verify"]);
      this.keys.set(spki, key);
    }
    return key;
  }

  private async inOrder(leaf: LogLeaf, stated: Stated | undefined): Promise<void> {
    if (leaf.index !== this.tree.size) {
      throw new Wrong("order", `Entry ${this.tree.size} was expected in its place.`);
    }
    if (stated) this.follows(stated);
    else this.passed(leaf);
    const bytes = fromBase64(leaf.leaf);
    if (!bytes) throw new Wrong("leaf", "The leaf is no base64.");
    await this.tree.add(await leafHash(bytes));
    if (this.seen?.size === this.tree.size) await this.goesOn(this.seen);
  }

  private follows({ origin, time, stream, sha256, known }: Stated): void {
    if (!known) this.unknown += 1;
    if (origin !== this.trust.origin) throw new Wrong("statement", "It is of another log.");
    if (time < this.time) throw new Wrong("time", `Its time is before ${this.time}, the last.`);
    this.time = time;
    const before = this.streams.get(stream.id);
    if (stream.seq !== (before ? before.seq + 1 : 0)) {
      throw new Wrong("stream", `It is not the next of ${stream.id}, but number ${stream.seq}.`);
    }
    if (before?.sha256 !== undefined && stream.prev !== before.sha256) {
      throw new Wrong("stream", `It does not name the event before it in ${stream.id}.`);
    }
    this.streams.set(stream.id, { seq: stream.seq, sha256 });
  }

  // Its hash still stands in the leaf, so that what follows in its stream can be told.
  private passed(leaf: LogLeaf): void {
    this.erased += 1;
    const before = this.streams.get(leaf.stream);
    const sha256 = digestOf(leaf.leaf);
    this.streams.set(leaf.stream, { seq: before ? before.seq + 1 : 0, sha256 });
  }

  private async goesOn(seen: Head): Promise<void> {
    if (base64(await this.tree.root()) === seen.root) return;
    throw new Wrong(
      "root",
      `This browser has seen the log with another content up to here: it was changed afterwards.`,
    );
  }

  private async underCheckpoint(note: string): Promise<void> {
    const { checkpoint, lines } = readNote(note.split("\n"), "the checkpoint");
    const { size, root, origin } = checkpoint;
    if (origin !== this.trust.origin)
      throw new Wrong("root", "The checkpoint is of another log.");
    if (size !== this.tree.size) {
      throw new Wrong("root", `The checkpoint is of ${size} entries, not of ${this.tree.size}.`);
    }
    if (this.seen && this.seen.size > size) {
      throw new Wrong("root", `This browser has seen the log with ${this.seen.size} entries.`);
    }
    const own = await this.tree.root();
    if (!equalBytes(own, root)) {
      const [said, found] = [base64(root), base64(own)];
      throw new Wrong("root", `The entries have the root ${found}; the checkpoint says ${said}.`);
    }
    const vkey = this.trust.log.find((range) => holds(range, size))?.vkey;
    if (vkey === undefined) throw new Wrong("root", "The owners named no log key for this size.");
    const key = await readVerifierKey(vkey);
    const line = lines.find((one) => isOf(one, key));
    const good = line !== undefined && (await logSigned(checkpoint, line, key));
    if (!good) throw new Wrong("root", "The log's key did not sign the checkpoint.");
  }
}

interface Stated {
  origin: string;
  time: string;
  stream: { id: string; seq: number; prev?: string };
  sha256: string;
  known: boolean;
}

function holds(range: { from: number; to?: number }, value: number): boolean {
  return range.from <= value && (range.to === undefined || value < range.to);
}

// The issuer that a leaf names. Whether it is a leaf at all, writing it anew tells.
function issuerOf(leaf: string): { key: Bytes; signature: Bytes } | undefined {
  const key = fromBase64(/"rawBytes":"([^"]*)"/.exec(leaf)?.[1] ?? "");
  const signature = fromBase64(/"content":"([^"]*)"/.exec(leaf)?.[1] ?? "");
  return key?.length && signature?.length ? { key, signature } : undefined;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
