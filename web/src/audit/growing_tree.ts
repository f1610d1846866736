// The root of an RFC 6962 tree to which leaves are added one by one, from the roots of the perfect
// subtrees alone.

import { type Bytes, sha256 } from "../../../sdk/typescript/src/bytes.js";
import { nodeHash } from "../../../sdk/typescript/src/verify/tree.js";

export class GrowingTree {
  size = 0;
  private readonly stack: { height: number; hash: Bytes }[] = [];

  async add(leafHash: Bytes): Promise<void> {
    let node = { height: 0, hash: leafHash };
    for (let top = this.stack.at(-1); top?.height === node.height; top = this.stack.at(-1)) {
      this.stack.pop();
      node = { height: node.height + 1, hash: await nodeHash(top.hash, node.hash) };
    }
    this.stack.push(node);
    this.size += 1;
  }

  async root(): Promise<Bytes> {
    const last = this.stack.at(-1);
    if (!last) return sha256(new Uint8Array());
    let { hash } = last;
    for (let at = this.stack.length - 2; at >= 0; at -= 1) {
      hash = await nodeHash((this.stack[at] as { hash: Bytes }).hash, hash);
    }
    return hash;
  }
}
