// What an agent told the server for routing, against what it sealed for the person. A fact is a
// claim; where the payload has a value of the same name and says something else, one of the two is
// a lie or a mistake.

import { isLeaf, type ParsedNode } from "./parse";
import { equal } from "./schema";

export interface Contradiction {
  name: string;
  claimed: ParsedNode; // to the server
  actual: ParsedNode; // in the payload
}

// The facts that a policy ruled by and that are not what stands at their sources in the payload:
// where the policy names a source, an agent that says something else has been ruled on by a lie.
export function belied(
  sources: Readonly<Record<string, string>>,
  facts: ParsedNode | undefined,
  payload: ParsedNode,
): string[] {
  if (facts?.kind !== "object") return [];
  const stated = facts.members;
  return Object.entries(sources).flatMap(([name, pointer]) => {
    const claimed = stated.find(({ key }) => key === name)?.node;
    if (!claimed) return []; // it counted as unknown, which is the strictest
    const actual = at(payload, pointer);
    return actual && isLeaf(actual) && isLeaf(claimed) && equal(claimed, actual) ? [] : [name];
  });
}

// What stands under a JSON Pointer.
function at(root: ParsedNode, pointer: string): ParsedNode | undefined {
  let node: ParsedNode | undefined = root;
  for (const token of pointer.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (node?.kind === "object") node = node.members.find(({ key }) => key === name)?.node;
    else if (node?.kind === "array" && /^(0|[1-9]\d*)$/.test(name))
      node = node.items[Number(name)];
    else return undefined;
  }
  return node;
}

export function contradictions(facts: ParsedNode, payload: ParsedNode): Contradiction[] {
  if (facts.kind !== "object" || payload.kind !== "object") return [];
  return facts.members.flatMap(({ key, node: claimed }) => {
    const actual = payload.members.find((member) => member.key === key)?.node;
    if (!actual || !isLeaf(actual) || !isLeaf(claimed) || equal(claimed, actual)) return [];
    return [{ name: key, claimed, actual }];
  });
}
