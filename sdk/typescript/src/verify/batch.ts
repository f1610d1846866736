// Several decisions under one signature (spec/log-format.md §6): the head that was signed, and
// where a core stands in its tree.

import { type Bytes, base64, fromHex, sha256, tagged } from "../bytes.js";
import type { Json } from "../jcs.js";
import type { DecisionCore } from "./decision_core.js";
import { Malformed, Members, readCanonical } from "./members.js";
import type { Human } from "./receipt.js";
import { demand } from "./report.js";
import type { Descriptor } from "./statement.js";
import { leadsToRoot, leafHash } from "./tree.js";

export const batchSizeMax = 20;

export interface BatchHead {
  aud: string;
  service: string;
  action: string;
  rule_sha256: string;
  size: number;
  root: string;
}

// Where one core stands in a batch.
export interface BatchPlace {
  head: Bytes;
  index: number;
  path: Bytes[];
}

export function readBatchHead(bytes: Bytes): BatchHead {
  const members = new Members(readCanonical(bytes, "batch"), "batch");
  if (members.integer("v") !== 1) throw members.wrong("v", "is not 1");
  const head = {
    aud: members.text("aud"),
    service: members.anyText("service"),
    action: members.anyText("action"),
    rule_sha256: members.hash("rule_sha256"),
    size: members.version("size"),
    root: members.hash("root"),
  };
  members.done();
  if (head.size > batchSizeMax) throw members.wrong("size", `is above ${batchSizeMax}`);
  return head;
}

// The member of the evidence entry.
export function placeEntry({ head, index, path }: BatchPlace): Json {
  return { head: base64(head), index, path: path.map(base64) };
}

// What a device signs, and the challenge of a passkey: of the core, or of its batch.
export const deviceMessage = ({ batch, core }: Human): Bytes =>
  batch ? tagged("lp-batch-device/1", batch.head) : tagged("lp-decision-device/1", core);
export const challengeOf = ({ batch, core }: Human): Promise<Bytes> =>
  sha256(batch ? tagged("lp-batch/1", batch.head) : tagged("lp-decision/1", core));

// That what was signed together with others is one of them, and of their log, rule and action.
export async function demandBatch(
  human: Human,
  core: DecisionCore,
  descriptor: Descriptor | undefined,
  what: string,
): Promise<void> {
  const { batch } = human;
  if (!batch) return;
  demand(core.level !== "critical", `${what} is critical, and was decided in a batch`);
  demand(core.base === undefined, `${what} is an edit, and was decided in a batch`);
  demand(core.verdict !== "request_changes", `${what} asks for changes in a batch`);
  const head = readBatchHead(batch.head);
  const facts: [string, boolean][] = [
    ["log", head.aud === core.aud],
    ["rule", head.rule_sha256 === core.rule_sha256],
    ["service", head.service === descriptor?.service],
    ["action", head.action === descriptor?.action],
  ];
  const other = facts.find(([, fits]) => !fits);
  demand(!other, `the batch of ${what} is of another ${other?.[0]}`);
  const leaf = await leafHash(human.core);
  const there = await leadsToRoot(leaf, batch.index, head.size, batch.path, fromHex(head.root));
  demand(there, `${what} is not in the batch that the person signed`);
}

export function readPlace(members: Members, readHash: (item: Json, what: string) => Bytes) {
  const place: BatchPlace = {
    head: members.binary("head"),
    index: members.integer("index"),
    path: members.list("path", readHash),
  };
  members.done();
  if (place.path.length > 64) throw new Malformed("the path of a batch has more than 64 hashes");
  return place;
}
