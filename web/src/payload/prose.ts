// Text that an agent wrote about its own request. It is shown and counted, and told apart from what
// would run: the agent is the one who wants a yes.

import type { ParsedNode } from "./parse";

const names =
  /^(?:reason(?:s|ing)?|rationale|justification|explanation|why|thoughts?|thinking|agent_note)$/i;

// A sentence, not a code word that happens to stand under such a name.
export function isProse(name: string, node: ParsedNode): boolean {
  return names.test(name) && node.kind === "string" && /\s\S+\s/.test(node.value);
}
