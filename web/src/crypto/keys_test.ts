import { createPublicKey, verify } from "node:crypto";
import { expect, test } from "vitest";
import { fromBase64, hex, sha256, tagged, utf8 } from "./bytes";
import { importContentKey, kidWords, makeContentKey, readKeyText } from "./content_key";
import { decisionCore } from "./decision_core";
import { generateDeviceKey, sign } from "./device_key";
import { withContentKey } from "./keyring";
import { signRoster } from "./roster";
import { fourWords, words } from "./words";

const key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const digest = (pair: string) => pair.repeat(32);

function verified(spki: string, signature: string, message: Uint8Array): boolean {
  const publicKey = createPublicKey({
    key: Buffer.from(spki, "base64"),
    format: "der",
    type: "spki",
  });
  return verify("sha256", message, publicKey, Buffer.from(signature, "base64"));
}

test("a content key is read however people paste it", () => {
  for (const text of [
    key,
    `  ${key}\n`,
    key.replace("=", ""),
    `export LETSPING_ENCRYPTION_KEY="${key}"`,
    `LETSPING_ENCRYPTION_KEY: ${key}`,
    key.replace(/.{4}/g, "$& "), // From the recovery sheet.
  ]) {
    expect(readKeyText(text)).toMatchObject({ ok: true });
  }
});

test("a wrong length, other text and nothing are told apart", () => {
  expect(readKeyText("AAAA")).toMatchObject({ problem: expect.stringContaining("3 bytes") });
  expect(readKeyText("hello world")).toMatchObject({
    problem: expect.stringContaining("base64"),
  });
  expect(readKeyText(" ")).toMatchObject({ problem: expect.stringContaining("nothing") });
});

test("a made key has a text that imports as the same key, and its own bytes are gone", async () => {
  const { key: made, text } = await makeContentKey("now");
  const read = readKeyText(text);
  if (!read.ok) throw new Error(read.problem);
  expect((await importContentKey(read.bytes, "later")).kid).toBe(made.kid);
  expect(made).toMatchObject({ made: true, added: "now" });
  expect([made.aes.extractable, made.hkdf.extractable]).toEqual([false, false]);
  expect((await makeContentKey("now")).text).not.toBe(text);
});

test("the raw bytes of an imported key are overwritten", async () => {
  const raw = fromBase64(key) ?? new Uint8Array();
  await importContentKey(raw, "");
  expect(raw.every((byte) => byte === 0)).toBe(true);
});

test("256 distinct words name the first four bytes of a key id", async () => {
  expect(new Set(words).size).toBe(256);
  const imported = await importContentKey(fromBase64(key) ?? new Uint8Array(), "");
  expect(imported.words).toBe(kidWords(imported.kid));
  expect(fourWords(new Uint8Array([0, 1, 2, 255]))).toBe("acid-acorn-actor-zebra");
});

test("importing a key twice keeps one", async () => {
  const one = await importContentKey(new Uint8Array(32).fill(1), "a");
  const again = await importContentKey(new Uint8Array(32).fill(1), "b");
  const two = await importContentKey(new Uint8Array(32).fill(2), "c");
  expect(withContentKey([two, one], again).map((kept) => kept.added)).toEqual(["b", "c"]);
});

test("the device key cannot be exported and signs DER with a low s", async () => {
  const device = await generateDeviceKey("now");
  await expect(crypto.subtle.exportKey("pkcs8", device.privateKey)).rejects.toThrow();
  for (let round = 0; round < 20; round += 1) {
    const signature = await sign(device, "lp-login/1", "{}");
    expect(verified(device.spki, signature, tagged("lp-login/1", utf8("{}")))).toBe(true);
    expect(verified(device.spki, signature, tagged("lp-roster/1", utf8("{}")))).toBe(false);
  }
});

test("the first roster holds one owner and is signed by that owner", async () => {
  const device = await generateDeviceKey("now");
  const project = {
    id: "p1",
    name: "default",
    origin: "o/p/1",
    payloads: "encrypted",
    issuer: [{ spki: "aXNzdWVy", from: 0 }],
    log: [{ vkey: "v", from: 0 }],
  };
  const terms = {
    member: "m1",
    marks: [],
    threshold: 1,
    time: "2026-03-01T12:00:00.000Z",
    min: { human: "device", log: "logged" },
  };
  const roster = await signRoster(device, project, terms, "c2FsdA==");
  expect(roster.entry).toBe(
    `{"class":"device","cosigned":[],"groups":[],"member":"m1","roles":["owner","reviewer"],` +
      `"salt":"c2FsdA==","spki":"${device.spki}"}`,
  );
  const root = hex(await sha256(utf8(`\0${roster.entry}`)));
  expect(roster.head).toBe(
    `{"issuer":[{"from":0,"spki":"aXNzdWVy"}],"log":[{"from":0,"vkey":"v"}],` +
      `"min":{"human":"device","log":"logged"},"origin":"o/p/1","owners":["${device.spki}"],` +
      `"single_operator":true,"threshold":1,"time":"2026-03-01T12:00:00.000Z",` +
      `"tree":{"root":"${root}","size":1},"v":1,"version":1}`,
  );
  expect(verified(device.spki, roster.signature, utf8(`lp-roster/1\0${roster.head}`))).toBe(true);
  const marked = await signRoster(device, project, { ...terms, marks: ["test"] });
  expect(JSON.parse(marked.head).marks).toEqual(["test"]);
});

test("a decision core names exactly what was offered and seen", async () => {
  const device = await generateDeviceKey("now");
  const offer = {
    nonce: "bm9uY2U=",
    time: "2026-03-01T12:00:00.000Z",
    received: 0,
    expires_at: "2026-03-01T12:02:00.000Z",
    aud: "o/p/1",
    request_id: "req_1",
    version: 1,
    request_sha256: digest("aa"),
    level: "medium" as const,
    policy_sha256: digest("bb"),
    roster_sha256: digest("cc"),
    rule_sha256: digest("dd"),
    approver: "m1",
    key: device.id,
    payload: { kind: "v1" as const, env_sha256: digest("ee"), commit: digest("00") },
  };
  const core = decisionCore({
    offer,
    verdict: "approve",
    payload: { kind: "v1", env_sha256: digest("ee"), commit: digest("ff") },
    display: digest("11"),
    dwellMs: 1234.5,
    issuedAt: "2026-03-01T12:01:00.000Z",
  });
  expect(core).toBe(
    `{"approver":"m1","aud":"o/p/1","display":"${digest("11")}","dwell_ms":1235,` +
      `"expires_at":"2026-03-01T12:02:00.000Z","issued_at":"2026-03-01T12:01:00.000Z",` +
      `"key":"${device.id}","level":"medium","nonce":"bm9uY2U=",` +
      `"payload":{"commit":"${digest("ff")}","env_sha256":"${digest("ee")}","kind":"v1"},` +
      `"policy_sha256":"${digest("bb")}","request_id":"req_1","request_sha256":"${digest("aa")}",` +
      `"roster_sha256":"${digest("cc")}","rule_sha256":"${digest("dd")}","v":1,` +
      `"verdict":"approve","version":1}`,
  );
  const signature = await sign(device, "lp-decision-device/1", core);
  expect(verified(device.spki, signature, tagged("lp-decision-device/1", utf8(core)))).toBe(true);
});
