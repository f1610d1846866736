// Passkeys as they are made and used, good and changed, before our checks, those of
// @simplewebauthn/server and those of libfido2: what we take, they take too, with the same key;
// what is good, all take. The tables at the end name each thing that we refuse and they do not, and
// why. LP_JUDGE_PASSKEYS and LP_JUDGE_FIDO2 name the programs where the build is not the release
// preset's.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";

const built = "../../../build/release/tests/conformance/receipts/passkeys/";
const program = (name, chosen) =>
  chosen ?? fileURLToPath(new URL(built + name, import.meta.url));
const judgePasskeys = program("judge_passkeys", process.env.LP_JUDGE_PASSKEYS);
const judgeFido2 = program("judge_fido2", process.env.LP_JUDGE_FIDO2);
const rpId = "letsping.example";
const page = "https://letsping.example";
const rounds = Number(process.env.LP_ROUNDS ?? 400);

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const b64 = (bytes) => (bytes.length ? Buffer.from(bytes).toString("base64") : "-");
const b64url = (bytes) => Buffer.from(bytes).toString("base64url");

// The same numbers at every run.
class Dice {
  constructor(seed) {
    this.seed = seed;
    this.count = 0;
  }
  bytes(size) {
    const made = createHmac("sha256", this.seed).update(String(++this.count)).digest();
    return Buffer.alloc(size, made);
  }
  below(bound) {
    return this.bytes(4).readUInt32BE() % bound;
  }
}

const head = (major, size) =>
  size < 24
    ? Buffer.from([(major << 5) | size])
    : size < 256
      ? Buffer.from([(major << 5) | 24, size])
      : Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
const text = (value) => Buffer.concat([head(3, value.length), Buffer.from(value)]);
const bytes = (value) => Buffer.concat([head(2, value.length), value]);

class Authenticator {
  constructor(dice) {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.privateKey = pair.privateKey;
    this.spki = pair.publicKey.export({ type: "spki", format: "der" });
    this.credential = dice.bytes(16 + dice.below(48));
    const point = this.spki.subarray(-64);
    const start = Buffer.from("a5010203262001215820", "hex");
    const middle = Buffer.from("225820", "hex");
    this.cose = Buffer.concat([start, point.subarray(0, 32), middle, point.subarray(32)]);
  }
  data(flags, rest = Buffer.alloc(0)) {
    return Buffer.concat([sha256(rpId), Buffer.from([flags, 0, 0, 0, 0]), rest]);
  }
  sign(data, client) {
    return sign("sha256", Buffer.concat([data, sha256(client)]), this.privateKey);
  }
  // What is attested of the credential, behind hash, flags and counter.
  attested() {
    const size = Buffer.from([this.credential.length >> 8, this.credential.length & 255]);
    return Buffer.concat([Buffer.alloc(16), size, this.credential, this.cose]);
  }
  // Each part may be another than a browser and a key would make it; the rest is signed as it is.
  create(challenge, { packed = true, client, data, alg = Buffer.from([0x26]), ...how } = {}) {
    const said = client ?? clientData("webauthn.create", challenge);
    const made = data ?? this.data(0x45, this.attested());
    const signature = how.signature ?? this.sign(made, said);
    const statement = packed
      ? Buffer.concat([head(5, 2), text("alg"), alg, text("sig"), bytes(signature)])
      : head(5, 0);
    const attestation = Buffer.concat([head(5, 3), text("fmt"),
      text(how.format ?? (packed ? "packed" : "none")), text("attStmt"), statement,
      text("authData"), bytes(made), how.behind ?? Buffer.alloc(0)]);
    return { challenge, client: said, attestation };
  }
  get(challenge, { client, data, signature } = {}) {
    const said = client ?? clientData("webauthn.get", challenge);
    const made = data ?? this.data(0x05);
    return { challenge, client: said, data: made, signature: signature ?? this.sign(made, said) };
  }
}

