// What a person signs for several requests of one action at once: a head with the root of a tree
// over their decision cores (spec/log-format.md §6). Each core is proven by its path alone.

import { leafHash } from "../../../sdk/typescript/src/verify/tree.js";
import { GrowingTree } from "../audit/growing_tree";
import { hex, utf8 } from "./bytes";
import { jcs } from "./jcs";

// As many as one person reads in one go; the server and every verifier refuse more.
export const batchMax = 20;

export interface BatchTerms {
  aud: string;
  service: string;
  action: string;
  rule_sha256: string;
}

export async function batchHead(terms: BatchTerms, cores: string[]): Promise<string> {
  const { aud, service, action, rule_sha256 } = terms;
  if (cores.length === 0 || cores.length > batchMax) throw new RangeError("not 1 to 20 cores");
  const tree = new GrowingTree();
  for (const core of cores) await tree.add(await leafHash(utf8(core)));
  const root = hex(await tree.root());
  return jcs({ v: 1, aud, service, action, rule_sha256, size: cores.length, root });
}
