// Runs what was approved, once, from the approved bytes (docs/reference/permits.md).
//
//   const ledger = new DirectoryLedger(path);
//   const executor = new Executor({ trust, executorId: "key_…", ledger });
//   await executor.run(permitId, refund, { service: "stripe", action: "refund" });
//
// The tool gets what a person approved and never what the agent holds. Whatever does not fit throws
// before anything runs: PermitError with a stable `code`. An outcome that could not be reported is
// an OutcomeError: the tool ran, and its result is in it.

import { type Bytes, base64, fromBase64, hex, randomBytes, tagged, utf8 } from "./bytes.js";
import { ConfigurationError, LetsPingError } from "./client/errors.js";
import { type JsonObject, membersOf, readObject, Sealer } from "./client/payloads.js";
import { checkDemanded, type Demanded, trustFrom } from "./client/proofs.js";
import type { Ledger } from "./client/tool_gate.js";
import { apiBase, type Transport, transport } from "./client/transport.js";
import { type Json, jcs } from "./jcs.js";
import { demand, isHash, isWhole, PermitError, readJws } from "./permit_token.js";
import { examineReceipt, type Trust } from "./verify/index.js";
import { sha256Hex } from "./verify/signatures.js";

export { PermitError } from "./permit_token.js";

export interface ExecutorOptions {
  trust: string; // the text of a trust file: whom this executor believes
  executorId: string;
  ledger: Ledger; // DirectoryLedger of /ledger, where a file system outlives the process
  baseUrl?: string | undefined; // LETSPING_BASE_URL
  apiKey?: string | undefined; // LETSPING_EXECUTOR_KEY
  encryptionKey?: string | undefined; // LETSPING_ENCRYPTION_KEY
  human?: Demanded["human"]; // device unless more is wanted
  allowTest?: boolean; // takes servers that were made for tests
}

// What the executor is about to act for.
export interface Acting {
  service: string;
  action: string;
  agentId?: string | undefined;
  clientNonce?: string | undefined;
  claimKey?: string | undefined; // kept for this permit: with it a lost answer is asked again
}

export interface Approved {
  permitId: string;
  requestId: string;
  text: string; // the exact bytes
  payload: JsonObject; // what they say
  claimKey: string;
}

export type Outcome = "succeeded" | "failed" | "indeterminate";

// The tool ran, and the server does not know its outcome: `reason` says why. `result` is what the
// tool returned. Do not run it again.
export class OutcomeError extends LetsPingError {
  readonly approved: Approved;
  result: unknown;

  constructor(unsaid: LetsPingError, approved: Approved) {
    super(`the tool ran, and its outcome is not recorded: ${unsaid.message}`, {
      code: "outcome_unreported",
      status: unsaid.status,
      requestId: approved.requestId,
      reason: unsaid.reason ?? unsaid.code,
    });
    this.cause = unsaid;
    this.approved = approved;
  }
}

const permitType = "lp-permit+jwt";
const claimType = "lp-claim+jwt";
const decisions = ["decision.approved", "decision.approved_with_modifications"];
type Members = { [name: string]: Json | undefined };

export class Executor {
  readonly #id: string;
  readonly #ledger: Ledger;
  readonly #sealer: Sealer;
  readonly #call: Transport;
  readonly #trust: () => Promise<Trust>;
  readonly #demanded: Demanded;

