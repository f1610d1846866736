// Computes the shared vectors with Node's own crypto and a JCS of a few lines, apart from the code
// under test. `node dev/vectors.mjs` writes src/crypto/vectors.json, which the C++ tests read too.

import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const key = Buffer.from([...Array(32).keys()]);
const iv = Buffer.from("a0a1a2a3a4a5a6a7a8a9aaab", "hex");
const order = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

const sha = (...parts) =>
  createHash("sha256")
    .update(Buffer.concat(parts.map(bytes)))
    .digest();
const mac = (k, ...parts) =>
  createHmac("sha256", k)
    .update(Buffer.concat(parts.map(bytes)))
    .digest("hex");
const hkdf = (salt, ...info) =>
  Buffer.from(hkdfSync("sha256", key, salt, Buffer.concat(info.map(bytes)), 32));
const bytes = (part) => (typeof part === "string" ? Buffer.from(part) : part);

export function jcs(value) {
  if (Array.isArray(value)) return `[${value.map(jcs).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${jcs(value[name])}`).join(",")}}`;
}

function gcm(k, nonce, aad, text) {
  const cipher = createCipheriv("aes-256-gcm", k, nonce);
  cipher.setAAD(Buffer.from(aad));
  return Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

export function sealV1(k, nonce, text) {
  return {
    _lp_enc: true,
    iv: nonce.toString("base64"),
    ct: gcm(k, nonce, "", text).toString("base64"),
  };
}

export function openV1(k, iv64, ct64) {
  const sealed = Buffer.from(ct64, "base64");
  const decipher = createDecipheriv("aes-256-gcm", k, Buffer.from(iv64, "base64"));
  decipher.setAuthTag(sealed.subarray(-16));
  return decipher.update(sealed.subarray(0, -16)).toString() + decipher.final();
}

function v1(name, plaintext) {
  const envelope = sealV1(key, iv, plaintext);
  const salt = sha("lp-salt/1\0", iv, Buffer.from(envelope.ct, "base64"));
  return commitments(name, "v1", plaintext, envelope, hkdf(salt, "lp-commit/1"));
}

function v2(name, plaintext) {
  const ctx = {
    origin: "lp.example/p/00112233445566778899aabbccddeeff",
    client_nonce: "bm9uY2U",
    service: "stripe",
    action: "refund",
    created: "2026-03-01T12:00:00.000Z",
  };
  const salt = Buffer.from([...Array(32).keys()].map((i) => 0xc0 + (i % 16)));
  const aad = jcs(ctx);
  const envelope = {
    _lp_enc: true,
    iv: iv.toString("base64"),
    ct: gcm(hkdf(salt, "lp-env/2\0", aad), iv, aad, plaintext).toString("base64"),
    v: 2,
    kid: sha("lp-kid/1\0", key).subarray(0, 8).toString("hex"),
    salt: salt.toString("base64"),
    ctx,
  };
  return commitments(name, "v2", plaintext, envelope, hkdf(salt, "lp-commit/2"));
}

function plain(name, plaintext) {
  const k = Buffer.from([...Array(32).keys()].map((i) => 255 - i));
  return {
    ...commitments(name, "plain", plaintext, undefined, k),
    commit_key: k.toString("base64"),
  };
}

function commitments(name, kind, plaintext, envelope, k) {
  const display = {
    renderer: "letsping-web/1",
    version: "0.1.0",
    assets_sha256: "ab".repeat(32),
    leaves_shown: 4,
    leaves_total: 4,
  };
  return {
    name,
    kind,
    plaintext,
    ...(envelope && {
      envelope,
      env_sha256: sha("lp-env/1\0", jcs(envelope)).toString("hex"),
    }),
    k: k.toString("hex"),
    commit_base: mac(k, "lp-commit/1\0base\0", plaintext),
    commit_edit: mac(k, "lp-commit/1\0edit\0", plaintext),
    reason: {
      text: "Wrong payee – café 😀",
      hmac: mac(k, "lp-reason/1\0", "Wrong payee – café 😀"),
    },
    display: { value: display, hmac: mac(k, "lp-display/1\0", jcs(display)) },
  };
}

function lowS(r, s) {
  const integer = (n) => {
    let digits = n.toString(16);
    if (digits.length % 2) digits = `0${digits}`;
    if (/^[89a-f]/.test(digits)) digits = `00${digits}`;
    return `02${(digits.length / 2).toString(16).padStart(2, "0")}${digits}`;
  };
  const body = integer(r) + integer(s > order / 2n ? order - s : s);
  const raw = r.toString(16).padStart(64, "0") + s.toString(16).padStart(64, "0");
  return { raw, der: `30${(body.length / 2).toString(16).padStart(2, "0")}${body}` };
}

function canonical() {
  const samples = [
    { b: 1, a: [true, false, null], "": "", "€": "\u20ac", "\ud83d\ude00": 1, "\ufb33": 2 },
    { n: [0, -0, 1e21, 1e-7, 333333333.3333333, 9007199254740991, 4.5, 2e-3] },
    { s: '\u0000\u001f"\\/\b\f\n\r\t\u007f\u2028é' },
  ];
  return samples.map((value) => ({ json: JSON.stringify(value), jcs: jcs(value) }));
}

export function vectors() {
  return {
    key: key.toString("base64"),
    kid: sha("lp-kid/1\0", key).subarray(0, 8).toString("hex"),
    payloads: [
      v1(
        "E1",
        '{"user_id":"u_123","amount":100,"note":"café","_lp_meta":{"environment":"prod"}}',
      ),
      v1("E2", '{"user_id": "u_123", "amount": 100, "note": "caf\\u00e9"}'),
      v2("V2", '{"amount":5000.00,"to":"acct_99"}'),
      plain("P1", '{ "amount" : 12345678901234567890 }'),
    ],
    jcs: canonical(),
    low_s: [
      lowS(1n, 1n),
      lowS(0x80n, order - 1n),
      lowS(order - 1n, order / 2n),
      lowS(order - 1n, order / 2n + 1n),
      lowS(BigInt(`0x00${"ab".repeat(31)}`), BigInt(`0x7f${"cd".repeat(31)}`)),
    ],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = fileURLToPath(new URL("../src/crypto/vectors.json", import.meta.url));
  writeFileSync(target, `${JSON.stringify(vectors(), null, 2)}\n`);
}
