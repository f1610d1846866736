// Compiled and never run: the adapters' types fit those of the frameworks.

import { type Options, query } from "@anthropic-ai/claude-agent-sdk";
import { LetsPing, ToolGate } from "@letsping-open/sdk";
import { canUseTool } from "@letsping-open/sdk/claude-agent";
import { DirectoryLedger } from "@letsping-open/sdk/ledger";
import { letsPingMiddleware, resume } from "@letsping-open/sdk/langchain";
import { guardTool, openKept, runWithApprovals } from "@letsping-open/sdk/openai-agents";
import { fakeLetsPing } from "@letsping-open/sdk/testing";
import { answerApprovals, guardTools } from "@letsping-open/sdk/vercel";
import { type Agent, type FunctionTool, RunState, run } from "@openai/agents-core";
import { generateText, type ModelMessage, type Tool } from "ai";
import { createAgent } from "langchain";

export async function types(
  agent: Agent,
  kept: string,
  tool: FunctionTool,
  pay: Tool<{ amount: number }, string>,
  said: ModelMessage[],
) {
  const gate = new ToolGate(new LetsPing(), { ledger: new DirectoryLedger("used") });
  const options: Options = { canUseTool: canUseTool(gate) };
  query({ prompt: "", options });

  const langchain = createAgent({ model: "x", tools: [], middleware: [letsPingMiddleware(gate)] });
  await resume(langchain, { configurable: { thread_id: "t" } }, gate);

  const start = (who: Agent, given: string) => run(who, given);
  const first = await runWithApprovals(start, agent, "hello", gate, { runId: "r" });
  const state = await RunState.fromString(agent, await openKept(kept, gate, "r"));
  await runWithApprovals((who: Agent, from: typeof state) => run(who, from), agent, state, gate, {
    runId: "r",
  });
  const guarded: FunctionTool = guardTool(tool, gate);

  const messages: ModelMessage[] = [await answerApprovals(said, gate, { runId: "r" })];
  await generateText({ model: "x", tools: guardTools({ pay }, gate), messages });
  return { first, guarded, fake: fakeLetsPing().lp };
}
