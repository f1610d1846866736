// Asks a person and waits for the answer (docs/reference/letsping-api.md): for a program that has
// somebody beside it, and shows them the number that a reviewer types at critical.
//
// Whatever goes wrong rejects: what is not answered `approved` was not approved.

const waitS = 25;
const timeoutMs = 40_000;
const retryMs = [1000, 2000, 5000, 10_000];

// What to show, in place of what was shown before. Without `digits` this version is locked: then it
// can only be rejected, cancelled or revised.
export interface ShownNumber {
  digits?: string;
  until?: string; // ISO 8601; then there is another one
  triesLeft: number;
}

export interface Ask {
  server: string;
  apiKey: string;
  service: string;
  action: string;
  payload: object; // usually an envelope (./envelope)
  capabilities?: string[];
  members?: Record<string, unknown>; // others of an ask: priority, decide_in …
  // With it the program announces that it shows numbers: called with the first, and with each that
  // takes its place. Show it to the person beside the program; log it nowhere and give it to no
  // model. What it throws ends the wait, and the request stays open.
  onNumber?: (number: ShownNumber) => void;
  signal?: AbortSignal;
  sleep?: (ms: number) => Promise<void>; // between attempts while the server is not there
}

export interface Answer {
  id: string;
  state: string;
  approved: boolean;
  status: Record<string, unknown>; // as GET /api/status/{id} gave it
}

// The server refused: `reason` is its stable code, "" when it gave none.
export class AskFault extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.name = "AskFault";
    this.status = status;
    this.reason = reason;
  }
}

export async function ask(wish: Ask): Promise<Answer> {
  const { service, action, payload, onNumber } = wish;
  const announced = [...(wish.capabilities ?? []), ...(onNumber ? ["number_match"] : [])];
  const capabilities = announced.length > 0 ? { capabilities: announced } : {};
  const body = { ...wish.members, service, action, payload, ...capabilities };
  const said = await call(wish, "POST", "/api/ingest", body);
  const id = String(said.id);
  let shown = show(onNumber, said, undefined);
  for (let failed = 0; ; ) {
    wish.signal?.throwIfAborted();
    let status: Record<string, unknown>;
    try {
      status = await call(wish, "GET", `/api/status/${id}?wait=${waitS}`);
    } catch (error) {
      if (error instanceof AskFault && !notNow(error)) throw error;
      wish.signal?.throwIfAborted();
      // It may answer again, and until then nothing is approved.
      await (wish.sleep ?? slept)(retryMs[Math.min(failed, retryMs.length - 1)] ?? 0);
      failed += 1;
      continue;
    }
    failed = 0;
    if (status.status !== "PENDING") {
      const state = String(status.state);
      const approved = state === "approved" || state === "approved_with_modifications";
      return { id, state, approved, status };
    }
    shown = show(onNumber, status, shown);
  }
}

const slept = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const notNow = ({ status }: AskFault) => [429, 502, 503, 504].includes(status);

function show(
  onNumber: Ask["onNumber"],
  answer: Record<string, unknown>,
  shown: ShownNumber | undefined,
): ShownNumber | undefined {
  const given = answer.number_match as
    | { number?: string; until?: string; tries_left: number }
    | undefined;
  if (!onNumber || !given) return shown;
  const number: ShownNumber = { triesLeft: given.tries_left };
  if (given.number !== undefined) number.digits = given.number;
  if (given.until !== undefined) number.until = given.until;
  // Two numbers that follow each other may have the same digits.
  const same = shown?.digits === number.digits && shown?.until === number.until;
  if (!shown || !same) onNumber(number);
  return number;
}

async function call(
  { server, apiKey, signal }: Ask,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(server.replace(/\/$/, "") + path, {
    method,
    headers: {
      Authorization: `Bearer ${apiKey}`,
      ...(body && { "Content-Type": "application/json" }),
    },
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (response.ok) return (await response.json()) as Record<string, unknown>;
  const told = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const { reason = "", message = `The server answered ${response.status}.` } = told;
  throw new AskFault(response.status, String(reason), String(message));
}
