// LangChain and LangGraph: a middleware that pauses the thread while a person thinks.
//
//   const agent = createAgent({ model, tools: [refund], checkpointer,
//                               middleware: [letsPingMiddleware(gate, { tools: ["refund"] })] });
//   await agent.invoke(input, config);          // pauses: nothing holds a process
//   await resume(agent, config, gate);          // in any process, after the decision
//
// What resumes a thread proves nothing: the gate asks the server for the decision itself, and runs
// what it approved. Without a checkpointer the call waits in place.

import { ToolMessage } from "@langchain/core/messages";
import { Command, getConfig, interrupt } from "@langchain/langgraph";
import { createMiddleware } from "langchain";
import { ApprovalRejectedError, LetsPingError } from "../client/errors.js";
import type { ToolGate, Verdict } from "../client/tool_gate.js";

interface Request {
  toolCall: { name: string; args: Record<string, unknown>; id?: string };
}
type Handler = (request: Request) => Promise<unknown>;

// Give it last, nearest to the tools: what another middleware changes after it, nobody has
// approved. `tools` names those that need approval; all of them without it.
export function letsPingMiddleware(gate: ToolGate, about: { tools?: readonly string[] } = {}) {
  const middleware = createMiddleware({
    name: "LetsPing",
    wrapToolCall: async (request: Request, handler: Handler) => {
      const { name, args, id = "" } = request.toolCall;
      if (about.tools && !about.tools.includes(name)) return handler(request);
      const verdict = await approval(gate, name, args, id);
      if (!verdict.allowed) {
        const content = verdict.message;
        return new ToolMessage({ content, name, tool_call_id: id, status: "error" });
      }
      const toolCall = { ...request.toolCall, args: verdict.args };
      const done = await handler({ ...request, toolCall });
      return verdict.edited ? told(done, name, id, verdict.args) : done;
    },
  });
  // The framework's own type, which this package does not need to be there.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  return middleware as any;
}

// For a node of one's own, before it acts. The code before it runs again on resume.
export async function approval(
  gate: ToolGate,
  tool: string,
  args: Record<string, unknown>,
  callId: string,
): Promise<Verdict> {
  const runId = threadOf(getConfig());
  const asked = await gate.ask(tool, args, { runId, callId });
  if ("allowed" in asked) return asked;
  if (runId !== undefined && !(await gate.decided(asked))) {
    // Throws out of the node the first time. What it returns on resume is nobody's proof.
    interrupt({ letsping: { request_id: asked.id, tool, url: asked.url } });
  }
  return gate.settle(tool, asked);
}

function threadOf(config: unknown): string | undefined {
  const given = (config as { configurable?: Record<string, unknown> } | undefined)?.configurable;
  // Without a checkpointer there is nothing to pause into.
  if (given?.thread_id === undefined || !given.__pregel_checkpointer) return undefined;
  return JSON.stringify([
    String(given.thread_id),
    String(given.checkpoint_ns ?? "").split(":")[0],
  ]);
}

// The model still sees the arguments that it proposed: say which ones ran.
function told(done: unknown, name: string, id: string, args: object): unknown {
  if (!ToolMessage.isInstance(done) || typeof done.content !== "string") return done;
  const content = `A person changed the arguments to ${JSON.stringify(args)}.\n${done.content}`;
  const { status, artifact } = done;
  return new ToolMessage({ content, name, tool_call_id: id, status, artifact });
}

interface Graph {
  getState(
    config: object,
  ): Promise<{ tasks: { interrupts: { id?: string; value?: unknown }[] }[] }>;
  invoke(command: never, config: object): Promise<unknown>;
}

// The requests that a paused thread waits for, by the id of its interrupt.
export function waitingFor(state: Awaited<ReturnType<Graph["getState"]>>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { id, value } of state.tasks.flatMap(({ interrupts }) => interrupts)) {
    const request = (value as { letsping?: { request_id?: string } } | undefined)?.letsping;
    if (id && request?.request_id) found.set(id, request.request_id);
  }
  return found;
}

// Waits for the decisions that the thread waits for, and goes on until it pauses for something else
// or ends: its state. Throws when the server cannot be asked; the thread stays paused.
export async function resume<G extends Pick<Graph, "invoke"> & { getState: unknown }>(
  graph: G,
  config: object,
  gate: ToolGate,
): Promise<unknown> {
  const asGraph = graph as unknown as Graph;
  for (;;) {
    const state = await asGraph.getState(config);
    const waiting = waitingFor(state);
    if (waiting.size === 0) return state;
    for (const request of waiting.values()) await outlast(gate, request);
    // Each interrupt by its id: others of the same thread stay open.
    const go = Object.fromEntries([...waiting].map(([key, id]) => [key, { request_id: id }]));
    await asGraph.invoke(new Command({ resume: go }) as never, config);
  }
}

async function outlast(gate: ToolGate, request: string): Promise<void> {
  try {
    await gate.client.wait(request, { timeoutMs: gate.timeoutMs });
  } catch (settled) {
    // The tool's own gate reads the answer again, and denies what is to be denied.
    if (settled instanceof ApprovalRejectedError) return;
    if (settled instanceof LetsPingError && settled.status === undefined) {
      if (settled.code !== "unreachable") return;
    }
    throw settled;
  }
}
