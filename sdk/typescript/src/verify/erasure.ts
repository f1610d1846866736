// A receipt whose statement was erased (spec/receipt-format.md §6): the leaf is in the log, and a
// receipt of the erasure says that it was this one.

import type { Bytes } from "../bytes.js";
import { erasureSigners } from "./event_checks.js";
import { hashItem, Malformed, Members, readCanonical } from "./members.js";
import { demand } from "./report.js";
import { indexOf, lastHead, type Subject } from "./subject.js";

// `performed` is the receipt of the erasure, which has been found VALID.
export async function demandErased(performed: Subject, erasedIndex: number): Promise<void> {
  const { own, receipt } = performed;
  demand(own.statement.type === "erasure.performed", "the receipt given is not of an erasure");
  const { document } = receipt;
  demand(document !== undefined, "the document of the erasure is missing");
  const { origin, indices } = readErasure(document);
  demand(origin === own.statement.origin, "the erasure is of another log");
  demand(indices.includes(erasedIndex), "the erasure does not name this entry of the log");
  demand(indexOf(own) > erasedIndex, "the erasure stands before what it erased");
  const count = (await erasureSigners(performed, document)) ?? 0;
  const threshold = lastHead(performed)?.threshold ?? Infinity;
  demand(count >= threshold, "not enough owners signed the erasure");
}

function readErasure(document: Bytes): { origin: string; indices: number[] } {
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
