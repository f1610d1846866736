// What every framework's adapter rests on: may this call of a tool run, and with which arguments?
//
// The answer is a value: allowed with the approved arguments, or denied with a sentence for the
// model. Every error on the way is a denial. The same call of the same run is one request, so a run
// that resumes does not ask twice; an approval is used once.

import type { Json } from "../jcs.js";
import { type Ask, aboutOf, dayMs, type LetsPing, type Pending } from "./client.js";
import {
  ApprovalExpiredError,
  ApprovalRejectedError,
  ApprovalTimeoutError,
  LetsPingError,
} from "./errors.js";
import { type JsonObject, readObject, stableKey } from "./payloads.js";

export interface Allowed {
  allowed: true;
  args: JsonObject; // what may run, and nothing else
  edited: boolean;
  requestId: string;
}
export interface Denied {
  allowed: false;
  message: string; // for the model; holds what the person wrote, and no secret
  code: string;
  requestId: string | undefined;
}
export type Verdict = Allowed | Denied;

// True once for each id, and then never again. Written before the tool runs: a process that dies in
// between has not run the tool, or has, and nobody can tell.
export interface Ledger {
  use(requestId: string): boolean | Promise<boolean>;
}

export class MemoryLedger implements Ledger {
  readonly #used = new Set<string>();

  use(requestId: string): boolean {
    if (this.#used.has(requestId)) return false;
    this.#used.add(requestId);
    return true;
  }
}

export interface GateOptions {
  service?: string; // groups the tools of one agent; the action is the tool's name
  priority?: Ask["priority"] | ((tool: string) => NonNullable<Ask["priority"]>);
  timeoutMs?: number; // then a call is denied and its request is cancelled
  ledger?: Ledger; // give one that is kept where a run can outlive its process
}

export interface ToolCall {
  runId?: string | undefined; // without it every call asks anew
  callId?: string | undefined;
  schema?: Json | undefined;
  signal?: AbortSignal | undefined;
}

export class ToolGate {
  readonly client: LetsPing;
  readonly #service: string;
  readonly #priority: GateOptions["priority"];
  readonly timeoutMs: number;
  readonly #ledger: Ledger;

  constructor(client: LetsPing, options: GateOptions = {}) {
    this.client = client;
    this.#service = options.service ?? "agent";
    this.#priority = options.priority;
    this.timeoutMs = options.timeoutMs ?? dayMs;
    this.#ledger = options.ledger ?? new MemoryLedger();
  }

  // Asks, waits, and uses the approval. Never rejects.
  async check(tool: string, args: unknown, call: ToolCall = {}): Promise<Verdict> {
    const asked = await this.ask(tool, args, call);
    return "allowed" in asked ? asked : this.settle(tool, asked, call.signal);
  }

  // The first half: the request is made, or found again.
  async ask(tool: string, args: unknown, call: ToolCall = {}): Promise<Pending | Denied> {
    try {
      const run = call.runId || `once-${crypto.randomUUID()}`;
      const priority =
        typeof this.#priority === "function" ? this.#priority(tool) : this.#priority;
      return await this.client.defer({
        service: this.#service,
        action: tool,
        payload: argumentsOf(args),
        ...(priority ? { priority } : {}),
        schema: call.schema,
        decideInMs: this.timeoutMs,
        idempotencyKey: await stableKey(this.#service, run, call.callId ?? "", tool),
      });
    } catch (trouble) {
      return denied(tool, trouble);
    }
  }

  // Whether `settle` would answer at once.
  async decided(pending: Pending): Promise<boolean> {
    try {
      return (await this.client.poll(pending.id, pending.asked)) !== undefined;
    } catch (trouble) {
      return trouble instanceof ApprovalRejectedError; // settle says what else is the matter
    }
  }

  // The second half: waits for the decision and uses it.
  async settle(tool: string, pending: Pending, signal?: AbortSignal): Promise<Verdict> {
    const requestId = pending.id;
    try {
      const wait = { ...aboutOf(pending), timeoutMs: this.timeoutMs, signal };
      const decision = await this.client.wait(requestId, wait);
      if ((await this.#ledger.use(requestId)) !== true) {
        const message =
          `The tool ${tool} was not run: this approval was used before. Whether that call ` +
          "took effect is not known here; find out before you propose it again.";
        return { allowed: false, message, code: "already_used", requestId };
      }
      const edited = decision.patched_payload !== undefined;
      return { allowed: true, args: decision.approved, edited, requestId };
    } catch (trouble) {
      if (trouble instanceof ApprovalTimeoutError) {
        await this.client.giveUp(requestId, "the agent no longer waits");
      }
      return denied(tool, trouble, requestId);
    }
  }
}

// An object; from the JSON text that some frameworks keep.
function argumentsOf(args: unknown): object {
  if (typeof args === "string") return args.trim() ? readObject(args, "the arguments") : {};
  return (args ?? {}) as object;
}

function denied(tool: string, trouble: unknown, requestId?: string): Denied {
  const start = `The tool ${tool} was not run: `;
  const code = trouble instanceof LetsPingError ? trouble.code : "error";
  const about = { allowed: false as const, code, requestId };
  if (trouble instanceof ApprovalExpiredError || trouble instanceof ApprovalTimeoutError) {
    return { ...about, message: `${start}nobody approved it in time.` };
  }
  if (trouble instanceof ApprovalRejectedError) {
    const why = trouble.reason ? `: ${trouble.reason.replace(/\.$/, "")}` : "";
    return {
      ...about,
      message: `${start}a person rejected it${why}. Do not repeat the same call.`,
    };
  }
  return { ...about, message: `${start}approval could not be obtained (${code}).` };
}
