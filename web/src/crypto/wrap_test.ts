// Handing on, copies, paper and pairing, against the examples of spec/encryption.md and each other.

import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { base64, fromBase64, fromHex } from "./bytes";
import { importContentKey } from "./content_key";
import { generateDeviceKey, sign } from "./device_key";
import { jcs } from "./jcs";
import {
  newPassphrase,
  openCopy,
  passkeyKey,
  passphraseKey,
  readCopy,
  sealCopy,
} from "./key_copy";
import { keyToWords, wordsToKey } from "./key_words";
import { choices, makeReveal, pairingWords, readReveal } from "./pairing";
import { codeIn, pairingLink, spacedCode } from "./pairing_code";
import {
  deviceWords,
  generateWrapKey,
  isWrapKeyOf,
  kidOf,
  signedTerms,
  signWrapKey,
  unwrap,
  type WrapKey,
  type WrapTerms,
  wrap,
  wrapSigned,
} from "./wrap";

const spec = readFileSync(new URL("../../../spec/encryption.md", import.meta.url), "utf8");
const example = (name: string) =>
  new RegExp(`\`\`\`example ${name}\n([^\`]*)\n\`\`\``).exec(spec)?.[1] ?? "";
const contentKey = () => fromBase64(example("key")) ?? new Uint8Array();
const kid = example("kid");

// PKCS#8 of a private scalar (RFC 5208, RFC 5915), as nothing else here needs to read one.
async function wrapKeyOf(scalar: string, spki: string): Promise<WrapKey> {
  const der = `308141020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420${scalar}`;
  const pkcs8 = createPrivateKey({
    key: Buffer.from(der, "hex"),
    format: "der",
    type: "pkcs8",
  }).export({ format: "der", type: "pkcs8" });
  const algorithm = { name: "ECDH", namedCurve: "P-256" };
  const bytes = new Uint8Array(pkcs8);
  const privateKey = await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, [
    "deriveBits",
  ]);
  return { spki, privateKey };
}

const terms = async (): Promise<WrapTerms> => ({
  kid: await kidOf(contentKey()),
  epoch: 1,
  origin: "lp.example/p/00",
  from: "ab".repeat(32),
  to: "cd".repeat(32),
  roster_sha256: "ef".repeat(32),
});

test("the wrapped key of the specification opens, and its words are those", async () => {
  const { wrap: spki } = JSON.parse(JSON.parse(example("pair-transcript")).reveal);
  const recipient = JSON.parse(JSON.parse(example("pair-transcript")).reveal).spki;
  expect(JSON.parse(example("wrap-document")).epk).toBe(spki);
  const own = await wrapKeyOf(example("wrap-recipient"), recipient);
  const opened = await unwrap(example("wrap-document"), own);
  expect(opened && base64(opened.raw)).toBe(example("key"));
  expect(jcs(opened?.terms ?? {})).toBe(example("wrap-terms"));
  expect(await deviceWords(recipient, recipient)).toBe(example("wrap-words"));
});

test("what is wrapped opens for its recipient alone, with none of its terms changed", async () => {
  const [ours, other] = await Promise.all([generateWrapKey(), generateWrapKey()]);
  const document = await wrap(contentKey(), ours.spki, await terms());
  expect(base64((await unwrap(document, ours))?.raw ?? new Uint8Array())).toBe(example("key"));
  expect(await unwrap(document, other)).toBeUndefined();
  const value = JSON.parse(document);
  const changes: Record<string, unknown>[] = [
    { epoch: 2 },
    { kid: "0000000000000000" },
    { to: "ab".repeat(32) },
    { origin: "lp.example/p/01" },
    { roster_sha256: "00".repeat(32) },
    { epk: other.spki },
    { iv: base64(new Uint8Array(12)) },
    { ct: base64(new Uint8Array(48)) },
    { more: "x" },
  ];
  for (const change of changes) {
    expect(
      await unwrap(jcs({ ...value, ...change }), ours),
      JSON.stringify(change),
    ).toBeUndefined();
  }
  for (const text of [`${document} `, "[]", "null", "{}", "x"]) {
    expect(await unwrap(text, ours)).toBeUndefined();
  }
  // Another key under the id of this one.
  const lie = await wrap(new Uint8Array(32).fill(7), ours.spki, await terms());
  expect(await unwrap(lie, ours)).toBeUndefined();
});

test("a wrapped key is believed by the signature of the device that it names", async () => {
  const [device, other] = await Promise.all([generateDeviceKey("now"), generateDeviceKey("now")]);
  const own = await generateWrapKey();
  const signed = await wrapSigned(contentKey(), own.spki, await terms(), device);
  expect(await signedTerms(signed, device.spki)).toEqual(await terms());
  expect(await signedTerms(signed, other.spki)).toBeUndefined();
  const login = { ...signed, signature: await sign(device, "lp-login/1", signed.document) };
  expect(await signedTerms(login, device.spki)).toBeUndefined();
  const vouched = await signWrapKey(device, own.spki);
  expect(await isWrapKeyOf(device.id, device.spki, own.spki, vouched)).toBe(true);
  expect(await isWrapKeyOf(other.id, device.spki, own.spki, vouched)).toBe(false);
  const { spki } = await generateWrapKey();
  expect(await isWrapKeyOf(device.id, device.spki, spki, vouched)).toBe(false);
});