function clientData(type, challenge, members = {}) {
  const said = { type, challenge: b64url(challenge), origin: page, crossOrigin: false, ...members };
  return Buffer.from(JSON.stringify(said));
}

// One of the parts with a bit turned over, cut short, or one byte longer.
function changed(dice, parts, names) {
  const name = names[dice.below(names.length)];
  const part = Buffer.from(parts[name]);
  const how = dice.below(8);
  if (how === 0) return { ...parts, [name]: part.subarray(0, part.length - 1) };
  if (how === 1) return { ...parts, [name]: Buffer.concat([part, Buffer.from([0])]) };
  part[dice.below(part.length)] ^= 1 << dice.below(8);
  return { ...parts, [name]: part };
}

function judged(by, lines) {
  const input = lines.map((line) => `${line}\n`).join("");
  const { status, stdout, stderr } = spawnSync(by, { input, maxBuffer: 1 << 28 });
  assert.equal(status, 0, String(stderr));
  const said = stdout.toString().split("\n").slice(0, -1);
  assert.equal(said.length, lines.length);
  return said;
}

async function theirs(verify) {
  try {
    const { verified, registrationInfo } = await verify();
    return { taken: verified, key: registrationInfo?.credential.publicKey };
  } catch {
    return { taken: false };
  }
}

const theirCreation = ({ challenge, client, attestation }, { credential }) =>
  theirs(() =>
    verifyRegistrationResponse({
      response: {
        id: b64url(credential),
        rawId: b64url(credential),
        type: "public-key",
        clientExtensionResults: {},
        response: { clientDataJSON: b64url(client), attestationObject: b64url(attestation) },
      },
      expectedChallenge: b64url(challenge),
      expectedOrigin: page,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [-7],
    }),
  );

const theirUse = ({ challenge, client, data, signature }, { credential, cose }) =>
  theirs(() =>
    verifyAuthenticationResponse({
      response: {
        id: b64url(credential),
        rawId: b64url(credential),
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: b64url(client),
          authenticatorData: b64url(data),
          signature: b64url(signature),
        },
      },
      expectedChallenge: b64url(challenge),
      expectedOrigin: page,
      expectedRPID: rpId,
      credential: { id: b64url(credential), publicKey: new Uint8Array(cose), counter: 0 },
      requireUserVerification: true,
    }),
  );

const creationLine = ({ parts }) =>
  `create ${b64(parts.challenge)} ${b64(parts.client)} ${b64(parts.attestation)}`;
const useLine = ({ parts: { challenge, client, data, signature }, by }) =>
  `get ${[challenge, client, data, signature, by.spki].map(b64).join(" ")}`;

// Every case before all, and what follows from it. `stricter` counts what we alone refuse.
async function compare(cases, line, verify, fido2Judges) {
  const said = judged(judgePasskeys, cases.map(line));
  const fido2 = judged(judgeFido2, cases.map(line));
  let stricter = 0;
  for (const [index, one] of cases.entries()) {
    const they = await verify(one.parts, one.by);
    const we = said[index].startsWith("ok");
    const it = fido2Judges(one) ? fido2[index] === "ok" : we;
    if (one.good) assert.deepEqual([we, they.taken, it], [true, true, true], said[index]);
    if (we) assert.ok(they.taken && it, `we alone take it: ${line(one)} ${fido2[index]}`);
    if (we && they.key) {
      assert.equal(said[index].split(" ")[1], b64(one.by.spki));
      assert.deepEqual(Buffer.from(they.key), one.by.cose);
    }
    if (!we && they.taken) stricter += 1;
  }
  return stricter;
}

