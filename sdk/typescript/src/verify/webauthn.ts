// A passkey's signature (evidence class A): every check of WebAuthn §7.2 that can be made without
// a server, and none left out. The challenge is the hash of the decision core, or of the batch that
// it stands in, never the server's.

import { type Bytes, base64, concat, equalBytes, sha256, utf8 } from "../bytes.js";
import { challengeOf } from "./batch.js";
import { decodeText, isObject, readJson } from "./members.js";
import type { Human } from "./receipt.js";
import { demand, missing } from "./report.js";
import { p256Signed } from "./signatures.js";
import type { Trust } from "./trust.js";

const flags = { userPresent: 0x01, userVerified: 0x04, attestedKey: 0x40, extensions: 0x80 };
const rpIdHashBytes = 32;
const authenticatorDataBytes = 37; // rpIdHash, flags, counter, and nothing behind

export async function checkPasskey(
  human: Human,
  parties: Trust["rp"],
  what: string,
): Promise<void> {
  const data = human.authenticatorData as Bytes;
  const client = human.clientDataJSON as Bytes;
  demand(
    data.length === authenticatorDataBytes,
    `the passkey data of ${what} has another length`,
  );
  const rpId = human.entry.rpId as string;
  const rpIdHash = await sha256(utf8(rpId));
  const sameParty = equalBytes(data.subarray(0, rpIdHashBytes), rpIdHash);
  demand(sameParty, `the passkey of ${what} was used for another party`);
  const set = data[rpIdHashBytes] ?? 0;
  const verified = (set & flags.userPresent) !== 0 && (set & flags.userVerified) !== 0;
  demand(verified, `the passkey of ${what} did not verify who used it`);
  const extra = (set & (flags.attestedKey | flags.extensions)) !== 0;
  demand(!extra, `the passkey data of ${what} has parts that do not belong there`);
  const origin = await demandClientData(client, human, what);
  const message = concat(data, await sha256(client));
  const signed = await p256Signed(human.entry.spki as Bytes, message, human.signature, "any");
  demand(signed, `the passkey's signature of ${what} does not verify`);
  if (!parties) throw missing("the trust file does not say where passkeys may be used (rp)");
  const allowed = parties.some((rp) => rp.rpId === rpId && rp.origins.includes(origin));
  demand(allowed, `the passkey of ${what} was used on a page that you do not trust`);
}

// The origin of the page that the passkey was used on.
async function demandClientData(client: Bytes, human: Human, what: string): Promise<string> {
  const value = readJson(decodeText(client, "clientDataJSON"), "clientDataJSON");
  demand(isObject(value), `the client data of ${what} is not an object`);
  demand(value.type === "webauthn.get", `the client data of ${what} is of no signature`);
  const challenge = base64url(await challengeOf(human));
  demand(value.challenge === challenge, `the passkey of ${what} signed something else`);
  const framed = value.crossOrigin !== undefined && value.crossOrigin !== false;
  demand(!framed && value.topOrigin === undefined, `the passkey of ${what} was used in a frame`);
  demand(typeof value.origin === "string", `the client data of ${what} names no page`);
  return value.origin;
}

function base64url(bytes: Bytes): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
