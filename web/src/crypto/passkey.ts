// Passkeys, through the browser's own API. A challenge is always the hash of a text that this page
// has made; the tag in front says what the answer can be used for, and nothing else takes it.

import { type Bytes, base64, fromBase64, sha256, tagged, utf8 } from "./bytes";

type Tag = "lp-decision/1" | "lp-batch/1" | "lp-login/1" | "lp-passkey/1";

// What a person can do about it is another thing each time.
export type PasskeyTrouble =
  | "cancelled" // closed, out of time, not verified, or no such passkey within reach
  | "known" // the authenticator has one already
  | "unavailable" // no authenticator that could
  | "no_secret" // an authenticator that computes no secret of its own
  | "insecure" // no HTTPS: the browser has no passkeys here
  | "wrong_host"
  | "none"; // nobody has enrolled one that could be used here

export class PasskeyProblem extends Error {
  readonly trouble: PasskeyTrouble;

  constructor(trouble: PasskeyTrouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

const es256 = -7;
const promptMs = 60_000;

export const passkeysExist = () =>
  globalThis.isSecureContext && "PublicKeyCredential" in globalThis;

export interface PasskeyTerms {
  rp: { id: string; name: string };
  user: { id: string; name: string };
  exclude: string[];
}

export interface MadePasskey {
  clientDataJSON: string;
  attestationObject: string;
  spki: string;
}

export async function makePasskey(
  terms: PasskeyTerms,
  body: string,
  discoverable: boolean,
): Promise<MadePasskey> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    rp: terms.rp,
    user: {
      id: bytesOf(terms.user.id),
      name: terms.user.name,
      displayName: terms.user.name,
    },
    challenge: await challengeOf("lp-passkey/1", body),
    pubKeyCredParams: [{ type: "public-key", alg: es256 }],
    excludeCredentials: terms.exclude.map(descriptor),
    authenticatorSelection: {
      userVerification: "required",
      residentKey: discoverable ? "required" : "discouraged",
    },
    attestation: "none",
    timeout: promptMs,
  };
  const { response } = await asked(() => navigator.credentials.create({ publicKey }));
  if (!(response instanceof AuthenticatorAttestationResponse)) {
    throw new PasskeyProblem("unavailable");
  }
  const spki = response.getPublicKey();
  if (!spki) throw new PasskeyProblem("unavailable");
  return {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    spki: text(spki),
  };
}

export interface PasskeySignature {
  credential: string;
  userHandle: string;
  authenticatorData: string;
  clientDataJSON: string;
  signature: string;
}

// Signs with the passkey of this id; without one with whichever signs in here.
export async function signWithPasskey(
  tag: "lp-decision/1" | "lp-batch/1" | "lp-login/1",
  body: string,
  rpId: string,
  credential?: string,
): Promise<PasskeySignature> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    rpId,
    challenge: await challengeOf(tag, body),
    allowCredentials: credential === undefined ? [] : [descriptor(credential)],
    userVerification: "required",
    timeout: promptMs,
  };
  const answer = await asked(() => navigator.credentials.get({ publicKey }));
  const { response } = answer;
  if (!(response instanceof AuthenticatorAssertionResponse)) {
    throw new PasskeyProblem("unavailable");
  }
  return {
    credential: text(answer.rawId),
    userHandle: response.userHandle ? text(response.userHandle) : "",
    authenticatorData: text(response.authenticatorData),
    clientDataJSON: text(response.clientDataJSON),
    signature: text(response.signature),
  };
}

const troubles: Record<string, PasskeyTrouble> = {
  NotAllowedError: "cancelled",
  AbortError: "cancelled",
  InvalidStateError: "known",
  SecurityError: "wrong_host",
  NotSupportedError: "unavailable",
  ConstraintError: "unavailable",
};

async function asked(prompt: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!passkeysExist()) throw new PasskeyProblem("insecure");
  let answer: Credential | null;
  try {
    answer = await prompt();
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw new PasskeyProblem(troubles[name] ?? "unavailable");
  }
  if (!(answer instanceof PublicKeyCredential)) throw new PasskeyProblem("cancelled");
  return answer;
}

function challengeOf(tag: Tag, body: string): Promise<Bytes> {
  return sha256(tagged(tag, utf8(body)));
}

function descriptor(credential: string): PublicKeyCredentialDescriptor {
  return { type: "public-key", id: bytesOf(credential) };
}

function bytesOf(text64: string): Bytes {
  const bytes = fromBase64(text64);
  if (!bytes) throw new PasskeyProblem("unavailable");
  return bytes;
}

function text(buffer: ArrayBuffer): string {
  return base64(new Uint8Array(buffer));
}

// What a passkey computes from a salt and tells nobody else (WebAuthn's prf extension): the key of
// a copy of the content keys. The passkey is made for that alone, and the server never sees a use
// of it.
export async function makeSecretPasskey(
  rpId: string,
  name: string,
  salt: string,
): Promise<{ credential: string; secret: Bytes }> {
  const user = { id: crypto.getRandomValues(new Uint8Array(32)), name: `${name} (keeps keys)` };
  const publicKey: PublicKeyCredentialCreationOptions = {
    rp: { id: rpId, name: "LetsPing" },
    user: { ...user, displayName: user.name },
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    pubKeyCredParams: [{ type: "public-key", alg: es256 }],
    authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
    attestation: "none",
    timeout: promptMs,
    extensions: { prf: { eval: { first: bytesOf(salt) } } },
  };
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const { prf } = made.getClientExtensionResults();
  if (!prf?.enabled) throw new PasskeyProblem("no_secret");
  const credential = text(made.rawId);
  const first = prf.results?.first;
  // Most authenticators compute it only when they are asked again.
  const secret = first ? copied(first) : await passkeySecret(rpId, credential, salt);
  return { credential, secret };
}

export async function passkeySecret(
  rpId: string,
  credential: string,
  salt: string,
): Promise<Bytes> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    rpId,
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    allowCredentials: [descriptor(credential)],
    userVerification: "required",
    timeout: promptMs,
    extensions: { prf: { eval: { first: bytesOf(salt) } } },
  };
  const answer = await asked(() => navigator.credentials.get({ publicKey }));
  const first = answer.getClientExtensionResults().prf?.results?.first;
  if (!first) throw new PasskeyProblem("no_secret");
  return copied(first);
}

function copied(source: BufferSource): Bytes {
  return new Uint8Array(
    source instanceof ArrayBuffer ? source : (source.buffer as ArrayBuffer),
  ).slice();
}
