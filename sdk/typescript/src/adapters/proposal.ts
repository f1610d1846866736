// Where a framework cannot change the arguments of a pending call, an edit is a denial that says
// what to propose.

import type { Verdict } from "../client/tool_gate.js";

// Undefined when the call may run as it is.
export function refusalOf(tool: string, verdict: Verdict): string | undefined {
  if (!verdict.allowed) return verdict.message;
  if (!verdict.edited) return undefined;
  const wanted = JSON.stringify(verdict.args);
  return (
    `The tool ${tool} was not run: a person wants other arguments. ` +
    `Propose it again with exactly these: ${wanted}`
  );
}
