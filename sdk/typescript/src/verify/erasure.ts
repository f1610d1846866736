// A receipt whose statement was erased (spec/receipt-format.md §6): the leaf is in the log, and a
// receipt of the erasure says that it was this one.

import { readErasure } from "./erasure_document.js";
import { erasureSigners } from "./event_checks.js";
import { demand } from "./report.js";
import { indexOf, lastHead, type Subject } from "./subject.js";

// `performed` is the receipt of the erasure, which has been found VALID.
export async function demandErased(performed: Subject, erasedIndex: number): Promise<void> {
  const { own, receipt } = performed;
  demand(own.statement.type === "erasure.performed", "the receipt given is not of an erasure");
  const { document } = receipt;
  demand(document !== undefined, "the document of the erasure is missing");
  const { indices } = readErasure(document);
  demand(indices.includes(erasedIndex), "the erasure does not name this entry of the log");
  demand(indexOf(own) > erasedIndex, "the erasure stands before what it erased");
  const count = (await erasureSigners(performed, document)) ?? 0;
  const threshold = lastHead(performed)?.threshold ?? Infinity;
  demand(count >= threshold, "not enough owners signed the erasure");
}