test("what we take of a new passkey, @simplewebauthn/server and libfido2 take too", async () => {
  const dice = new Dice("create");
  const cases = Array.from({ length: rounds }, (_, round) => {
    const by = new Authenticator(dice);
    const packed = round % 2 === 1;
    const parts = by.create(dice.bytes(32), { packed });
    const good = round % 4 < 2;
    const names = ["client", "attestation", "attestation", "challenge"];
    let other = good ? parts : changed(dice, parts, names);
    if (other.challenge.length !== 32) other = { ...parts, challenge: dice.bytes(32) };
    return { by, good, packed, parts: other };
  });
  // Of a passkey that nobody attests libfido2 says nothing.
  const stricter = await compare(cases, creationLine, theirCreation, ({ packed }) => packed);
  assert.ok(stricter < rounds / 4, `${stricter} that we alone refuse`);
});

test("what we take of a passkey's signature, they take too", async () => {
  const dice = new Dice("get");
  const cases = Array.from({ length: rounds }, (_, round) => {
    const by = new Authenticator(dice);
    const parts = by.get(dice.bytes(32));
    const good = round % 2 === 0;
    let other = good ? parts : changed(dice, parts, ["client", "data", "signature", "challenge"]);
    if (other.challenge.length !== 32) other = { ...parts, challenge: dice.bytes(32) };
    return { by, good, parts: other };
  });
  const stricter = await compare(cases, useLine, theirUse, () => true);
  assert.ok(stricter < rounds / 8, `${stricter} that we alone refuse`);
});

// --- one field changed, and all signed anew ----------------------------------------------------

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

// The other signature that the same key has for the same message (n - s), with s in either half.
function withS(signature, high) {
  const rSize = signature[3];
  const r = signature.subarray(4, 4 + rSize);
  const s = BigInt(`0x${signature.subarray(6 + rSize).toString("hex")}`);
  const chosen = s > order / 2n === high ? s : order - s;
  let bytes = Buffer.from(chosen.toString(16).padStart(64, "0"), "hex");
  while (bytes[0] === 0 && bytes[1] < 0x80) bytes = bytes.subarray(1);
  if (bytes[0] >= 0x80) bytes = Buffer.concat([Buffer.from([0]), bytes]);
  const part = (number) => Buffer.concat([Buffer.from([2, number.length]), number]);
  const inner = Buffer.concat([part(r), part(bytes)]);
  return Buffer.concat([Buffer.from([0x30, inner.length]), inner]);
}

const replaced = (data, from, to) =>
  Buffer.from(data.toString("latin1").replace(from, to), "latin1");
const other = (rp, data) => Buffer.concat([sha256(rp), data.subarray(32)]);
const counted = (data) => Buffer.concat([data.subarray(0, 33), Buffer.from([0, 0, 0, 9])]);

// name: [who takes it: ours, @simplewebauthn/server, libfido2; how it is made; why]
// libfido2 is handed the hash of clientDataJSON by its caller and reads none of it.
const unread = "libfido2 does not read clientDataJSON";
const clientChanges = (type) => ({
  "another type": ["no no yes", clientOf({ type: "payment.get" }), unread],
  "another challenge": ["no no yes", clientOf({ challenge: "AAAA" }), unread],
  "a challenge with padding": ["no no yes", (by, c) =>
    client(by, c, clientData(type, c, { challenge: `${b64url(c)}=` })), unread],
  "another origin": ["no no yes", clientOf({ origin: "https://evil.example" }), unread],
  "an origin that begins alike": ["no no yes",
    clientOf({ origin: `${page}.evil.example` }), unread],
  "no crossOrigin": ["yes yes yes", clientOf({ crossOrigin: undefined }),
    "optional before Level 2"],
  "an unknown member": ["yes yes yes", clientOf({ more: 1 }), "clients may add members"],
  "crossOrigin true": ["no yes yes", clientOf({ crossOrigin: true }),
    "we are in no other page; @simplewebauthn/server leaves that to its caller"],
  "crossOrigin a text": ["no yes yes", clientOf({ crossOrigin: "false" }), "the same"],
  "a topOrigin": [type === "webauthn.get" ? "no no yes" : "no yes yes",
    clientOf({ topOrigin: page }), "the same; of signatures it knows it"],
  "a name twice": ["no yes yes", (by, c) =>
    client(by, c, replaced(clientData(type, c), "{", `{"type":"${type}",`)),
    "strict JSON: which of the two counts is not said"],
  "a byte order mark": ["no yes yes", (by, c) =>
    client(by, c, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), clientData(type, c)])),
    "strict JSON: a client writes none (WebAuthn Level 3 §5.8.1.1)"],
});
const clientOf = (members) => (by, challenge, type) =>
  client(by, challenge, clientData(type, challenge, members));
