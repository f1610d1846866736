import { expect, test } from "vitest";
import { importContentKey } from "./content_key";
import { type NotePlace, openNote, sealNote } from "./note";

const place: NotePlace = {
  kind: "comment",
  id: "0123456789abcdef",
  origin: "lp.example/p/00112233445566778899aabbccddeeff",
  request_id: "req_1",
  version: 1,
  author: "mem_a",
};
const keyOf = (byte: number) => importContentKey(new Uint8Array(32).fill(byte), "2026-01-01");

test("a note opens in its place under its key", async () => {
  const key = await keyOf(1);
  const note = await sealNote(key, "is this the right account? ✓", place);
  expect(await openNote([await keyOf(2), key], note, place)).toEqual({
    state: "open",
    text: "is this the right account? ✓",
  });
  expect(await openNote([await keyOf(2)], note, place)).toEqual({ state: "locked" });
});

test("a note opens in no other place, whatever it says of itself", async () => {
  const key = await keyOf(1);
  const note = await sealNote(key, "x", place);
  const others: NotePlace[] = [
    { ...place, kind: "changes" },
    { ...place, id: "fedcba9876543210" },
    { ...place, origin: "other" },
    { ...place, request_id: "req_2" },
    { ...place, version: 2 },
    { ...place, author: "mem_b" },
  ];
  for (const other of others) {
    expect(await openNote([key], { ...note, ctx: other }, other)).toEqual({ state: "tampered" });
  }
  expect(await openNote([key], { ...note, ct: note.ct.replace(/^./, "A") }, place)).toEqual({
    state: note.ct.startsWith("A") ? "open" : "tampered",
    ...(note.ct.startsWith("A") && { text: "x" }),
  });
});