  constructor(options: ExecutorOptions, call?: Transport) {
    const env = environment();
    const apiKey = options.apiKey ?? env.LETSPING_EXECUTOR_KEY;
    if (!apiKey) {
      const message = "no API key: give apiKey or set LETSPING_EXECUTOR_KEY";
      throw new ConfigurationError(message, { code: "no_api_key" });
    }
    checkDemanded(options);
    this.#id = options.executorId;
    this.#ledger = options.ledger;
    this.#sealer = new Sealer(options.encryptionKey ?? env.LETSPING_ENCRYPTION_KEY ?? "");
    this.#call = call ?? transport(apiBase(options.baseUrl ?? env.LETSPING_BASE_URL), apiKey);
    this.#demanded = { human: options.human ?? "device", allowTest: options.allowTest };
    let read: Promise<Trust> | undefined;
    this.#trust = () => {
      read ??= trustFrom(options.trust);
      return read;
    };
  }

  // Claims the permit, hands the approved payload to `tool`, and reports what became of it. What
  // the tool throws is thrown, behind the outcome `failed`, or `indeterminate` where it was aborted
  // and nobody knows how far it came. OutcomeError where the tool returned and the server did not
  // take that.
  async run<R>(
    permitId: string,
    tool: (payload: JsonObject) => R | Promise<R>,
    acting: Acting,
  ): Promise<R> {
    const approved = await this.claim(permitId, acting);
    let result: R;
    try {
      result = await tool(approved.payload);
    } catch (failure) {
      const aborted = failure instanceof Error && failure.name === "AbortError";
      await this.report(approved, aborted ? "indeterminate" : "failed").catch((unsaid) => {
        // What the tool said comes first.
        if (failure instanceof Error) failure.cause ??= unsaid;
      });
      throw failure;
    }
    await this.report(approved, "succeeded").catch((unsaid) => {
      if (unsaid instanceof OutcomeError) unsaid.result = result;
      throw unsaid;
    });
    return result;
  }

  // Everything but the tool itself: what is returned may be run, once, now.
  async claim(permitId: string, acting: Acting): Promise<Approved> {
    demand(/^pmt_[0-9A-Za-z]{1,60}$/.test(permitId), "not_found", "this is no id of a permit");
    const told = await this.#told("GET", `/permits/${permitId}`);
    const { issuer, statement } = await this.#receipt(told);
    const claims = await this.#permit(told, permitId, issuer);
    checkDecision(claims, statement);
    const text = await this.#approvedBytes(told, claims);
    const requestId = String(claims.request_id);
    const payload = readObject(text, "the payload", requestId);
    await checkDescriptor(told, claims, acting);
    // Whoever rests an approval on facts wants them recomputed from the payload first.
    const message = "the permit wants facts to be verified, which this executor cannot";
    demand(claims.verify_facts === undefined, "permit_facts", message);
    const claimKey = acting.claimKey ?? base64(randomBytes(32));
    await this.#claim(told, claims, issuer, claimKey);
    const fresh = await this.#ledger.use(permitId);
    demand(fresh, "permit_in_ledger", "this permit was used here before");
    return { permitId, requestId, text, payload, claimKey };
  }

  // The same again is no error. Throws OutcomeError.
  async report(approved: Approved, outcome: Outcome): Promise<void> {
    const { permitId, claimKey } = approved;
    const body = { outcome, claim_key: claimKey };
    try {
      await this.#call("POST", `/permits/${permitId}/outcome`, { body });
    } catch (unsaid) {
      if (!(unsaid instanceof LetsPingError)) throw unsaid;
      throw new OutcomeError(unsaid, approved);
    }
  }

  async #told(method: string, path: string, body?: Json): Promise<Members> {
    try {
      return membersOf(await this.#call(method, path, body === undefined ? {} : { body }));
    } catch (refused) {
      if (!(refused instanceof LetsPingError) || !refused.reason?.startsWith("permit_")) {
        throw refused;
      }
      const { reason, status, message } = refused;
      throw new PermitError(message, { code: reason, status });
    }
  }

  // The people's signatures against the pinned roster; whose key signs for the project.
  async #receipt(told: Members): Promise<{ issuer: Bytes; statement: Members }> {
    const receipt = membersOf(told.receipt);
    const missing = "there is no receipt of the decision";
    demand(Object.keys(receipt).length > 0, "receipt_missing", missing);
    const { human, allowTest } = this.#demanded;
    const { report } = await examineReceipt(utf8(jcs(receipt as Json)), {
      trust: [await this.#trust()],
      require: { ...(human && { human }) },
      allowTest: allowTest ?? false,
    });
    const why = `the receipt of the decision is ${report.verdict}: ${report.why}`;
    demand(report.verdict === "VALID", "receipt", why);
    // Of what no issuer signs, as a view, a receipt is good too: nobody decided anything there.
    const issuer = fromBase64(String(membersOf(receipt.issuer).key));
    const statement = fromBase64(String(receipt.statement));
    if (!issuer?.length || !statement) throw refusal("receipt", "the receipt is of no decision");
    return { issuer, statement: membersOf(JSON.parse(textOf(statement))) };
  }

  async #permit(told: Members, permitId: string, issuer: Bytes): Promise<Members> {
    const claims = await readJws(told.token, permitType, issuer);
    demand(
      soundClaims(claims),
      "permit_claims",
      "the permit lacks a claim, or has one that is unsound",
    );
    const { origin } = await this.#trust();
    demand(claims.iss === origin, "permit_issuer", "the permit is of another log");
    demand(claims.aud === this.#id, "permit_foreign", "the permit names another executor");
    demand(claims.jti === permitId, "permit_edited", "this is another permit");
    demand(isAhead(claims.exp), "permit_expired", "the permit was not used in time");
    return claims;
  }

  async #approvedBytes(told: Members, claims: Members): Promise<string> {
    const [sent, payload] = [bytesOf(told, "payload"), membersOf(claims.payload)];
    const role = told.payload_role;
    if (role !== "base" && role !== "edit") throw unsound("payload_role");
    let text = textOf(sent);
    let commits: string[];
    if (payload.kind === "plain") {
      commits = [await committed(bytesOf(told, "commit_key"), role, text)];
    } else {
      const envelope = readObject(text, "the payload");
      text = await this.#sealer.open(envelope, String(claims.request_id));
      demand(
        (await this.#sealer.envelopeSha256(envelope)) === payload.env_sha256,
        "commitment",
        "this is another envelope than the approved one",
      );
      commits = await this.#sealer.commits(envelope, text, role);
    }
    const fits = commits.includes(String(payload.commit));
    demand(fits, "commitment", "these bytes are not the approved ones");
    return text;
  }

  async #claim(told: Members, claims: Members, issuer: Bytes, claimKey: string): Promise<void> {
    const token = await sha256Hex(String(told.token));
    // The nonce follows from the key, so that a repeated claim is the same claim.
    const nonce = await sha256Hex(tagged("lp-nonce/1", utf8(`${claimKey}\0${token}`)));
    const body = { token_sha256: token, nonce, claim_key: claimKey };
    const answer = await this.#told("POST", `/permits/${claims.jti}/claim`, body);
    const said = await readJws(answer.claim, claimType, issuer);
    const same = ["iss", "aud", "jti", "request_id", "version"];
    const fits =
      said.nonce === nonce &&
      said.permit_sha256 === token &&
      same.every((name) => said[name] === claims[name]) &&
      isWhole(said.exp);
    demand(fits, "claim_answer", "the answer is not to this claim");
    demand(isAhead(said.exp), "permit_indeterminate", "the lease is over");
  }
}

