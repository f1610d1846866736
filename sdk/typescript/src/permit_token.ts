// A permit's token and the answer to its claim: compact JWS in canonical JSON, read in one way.

import { type Bytes, fromBase64, utf8 } from "./bytes.js";
import { LetsPingError } from "./client/errors.js";
import type { Json } from "./jcs.js";
import { isObject, Malformed, readCanonical } from "./verify/members.js";
import { keyId, p256SignedRaw } from "./verify/signatures.js";

// The permit is not good for this: nothing was run.
export class PermitError extends LetsPingError {}

export function demand(fits: boolean, code: string, message: string): asserts fits {
  if (!fits) throw new PermitError(message, { code });
}

// The claims of a compact JWS of this `typ` that the issuer (SPKI) has signed. Throws PermitError:
// permit_type, permit_signature.
export async function readJws(
  token: Json | undefined,
  typ: string,
  issuer: Bytes,
): Promise<{ [name: string]: Json | undefined }> {
  const parts = String(token).split(".");
  const [head, body, signature] = parts.map(unpadded);
  const unsound = `the ${typ} is not written as it must be`;
  demand(parts.length === 3 && !!head && !!body && !!signature, "permit_signature", unsound);
  const [header, claims] = [read(head, "header", unsound), read(body, "claims", unsound)];
  const wanted = { alg: "ES256", kid: await keyId(issuer), typ };
  const same = Object.entries(wanted).every(([name, value]) => header[name] === value);
  const type = `this is no ${typ} of the key that signs for the project`;
  demand(same && Object.keys(header).length === 3, "permit_type", type);
  const signed = await p256SignedRaw(issuer, utf8(`${parts[0]}.${parts[1]}`), signature);
  demand(signed, "permit_signature", `the ${typ} does not verify`);
  return claims;
}

export function isWhole(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

export function isHash(value: Json | undefined): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function read(bytes: Bytes, what: string, unsound: string): { [name: string]: Json | undefined } {
  let value: Json;
  try {
    value = readCanonical(bytes, what);
  } catch (unfit) {
    if (!(unfit instanceof Malformed)) throw unfit;
    throw new PermitError(`${unsound}: ${unfit.message}`, { code: "permit_signature" });
  }
  demand(isObject(value), "permit_signature", unsound);
  return value;
}

// base64url without padding, of which one byte string has one spelling.
function unpadded(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  const padding = "=".repeat((4 - (text.length % 4)) % 4);
  return fromBase64(text.replace(/-/g, "+").replace(/_/g, "/") + padding);
}
