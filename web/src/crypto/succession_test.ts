import { describe, expect, it } from "vitest";
import { base64, hex, sha256, utf8 } from "./bytes";
import { generateDeviceKey, verify } from "./device_key";
import { jcs } from "./jcs";
import { treeRoot } from "./roster";
import { type Entry, type Head, type Roster, RosterProblem } from "./roster_chain";
import {
  liveEntries,
  readGoLive,
  readSuccession,
  type SuccessionText,
  signSuccession,
} from "./succession";

const time = "2026-03-01T12:00:00.000Z";

async function roster(): Promise<Roster> {
  const entry = {
    salt: base64(new Uint8Array(32)),
    member: "mem_1",
    roles: ["owner", "reviewer"],
    groups: [],
    class: "device",
    spki: "AAAA",
    cosigned: [],
  };
  const head: Head = {
    v: 1,
    origin: "log/p/1",
    version: 2,
    prev: "00",
    owners: ["AAAA"],
    threshold: 1,
    single_operator: true,
    issuer: [{ spki: "old", from: 0 }],
    log: [{ vkey: "old", from: 0 }],
    tree: { size: 1, root: await treeRoot([jcs(entry)]) },
    time,
  };
  return { head, sha256: hex(await sha256(utf8(jcs(head)))), entries: [entry], founders: [] };
}

async function offer(known: Roster, changes: object = {}, inHead: object = {}) {
  const { prev: _, ...rest } = known.head;
  const head = jcs({
    ...rest,
    version: 1,
    origin: "log/p/2",
    issuer: [{ spki: "new", from: 0 }],
    log: [{ vkey: "new", from: 0 }],
    ...inHead,
  });
  const document = jcs({
    v: 1,
    origin: "log/p/2",
    predecessor: "log/p/1",
    last_signed: { size: 9, root: "99" },
    restored: { size: 7, root: "77" },
    roster_genesis_sha256: hex(await sha256(utf8(head))),
    reason: "the disk died",
    operator: "olga",
    salt: "",
    time,
    ...changes,
  });
  return { project: "proj_1", name: "default", document, head } satisfies SuccessionText;
}

describe("a succession", () => {
  it("is read when nobody comes or goes with the new log", async () => {
    const known = await roster();
    const document = await readSuccession(await offer(known), known);
    expect(document.last_signed.size - document.restored.size).toBe(2);
  });

  it("is refused when its first roster is another", async () => {
    const known = await roster();
    for (const change of [
      { owners: ["BBBB"] },
      { threshold: 2 },
      { version: 2 },
      { prev: "00" },
    ]) {
      const other = await offer(known, {}, change);
      await expect(readSuccession(other, known)).rejects.toThrow(RosterProblem);
    }
  });

  it("is refused when its document is about something else", async () => {
    const known = await roster();
    for (const change of [
      { predecessor: "log/p/0" },
      { origin: "log/p/3" },
      { time: "2026-03-01T12:00:00.001Z" },
      { roster_genesis_sha256: "00" },
      { v: 2 },
    ]) {
      const other = await offer(known, change);
      await expect(readSuccession(other, known)).rejects.toThrow(RosterProblem);
    }
  });

  it("takes a demo live with the key that signs, and everybody else without one", async () => {
    const known = await roster();
    const [owner] = known.entries as [Entry];
    known.head.marks = ["demo", "self_enrolled"];
    const { spki: _, ...place } = { ...owner, member: "mem_2", roles: ["reviewer"] };
    known.entries.push({ ...owner, spki: "BBBB", class: "passkey", rpId: "localhost" });
    known.entries.push(
      { ...owner, ...place, spki: "CCCC" },
      { ...owner, ...place, spki: "DDDD" },
    );
    const entries = liveEntries(known.entries, "AAAA");
    expect(entries).toEqual([owner, { ...place, class: "none" }]);
    const url = "https://letsping.example";
    const tree = { size: 2, root: await treeRoot(entries.map((entry) => jcs(entry))) };
    const inHead = { marks: ["self_enrolled"], tree };
    const inDocument = { reason: `goes live at ${url}`, restored: { size: 9, root: "99" } };
    const text = await offer(known, inDocument, inHead);
    expect((await readGoLive(text, known, "AAAA", url)).predecessor).toBe("log/p/1");
    const unmarked = await offer(known, inDocument, { tree });
    const another = await offer(known, inDocument, { marks: ["self_enrolled"] });
    const lossy = await offer(known, { reason: inDocument.reason }, inHead);
    for (const wrong of [
      () => readGoLive(text, known, "CCCC", url),
      () => readGoLive(text, known, "AAAA", "https://evil.example"),
      () => readGoLive(unmarked, known, "AAAA", url),
      () => readGoLive(another, known, "AAAA", url),
      () => readGoLive(lossy, known, "AAAA", url),
      () => readSuccession(text, known),
    ]) {
      await expect(wrong()).rejects.toThrow(RosterProblem);
    }
  });

  it("is signed twice: the document, and the first roster", async () => {
    const key = await generateDeviceKey(time);
    const opening = await signSuccession(key, await offer(await roster()));
    const [owner] = JSON.parse(opening.owners);
    const [first] = JSON.parse(opening.signatures);
    expect(await verify(key.spki, "lp-succession/1", opening.document, owner.signature)).toBe(
      true,
    );
    expect(await verify(key.spki, "lp-roster/1", opening.head, first.signature)).toBe(true);
    expect(await verify(key.spki, "lp-roster/1", opening.document, owner.signature)).toBe(false);
  });
});
