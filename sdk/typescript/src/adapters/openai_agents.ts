// OpenAI Agents SDK: tools with `needsApproval`, decided by a person; or one tool, in place.
//
//   const result = await runWithApprovals(run, agent, "refund order 4711", gate, { runId, keep });
//   // after a crash, in any process that has the content key:
//   const state = await RunState.fromString(agent, await openKept(kept, gate, runId));
//   await runWithApprovals(run, agent, state, gate, { runId, keep });
//
// The framework cannot change the arguments of a pending call: an edit is a denial that tells the
// model what to propose. `guardTool` asks inside the tool and passes edits on.

import type { ToolGate } from "../client/tool_gate.js";
import { refusalOf } from "./proposal.js";

interface Item {
  name?: string | undefined;
  rawItem: unknown;
}
interface State {
  getInterruptions(): unknown[];
  approve(item: never): void;
  reject(item: never, options?: { message?: string }): void;
  toString(): string;
}
interface Result {
  readonly interruptions: unknown[];
  readonly state: unknown;
}
export interface RunAbout {
  runId: string;
  // Is given each state to go on from after a crash, encrypted, before a person is waited for.
  keep?: (sealed: string) => void | Promise<void>;
}

// `run` of the framework, until nothing waits for approval. `given` is an input, or a state.
export async function runWithApprovals<A, G, R extends Result>(
  run: (agent: A, given: G) => Promise<R>,
  agent: A,
  given: G,
  gate: ToolGate,
  about: RunAbout,
): Promise<R> {
  if (isState(given)) await decideAll(given, gate, about.runId);
  let result = await run(agent, given);
  while (result.interruptions.length > 0) {
    const state = result.state as State;
    if (about.keep) {
      const sealed = await gate.client.sealer.sealFor(purpose(about.runId), state.toString());
      await about.keep(JSON.stringify(sealed));
    }
    await decideAll(state, gate, about.runId);
    result = await run(agent, state as G);
  }
  return result;
}

// The text of a state that `keep` was given, for RunState.fromString. Throws DecryptionError.
export function openKept(kept: string, gate: ToolGate, runId: string): Promise<string> {
  return gate.client.sealer.openFor(purpose(runId), JSON.parse(kept));
}

async function decideAll(state: State, gate: ToolGate, runId: string): Promise<void> {
  const asked = await Promise.all(
    (state.getInterruptions() as Item[]).map(async (item) => {
      const raw = Object(item.rawItem) as {
        callId?: unknown;
        name?: unknown;
        arguments?: unknown;
      };
      const name = String(item.name ?? raw.name ?? "tool");
      // A shell command or a patch: its bytes are not in one place that a person could be shown.
      const text = typeof raw.arguments === "string" ? raw.arguments : "[]";
      const callId = String(raw.callId ?? "");
      return { item, name, pending: await gate.ask(name, text, { runId, callId }) };
    }),
  );
  for (const { item, name, pending } of asked) {
    const verdict = "allowed" in pending ? pending : await gate.settle(name, pending);
    const message = refusalOf(name, verdict);
    if (message === undefined)
      state.approve(item as never); // this call, and never "always"
    else state.reject(item as never, { message });
  }
}

function isState(given: unknown): given is State {
  return typeof (given as Partial<State> | undefined)?.getInterruptions === "function";
}

function purpose(runId: string): string {
  return `openai-agents/${runId}`;
}

interface Tool {
  name: string;
  parameters?: unknown;
}
type Invoke = (context: unknown, input: string, details?: unknown) => Promise<unknown>;

// The tool, which asks before it runs and runs with what was approved.
export function guardTool<T extends Tool>(
  tool: T,
  gate: ToolGate,
  about: { runId?: string } = {},
): T {
  const inner = (tool as unknown as { invoke: Invoke }).invoke;
  const invoke: Invoke = async (context, input, details) => {
    const call = (details as { toolCall?: { callId?: string } } | undefined)?.toolCall;
    const verdict = await gate.check(tool.name, input, { ...about, callId: call?.callId });
    return verdict.allowed
      ? inner(context, JSON.stringify(verdict.args), details)
      : verdict.message;
  };
  return { ...tool, invoke };
}
