// The proof of a decision: its receipt, judged offline before anything runs.
//
// The server hands over the receipt, and is believed nothing: the trust file says whose log and
// people count, the receipt must be of this request and bind what is about to run, and the
// checkpoint that it stands on must belong to the same log as every one before.

import { fromBase64, utf8 } from "../bytes.js";
import type { Json } from "../jcs.js";
import {
  BadTrust,
  examineReceipt,
  humanLevels,
  logLevels,
  type Report,
  readTrust,
  type Trust,
} from "../verify/index.js";
import type { Checkpoint } from "../verify/note.js";
import { goesOn } from "../verify/tree.js";
import type { Decision } from "./decision.js";
import { ConfigurationError, IntegrityError, LetsPingError } from "./errors.js";
import { membersOf, type Sealer } from "./payloads.js";
import type { Pins } from "./pins.js";
import type { Transport } from "./transport.js";

export interface Demanded {
  human?: (typeof humanLevels)[number] | undefined;
  log?: (typeof logLevels)[number] | undefined;
  allowTest?: boolean | undefined;
}

// What a request was asked for, where this process knows it.
export interface About {
  service?: string | undefined;
  action?: string | undefined;
}

const states: Record<string, Decision["status"]> = {
  "decision.approved": "APPROVED",
  "decision.approved_with_modifications": "APPROVED_WITH_MODIFICATIONS",
};

// The text of a trust file. Throws ConfigurationError.
export async function trustFrom(text: string): Promise<Trust> {
  try {
    return await readTrust(text);
  } catch (error) {
    if (!(error instanceof BadTrust)) throw error;
    const message = `the trust file cannot be used: ${error.message}`;
    throw new ConfigurationError(message, { code: "trust" });
  }
}

export function checkDemanded({ human, log }: Demanded): void {
  if (human && !humanLevels.includes(human)) throw demanded("human", humanLevels);
  if (log && !logLevels.includes(log)) throw demanded("log", logLevels);
}

function demanded(name: string, words: readonly string[]): ConfigurationError {
  const message = `${name} is one of ${words.join(", ")}`;
  return new ConfigurationError(message, { code: "requirement" });
}

export class Proofs {
  readonly #trust: Trust;
  readonly #sealer: Sealer;
  readonly #call: Transport;
  readonly #pins: Pins;
  readonly #demanded: Demanded;

  constructor(trust: Trust, sealer: Sealer, call: Transport, pins: Pins, demanded: Demanded) {
    this.#trust = trust;
    this.#sealer = sealer;
    this.#call = call;
    this.#pins = pins;
    this.#demanded = demanded;
  }

  // Of a status that says yes. Throws IntegrityError, and as a call does.
  async check(answer: Json, decision: Decision, about: About): Promise<Report> {
    const { requestId } = decision;
    const unsound = (what: string) =>
      new IntegrityError(`the receipt of the decision ${what}; nothing was run`, {
        code: "receipt",
        requestId,
      });
    const told = membersOf(answer);
    const { human, log, allowTest } = this.#demanded;
    const { report, subject } = await examineReceipt(await this.#receipt(told, requestId), {
      trust: [this.#trust],
      require: { ...(human && { human }), ...(log && { log }) },
      allowTest: allowTest ?? false,
    });
    if (report.verdict !== "VALID" || !subject) {
      throw unsound(`is ${report.verdict} at ${report.check}: ${report.why}`);
    }
    const { statement } = subject.own;
    if (report.request_id !== requestId || states[statement.type] !== decision.status) {
      throw unsound("is of another event");
    }
    // What the people signed is what would run, byte for byte, and what it was made from.
    const edited = decision.patched_payload !== undefined;
    const runs = (edited ? told.patched_payload : told.payload) as Json;
    const { env_sha256, commit } = membersOf({ ...statement.payload });
    if (env_sha256 !== (await this.#sealer.envelopeSha256(runs))) {
      throw unsound("is of another payload");
    }
    const base = membersOf({ ...statement.base }).env_sha256;
    if (edited && base !== (await this.#sealer.envelopeSha256(told.payload as Json))) {
      throw unsound("is of an edit of another payload");
    }
    const commits = await this.#sealer.commits(runs, decision.text, edited ? "edit" : "base");
    if (commit !== undefined && !commits.includes(String(commit))) {
      throw unsound("is of another text in the same envelope");
    }
    // What the people were told that it is for.
    const context = membersOf(membersOf(told.payload).ctx);
    for (const name of ["service", "action"] as const) {
      const asked = about[name] ?? context[name];
      if (asked !== undefined && subject.receipt.descriptor?.[name] !== asked) {
        throw unsound(`is for another ${name}`);
      }
    }
    await this.#pinned(subject.own.tlog.proof.checkpoint, requestId);
    return report;
  }

  async #receipt(told: { leaf_index?: Json }, requestId: string): Promise<Uint8Array> {
    const none = (why: string) =>
      new IntegrityError(`${why}; nothing was run`, { code: "no_receipt", requestId });
    const leaf = told.leaf_index;
    if (!Number.isSafeInteger(leaf) || Number(leaf) < 0) {
      throw none("the server's answer names no entry of its log");
    }
    try {
      const path = `${pathOf(this.#trust.origin)}/receipt/${leaf}`;
      return utf8(String(await this.#call("GET", path, { text: true })));
    } catch (refused) {
      if (!(refused instanceof LetsPingError) || ![403, 404, 409].includes(refused.status ?? 0)) {
        throw refused;
      }
      throw none(`there is no receipt of the decision (${refused.code})`);
    }
  }

  async #pinned({ origin, size, root }: Checkpoint, requestId: string): Promise<void> {
    const before = await this.#pins.read(origin);
    const newest = { size, root };
    if (before) {
      const [first, second] = before.size <= size ? [before, newest] : [newest, before];
      const path = first.size === second.size ? [] : await this.#path(origin, first, second);
      if (!path || !(await goesOn(first, second, path))) {
        const message =
          "the server shows another log than before; nothing of it is to be believed";
        throw new IntegrityError(message, { code: "log_forked", requestId });
      }
    }
    if (!before || before.size < size) await this.#pins.write(origin, newest);
  }

  async #path(origin: string, first: { size: number }, second: { size: number }) {
    const query = `from=${first.size}&to=${second.size}`;
    const answer = await this.#call("GET", `${pathOf(origin)}/proof/consistency?${query}`);
    const { hashes } = membersOf(answer);
    if (!Array.isArray(hashes)) return undefined;
    const path = hashes.map((hash) => (typeof hash === "string" ? fromBase64(hash) : undefined));
    return path.every((hash) => hash !== undefined) ? path : undefined;
  }
}

function pathOf(origin: string): string {
  return `/log/${origin.slice(origin.lastIndexOf("/p/") + 3)}`;
}
