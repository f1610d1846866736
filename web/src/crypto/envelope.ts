// The payload envelope `{_lp_enc, iv, ct}`: version 1 as the published clients write it, version 2
// with `v, kid, salt, ctx` bound in as additional data (spec/encryption.md).

import { isObject, type ObjectNode, type ParsedNode, parse, toJson } from "../payload/parse";
import { type Bytes, base64, fromBase64, hex, randomBytes, sha256, tagged, utf8 } from "./bytes";
import type { ContentKey } from "./content_key";
import { jcs } from "./jcs";

export interface Envelope {
  kind: "v1" | "v2";
  iv: Bytes;
  ct: Bytes;
  kid?: string;
  salt?: Bytes;
  context?: string; // JCS(ctx)
  sha256: string; // SHA-256("lp-env/1\0" ‖ JCS(envelope))
}

// Nothing when `text` is not an envelope that we can read without guessing.
export async function readEnvelope(text: string): Promise<Envelope | undefined> {
  const parsed = parse(text);
  if (!parsed.ok || parsed.findings.some((finding) => finding.disarms)) return undefined;
  const root = parsed.root;
  if (!isObject(root) || member(root, "_lp_enc")?.kind !== "true") return undefined;
  const iv = base64Member(root, "iv");
  const ct = base64Member(root, "ct");
  if (iv?.length !== 12 || !ct || ct.length < 16) return undefined;
  const sealed = {
    iv,
    ct,
    sha256: hex(await sha256(tagged("lp-env/1", utf8(jcs(toJson(root)))))),
  };
  const version = member(root, "v");
  if (!version) return { kind: "v1", ...sealed };
  if (version.kind !== "number" || version.source !== "2") return undefined;
  const kid = member(root, "kid");
  const salt = base64Member(root, "salt");
  const ctx = member(root, "ctx");
  if (kid?.kind !== "string" || !/^[0-9a-f]{16}$/.test(kid.value)) return undefined;
  if (salt?.length !== 32 || !ctx || !isObject(ctx)) return undefined;
  return { kind: "v2", ...sealed, kid: kid.value, salt, context: jcs(toJson(ctx)) };
}

// The exact decrypted bytes. Nothing when this key does not open it or a bit was changed: AES-GCM
// cannot tell the two apart.
export async function open(envelope: Envelope, key: ContentKey): Promise<Bytes | undefined> {
  try {
    const clear =
      envelope.kind === "v1"
        ? await crypto.subtle.decrypt({ name: "AES-GCM", iv: envelope.iv }, key.aes, envelope.ct)
        : await crypto.subtle.decrypt(
            { name: "AES-GCM", iv: envelope.iv, additionalData: utf8(envelope.context ?? "") },
            await envelopeKey(key, envelope),
            envelope.ct,
          );
    return new Uint8Array(clear);
  } catch {
    return undefined;
  }
}

// A new envelope of the version that `like` has; in version 2 with its context, so that the agent's
// client finds what it expects. Answers the text to send: JSON in which ctx is as it was hashed.
export async function seal(
  clear: Bytes,
  like: Pick<Envelope, "kind" | "context">,
  key: ContentKey,
): Promise<string> {
  const iv = randomBytes(12);
  if (like.kind === "v1") {
    const ct = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key.aes, clear);
    return `{${head(iv, ct)}}`;
  }
  const context = like.context ?? "";
  const salt = randomBytes(32);
  const ct = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(context) },
    await envelopeKey(key, { context, salt }),
    clear,
  );
  return `{${head(iv, ct)},"v":2,"kid":"${key.kid}","salt":"${base64(salt)}","ctx":${context}}`;
}

function head(iv: Bytes, ct: ArrayBuffer): string {
  return `"_lp_enc":true,"iv":"${base64(iv)}","ct":"${base64(new Uint8Array(ct))}"`;
}

function envelopeKey(
  key: ContentKey,
  envelope: Pick<Envelope, "context" | "salt">,
): Promise<CryptoKey> {
  const info = tagged("lp-env/2", utf8(envelope.context ?? ""));
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: envelope.salt ?? new Uint8Array(0), info },
    key.hkdf,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

function member(node: ObjectNode, key: string): ParsedNode | undefined {
  return node.members.find((candidate) => candidate.key === key)?.node;
}

function base64Member(node: ObjectNode, key: string): Bytes | undefined {
  const value = member(node, key);
  return value?.kind === "string" ? fromBase64(value.value) : undefined;
}
