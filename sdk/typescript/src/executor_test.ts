// The executor, against the cases that all SDKs share (sdk/vectors): what it runs and refuses.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConflictError, LetsPingError } from "./client/errors.js";
import { type Ledger, MemoryLedger } from "./client/tool_gate.js";
import { type Acting, Executor, OutcomeError, PermitError } from "./executor.js";
import type { Json } from "./jcs.js";
import { DirectoryLedger } from "./ledger.js";

interface Case {
  name: string;
  of: string;
  permit: string;
  told?: { [name: string]: Json };
  ask: { service: string; action: string; agent_id?: string; client_nonce?: string };
  keys: string[];
  used?: boolean;
  answer?: Json;
  refused?: { status: number; reason: string };
  expect: { text?: string; code?: string; claimed?: boolean };
}
interface Vectors {
  trust: Json;
  executor: string;
  claim_key: string;
  keys: Record<string, string>;
  told: Record<string, { [name: string]: Json }>;
  cases: Case[];
}
const path = `${import.meta.dirname}/../../vectors/permits.json`;
const file = JSON.parse(readFileSync(path, "utf8")) as Vectors;

function refused({ status, reason }: { status: number; reason: string }): LetsPingError {
  return new ConflictError("refused", { code: "conflict", status, reason });
}

// An executor whose server answers as the case says, and what it was called for.
function executing(one: Case, outcome?: LetsPingError, ledger: Ledger = new MemoryLedger()) {
  const called: string[] = [];
  if (one.used) ledger.use(one.permit);
  const executor = new Executor(
    {
      trust: JSON.stringify(file.trust),
      executorId: file.executor,
      ledger,
      apiKey: "lp_none",
      encryptionKey: one.keys.map((name) => file.keys[name]).join(","),
    },
    async (method, where) => {
      called.push(`${method} ${where.split("/").pop()}`);
      if (method === "GET") {
        const told = Object.entries({ ...file.told[one.of], ...one.told });
        return Object.fromEntries(told.filter(([, value]) => value !== null));
      }
      if (where.endsWith("/outcome")) {
        if (outcome) throw outcome;
        return {};
      }
      if (one.refused) throw refused(one.refused);
      return one.answer as Json;
    },
  );
  const { service, action, agent_id: agentId, client_nonce: clientNonce } = one.ask;
  const acting: Acting = { service, action, agentId, clientNonce, claimKey: file.claim_key };
  return { executor, acting, called };
}

test.each(file.cases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
  const { executor, acting, called } = executing(one);
  if (one.expect.text !== undefined) {
    expect((await executor.claim(one.permit, acting)).text).toBe(one.expect.text);
    return;
  }
  const error = await executor.claim(one.permit, acting).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(LetsPingError);
  expect(error.code).toBe(one.expect.code);
  expect(called.includes("POST claim")).toBe(one.expect.claimed);
});

const [good] = file.cases as [Case];

test("the tool gets the approved payload once, also after a restart", async () => {
  const directory = mkdtempSync(join(tmpdir(), "letsping-executor-"));
  try {
    const { executor, acting, called } = executing(
      good,
      undefined,
      new DirectoryLedger(directory),
    );
    const ran = await executor.run(good.permit, (payload) => payload, acting);
    expect(ran).toEqual(JSON.parse(good.expect.text as string));
    expect(called.at(-1)).toBe("POST outcome");
    const again = executing(good, undefined, new DirectoryLedger(directory));
    const repeated = again.executor.run(good.permit, () => expect.fail("it ran"), acting);
    await expect(repeated).rejects.toMatchObject({ code: "permit_in_ledger" });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("an outcome that is not taken says that the tool ran, and keeps its result", async () => {
  const unsaid = refused({ status: 409, reason: "permit_indeterminate" });
  const { executor, acting } = executing(good, unsaid);
  const error = await executor.run(good.permit, () => "refund 4711", acting).catch((e) => e);
  expect(error).toBeInstanceOf(OutcomeError);
  expect(error).not.toBeInstanceOf(PermitError);
  const { code, reason, result } = error;
  expect([code, reason, result]).toEqual([
    "outcome_unreported",
    "permit_indeterminate",
    "refund 4711",
  ]);
});

test("what the tool throws comes first", async () => {
  const unsaid = refused({ status: 409, reason: "permit_indeterminate" });
  const { executor, acting } = executing(good, unsaid);
  const failing = () => {
    throw new RangeError("no such account");
  };
  const error = await executor.run(good.permit, failing, acting).catch((thrown) => thrown);
  expect(error.message).toBe("no such account");
  expect(error.cause).toBeInstanceOf(OutcomeError);
});
