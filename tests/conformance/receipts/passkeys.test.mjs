// Passkeys as they are made and used, good and changed, before our checks and those of
// @simplewebauthn/server: what we take, it takes too, with the same key; what is good, both take.
// LP_JUDGE_PASSKEYS names the program where the build is not the release preset's.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";

const built = "../../../build/release/tests/conformance/receipts/passkeys/judge_passkeys";
const program =
  process.env.LP_JUDGE_PASSKEYS ?? fileURLToPath(new URL(built, import.meta.url));
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
  create(challenge, packed) {
    const client = clientData("webauthn.create", challenge);
    const size = Buffer.from([this.credential.length >> 8, this.credential.length & 255]);
    const rest = Buffer.concat([Buffer.alloc(16), size, this.credential, this.cose]);
    const data = this.data(0x45, rest);
    const statement = packed
      ? Buffer.concat([head(5, 2), text("alg"), Buffer.from([0x26]), text("sig"),
          bytes(this.sign(data, client))])
      : head(5, 0);
    const attestation = Buffer.concat([head(5, 3), text("fmt"), text(packed ? "packed" : "none"),
      text("attStmt"), statement, text("authData"), bytes(data)]);
    return { challenge, client, attestation };
  }
  get(challenge) {
    const client = clientData("webauthn.get", challenge);
    const data = this.data(0x05);
    return { challenge, client, data, signature: this.sign(data, client) };
  }
}

function clientData(type, challenge) {
  const said = { type, challenge: b64url(challenge), origin: page, crossOrigin: false };
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

function ours(lines) {
  const input = lines.map((line) => `${line}\n`).join("");
  const { status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 1 << 28 });
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

// Every case before both, and what follows from it. `stricter` counts what we alone refuse.
async function compare(cases, line, verify) {
  const said = ours(cases.map(line));
  let stricter = 0;
  for (const [index, one] of cases.entries()) {
    const they = await verify(one.parts, one.by);
    const we = said[index].startsWith("ok");
    if (one.good) assert.deepEqual([we, they.taken], [true, true], said[index]);
    if (we) assert.equal(they.taken, true, `we alone take it: ${line(one)}`);
    if (we && they.key) {
      assert.equal(said[index].split(" ")[1], b64(one.by.spki));
      assert.deepEqual(Buffer.from(they.key), one.by.cose);
    }
    if (!we && they.taken) stricter += 1;
  }
  return stricter;
}

test("what we take of a new passkey, @simplewebauthn/server takes too", async () => {
  const dice = new Dice("create");
  const cases = Array.from({ length: rounds }, (_, round) => {
    const by = new Authenticator(dice);
    const parts = by.create(dice.bytes(32), round % 2 === 1);
    const good = round % 4 < 2;
    const names = ["client", "attestation", "attestation", "challenge"];
    let other = good ? parts : changed(dice, parts, names);
    if (other.challenge.length !== 32) other = { ...parts, challenge: dice.bytes(32) };
    return { by, good, parts: other };
  });
  const line = ({ parts }) =>
    `create ${b64(parts.challenge)} ${b64(parts.client)} ${b64(parts.attestation)}`;
  const stricter = await compare(cases, line, theirCreation);
  assert.ok(stricter < rounds / 4, `${stricter} that we alone refuse`);
});

test("what we take of a passkey's signature, @simplewebauthn/server takes too", async () => {
  const dice = new Dice("get");
  const cases = Array.from({ length: rounds }, (_, round) => {
    const by = new Authenticator(dice);
    const parts = by.get(dice.bytes(32));
    const good = round % 2 === 0;
    let other = good ? parts : changed(dice, parts, ["client", "data", "signature", "challenge"]);
    if (other.challenge.length !== 32) other = { ...parts, challenge: dice.bytes(32) };
    return { by, good, parts: other };
  });
  const line = ({ parts: { challenge, client, data, signature }, by }) =>
    `get ${[challenge, client, data, signature, by.spki].map(b64).join(" ")}`;
  const stricter = await compare(cases, line, theirUse);
  assert.ok(stricter < rounds / 8, `${stricter} that we alone refuse`);
});
