// What an erasure says it did (spec/log-format.md §9): of statements, or of who a person was.

import type { Bytes } from "../bytes.js";
import { hashItem, Malformed, Members, readCanonical } from "./members.js";

export interface ErasureDocument {
  origin: string;
  indices: number[]; // none beside a subject
  subject?: string; // the pseudonym of a person
}

export function readErasure(document: Bytes): ErasureDocument {
  const members = new Members(readCanonical(document, "the erasure"), "erasure");
  if (members.integer("v") !== 1) throw members.wrong("v", "is not 1");
  members.salt("salt");
  const request = members.optional("request_id", members.text);
  const subject = members.optional("subject", members.text);
  members.text("basis");
  members.text("operator");
  members.instant("complete_by");
  members.list("exports", hashItem);
  const origin = members.text("origin");
  const indices = members.filled("indices", (item, what) => {
    if (!Number.isSafeInteger(item) || (item as number) < 0) {
      throw new Malformed(`${what} is not an index`);
    }
    return item as number;
  });
  members.done();
  const ascending = indices.every((index, at) => at === 0 || (indices[at - 1] as number) < index);
  if (!ascending) throw members.wrong("indices", "does not ascend");
  const ofOne = subject === undefined ? indices.length > 0 : indices.length === 0 && !request;
  if (!ofOne) throw members.wrong("indices", "and subject: it is of statements or of a person");
  return { origin, indices, ...(subject !== undefined && { subject }) };
}