test("an imported key has a copy that only this browser's key opens", async () => {
  const own = await generateWrapKey();
  const raw = contentKey();
  const key = await importContentKey(raw, "now", own);
  expect(raw.every((byte) => byte === 0)).toBe(true);
  expect(base64((await unwrap(key.copy ?? "", own))?.raw ?? new Uint8Array())).toBe(
    example("key"),
  );
  expect(own.privateKey.extractable).toBe(false);
});

test("33 words are the key, and a slip of the pen is told", async () => {
  const words = await keyToWords(contentKey());
  expect(words.join(" ")).toBe(example("key-words"));
  expect(await wordsToKey(` ${words.join("-").toUpperCase()}\n`)).toEqual(contentKey());
  const swapped = [words[1], words[0], ...words.slice(2)].join(" ");
  expect(await wordsToKey(swapped)).toContain("do not belong together");
  expect(await wordsToKey(words.slice(1).join(" "))).toContain("32 words");
  expect(await wordsToKey([...words.slice(1), "letter"].join(" "))).toContain("letter");
});

test("a copy opens with its passphrase, typed with other spaces, and with no other", async () => {
  const copy = readCopy(example("copy-document"), "mem_ada");
  if (copy?.terms.kind !== "passphrase") throw new Error("the copy cannot be read");
  const { salt, iterations, kids } = copy.terms;
  expect(kids).toEqual([kid]);
  const typed = `  ${example("copy-passphrase").replace(" ", "  ")} `;
  const opened = await openCopy(copy, await passphraseKey(typed, "mem_ada", salt, iterations));
  expect(opened).toEqual([contentKey()]);
  const wrong = await passphraseKey("somebody guesses", "mem_ada", salt, iterations);
  expect(await openCopy(copy, wrong)).toBeUndefined();
  expect(readCopy(example("copy-document"), "mem_eve")).toBeUndefined();
  const weak = example("copy-document").replace("600000", "60000");
  expect(readCopy(weak, "mem_ada")).toBeUndefined();
  for (const text of ["", "{}", "[]", example("copy-document").slice(1)]) {
    expect(readCopy(text, "mem_ada")).toBeUndefined();
  }
});

test("a copy under a passkey's secret holds each key, and is bound to its terms", async () => {
  const salt = base64(new Uint8Array(32).fill(5));
  const secret = () => new Uint8Array(32).fill(9);
  const by = await passkeyKey(secret(), "mem_ada", salt, "AAAA", "lp.example");
  const other = new Uint8Array(32).fill(3);
  const keys = new Map([
    [kid, contentKey()],
    [await kidOf(other), other.slice()],
  ]);
  const document = await sealCopy(keys, by);
  const copy = readCopy(document, "mem_ada");
  if (!copy) throw new Error("the copy cannot be read");
  expect(copy.terms.kids.length).toBe(2);
  expect((await openCopy(copy, by))?.length).toBe(2);
  expect(
    await openCopy({ ...copy, text: copy.text.replace("AAAA", "AAAB") }, by),
  ).toBeUndefined();
  const eve = await passkeyKey(secret(), "mem_eve", salt, "AAAA", "lp.example");
  expect(await openCopy(copy, eve)).toBeUndefined();
  expect(newPassphrase().split(" ").length).toBe(8);
});

test("two devices that heard the same show the same words, and no third", async () => {
  const transcript = JSON.parse(example("pair-transcript"));
  expect(await pairingWords(transcript)).toBe(example("pair-words"));
  for (const [name, value] of Object.entries(transcript)) {
    const words = await pairingWords({ ...transcript, [name]: `${value}x` });
    expect(words, name).not.toBe(example("pair-words"));
  }
  const [device, own] = [await generateDeviceKey("now"), await generateWrapKey()];
  const { text, commitment } = await makeReveal(device, own);
  expect(await readReveal(text, commitment)).toMatchObject({ id: device.id, wrap: own.spki });
  const another = await makeReveal(device, own);
  expect(await readReveal(another.text, commitment)).toBeUndefined();
  expect(await readReveal(`${text} `, commitment)).toBeUndefined();
  const offered = choices("a b c 01");
  expect(offered).toContain("a b c 01");
  expect(new Set(offered).size).toBe(3);
});

test("a wrap key that its device key has not signed is revealed to nobody", async () => {
  const [device, own] = [await generateDeviceKey("now"), await generateWrapKey()];
  const { text } = await makeReveal(device, own);
  const value = { ...JSON.parse(text), wrap: (await generateWrapKey()).spki };
  const forged = jcs(value);
  const { sha256, tagged, utf8, hex } = await import("./bytes");
  const commitment = hex(await sha256(tagged("lp-pair-commit/1", utf8(forged))));
  expect(await readReveal(forged, commitment)).toBeUndefined();
});

test("a code is read from a link and from what people type", () => {
  expect(codeIn(pairingLink("https://lp.example", "K7QF2M9X"))).toBe("K7QF2M9X");
  expect(codeIn(" k7qf-2m9x ")).toBe("K7QF2M9X");
  expect(spacedCode("K7QF2M9X")).toBe("K7QF-2M9X");
  for (const text of ["", "K7QF", "https://lp.example/setup#t=abc", "K7QF2M9XX"]) {
    expect(codeIn(text)).toBe("");
  }
  expect(fromHex(example("wrap-recipient")).length).toBe(32);
});
