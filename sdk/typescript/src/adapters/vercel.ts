// Vercel AI SDK: tools that ask before they run; or, where no process can wait, answers to the
// approvals that a run ended with.
//
//   generateText({ model, tools: guardTools({ refund }, gate, { runId }), … })
//   messages.push(...said, await answerApprovals(said, gate, { runId }))   // said: the response's
//
// The SDK runs every tool that nothing holds back: guard all that need approval.

import { ConfigurationError } from "../client/errors.js";
import type { JsonObject } from "../client/payloads.js";
import type { ToolGate } from "../client/tool_gate.js";
import { refusalOf } from "./proposal.js";

interface Called {
  toolCallId: string;
  abortSignal?: AbortSignal | undefined;
}
interface Part {
  type: string;
  approvalId?: string;
  toolCallId?: string;
  toolName?: string;
  input?: unknown;
}
interface Message {
  role: string;
  content: unknown;
}

// The same tools, each of which asks first and runs with what was approved. A denial is the tool's
// error, which the model is told. Throws ConfigurationError for a tool that runs elsewhere.
export function guardTools<T extends Record<string, object>>(
  tools: T,
  gate: ToolGate,
  about: { runId?: string } = {},
): T {
  const guarded = Object.entries(tools).map(([name, tool]) => {
    const { execute, inputSchema } = tool as { execute?: unknown; inputSchema?: unknown };
    if (typeof execute !== "function") {
      const message = `the tool ${name} has no execute: nothing here can hold it back`;
      throw new ConfigurationError(message, { code: "tool_runs_elsewhere" });
    }
    const run = async (input: unknown, options: Called) => {
      const call = { ...about, callId: options.toolCallId, signal: options.abortSignal };
      const verdict = await gate.check(name, input, call);
      if (!verdict.allowed) throw new Error(verdict.message);
      const args = verdict.edited ? await fitting(name, inputSchema, verdict.args) : verdict.args;
      return execute.call(tool, args, options);
    };
    return [name, { ...tool, execute: run }];
  });
  return Object.fromEntries(guarded) as T;
}

// An edit goes the way that the model's arguments went: through the tool's Standard Schema.
async function fitting(name: string, schema: unknown, args: JsonObject): Promise<unknown> {
  const standard = (
    schema as { "~standard"?: { validate(value: unknown): unknown } } | undefined
  )?.["~standard"];
  if (!standard) return args;
  const judged = (await standard.validate(args)) as { issues?: unknown; value?: unknown };
  if (judged.issues) {
    throw new Error(`The tool ${name} was not run: the approved arguments do not fit it.`);
  }
  return judged.value;
}

// The tool message that answers every open approval of these messages; waits for the person. An
// edit is a denial that says what to propose. The same `runId` finds the same requests again.
export async function answerApprovals(
  messages: readonly Message[],
  gate: ToolGate,
  about: { runId: string },
) {
  const parts = messages.flatMap(({ content }) =>
    Array.isArray(content) ? content : [],
  ) as Part[];
  const answered = parts.filter(({ type }) => type === "tool-approval-response");
  const open = parts.filter(
    ({ type, approvalId }) =>
      type === "tool-approval-request" && !answered.some((one) => one.approvalId === approvalId),
  );
  const asked = await Promise.all(
    open.map(async (part) => {
      const call = parts.find(
        (one) => one.type === "tool-call" && one.toolCallId === part.toolCallId,
      );
      const name = call?.toolName ?? "unknown";
      const about_ = { ...about, callId: part.toolCallId };
      // A call that is not there to be shown is nothing that a person could approve.
      const pending = call ? await gate.ask(name, call.input, about_) : undefined;
      return { part, name, pending };
    }),
  );
  const content = [];
  for (const { part, name, pending } of asked) {
    const verdict =
      pending && ("allowed" in pending ? pending : await gate.settle(name, pending));
    const reason = verdict ? refusalOf(name, verdict) : "The call was not found.";
    content.push({
      type: "tool-approval-response" as const,
      approvalId: part.approvalId ?? "",
      approved: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
    });
  }
  return { role: "tool" as const, content };
}
