// Attachments, against the cases that all readers share (sdk/vectors/README.md).

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  AttachmentFault,
  type AttachmentPlace,
  attachmentBytesMax,
  type DeclaredAttachment,
  type ListedAttachment,
  openAttachment,
  sealAttachment,
} from "./attachment.js";
import { type Bytes, base64, fromBase64, utf8 } from "./bytes.js";
import { type ContentKey, readContentKey } from "./envelope.js";

interface File {
  name: string;
  text: string;
  listed: ListedAttachment;
  declared: DeclaredAttachment;
  sealed?: string;
}
interface Fault {
  name: string;
  why: string;
  of: string;
  order: number[];
  flip?: number;
  key?: string;
  place?: Partial<AttachmentPlace>;
  listed?: Partial<ListedAttachment>;
  fault: string;
}

const { keys, place, files, faults } = JSON.parse(
  readFileSync(`${import.meta.dirname}/../../vectors/attachments.json`, "utf8"),
) as {
  keys: Record<string, string>;
  place: AttachmentPlace;
  files: File[];
  faults: Fault[];
};

const key = (name: string): Promise<ContentKey> => readContentKey(keys[name] as string);

function content({ text, listed: { size } }: File): Bytes {
  const one = utf8(text);
  return Uint8Array.from({ length: size }, (_, at) => one[at % one.length] as number);
}

async function resealed(one: File) {
  const salt = fromBase64(one.listed.salt as string);
  return sealAttachment(new Blob([content(one)]), one.listed, await key("one"), place, salt);
}

const from = (pieces: Bytes[]) => (index: number) => Promise.resolve(pieces[index]);

test.each(files.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
  const { listed, declared, pieces } = await resealed(one);
  expect({ listed, declared }).toEqual({ listed: one.listed, declared: one.declared });
  if (one.sealed) expect(base64(pieces[0] as Bytes)).toBe(one.sealed);
  const opened = await openAttachment(from(pieces), listed, await key("one"), place);
  expect(Buffer.from(await opened.arrayBuffer()).equals(Buffer.from(content(one)))).toBe(true);
});

// A reader that asks for pieces by their number takes no more than there are.
const refused = faults.filter(({ name }) => name !== "more");
test.each(refused.map((one) => [one.name, one] as const))("%s", async (_name, fault) => {
  const of = files.find(({ name }) => name === fault.of) as File;
  const { pieces } = await resealed(of);
  const given = fault.order.map((index) => (pieces[index] as Bytes).slice());
  const flipped = fault.flip === undefined ? undefined : given[fault.flip];
  flipped?.set([(flipped[0] as number) ^ 1]);
  const opening = openAttachment(
    from(given),
    { ...of.listed, ...fault.listed },
    await key(fault.key ?? "one"),
    { ...place, ...fault.place },
  );
  await expect(opening, fault.why).rejects.toThrow(AttachmentFault);
  await expect(opening).rejects.toHaveProperty("code", fault.fault);
});

test("without a key nothing is sealed", async () => {
  const about = { id: "a1", name: "n.txt", type: "text/plain" };
  const { listed, pieces } = await sealAttachment(new Blob(["text"]), about, undefined, place);
  expect(pieces).toEqual([utf8("text")]);
  expect(listed).not.toHaveProperty("salt");
  const opened = await openAttachment(from(pieces), listed, undefined, place);
  expect(await opened.text()).toBe("text");
});

test("a file has at most 64 MiB", async () => {
  const about = { id: "a1", name: "n", type: "a/b" };
  const large = { size: attachmentBytesMax + 1 } as Blob;
  await expect(sealAttachment(large, about, undefined, place)).rejects.toThrow(RangeError);
});
