// What was erased (spec/receipt-format.md §6): a statement, whose leaf is in the log all the same,
// or who the people behind a decision were. A receipt of the erasure says that it was these.

import { type ErasureDocument, readErasure } from "./erasure_document.js";
import { erasureSigners } from "./event_checks.js";
import { demand } from "./report.js";
import { indexOf, isReview, lastHead, type Subject } from "./subject.js";

// `performed` is the receipt of the erasure, which has been found VALID.
export async function demandErased(performed: Subject, erasedIndex: number): Promise<void> {
  const { indices } = await documentOf(performed);
  demand(indices.includes(erasedIndex), "the erasure does not name this entry of the log");
  demand(indexOf(performed.own) > erasedIndex, "the erasure stands before what it erased");
}

// Likewise; that it is of one of the people whose reviews are in `subject`.
export async function demandErasedPerson(performed: Subject, subject: Subject): Promise<void> {
  const document = await documentOf(performed);
  const people = isReview(subject.own.statement.type) ? [subject.own] : subject.reviews;
  const reviewed = people.some(
    (part) =>
      part.statement.actor.id === document.subject && indexOf(part) < indexOf(performed.own),
  );
  const here = document.origin === subject.own.statement.origin;
  demand(here && reviewed, "the erasure is of nobody who reviewed before it");
}

// What enough owners signed.
async function documentOf(performed: Subject): Promise<ErasureDocument> {
  const { own, receipt } = performed;
  demand(own.statement.type === "erasure.performed", "the receipt given is not of an erasure");
  const { document } = receipt;
  demand(document !== undefined, "the document of the erasure is missing");
  const count = (await erasureSigners(performed, document)) ?? 0;
  const threshold = lastHead(performed)?.threshold ?? Infinity;
  demand(count >= threshold, "not enough owners signed the erasure");
  return readErasure(document);
}
