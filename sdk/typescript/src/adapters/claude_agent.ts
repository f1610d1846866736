// Claude Agent SDK: `canUseTool`, decided by a person.
//
//   query({ prompt, options: { canUseTool: canUseTool(gate, { runId: "order-4711" }) } })
//
// The SDK asks it about calls that its own rules do not settle: allow no tool there that needs
// approval. The suggestions to allow a kind of call for ever are never taken up.

import type { ToolGate } from "../client/tool_gate.js";

export type Answer =
  | { behavior: "allow"; updatedInput: Record<string, unknown> }
  | { behavior: "deny"; message: string };

// The SDK waits as long as the gate does. With `runId` a call that comes again in the same run is
// not asked about twice.
export function canUseTool(gate: ToolGate, about: { runId?: string } = {}) {
  return async (
    tool: string,
    input: Record<string, unknown>,
    options: { signal: AbortSignal; toolUseID: string },
  ): Promise<Answer> => {
    const { signal, toolUseID: callId } = options;
    const verdict = await gate.check(tool, input, { ...about, callId, signal });
    if (!verdict.allowed) return { behavior: "deny", message: verdict.message };
    return { behavior: "allow", updatedInput: verdict.args };
  };
}
