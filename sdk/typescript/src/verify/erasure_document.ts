// What an erasure says it did (spec/receipt-format.md §6).

import type { Bytes } from "../bytes.js";
import { hashItem, Malformed, Members, readCanonical } from "./members.js";

export function readErasure(document: Bytes): { origin: string; indices: number[] } {
  const members = new Members(readCanonical(document, "the erasure"), "erasure");
  if (members.integer("v") !== 1) throw members.wrong("v", "is not 1");
  members.salt("salt");
  members.optional("request_id", members.text);
  members.text("basis");
  members.text("operator");
  members.instant("complete_by");
  members.list("exports", hashItem);
  const origin = members.text("origin");
  const indices = members.list("indices", (item, what) => {
    if (!Number.isSafeInteger(item) || (item as number) < 0) {
      throw new Malformed(`${what} is not an index`);
    }
    return item as number;
  });
  members.done();
  const ascending = indices.every((index, at) => at === 0 || (indices[at - 1] as number) < index);
  if (indices.length === 0 || !ascending) throw members.wrong("indices", "does not ascend");
  return { origin, indices };
}