const client = (_, __, said) => ({ client: said });

const uses = {
  "nothing": ["yes yes yes", () => ({}), "good"],
  ...clientChanges("webauthn.get"),
  "a registration's type": ["no no yes", (by, c) =>
    client(by, c, clientData("webauthn.create", c)), unread],
  "another relying party": ["no no no", (by) => ({ data: other("evil.example", by.data(5)) }), ""],
  "nobody present": ["no no no", (by) => ({ data: by.data(0x04) }), ""],
  "nobody verified": ["no no no", (by) => ({ data: by.data(0x01) }), ""],
  "another kind of passkey": ["no yes yes", (by) => ({ data: by.data(0x0d) }),
    "BE is for life, and was 0 when it was enrolled; the others keep no record of it"],
  "backed up and not of that kind": ["no no yes", (by) => ({ data: by.data(0x15) }),
    "WebAuthn Level 3 §6.1.3; libfido2 1.12 is of Level 2"],
  "a counter": ["yes yes yes", (by) => ({ data: counted(by.data(5)) }), "it goes on"],
  "credential data": ["no yes yes", (by) => ({ data: by.data(0x45, by.attested()) }),
    "an assertion is 37 bytes here, so that nothing of it needs CBOR"],
  "extensions": ["no yes yes", (by) => ({ data: by.data(0x85, Buffer.from([0xa0])) }), "the same"],
  "extensions' flag without any": ["no no no", (by) => ({ data: by.data(0x85) }), ""],
  "a byte behind": ["no no yes", (by) => ({ data: by.data(5, Buffer.from([0])) }),
    "37 bytes; libfido2 reads no further than it needs to"],
  "high S": ["yes yes yes", (by, c) => signedWith(by, c, (s) => withS(s, true)),
    "authenticators write either"],
  "low S": ["yes yes yes", (by, c) => signedWith(by, c, (s) => withS(s, false)), ""],
  "a signature with a byte behind": ["no yes no", (by, c) =>
    signedWith(by, c, (s) => Buffer.concat([s, Buffer.from([0])])),
    "DER has one form; @simplewebauthn/server picks r and s out of it"],
  "a signature with a long length": ["no yes no", (by, c) =>
    signedWith(by, c, (s) => Buffer.concat([s.subarray(0, 1), Buffer.from([0x81]), s.subarray(1)])),
    "the same"],
  "another key": ["no no no", (by, c) => ({ signature: new Authenticator(new Dice("other"))
    .get(c).signature }), ""],
  "an empty signature": ["no no no", () => ({ signature: Buffer.alloc(0) }), ""],
};
const signedWith = (by, challenge, change) => ({ signature: change(by.get(challenge).signature) });

