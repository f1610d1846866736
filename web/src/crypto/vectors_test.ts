import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { vectors as recompute } from "../../dev/vectors.mjs";
import { openPayload } from "../payload/open";
import { type Bytes, fromBase64, fromHex, hex, utf8 } from "./bytes";
import {
  commitment,
  displayDigest,
  envelopeCommitmentKey,
  plainCommitmentKey,
  reasonDigest,
} from "./commitment";
import { importContentKey } from "./content_key";
import { derLowS } from "./der";
import { open, readEnvelope } from "./envelope";
import { jcs } from "./jcs";
import vectors from "./vectors.json";

const contentKey = () => importContentKey(fromBase64(vectors.key) ?? new Uint8Array(), "");

test("the stored vectors are what Node's crypto computes", () => {
  expect(recompute()).toEqual(vectors);
});

test("the published vectors E1 and E2 are among them", () => {
  const published: Record<string, string> = {
    E1:
      "nToJXiC5XdYGR73xciXx7EOOdTLz2i0Z8noEvE6bRS3wGCiLygBpHzz9YgugWK/bGHc2Fw+1bh9jZHB8wR7z2cbT6w" +
      "JVy5DCzsCPauCq7sewPNerLFSZs+FpboR10o8gPg==",
    E2:
      "nToJXiC5XdYGR73zJQ+f70KfezyylSMB83tI8l2RVTDiRmvfjUw8STq+PugrGeKfG252eAfpOAMhrEN+9CQJn4j4Vm" +
      "scUj+V",
  };
  for (const [name, ct] of Object.entries(published)) {
    expect(vectors.payloads.find((payload) => payload.name === name)?.envelope?.ct).toBe(ct);
  }
});

test("the content key has the published id and cannot be exported", async () => {
  const key = await contentKey();
  expect(key.kid).toBe(vectors.kid);
  await expect(crypto.subtle.exportKey("raw", key.aes)).rejects.toThrow();
  await expect(crypto.subtle.exportKey("raw", key.hkdf)).rejects.toThrow();
});

for (const vector of vectors.payloads.filter((payload) => payload.envelope)) {
  test(`${vector.name} opens and is bound as the vectors say`, async () => {
    const key = await contentKey();
    const envelope = await readEnvelope(JSON.stringify(vector.envelope));
    if (!envelope) throw new Error("not an envelope");
    expect(envelope.kind).toBe(vector.kind);
    expect(envelope.sha256).toBe(vector.env_sha256);
    const clear = await open(envelope, key);
    expect(new TextDecoder().decode(clear)).toBe(vector.plaintext);
    await checkDigests(await envelopeCommitmentKey(key, envelope), vector);
  });
}

test("a plaintext payload is bound under the key that comes with it", async () => {
  const vector = vectors.payloads.find((payload) => payload.kind === "plain");
  const k = await plainCommitmentKey(vector?.commit_key ?? "");
  if (!vector || !k) throw new Error("no vector");
  await checkDigests(k, vector);
  expect(await plainCommitmentKey("AAAA")).toBeUndefined();
});

test("a changed bit, another key and another context do not open", async () => {
  const key = await contentKey();
  const vector = vectors.payloads.find((payload) => payload.name === "V2");
  const sealed = vector?.envelope as { ct: string; ctx: Record<string, string> };
  const moved = { ...sealed, ctx: { ...sealed.ctx, action: "payout" } };
  const flipped = { ...sealed, ct: `A${sealed.ct.slice(1)}` };
  for (const changed of [moved, flipped]) {
    const envelope = await readEnvelope(JSON.stringify(changed));
    expect(envelope && (await open(envelope, key))).toBeUndefined();
  }
  const other = await importContentKey(new Uint8Array(32).fill(7), "");
  const envelope = await readEnvelope(JSON.stringify(sealed));
  expect(envelope && (await open(envelope, other))).toBeUndefined();
});

test("what is not exactly an envelope is not read as one", async () => {
  const good = vectors.payloads[0]?.envelope as Record<string, unknown>;
  const broken: unknown[] = [
    { ...good, _lp_enc: "true" },
    { ...good, iv: "AAAA" },
    { ...good, ct: "AAAA" },
    { ...good, ct: `${good.ct}`.replace(/==$/, "") },
    { ...good, v: 3 },
    { ...good, v: 2 },
    [good],
  ];
  for (const envelope of broken)
    expect(await readEnvelope(JSON.stringify(envelope))).toBeUndefined();
  const twice = `{"_lp_enc":true,"iv":"${good.iv}","iv":"${good.iv}","ct":"${good.ct}"}`;
  expect(await readEnvelope(twice)).toBeUndefined();
});

test("documents are written as RFC 8785 says", () => {
  for (const sample of vectors.jcs) expect(jcs(JSON.parse(sample.json))).toBe(sample.jcs);
  expect(() => jcs(Number.NaN)).toThrow();
  expect(() => jcs("\ud800")).toThrow();
});

test("signatures become DER with a low s", () => {
  for (const { raw, der } of vectors.low_s) expect(hex(derLowS(fromHex(raw)))).toBe(der);
});

type Vector = (typeof vectors.payloads)[number];

async function checkDigests(k: CryptoKey, vector: Vector): Promise<void> {
  expect(await commitment(k, "base", utf8(vector.plaintext))).toBe(vector.commit_base);
  expect(await commitment(k, "edit", utf8(vector.plaintext))).toBe(vector.commit_edit);
  expect(await reasonDigest(k, vector.reason.text)).toBe(vector.reason.hmac);
  expect(await displayDigest(k, vector.display.value)).toBe(vector.display.hmac);
}

// The cases that every reader of envelopes shares (sdk/vectors/README.md).
const shared = JSON.parse(
  readFileSync(new URL("../../../sdk/vectors/envelopes.json", import.meta.url), "utf8"),
) as {
  keys: Record<string, string>;
  cases: {
    name: string;
    keys: string[];
    envelope: unknown;
    expect: { plaintext?: string; fault?: string };
  }[];
};

test.each(shared.cases.map((one) => [one.name, one] as const))(
  "envelope %s",
  async (_name, one) => {
    const keys = await Promise.all(
      one.keys.map((name) => importContentKey(fromBase64(shared.keys[name] ?? "") as Bytes, "")),
    );
    const payload = JSON.stringify(one.envelope);
    const read = await readEnvelope(payload);
    const opened = await openPayload(
      {
        payload,
        payload_kind: read?.kind ?? "v2",
        ...(read && { env_sha256: read.sha256 }),
      },
      keys,
    );
    if (one.expect.plaintext !== undefined) {
      expect(opened).toMatchObject({ state: "open", text: one.expect.plaintext });
      return;
    }
    // Without a key id the page cannot tell a key that is not here from a change.
    const states = { malformed: ["tampered"], unknown_key: ["wrong_key", "no_key"] };
    const any = ["tampered", "wrong_key"];
    expect(states[one.expect.fault as keyof typeof states] ?? any).toContain(opened.state);
  },
);
