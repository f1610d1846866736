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

export function contradictions(facts: ParsedNode, payload: ParsedNode): Contradiction[] {
  if (facts.kind !== "object" || payload.kind !== "object") return [];
  return facts.members.flatMap(({ key, node: claimed }) => {
    const actual = payload.members.find((member) => member.key === key)?.node;
    if (!actual || !isLeaf(actual) || !isLeaf(claimed) || equal(claimed, actual)) return [];
    return [{ name: key, claimed, actual }];
  });
}