const creations = {
  "nothing": ["yes yes yes", () => ({}), "good"],
  ...clientChanges("webauthn.create"),
  "another relying party": ["no no no", (by) => ({
    data: other("evil.example", by.data(0x45, by.attested())) }), ""],
  "nobody present": ["no no no", (by) => ({ data: by.data(0x44, by.attested()) }), ""],
  "nobody verified": ["no no no", (by) => ({ data: by.data(0x41, by.attested()) }), ""],
  "one that can be backed up": ["yes yes yes", (by) => ({
    data: by.data(0x4d, by.attested()) }), ""],
  "backed up and not of that kind": ["no no yes", (by) => ({
    data: by.data(0x55, by.attested()) }), "libfido2 1.12 is of Level 2"],
  "no credential": ["no no no", (by) => ({ data: by.data(0x05) }), ""],
  "an empty credential id": ["no yes yes", (by) => ({ data: by.data(0x45, Buffer.concat([
    Buffer.alloc(18), by.cose])) }), "nobody could ask for it"],
  "extensions": ["yes yes no", (by) => ({ data: by.data(0xc5, Buffer.concat([by.attested(),
    head(5, 1), text("credProtect"), Buffer.from([2])])) }),
    "libfido2 takes those that its caller asked for; some browsers ask for some by themselves"],
  "an extension twice": ["no no no", (by) => ({ data: by.data(0xc5, Buffer.concat([by.attested(),
    head(5, 2), text("credProtect"), Buffer.from([2]), text("credProtect"),
    Buffer.from([2])])) }), ""],
  "a byte behind the authenticator's part": ["no no yes", (by) => ({
    data: by.data(0x45, Buffer.concat([by.attested(), Buffer.from([0])])) }),
    "libfido2 reads no further than it needs to"],
  "a byte behind": ["no yes no", () => ({ behind: Buffer.from([0]) }),
    "one object and nothing else; @simplewebauthn/server reads the first"],
  "a signature by another": ["no no no", (by, c) => ({ signature: new Authenticator(
    new Dice("other")).create(c).client }), ""],
  "another algorithm in the statement": ["no no yes", () => ({ alg: Buffer.from([0x27]) }),
    "WebAuthn Level 3 §8.2: that of the key; libfido2 looks at the key alone"],
  "another algorithm in the key": ["no no no", (by) => ({ data: by.data(0x45, replaced(
    by.attested(), "\x03\x26\x20", "\x03\x27\x20")) }), ""],
  "a coordinate that is not on the curve": ["no no no", (by) => {
    const attested = by.attested();
    attested[attested.length - 1] ^= 1;
    return { data: by.data(0x45, attested) };
  }, ""],
  "an unknown format": ["no no no", () => ({ format: "packet" }), ""],
};

// Who takes each, as the table says.
async function judgeTable(table, make, line, verify) {
  const dice = new Dice("table");
  const cases = Object.entries(table).map(([name, [expected, how, why]]) => {
    const by = new Authenticator(dice);
    const challenge = dice.bytes(32);
    const type = table === uses ? "webauthn.get" : "webauthn.create";
    return { name, expected, why, by, parts: make(by, challenge, how(by, challenge, type)) };
  });
  const said = judged(judgePasskeys, cases.map(line));
  const fido2 = judged(judgeFido2, cases.map(line));
  const found = {};
  for (const [index, { name, parts, by }] of cases.entries()) {
    const they = await verify(parts, by);
    const takes = [said[index].startsWith("ok"), they.taken, fido2[index] === "ok"];
    found[name] = takes.map((taken) => (taken ? "yes" : "no")).join(" ");
  }
  assert.deepEqual(found, Object.fromEntries(cases.map(({ name, expected }) => [name, expected])));
  // A server that is asked the same question never refuses what we take, and each difference has
  // its reason.
  for (const { name, expected, why } of cases) {
    const [we, server, library] = expected.split(" ");
    assert.ok(we === "no" || server === "yes", name);
    assert.ok(why || (we === server && we === library), `${name} has no reason`);
  }
}

test("each field of a signature, changed and signed anew, is judged as the table says", () =>
  judgeTable(uses, (by, challenge, how) => by.get(challenge, how), useLine, theirUse));

test("each field of a new passkey, changed and signed anew, is judged as the table says", () =>
  judgeTable(creations, (by, challenge, how) => by.create(challenge, how), creationLine,
    theirCreation));
