// RFC 6962 §2.1: hashes of leaves and nodes, and the path from one leaf to the root.

import { type Bytes, concat, equalBytes, sha256 } from "../bytes.js";

export async function leafHash(leaf: Bytes): Promise<Bytes> {
  return sha256(concat(new Uint8Array([0]), leaf));
}

export async function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(concat(new Uint8Array([1]), left, right));
}

// Whether the first tree is the beginning of the second (RFC 9162 §2.1.4.2).
export async function goesOn(
  first: { size: number; root: Bytes },
  second: { size: number; root: Bytes },
  path: Bytes[],
): Promise<boolean> {
  if (first.size < 1 || first.size > second.size) return false;
  if (first.size === second.size) {
    return path.length === 0 && equalBytes(first.root, second.root);
  }
  let [node, last] = [BigInt(first.size) - 1n, BigInt(second.size) - 1n];
  const whole = (BigInt(first.size) & node) === 0n; // a power of two: its root begins the path
  const [start, ...rest] = whole ? [first.root, ...path] : path;
  if (!start) return false;
  while (node & 1n) [node, last] = [node >> 1n, last >> 1n];
  let [before, after] = [start, start];
  for (const each of rest) {
    if (last === 0n) return false;
    if (node & 1n || node === last) {
      [before, after] = [await nodeHash(each, before), await nodeHash(each, after)];
      while (!(node & 1n) && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      after = await nodeHash(after, each);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && equalBytes(before, first.root) && equalBytes(after, second.root);
}

// Whether `path` leads from the leaf at `index` to the root of a tree of `size` leaves. A path of
// any other length than the tree's own is refused (RFC 9162 §2.1.3.2).
export async function leadsToRoot(
  leaf: Bytes,
  index: number,
  size: number,
  path: Bytes[],
  root: Bytes,
): Promise<boolean> {
  if (index >= size) return false;
  let [node, last] = [BigInt(index), BigInt(size) - 1n];
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0n) return false;
    if (node & 1n || node === last) {
      hash = await nodeHash(sibling, hash);
      while (!(node & 1n) && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      hash = await nodeHash(hash, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && equalBytes(hash, root);
}