// That the receipt is of the decision that the permit rests on.
function checkDecision(claims: Members, statement: Members): void {
  const said = membersOf(statement.predicate);
  const hashOf = (name: string) => membersOf(said[name]).sha256;
  const same = (one: Json | undefined, other: Json | undefined) =>
    jcs(one ?? null) === jcs(other ?? null);
  const fits =
    decisions.includes(String(said.type)) &&
    membersOf(said.stream).id === claims.request_id &&
    same(said.permit, { id: claims.jti, executor: claims.aud }) &&
    hashOf("request") === claims.request_sha256 &&
    membersOf(said.request).version === claims.version &&
    same(said.payload, claims.payload) &&
    same(said.reviews ?? [], claims.reviews) &&
    said.roster_sha256 === claims.roster_sha256 &&
    hashOf("rule") === claims.rule_sha256 &&
    hashOf("policy") === claims.policy_sha256;
  demand(fits, "permit_edited", "the permit is not what was decided");
}

async function checkDescriptor(told: Members, claims: Members, acting: Acting): Promise<void> {
  const raw = bytesOf(membersOf(told.request), "descriptor");
  const same = (await sha256Hex(raw)) === claims.request_sha256;
  demand(same, "descriptor", "this is the description of another request");
  const asked = membersOf(JSON.parse(textOf(raw)));
  const { service, action, agentId, clientNonce } = acting;
  const wanted = {
    origin: claims.iss,
    service,
    action,
    agent_id: agentId,
    client_nonce: clientNonce,
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined && /^(agent_id|client_nonce)$/.test(name)) continue;
    demand(asked[name] === value, "other_tool", `what was approved has another ${name}`);
  }
}

// That each claim of docs/reference/permits.md is there and is what it should be.
function soundClaims(claims: Members): boolean {
  const texts = ["iss", "aud", "jti", "request_id"].map((name) => claims[name]);
  const payload = membersOf(claims.payload);
  const reviews = claims.reviews;
  const hashes = ["request", "rule", "policy", "roster"].map((name) => claims[`${name}_sha256`]);
  return (
    [...texts, payload.kind, payload.commit].every((text) => typeof text === "string") &&
    ["iat", "exp", "version"].every((name) => isWhole(claims[name])) &&
    Array.isArray(reviews) &&
    [...hashes, ...reviews].every(isHash)
  );
}

function isAhead(seconds: Json | undefined): boolean {
  return Date.now() < Number(seconds) * 1000;
}

async function committed(key: Bytes, role: string, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const mac = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  const told = tagged("lp-commit/1", tagged(role, utf8(text)));
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", mac, told)));
}

function bytesOf(told: Members, name: string): Bytes {
  const value = told[name];
  const bytes = typeof value === "string" ? fromBase64(value) : undefined;
  if (!bytes?.length) throw unsound(name);
  return bytes;
}

function textOf(bytes: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refusal("answer_member", "what the server sent is not UTF-8");
  }
}

function unsound(name: string): PermitError {
  return refusal("answer_member", `the server's answer has no sound ${name}`);
}

function refusal(code: string, message: string): PermitError {
  return new PermitError(message, { code });
}

// Also where there is no `process`: workers.
function environment(): Record<string, string | undefined> {
  return (globalThis as { process?: { env?: Record<string, string> } }).process?.env ?? {};
}
